"""What all tests share: nothing may be left running, and the browser.

Every test is watched for threads and child processes that it leaves behind; a leak fails it, by name. What a fixture
of wider scope started (a server, a browser) is not its own: that is looked at when the run ends, together with
orphans, which are known by a mark in their environment.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import psutil
import pytest

import browser as finder  # scripts/browser.py, which `make` uses as well

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MARK = "IPYANNOTATOR_TEST_RUN"

GRACE = 5.0
"""Seconds that something which was told to end may take; a test without leaks never waits."""

ALLOWED_THREADS = {
    "IPythonHistorySavingThread": "IPython keeps one per process, once a shell exists",
    "fsspecIO": "fsspec keeps one event loop per process, once something remote was asked",
    "asyncio_": "the threads of that loop's executor, which look names up",
}

ALLOWED_PROCESSES = {
    "multiprocessing.resource_tracker": "Python keeps one per process, once multiprocessing was used",
}


def threads() -> set[threading.Thread]:
    """Return the threads that run now, without those that may stay."""
    return {
        t for t in threading.enumerate() if t.is_alive() and not any(n in t.name for n in ALLOWED_THREADS)
    }


def children() -> dict[int, str]:
    """Return the direct child processes that run now by number, with their command, without those that may stay.

    What a child starts is its own affair: a browser starts and ends helpers as it likes.
    """
    return {process.pid: command for process in psutil.Process().children() if (command := running(process))}


def orphans() -> dict[int, str]:
    """Return what runs now and was started, however indirectly, by this run of the tests."""
    found = {}
    for process in psutil.process_iter():
        try:
            ours = process.pid != os.getpid() and process.environ().get(MARK) == os.environ[MARK]
        except (psutil.Error, OSError):
            continue
        if ours and (command := running(process)):
            found[process.pid] = command
    return found


def running(process: psutil.Process) -> str:
    """Return the command of a process, or an empty string where it has ended or may stay."""
    try:
        command = " ".join(process.cmdline())[:200]
        ended = process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return ""
    return "" if ended or any(name in command for name in ALLOWED_PROCESSES) else command


def leaks(
    threads_before: set[threading.Thread], children_before: dict[int, str], *, at_end: bool = False
) -> list[str]:
    """Return what runs now and did not before, once it had the time to end."""
    limit = time.monotonic() + GRACE
    while True:
        left = [f"thread {t.name!r}" for t in threads() - threads_before]
        processes = orphans() if at_end else children()
        left += [f"process {pid}: {what}" for pid, what in processes.items() if pid not in children_before]
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
    """Remember what ran before the first test, and mark what will be started."""
    os.environ[MARK] = uuid.uuid4().hex
    # Who ends the run from outside (a time limit) gets the fixtures ended too, and with them servers and browsers.
    signal.signal(signal.SIGTERM, interrupt)
    session.config.stash[BEFORE] = threads(), children()


def interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where fixtures of wider scope left something."""
    left = leaks(*session.config.stash[BEFORE], at_end=True)
    session.config.stash[LEFT] = left
    if left and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left."""
    for what in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"Left running when the tests had ended: {what}", red=True)


BEFORE = pytest.StashKey[tuple[set[threading.Thread], dict[int, str]]]()
LEFT = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser, so that `-m "not browser"` leaves them out."""
    for item in items:
        if {"chromium", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser, for Playwright's `executable_path`; without one, fail with what to do."""
    path = finder.find()
    if path is None:
        pytest.fail(finder.REMEDY)
    return path


# For a module, not for the run: while Playwright is active there is an event loop in this thread, and others'
# `asyncio.run` would fail.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium that asks nobody on the internet for anything."""
    from playwright.sync_api import sync_playwright

    arguments = [
        *(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
        ),
        *("--disable-component-update", "--disable-sync"),
    ]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=arguments)
        yield opened
        opened.close()
