"""Finds a Chromium for the browser tests, and installs one where there is none.

python scripts/browser.py            print the path, install first where need be
python scripts/browser.py --find     print the path, or fail

Looked for, in this order: the environment variable CHROMIUM; Chromium or Chrome on the PATH or where systems put it;
the one that Playwright keeps. A browser counts as found when it answers to `--version`, because some systems put a
mere hint to another package there under the same name.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
REMEDY = """\
No Chromium was found, and none could be installed. One of these helps:
  - as root on Debian: apt-get install chromium
  - elsewhere: install Google Chrome or Chromium from your system
  - python -m playwright install --with-deps chromium
  - set CHROMIUM=/path/to/chromium
The tests that need no browser run with: python -m pytest -m "not browser"
"""


@functools.cache
def find() -> str | None:
    """Return the path of a browser that runs, or None; raise `SystemExit` where CHROMIUM names none."""
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None or not runs(path):
            raise SystemExit(
                f"The environment variable CHROMIUM is {named!r}, which is not a browser that runs."
            )
        return path
    candidates = [shutil.which(name) for name in NAMES] + [place for place in PLACES if Path(place).exists()]
    return next((path for path in candidates if path and runs(path)), None) or playwrights()


def runs(path: str) -> bool:
    """Tell whether a browser starts."""
    if os.name == "nt":  # there `--version` opens a window
        return Path(path).exists()
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights() -> str | None:
    """Return the path of Playwright's own Chromium, where it is installed and runs."""
    # In a process of its own, since the tests that ask may have an event loop.
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if done.returncode == 0 and path and Path(path).exists() and runs(path) else None


def install() -> str | None:
    """Install a Chromium by Playwright or by apt; return its path, or None."""
    root = os.name != "nt" and os.geteuid() == 0
    # Where Playwright's host cannot be reached, say so soon instead of after minutes.
    quick = {**os.environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}
    playwright = [sys.executable, "-m", "playwright"]
    if attempt([*playwright, "install", "chromium"], quick) and root and playwrights() is None:
        attempt([*playwright, "install-deps", "chromium"], quick)
    find.cache_clear()
    if find() is None and root and shutil.which("apt-get"):
        # Not on Ubuntu, whose package is a hint to another package manager: `runs` then says no.
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if attempt(["apt-get", "update", "-q"], quiet):
            attempt(["apt-get", "install", "-qy", "--no-install-recommends", "chromium"], quiet)
        find.cache_clear()
    return find()


def attempt(command: list[str], env: dict[str, str]) -> bool:
    """Run a command, its output to stderr; return whether it succeeded."""
    print("$", " ".join(command), file=sys.stderr, flush=True)
    try:
        return subprocess.run(command, env=env, stdout=sys.stderr, timeout=900, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return False


def main() -> None:
    """Print the path of a browser."""
    path = find()
    if path is None and "--find" not in sys.argv:
        path = install()
    if path is None:
        raise SystemExit(REMEDY)
    print(path)


if __name__ == "__main__":
    main()
