"""What importing costs, in fresh processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places

CODE = """
import json, time
began = time.perf_counter()
import ipywidgets
widgets = time.perf_counter()
import ipyannotator
print(json.dumps([(widgets - began) * 1000, (time.perf_counter() - widgets) * 1000]))
"""


def run(_: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    found = [_once() for _ in range(5 if quick else 21)]
    widgets, ours = (
        Sample(tuple(one[at] for one in found[1:])) for at in (0, 1)
    )  # the first fills the caches
    yield Row(
        "`import ipyannotator`",
        "after `import ipywidgets`",
        ours,
        Budget(300.0),
        (("`import ipywidgets`", widgets),),
    )


def _once() -> list[float]:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    values: list[float] = json.loads(done.stdout)
    return values
