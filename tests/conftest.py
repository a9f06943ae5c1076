"""What all tests share: nothing may be left running, and where the browser is.

Every test is watched for threads and child processes that it leaves behind; a leak fails it, by name. What a fixture
of wider scope started (a server, a browser) is not its own and is looked at when the run ends.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import browser  # noqa: E402 - scripts/browser.py, which `make` uses as well

GRACE = 5.0
"""Seconds that something which was told to end may take; a test without leaks never waits."""

ALLOWED_THREADS = {
    "IPythonHistorySavingThread": "IPython keeps one per process, once a shell exists",
}

ALLOWED_PROCESSES = {
    "multiprocessing.resource_tracker": "Python keeps one per process, once multiprocessing was used",
}


def threads() -> set[threading.Thread]:
    """Return the threads that run now, without those that may stay."""
    return {t for t in threading.enumerate() if t.is_alive() and not any(n in t.name for n in ALLOWED_THREADS)}


def children() -> dict[int, str]:
    """Return the child processes that run now by number, with their command, without those that may stay."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            command = " ".join(process.cmdline())[:200]
            if process.status() != psutil.STATUS_ZOMBIE and not any(n in command for n in ALLOWED_PROCESSES):
                found[process.pid] = command
        except psutil.NoSuchProcess:
            continue
    return found


def leaks(threads_before: set[threading.Thread], children_before: dict[int, str]) -> list[str]:
    """Return what runs now and did not before, once it had the time to end."""
    limit = time.monotonic() + GRACE
    while True:
        left = [f"thread {t.name!r}" for t in threads() - threads_before]
        left += [f"process {pid}: {command}" for pid, command in children().items() if pid not in children_before]
        if not left or time.monotonic() > limit:
            return left
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves threads or processes. Made after the fixtures of wider scope, ended after its own."""
    before = threads(), children()
    yield
    left = leaks(*before)
    if left:
        pytest.fail(f"{request.node.nodeid} left running: " + "; ".join(left), pytrace=False)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember what ran before the first test."""
    session.config.stash[BEFORE] = threads(), children()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where fixtures of wider scope left something."""
    left = leaks(*session.config.stash[BEFORE])
    session.config.stash[LEFT] = left
    if left and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left."""
    for what in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"Left running when the tests had ended: {what}", red=True)


BEFORE = pytest.StashKey[tuple[set[threading.Thread], dict[int, str]]]()
LEFT = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser, for Playwright's `executable_path`; without one, fail with what to do."""
    path = browser.find()
    if path is None:
        pytest.fail(browser.REMEDY)
    return path
