"""What a measurement is: figures with their spread, a budget, and what they stand beside."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """Values of one thing, measured several times.

    Attributes:
        values: times in milliseconds, or numbers of what `unit` names.
        unit: `ms` (shown in seconds from one second on), `MB`, or a word such as `messages`.
    """

    values: tuple[float, ...]
    unit: str = "ms"

    @property
    def median(self) -> float:
        """The middle one of the values."""
        return statistics.median(self.values)

    @property
    def high(self) -> float:
        """The 95th percentile; of fewer than 20 values, the largest."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    def __str__(self) -> str:
        return self.show(self.median)

    def show(self, value: float) -> str:
        """Write a value of this sample with its unit."""
        if self.unit == "ms" and abs(value) >= 1000:
            return f"{number(value / 1000)} s"
        return f"{number(value)} {self.unit}".strip()


def number(value: float) -> str:
    """Write a number with what can be told apart: three digits at most before, two after the point."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


@dataclass(frozen=True)
class Budget:
    """The most that a median should be, in the unit of its sample's values, and where it comes from."""

    limit: float
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was done.
        size: on how much of what.
        sample: the figures.
        budget: None where it is told for information.
        beside: names and figures of what it is to be compared with; a text where it was not measured here.
    """

    what: str
    size: str
    sample: Sample
    budget: Budget | None = None
    beside: tuple[tuple[str, Sample | str], ...] = ()

    @property
    def met(self) -> str:
        """`yes`; `median` where the 95th percentile is over the budget; `no`; empty without a budget."""
        if self.budget is None:
            return ""
        if self.sample.high <= self.budget.limit:
            return "yes"
        return "median" if self.sample.median <= self.budget.limit else "**no**"

    def cells(self) -> list[str]:
        """Return the cells of the table."""
        sample = self.sample
        limit = "" if self.budget is None else f"≤ {sample.show(self.budget.limit)}"
        if self.budget is not None and self.budget.why:
            limit += f" ({self.budget.why})"
        beside = "; ".join(f"{name}: {found}" for name, found in self.beside)
        spread = "" if len(sample.values) == 1 else sample.show(sample.high)
        return [self.what, self.size, str(sample), spread, limit, self.met, beside]


HEAD = ["what", "size", "median", "95 %", "budget", "met", "beside it, in the same run"]


def timed(work: Callable[[], Any]) -> float:
    """Return the milliseconds that a call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def repeated(work: Callable[[], Any], times: int) -> Sample:
    """Time a call several times."""
    return Sample(tuple(timed(work) for _ in range(times)))
