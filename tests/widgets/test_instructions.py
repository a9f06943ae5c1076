"""What to do: Markdown becomes a tree of safe tags, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator.errors import InvalidValue
from ipyannotator.widgets.instructions import parse, read


def tree_of(text: str, folder: Path | None = None) -> Any:
    return parse(text, folder)


TAGS = {
    "p", "ul", "ol", "li", "blockquote", "hr", "br", "strong", "em", "s", "table", "thead", "tbody", "tr", "th", "td",
    "h3", "h4", "h5", "h6", "pre", "code", "a", "img",
}  # fmt: skip


def test_the_usual_markdown_becomes_tags() -> None:
    tree = tree_of(
        "# Cells\n\nDraw **every** red cell.\n\n3. small\n4. `large`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    heading, paragraph, listed, table = tree
    assert heading == {"tag": "h3", "children": ["Cells"]}
    assert paragraph["children"] == ["Draw ", {"tag": "strong", "children": ["every"]}, " red cell."]
    assert (listed["tag"], listed["start"], len(listed["children"])) == ("ol", 3, 2)
    assert table["tag"] == "table"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick='x()'>b</b>",
        "[go](javascript:alert(1))",
        "[go](JaVaScRiPt:alert(1))",
        "[go](data:text/html;base64,PHNjcmlwdD4=)",
        "[go](vbscript:x)",
        "[go](file:///etc/passwd)",
        "[go](//evil.example)",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "![x](../secret.png)",
        "![x](/etc/passwd)",
        "<javascript:alert(1)>",
        "&lt;script&gt;",
        '[a](https://ok.example "><script>")',
    ],
)
def test_nothing_that_could_run_gets_through(text: str, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    inside = tmp_path / "project"
    inside.mkdir()

    def check(node: Any) -> None:
        if isinstance(node, str):
            return
        assert node["tag"] in TAGS
        assert set(node) <= {"tag", "children", "href", "src", "alt", "start"}
        assert str(node.get("href", "https://")).startswith(("http://", "https://", "mailto:"))
        assert "src" not in node
        for child in node["children"]:
            check(child)

    tree = tree_of(text, inside)
    for node in tree:
        check(node)
    assert tree
    json.dumps(tree)


def test_links_and_pictures(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "a cell.png")
    (tmp_path / "lie.png").write_text("<svg onload=alert(1)>")
    (link, picture), web, lie = (
        node["children"]
        for node in tree_of(
            "[x](https://a.example)![a cell](a%20cell.png)\n\n![w](https://a.example/b.png)\n\n![words](lie.png)",
            tmp_path,
        )
    )
    assert link == {"tag": "a", "children": ["x"], "href": "https://a.example"}
    assert picture["src"].startswith("data:image/png;base64,")
    assert picture["alt"] == "a cell"
    assert web == [{"tag": "a", "children": ["w"], "href": "https://a.example/b.png"}]
    assert lie == ["words"]


def test_the_version_is_the_texts(tmp_path: Path) -> None:
    assert read(None, tmp_path) == {}
    assert read("  \n", tmp_path) == {}
    one, same, other = (read(text, tmp_path)["version"] for text in ("Draw.", "Draw.\n", "Draw all."))
    assert one == same != other


def test_a_file_is_read_and_one_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "howto.md").write_text("Größe *beachten*", "utf-8")
    assert (
        read("howto.md", tmp_path) == read(Path("howto.md"), tmp_path) == read("Größe *beachten*", tmp_path)
    )
    with pytest.raises(InvalidValue, match=r"nowhere\.md"):
        read("nowhere.md", tmp_path)
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidValue, match=r"binary\.md"):
        read("binary.md", tmp_path)
