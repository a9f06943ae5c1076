"""Memory of a real kernel with a large project open, over a kernel that has only imported ipywidgets."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import psutil
from jupyter_client.manager import KernelManager

from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places, photographs

OPEN = """
from pathlib import Path
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
a = Annotator(InputImage({pictures!r}), OutputImageBbox(['car']), Settings(Path({project!r}), author='ann')).create()
a.canvas.receive({{'v': 1, 'type': 'hello', 'width': 1280, 'height': 720}})
"""
WALK = """
import threading
def walk():
    shown = threading.Event()
    tell = type(a.canvas)._tell
    def told(content, buffers=None):
        tell(a.canvas, content, buffers)
        if content['type'] == 'show': shown.set()
    a.canvas._tell = told
    for index in range({count}):
        shown.clear()
        a.index = (a.index + 1) % len(a)
        assert shown.wait(30), index
walk()
"""


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    count, steps = (10_000, 30) if quick else (100_000, 200)
    pictures, project = places.pictures(count), places.filled(count)
    large = places.folder("photographs")
    photographs(large, 20 if quick else 60)
    empty, imported, opened, walked = [], [], [], []
    for _ in range(1 if quick else 3):
        with Kernel() as kernel:
            kernel.run("import ipywidgets")
            empty.append(kernel.memory())
        with Kernel() as kernel:
            kernel.run("import ipywidgets, ipyannotator")
            imported.append(kernel.memory())
            kernel.run(OPEN.format(pictures=str(pictures), project=str(project)))
            opened.append(kernel.memory())
        with Kernel() as kernel:
            kernel.run(OPEN.format(pictures=str(large), project=str(places.folder("looked"))))
            kernel.run(WALK.format(count=steps))
            walked.append(kernel.memory())
    base = Sample(tuple(empty), "MB")
    beside: tuple[tuple[str, Sample | str], ...] = (
        ("a kernel with ipywidgets", base),
        ("of the growth, imports", _over(imported, base)),
        ("the original, 2022 release, repaired, with 100,000 images", "249 MB; 580 MB after ten opens"),
    )
    size = f"{count:,} images with 3 boxes each"
    yield Row("memory over an empty kernel, opened", size, _over(opened, base), Budget(200.0), beside)
    yield Row(
        "… having looked at images of 1920 × 1080",
        f"{steps} steps",
        _over(walked, base),
        Budget(200.0),
        beside[:1],
    )


def _over(values: list[float], base: Sample) -> Sample:
    return Sample(tuple(value - base.median for value in values), "MB")


class Kernel:
    """A Python kernel as Jupyter starts one."""

    def __enter__(self) -> Kernel:  # noqa: PYI034 - Self is in typing from 3.11 on
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(Path.cwd()), stderr=subprocess.DEVNULL)
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def run(self, code: str) -> None:
        """Run code to its end."""
        self._client.execute(code)
        try:
            reply = self._client.get_shell_msg(timeout=300)
        except Empty:
            raise RuntimeError(f"The kernel did not answer within five minutes: {code}") from None
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"].get("traceback", [])))

    def memory(self) -> float:
        """Return what of the kernel is in memory, in MB (millions of bytes)."""
        pid = self._manager.provisioner.pid  # type: ignore[union-attr]
        return float(psutil.Process(pid).memory_info().rss) / 1e6
