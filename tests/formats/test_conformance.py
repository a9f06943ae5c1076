"""Every format passes the suite that a stranger's would."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipyannotator.formats import FORMATS, Format
from ipyannotator.formats.describing import descriptions
from ipyannotator.testing.formats import FORMAT_CHECKS, check_format, content

# Folders of classes hold nothing but pictures, which the suite does without: they have tests of their own.
CASES = [
    (str(name), ending) for name in FORMATS if name != "folders" for ending in {"", FORMATS.get(name).file}
]


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize(("name", "ending"), sorted(CASES))
def test_format(name: str, ending: str, check, tmp_path: Path) -> None:
    check(FORMATS.get(name), tmp_path, f"out{ending}")


def test_the_whole_suite_runs_at_once(tmp_path: Path) -> None:
    check_format(FORMATS.get("coco"), tmp_path, ".json")
    assert len(list(tmp_path.iterdir())) == len(FORMAT_CHECKS)


@pytest.mark.parametrize(("name", "ending"), sorted(CASES))
def test_a_format_is_known_by_its_files_among_all(name: str, ending: str, tmp_path: Path) -> None:
    kind: Format = FORMATS.get(name)
    kind.write(tmp_path / f"out{ending}", content(kind), images="none")
    found = [str(other) for other in FORMATS if FORMATS.get(str(other)).detect(tmp_path / f"out{ending}")]
    assert found == ["voc" if name == "voc-devkit" else name]  # they differ in what a number means alone


def test_the_page_of_formats_says_what_each_holds() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text("utf-8")
    rows = [f"| `{each.name}` | {each.title} | {each.holds} | {each.loses} |" for each in descriptions()]
    assert len(rows) >= 4
    assert [row for row in rows if row not in page] == []
