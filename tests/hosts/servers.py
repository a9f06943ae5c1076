"""Real JupyterLab, Notebook 7 and Voilà on free loopback ports, ended by whoever started them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One host in a process group of its own.

    Args:
        host: `lab`, `notebook` or `voila`.
        folder: what it serves; settings and runtime files go to a folder beside it.
    """

    def __init__(
        self, host: str, folder: Path, *, port: int | None = None, options: Sequence[str] = ()
    ) -> None:
        self.host = host
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        private = folder.parent / f"{folder.name}-jupyter"
        self._log = private / f"{host}-{self.port}.log"
        private.mkdir(exist_ok=True)
        self._env = os.environ | {
            "JUPYTER_CONFIG_DIR": str(private / "config"),
            "JUPYTER_DATA_DIR": str(private / "data"),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
            "IPYTHONDIR": str(private / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(private / "lab"),
            "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        self._options = list(options)
        self.start()

    def start(self) -> None:
        common = ["--no-browser", f"--port={self.port}"]
        if self.host == "voila":
            command = ["voila", *common, "--Voila.ip=127.0.0.1", "--show_tracebacks=True"]
        else:
            app = {"lab": "LabApp", "notebook": "JupyterNotebookApp"}[self.host]
            command = [
                self.host, *common, "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.port_retries=0",
                "--allow-root", f"--{app}.expose_app_in_browser=True", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ]  # fmt: skip
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *_module(command), *self._options],
                cwd=self.folder, env=self._env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        # Voilà's front page would run the notebook, and a kernel that nobody looks at would take part in the test.
        probe = self.url + ("/api/kernels" if self.host == "voila" else "/api/status")
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.host} ended at once:\n{self.log()}")
            try:
                urllib.request.urlopen(probe, timeout=5).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{self.host} did not answer within 60 s:\n{self.log()}")

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]

    def kernels(self) -> list[psutil.Process]:
        """The kernel processes of this server."""
        own = psutil.Process(self._process.pid).children(recursive=True)
        return [child for child in own if "ipykernel_launcher" in " ".join(child.cmdline())]

    def kill_kernels(self) -> None:
        """End them as a crash does."""
        for kernel in self.kernels():
            kernel.send_signal(signal.SIGKILL)
            psutil.wait_procs([kernel], timeout=10)

    def stop(self) -> None:
        """End the server and its kernels."""
        if self._process.poll() is not None:
            return
        family = [
            psutil.Process(self._process.pid),
            *psutil.Process(self._process.pid).children(recursive=True),
        ]
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        for process in family:
            if process.is_running():
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
        psutil.wait_procs(family, timeout=10)


def _module(command: list[str]) -> list[str]:
    names = {"lab": "jupyterlab", "notebook": "notebook", "voila": "voila"}
    return [names[command[0]], *command[1:]]
