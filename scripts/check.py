"""Runs every check of the house, all of them even where one fails, and says which failed: `make check`."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sysconfig.get_path("scripts"))

CHECKS = {
    "ruff check": [sys.executable, "-m", "ruff", "check", "."],
    "ruff format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "mypy --strict": [sys.executable, "-m", "mypy"],
    "import contract": [str(BIN / "lint-imports"), "--no-cache"],
    "tsc": [sys.executable, "scripts/js.py", "types"],
    "biome": [sys.executable, "scripts/js.py", "lint"],
}


def main() -> int:
    """Run the checks; print the output of those that failed, and a line for each."""
    failed = 0
    for name, command in CHECKS.items():
        begin = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            failed += 1
            print(done.stdout)
        print(
            f"{'FAILED' if done.returncode else 'ok':>6}  {name}  ({time.monotonic() - begin:.1f} s)",
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
