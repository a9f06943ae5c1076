"""Draws docs/architecture.svg from the code: `python scripts/architecture.py`.

The rows are the layers of the import contract in pyproject.toml, the words in a box are the first line of the part's
own docstring, and "uses" is what its modules really import. A test draws it again and compares, so it stays true.
"""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:  # pytest brings it
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "ipyannotator"
PICTURE = ROOT / "docs" / "architecture.svg"

WIDTH, ROW, GAP, LEFT = 1080, 74, 12, 16
BROWSER = [
    ("canvas, classes, objects, tools, …", "one module per widget: draws and takes gestures"),
    ("shared/session", "what is on screen, edits on their way included"),
    ("shared/outbox", "edits are kept until the kernel has answered"),
]


def layers() -> list[list[str]]:
    """Return the layers of the contract, the topmost first; each is the names of its parts."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [
        [name.strip().strip("()").rpartition(".")[2] for name in layer.split("|")]
        for layer in contract["layers"]
    ]


def modules(part: str) -> list[Path]:
    """Return the files of a part: a module, or all modules of a package."""
    single = PACKAGE / f"{part}.py"
    return [single] if single.exists() else sorted((PACKAGE / part).rglob("*.py"))


def about(part: str) -> str:
    """Return the first sentence of a part's docstring."""
    files = modules(part)
    file = next((each for each in files if each.name == "__init__.py"), files[0])
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return text.splitlines()[0].rstrip(".") if text else ""


def uses(part: str, parts: set[str]) -> list[str]:
    """Return the other parts that a part's modules import."""
    found = set()
    for file in modules(part):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            found |= {name.split(".")[1] for name in names if name.startswith("ipyannotator.")}
    return sorted((found & parts) - {part})


def draw() -> str:
    """Return the picture."""
    rows = layers()
    parts = {part for row in rows for part in row}
    top = 150
    lines = [
        _text(LEFT, 30, "Ipyannotator", "h"),
        _text(LEFT, 52, "Imports go down only; changes go up through one door.", "s"),
    ]
    third = (WIDTH - 2 * LEFT - 2 * GAP) / 3
    for at, (name, words) in enumerate(BROWSER):
        lines += _box(LEFT + at * (third + GAP), 66, third, name, words, "in the browser, js/src", "b")
    lines.append(_text(WIDTH / 2, top - 2, "⇅ the wire: docs/protocol.md", "s", "middle"))
    y = top + 10
    for row in rows:
        width = (WIDTH - 2 * LEFT - GAP * (len(row) - 1)) / len(row)
        for at, part in enumerate(row):
            others = uses(part, parts)
            below = f"uses {', '.join(others)}" if others else "uses nothing of ours"
            lines += _box(LEFT + at * (width + GAP), y, width, part, about(part), below, "p")
        y += ROW + GAP
    style = (
        "text{font:13px system-ui,'DejaVu Sans',sans-serif;fill:#1c2126}.h{font-size:20px;font-weight:700}"
        ".n{font-weight:700}.s{fill:#5a636e}.u{fill:#5a636e;font-size:11px}"
        "rect{rx:6px;stroke:#9aa4ae}.p{fill:#f7f8fa}.b{fill:#e6f1fb}.g{fill:#fff;stroke:none}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 4}" role="img">'
    title = "<title>The layers of Ipyannotator</title>"
    return "\n".join(
        [
            head,
            title,
            f"<style>{style}</style>",
            f'<rect class="g" width="{WIDTH}" height="{y + 4}"/>',
            *lines,
            "</svg>",
            "",
        ]
    )


def _box(x: float, y: float, width: float, name: str, words: str, below: str, kind: str) -> list[str]:
    room = int((width - 20) / 6.9)
    cut = words if len(words) <= room else words[: room - 1].rsplit(" ", 1)[0] + " …"
    return [
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{ROW - 4}"/>',
        _text(x + 10, y + 20, name, "n"),
        _text(x + 10, y + 39, cut, ""),
        _text(x + 10, y + 58, below, "u"),
    ]


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
    print(f"Drawn: {PICTURE.relative_to(ROOT)}")
