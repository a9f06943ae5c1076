"""Prints the table, and writes it into the page, from the same rows."""

from __future__ import annotations

import os
import platform
import re
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.figures import HEAD, Row

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BUSY = 25.0
"""Per cent of the processors above which others are said to have used the machine."""
PATIENCE = 60.0
"""Seconds to wait at most until they do not."""


def calm() -> float:
    """Wait a little while others use the machine; return how much they do, in per cent of the processors."""
    limit = time.monotonic() + PATIENCE
    while (busy := psutil.cpu_percent(2)) > BUSY and time.monotonic() < limit:
        pass
    return busy


def text_table(rows: Sequence[Row]) -> str:
    """Return a table for a terminal; what stands beside goes to a line of its own."""
    cells = [HEAD[:-1], *(row.cells()[:-1] for row in rows)]
    cells = [[cell.replace("**", "") for cell in line] for line in cells]
    widths = [max(_width(line[at]) for line in cells) for at in range(len(HEAD) - 1)]
    lines = []
    for at, line in enumerate(cells):
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        lines.append("  ".join(padded).rstrip())
        if at and rows[at - 1].beside:
            lines.append("    beside: " + rows[at - 1].cells()[-1])
    return "\n".join(lines)


def write_page(group: str, rows: Sequence[Row], busy: float) -> None:
    """Put the rows of one group between its markers in the page; the page's other words stay."""
    lines = ["| " + " | ".join(cells) + " |" for cells in [HEAD, *(row.cells() for row in rows)]]
    lines.insert(1, "|" + "---|" * len(HEAD))
    if busy > BUSY:
        lines += ["", f"Measured while others used {busy:.0f} % of the machine."]
    table = "\n".join(lines)
    before = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {group} -->\n).*?(<!-- end {group} -->)", re.DOTALL)
    after, found = pattern.subn(lambda match: f"{match[1]}{table}\n{match[2]}", before)
    if not found:
        raise SystemExit(
            f"{PAGE} has no place for the table of {group!r}: <!-- {group} --> … <!-- end {group} -->"
        )
    if after != before:
        PAGE.write_text(after, encoding="utf-8")


def write_machine() -> None:
    """Put the machine into the page, in one sentence."""
    sentence = f"The figures below are of {machine()}."
    pattern = re.compile(r"(<!-- machine -->\n).*?(<!-- end machine -->)", re.DOTALL)
    before = PAGE.read_text(encoding="utf-8")
    after = pattern.sub(lambda match: f"{match[1]}{sentence}\n{match[2]}", before)
    if after != before:
        PAGE.write_text(after, encoding="utf-8")


def machine() -> str:
    """Describe the machine as far as it matters."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"a machine with {os.cpu_count()} cores and {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
