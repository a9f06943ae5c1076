"""Runs the tools of the browser side with the Node that comes from PyPI; nothing need be installed on the machine.

python scripts/js.py build | watch | test | types | lint | format   [arguments for the tool]
python scripts/js.py npm install --save-dev name@version
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import hatch_build  # noqa: E402 - it stands beside pyproject.toml, where hatchling looks for it

TOOLS = {
    "watch": ["build.mjs", "--watch"],
    "test": ["node_modules/vitest/vitest.mjs", "run"],
    "types": ["node_modules/typescript/bin/tsc", "--noEmit"],
    "lint": ["node_modules/@biomejs/biome/bin/biome", "check"],
    "format": ["node_modules/@biomejs/biome/bin/biome", "check", "--write"],
}
"""The entry script of each tool, run by Node itself: npm's shims in `.bin` differ between systems."""


def main(arguments: list[str]) -> int:
    """Run one tool; return its exit code."""
    if not arguments or arguments[0] not in {"build", "npm", *TOOLS}:
        print(__doc__, file=sys.stderr)
        return 2
    name, *rest = arguments
    try:
        if name == "build":
            print("bundled" if hatch_build.build() else "the bundle is up to date")
            return 0
        if name != "npm":
            hatch_build.install(ROOT / "js")
    except hatch_build.BrowserSideError as error:
        print(error, file=sys.stderr)
        return 1
    command = [str(hatch_build.node()), *(TOOLS.get(name) or [str(hatch_build.npm())]), *rest]
    return subprocess.run(command, cwd=ROOT / "js", env=hatch_build.environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
