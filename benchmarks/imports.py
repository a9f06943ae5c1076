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
{}
print(json.dumps([(widgets - began) * 1000, (time.perf_counter() - widgets) * 1000]))
"""


# Public names are imported when they are asked for, so the bare import alone would say little.
STATEMENTS = ("import ipyannotator", "from ipyannotator import Annotator")


def run(_: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    for statement in STATEMENTS:
        found = [_once(statement) for _ in range(5 if quick else 21)][1:]  # the first fills the caches
        widgets, ours = (Sample(tuple(one[at] for one in found)) for at in (0, 1))
        beside = (("`import ipywidgets`", widgets),)
        yield Row(f"`{statement}`", "after `import ipywidgets`", ours, Budget(300.0), beside)


def _once(statement: str) -> list[float]:
    command = [sys.executable, "-c", CODE.format(statement)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    values: list[float] = json.loads(done.stdout)
    return values
