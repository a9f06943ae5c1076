"""What to do, in the words of whoever set the task: Markdown, made safe.

How this works. The text is parsed here (markdown-it-py, with HTML off) into a small tree of tags that are on a list, and
`js/src/status/instructions.ts` builds elements of it, from a list of its own. No HTML is ever written or read, so there is
nothing to sanitise: a sanitiser would have to be trusted with every text that comes, in every later version of it.
Parsing in Python keeps the parser out of the page, and lets pictures of the project be embedded, since nothing serves
its folder.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from ipyannotator.errors import InvalidValue, MissingPackage

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

Node = str | dict[str, Any]
"""A text, or `{"tag", "children"}` with `href`, `src`, `alt` or `start` where the tag has them."""

LARGEST_PICTURE: Final = 1_000_000
"""Bytes of a picture that is embedded."""
_PICTURES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_TAGS: Final = {
    "paragraph": "p", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li", "blockquote": "blockquote",
    "hr": "hr", "hardbreak": "br", "strong": "strong", "em": "em", "s": "s", "table": "table", "thead": "thead",
    "tbody": "tbody", "tr": "tr", "th": "th", "td": "td",
}  # fmt: skip


def read(value: str | Path | None, folder: Path) -> dict[str, Any]:
    """Return what the browser shows of the instructions.

    Args:
        value: Markdown, or the path of a file of it (a `Path`, or one line that ends in `.md`), relative to `folder`.
        folder: the project's folder, where pictures are sought too.

    Returns:
        `{"version", "body"}`: a digest of the text and a list of `Node`; empty where there are no instructions.

    Raises:
        InvalidValue: there is no such file, or it is not text in UTF-8.
        MissingPackage: markdown-it-py is not installed.
    """
    text = _text(value, folder).strip()
    if not text:
        return {}
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    return {"version": version, "body": parse(text, folder)}


def parse(text: str, folder: Path | None = None) -> list[Node]:
    """Parse Markdown (CommonMark, tables, strike-through); pictures are embedded from the folder where it is given.

    Raises:
        MissingPackage: markdown-it-py is not installed.
    """
    try:
        from markdown_it import MarkdownIt
        from markdown_it.tree import SyntaxTreeNode
    except ImportError as error:
        raise MissingPackage(
            "Instructions in Markdown need markdown-it-py: pip install 'ipyannotator[web]'."
        ) from error
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return list(_nodes(SyntaxTreeNode(reader.parse(text)), folder))


def _text(value: str | Path | None, folder: Path) -> str:
    if value is None:
        return ""
    is_path = isinstance(value, Path) or ("\n" not in value and value.strip().lower().endswith(".md"))
    if not is_path:
        return str(value)
    path = folder / Path(str(value).strip())
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(
            "Settings.instructions", str(path), "Markdown, or the path of a text file of it", str(error)
        ) from error


def _nodes(parent: SyntaxTreeNode, folder: Path | None) -> Iterator[Node]:
    for node in parent.children:
        yield from _node(node, folder)


def _node(node: SyntaxTreeNode, folder: Path | None) -> Iterator[Node]:
    inside = list(_nodes(node, folder)) if node.children else []
    if node.type == "text":
        yield node.content
    elif node.type == "softbreak":
        yield " "
    elif node.type in _TAGS:
        made: dict[str, Any] = {"tag": _TAGS[node.type], "children": inside}
        if node.type == "ordered_list" and "start" in node.attrs:
            made["start"] = int(node.attrs["start"])
        yield made
    elif node.type == "heading":
        # Under the dialog's own heading.
        yield {"tag": f"h{min(int(node.tag[1]) + 2, 6)}", "children": inside}
    elif node.type in ("fence", "code_block"):
        yield {"tag": "pre", "children": [{"tag": "code", "children": [node.content]}]}
    elif node.type == "code_inline":
        yield {"tag": "code", "children": [node.content]}
    elif node.type == "link":
        yield from _link(str(node.attrs.get("href", "")), inside)
    elif node.type == "image":
        yield _picture(str(node.attrs.get("src", "")), node.content, folder)
    else:  # `inline`, and what a later parser may bring: its text is kept
        yield from inside or ([node.content] if node.content else [])


def _link(href: str, inside: list[Node]) -> Iterator[Node]:
    if urlsplit(href).scheme in ("http", "https", "mailto"):
        yield {"tag": "a", "children": inside, "href": href}
    else:
        yield from inside


def _picture(source: str, alt: str, folder: Path | None) -> Node:
    """Return a picture of the project, embedded; else the words that stand for it.

    One of the web becomes a link: loading it would tell its server who reads this, and when.
    """
    if urlsplit(source).scheme in ("http", "https"):
        return {"tag": "a", "children": [alt or source], "href": source}
    data = None if folder is None else _embedded(unquote(source), folder)
    return {"tag": "img", "children": [], "src": data, "alt": alt} if data else alt or Path(source).name


def _embedded(name: str, folder: Path) -> str | None:
    from PIL import Image

    root = folder.resolve()
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or path.stat().st_size > LARGEST_PICTURE:
            return None
        data = path.read_bytes()
        with Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as picture:
            mime = _PICTURES[picture.format or ""]
    except (OSError, ValueError, KeyError):  # Pillow's own error is an OSError
        return None
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
