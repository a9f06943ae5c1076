"""Opening what cannot be opened: the step before comes back, and nothing of the other stays behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator import Annotator, Box, Settings
from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.mltypes import InputImage, OutputImageLabel
from ipyannotator.pairs.boxes import BoxView, ImproveBoxes
from ipyannotator.pairs.view import View
from ipyannotator.sources import ImageSource


def handlers(a: Any) -> dict[str, int]:
    return {event: len(known) for event, known in a.events._handlers.items()}


@pytest.mark.parametrize(("step", "view"), [("explore", BoxView), ("improve", ImproveBoxes)])
def test_a_step_that_fails_half_way_leaves_nothing_behind(
    create: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, said: list[str], step: str, view: type[View]
) -> None:
    a = create(["car"])
    before = handlers(a)
    usual = view.make_status

    def broken(self: View) -> Any:
        monkeypatch.setattr(view, "make_status", usual)
        raise InvalidValue("Settings.instructions", "task.md", "a text file")

    monkeypatch.setattr(view, "make_status", broken)
    a.step = step
    assert a.step == "create"
    assert any("task.md" in text for text in said)
    assert handlers(a) == before
    a.current.add(Box(1, 2, 30, 40), "car")
    assert len(a.current.objects) == 1


def test_merging_where_there_is_no_file_says_so(create: Callable[..., Any], project: Path) -> None:
    a = create(["car"])
    with pytest.raises(
        FormatError, match=r"annotations\.json cannot be read: No such file.*Nothing was changed"
    ):
        a.merge()


def test_the_pictures_of_labels_are_closed_where_the_task_cannot_begin(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(project / "photos", project / "labels")
    (project / "results").mkdir()
    (project / "results" / "annotations.json").write_text("{")
    closed: list[str] = []
    usual = ImageSource.close

    def close(self: ImageSource) -> None:
        closed.append(self.location)
        usual(self)

    monkeypatch.setattr(ImageSource, "close", close)
    settings = Settings(project_path=project, author="ann")
    with pytest.raises(FormatError):
        Annotator(InputImage("photos"), OutputImageLabel("labels"), settings).create()
    assert {Path(each).name for each in closed} == {"photos", "labels"}


def test_cut_outs_go_to_the_home_folder_as_exports_do(
    create: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project / "home"))
    monkeypatch.setenv("USERPROFILE", str(project / "home"))
    a = create(["car"])
    a.current.add(Box(1, 2, 30, 40), "car")
    assert a.crops("~/cut").folder == project / "home" / "cut"
    assert a.classes_from({}, "~/cut").changed == 0
