"""A real `serve`, in a process of its own on a free loopback port, and what a visitor's browser sends it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import psutil

SLOW = 60.0
"""Seconds to wait for what takes long on a busy machine."""

CODE = """
import json, sys
from ipyannotator.web import serve

def ready(serving):
    told = {"links": serving.links, "own": serving.own, "home": serving.address.home, "text": str(serving), "port": serving.port}
    print(json.dumps(told), flush=True)

folder, options = sys.argv[1], json.loads(sys.argv[2])
serve(folder, ready=ready, **options)
"""


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: str

    @property
    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie") or []


class Serve:
    """One `serve`.

    Args:
        project: the project's folder.
        options: of `serve`; a port that is free, and no browser, where they say nothing else.
    """

    def __init__(self, project: Path, **options: Any) -> None:
        self._log = project.parent / f"{project.name}.log"
        given = {"port": 0, "browser": False, **options}
        self._encrypted = "certfile" in options
        private = project.parent / "jupyter"
        private.mkdir(exist_ok=True)
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(private / "config"),
            "JUPYTER_DATA_DIR": str(private / "data"),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
            "IPYTHONDIR": str(private / "ipython"),
        }
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error::ResourceWarning", "-c", CODE, str(project), json.dumps(given)],
                stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=project.parent,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(SLOW)
            self.process.stdout.close()
            raise RuntimeError(self.log())
        told = json.loads(line)
        self.links: dict[str, str] = told["links"]
        self.own: str = told["own"]
        self.home: str = told["home"]
        self.text: str = told["text"]
        self.port: int = told["port"]

    def log(self) -> str:
        return self._log.read_text()

    def ask(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        cookie: str = "",
        body: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request, following nothing. Underscores in the names of headers are hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            sent["Cookie"] = cookie
        if self._encrypted:
            trusting = ssl._create_unverified_context()  # noqa: S323 - the test's own certificate
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=SLOW, context=trusting
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SLOW)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()

    def enter(self, link: str) -> str:
        """Open a link, and return the cookie that the browser now has."""
        parts = urlsplit(link)
        answer = self.ask(f"{parts.path}?{parts.query}", Host=parts.netloc)
        assert answer.status == 303, answer
        return answer.cookies[0].partition(";")[0]

    def post_link(self, link: str, **headers: str) -> Answer:
        """Paste a link into the form."""
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        path = urlsplit(self.home).path + "login"
        return self.ask(path, method="POST", body=urlencode({"link": link}), **form, **headers)

    def kernels(self) -> list[psutil.Process]:
        """The kernel processes of this server."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if "ipykernel_launcher" in " ".join(child.cmdline()):
                    found.append(child)
            except psutil.Error:
                continue
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it as a person or a system does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()


def until(ask: Any, seconds: float = SLOW) -> Any:
    """Ask again until something holds."""
    deadline = time.monotonic() + seconds
    while not (result := ask()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return result
