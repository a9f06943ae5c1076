"""Measures what the budgets are about, prints a table, and writes it into `docs/performance.md`.

python benchmarks                   all of it
python benchmarks store canvas      some groups
python benchmarks --quick           smaller sizes, and the page stays as it is
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
# This folder itself is no place to import from: its modules belong to a package.
sys.path[:] = [str(ROOT), *(path for path in sys.path if Path(path or ".").resolve() != ROOT / "benchmarks")]
sys.path.append(str(ROOT / "scripts"))

import psutil  # noqa: E402 - after the path is right

from benchmarks import report  # noqa: E402 - after the path is right
from benchmarks.places import Places  # noqa: E402

GROUPS = {
    "imports": "importing",
    "memory": "memory of a kernel",
    "store": "storing an edit",
    "opening": "opening a project",
    "finished": "a finished project",
    "editing": "an edit on an image with very many boxes, in the kernel",
    "canvas": "very many boxes on screen",
    "shapes": "boxes, polygons and masks on screen, beside other canvases",
    "pictures": "a large picture with many boxes",
    "labelling": "in JupyterLab: one key for each picture, many in a row",
    "web": "the web app: from the link to the first picture",
    "grid": "a grid of very many crops",
    "files": "data sets of other programs: very many boxes in and out",
    "lab": "in JupyterLab: one box, its acknowledgement, the next image",
}
"""The groups of measurements, each a module of this name here."""


def main() -> None:
    """Run the groups that were asked for."""
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__.splitlines()[0])
    listed = "; ".join(f"{name}: {what}" for name, what in GROUPS.items())
    parser.add_argument("group", nargs="*", choices=[[], *GROUPS], metavar="GROUP", help=listed)
    parser.add_argument("--quick", action="store_true", help="smaller sizes; the page stays as it is")
    options = parser.parse_args()
    # Ended from outside, it still ends what it started and deletes what it made.
    signal.signal(signal.SIGTERM, _interrupted)
    missed = 0
    with Places() as places:
        for group in options.group or GROUPS:
            busy = 0.0 if options.quick else report.calm()
            began = time.monotonic()
            rows = list(importlib.import_module(f"benchmarks.{group}").run(places, quick=options.quick))
            took = time.monotonic() - began
            busy = max(busy, 0.0 if options.quick else psutil.cpu_percent(2))
            print(f"\n{GROUPS[group][0].upper() + GROUPS[group][1:]}  ({took:.0f} s)\n")
            print(report.text_table(rows), flush=True)
            missed += sum(row.met == "**no**" for row in rows)
            if not options.quick:
                report.write_page(group, rows, busy)
    if not options.quick:
        report.write_machine()
    print(f"\nBudgets missed: {missed}." if missed else "\nAll budgets met.")


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
