"""Boxes on a folder of frames, as a user's code and the browser's messages see it: asserted on what is stored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator import Annotator, Box, InputImage, OutputVideoBbox, Rejected, Settings
from ipyannotator.datasets.generators import create_mot_ds
from ipyannotator.mltypes import BboxVideoCoordinate
from ipyannotator.model import Op, encode_shape, new_id

FRAMES = 8
CLASSES = ["circle", "ellipse", "rectangle"]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A clip whose circle passes behind the rectangle and comes back under another id."""
    folder = tmp_path / "clip"
    create_mot_ds(folder, n_frames=FRAMES, occluded=True)
    return folder


@pytest.fixture
def annotate(clip: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(step: str = "create", *, truth: bool = True, **values: Any) -> Any:
        results = clip / "results"
        if truth and not results.exists():
            results.mkdir()
            shutil.copy(clip / "annotations.json", results / "annotations.json")
        settings = Settings(**{"project_path": clip, "author": "ann", **values})
        opened.append(getattr(Annotator(InputImage("img"), OutputVideoBbox(CLASSES), settings), step)())
        opened[-1].view.tracks.wait()
        return opened[-1]

    return make


def frames(a: Any) -> dict[str, list[int]]:
    """Return the frames of each track, as stored."""
    found: dict[str, list[int]] = {}
    for item, objects, _ in a.editor.store.each(a.editor.task, a.editor.layer):
        for record in objects:
            found.setdefault(record.track, []).append(a.editor.source.index(item.id))
    return {track: sorted(found[track]) for track in sorted(found, key=str)}


def hidden(a: Any) -> tuple[str, str]:
    """Return the ids of the circle before and after the rectangle hides it."""
    circle = a.editor.schema.id_of("circle")
    first, second = (each.id for each in a.view.tracks.summaries() if each.class_id == circle)
    return first, second


def drawn(a: Any, track: str | None = None, x: float = 5) -> dict[str, Any]:
    """Return a message of the page: a box that was drawn on the frame on screen."""
    object_id, key = new_id(), a.item
    new = {
        "id": object_id,
        "item": key,
        "shape": encode_shape(Box(x, 5, 20, 10)),
        "class_id": None,
        "track": track,
    }
    op = {"action": "create", "record": "object", "id": object_id, "item": key, "new": new}
    change = {"id": new_id(), "task": a.editor.task, "item": key, "ops": [op], "origin": "human", "time": 1.0}
    return {"v": 1, "type": "change", "seq": 1, "change": change, "selected": []}


def test_the_originals_calls(annotate: Callable[..., Any], clip: Path) -> None:
    a = annotate()
    truth = json.loads((clip / "annotations.json").read_text())
    assert [value for value in a.to_dict().values() if value] == list(truth.values())
    box = truth[next(iter(truth))]["bbox"][0]
    assert BboxVideoCoordinate(**box).id == "1"
    assert a.current.objects[0].record.track == "1"
    a.close()
    b = annotate("explore")
    assert b.to_dict(only_annotated=True).keys() == truth.keys()


def test_the_json_comes_back_as_it_went(annotate: Callable[..., Any], clip: Path) -> None:
    a = annotate()
    before = frames(a)
    written = Path(a.save())
    a.close()
    (clip / "results" / "annotations.db").unlink()
    again = annotate()
    assert json.loads(written.read_text()) == json.loads(Path(again.save()).read_text())
    assert frames(again) == before


def test_tracks_are_joined_across_an_occlusion(annotate: Callable[..., Any]) -> None:
    a = annotate()
    before = frames(a)
    first, second = hidden(a)
    a.index = 3
    a.act("join_tracks", [second, first])
    after = frames(a)
    assert second not in after
    assert after[first] == before[first] + before[second]
    assert len(after[first]) < FRAMES
    a.act("undo")
    assert frames(a) == before
    a.act("redo")
    assert frames(a) == after


def test_tracks_that_meet_are_refused_with_the_frames(annotate: Callable[..., Any], said: list[str]) -> None:
    a = annotate()
    before = frames(a)
    a.act("join_tracks", ["2", "3"])
    assert frames(a) == before
    refusal = f"#2, #3 cannot be joined: more than one of them is on frames 1–{FRAMES}."
    assert [text[: len(refusal)] for text in said] == [refusal]


def test_split_rename_and_delete_are_one_undo_each(annotate: Callable[..., Any]) -> None:
    a = annotate()
    before = frames(a)
    a.index = 2
    a.act("split_track", "2")
    new = next(track for track in frames(a) if track not in before)
    assert frames(a)[new] == list(range(2, FRAMES))
    a.act("rename_track", [new, "the ellipse"])
    assert frames(a)["the ellipse"] == list(range(2, FRAMES))
    a.act("delete_tracks", ["the ellipse", "3"])
    assert frames(a)["2"] == [0, 1]
    assert not {"the ellipse", "3"} & frames(a).keys()
    for _ in range(3):
        a.act("undo")
    assert frames(a) == before


def test_a_box_keeps_the_id_that_the_page_gave_it(annotate: Callable[..., Any]) -> None:
    a = annotate(truth=False)
    a.canvas.receive(drawn(a, "1"))
    a.index = 1
    a.canvas.receive(drawn(a, "1"))
    assert frames(a) == {"1": [0, 1]}


@pytest.mark.parametrize("given", [None, "", "1"], ids=["none", "empty", "of another box on the frame"])
def test_a_box_without_an_id_of_its_own_gets_the_next_number(
    annotate: Callable[..., Any], given: str | None
) -> None:
    a = annotate(truth=False)
    answers: list[Any] = []
    a.canvas._tell = lambda content, buffers=None: answers.append(content)
    a.current.add(Box(1, 1, 5, 5), "circle")
    a.canvas.receive(drawn(a, given))
    assert frames(a) == {"1": [0], "2": [0]}
    told = next(each for each in answers if each["type"] == "answer")
    assert (told["status"], told["ops"][0]["new"]["track"]) == ("amended", "2")
    a.current.extend([Box(1, 1, 5, 5), Box(2, 2, 5, 5)])
    assert frames(a) == {str(number): [0] for number in range(1, 5)}
    a.undo()
    a.undo()
    assert frames(a) == {"1": [0]}


def test_one_frame_has_an_id_once(annotate: Callable[..., Any], said: list[str]) -> None:
    a = annotate()
    before = frames(a)
    box = a.current.objects[0]
    a.editor.select([box.id])
    assert a.view.fields.track.value == "1"
    a.view.fields.track.value = "2"
    assert frames(a) == before
    assert a.view.fields.track.value == "1"
    refusal = "There is another box #2 on frame 1. Two boxes of a frame cannot have one id"
    assert [text[: len(refusal)] for text in said] == [refusal]
    a.view.fields.track.value = " 77 "
    assert box.record.track == "77"
    a.view.fields.track.value = ""
    assert box.record.track is None
    a.view.fields.x = 3


def test_python_reads_and_writes_ids(annotate: Callable[..., Any]) -> None:
    a = annotate(truth=False)
    box = a.current.add(Box(1, 1, 5, 5), "circle", track="7")
    assert (box.track, frames(a)) == ("7", {"7": [0]})
    box.track = "8"
    a.annotations["0001.jpg"].extend([Box(1, 1, 5, 5), Box(9, 9, 5, 5)], origin="model", tracks=["8", None])
    assert frames(a) == {"8": [0, 1], None: [1]}
    assert a.to_dataframe()["track"].tolist()[0] == "8"
    with pytest.raises(Rejected, match="another box #8 on frame 1"):
        a.current.add(Box(1, 1, 5, 5), track="8", origin="model")


def test_two_boxes_can_change_ids_in_one_change(annotate: Callable[..., Any]) -> None:
    a = annotate()
    one, two = a.current.objects[:2]
    ops = [
        Op("set", "object", each.id, a.item, "track", each.record.track, new)
        for each, new in ((one, "2"), (two, "1"))
    ]
    a.editor.do(ops)
    assert [one.record.track, two.record.track] == ["2", "1"]


def test_an_undo_brings_no_second_box_of_an_id(annotate: Callable[..., Any], said: list[str]) -> None:
    a = annotate(truth=False)
    a.canvas.receive(drawn(a, "1"))
    (box,) = a.current.objects
    box.delete()
    other = annotate(truth=False, author="ben")
    other.canvas.receive(drawn(other, "1", 40))
    a.editor.catch_up()
    a.act("undo")
    assert frames(a) == {"1": [0]}
    assert any("another box #1" in text for text in said)


def test_a_file_may_hold_what_a_person_may_not_draw(annotate: Callable[..., Any], clip: Path) -> None:
    """The original's files have boxes without id; two of one are a mistake that is shown, not a reason to refuse."""
    results = clip / "results"
    results.mkdir()
    box = {"x": 1, "y": 1, "width": 5, "height": 5}
    value = {
        "bbox": [{**box, "id": ""}, {**box, "id": 4}, {**box, "id": "4"}],
        "labels": [[], ["circle"], ["circle"]],
    }
    (results / "annotations.json").write_text(json.dumps({f"{clip}/img/0000.jpg": value}))
    a = annotate()
    a.index = 0
    assert [each.record.track for each in a.current.objects] == [None, "4", "4"]
    assert a.view.tracks.summary("4").boxes == 2
    a.current.objects[1].shape = Box(9, 9, 5, 5)
    a.editor.select([a.current.objects[2].id])
    a.view.fields.track.value = "5"
    assert frames(a) == {"4": [0], "5": [0], None: [0]}


def test_a_click_on_a_track_shows_its_first_frame(annotate: Callable[..., Any], said: list[str]) -> None:
    a = annotate()
    _, second = hidden(a)
    start = a.view.tracks.summary(second).first
    a.act("open_track", second)
    assert a.index == start
    a.restrict([a.editor.source.key(0)], "the first")
    a.act("open_track", second)
    assert (a.index, len(a)) == (start, FRAMES)
    a.act("open_track", "nobody")
    assert len(said) == 1
    assert "'nobody'" in said[0]


def test_explore_changes_nothing(annotate: Callable[..., Any], clip: Path, said: list[str]) -> None:
    annotate().close()
    before = (clip / "results" / "annotations.db").read_bytes()
    a = annotate("explore")
    assert a.view.list.session == a.canvas.session
    for action, value in (("join_tracks", list(hidden(a))), ("delete_tracks", ["1"]), ("split_track", "2")):
        a.act(action, value)
    assert len(said) == 3
    assert all("Explore changes nothing" in text for text in said)
    assert "1" in frames(a)
    a.close()
    assert (clip / "results" / "annotations.db").read_bytes() == before


def test_trajectories_stay_on_or_off_from_step_to_step(annotate: Callable[..., Any]) -> None:
    a = annotate()
    assert a.view.list.trails
    a.view.list.trails = False
    a.step = "explore"
    assert not a.view.list.trails
    a.trails = True
    assert a.view.list.trails
    assert a.parts.tracks is a.view.list


def test_keys_of_the_view(annotate: Callable[..., Any]) -> None:
    a = annotate()
    assert {key: a.canvas.keymap[key] for key in "njt"} == {
        "n": "track_new",
        "j": "track_join",
        "t": "track_trails",
    }
    a.keymap["x"] = "track_trails"
    a.keymap["n"] = "next"
    assert (a.canvas.keymap["x"], a.canvas.keymap["n"]) == ("track_trails", "next")


# ---- what the list tells the page ------------------------------------------------------------------------------------


@pytest.fixture
def page(annotate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[Any]]:
    """An annotator, and what its list of tracks sends to a page that has said hello."""
    a = annotate()
    heard: list[Any] = []
    monkeypatch.setattr(
        a.view.list, "send", lambda content, buffers: heard.append((content, json.loads(buffers[0])))
    )
    a.view.list.receive({"type": "hello"})
    return a, heard


def test_a_page_gets_all_tracks_and_then_what_changes(page: tuple[Any, list[Any]]) -> None:
    a, heard = page
    (everything, rows), (here, near) = heard
    assert (everything["type"], everything["complete"]) == ("tracks", True)
    assert [row[0] for row in rows] == [each.id for each in a.view.tracks.summaries()]
    assert (here["item"], here["frame"], {each[0] for each in near} >= {"2", "3"}) == ("0000.jpg", 0, True)
    heard.clear()
    a.view.list.receive({"type": "draw", "blocks": [["2", 0], ["2", 7], ["nobody", 0]]})
    ((_, blocks),) = heard
    assert [(track, block, len(centers)) for track, block, centers in blocks] == [
        ("2", 0, FRAMES), ("2", 7, 0), ("nobody", 0, 0),
    ]  # fmt: skip
    heard.clear()
    a.index = 4
    assert [content["type"] for content, _ in heard] == ["here"]
    heard.clear()
    box = next(each for each in a.current.objects if each.record.track == "2")
    box.shape = Box(0, 0, 10, 10)
    assert heard[0][1]["centers"] == {"2": [[4, 5, 5]]}
    box.delete()
    assert heard[2][1]["centers"] == {"2": [[4]]}
    assert heard[2][1]["tracks"][0][0::4] == ["2", FRAMES - 1]
    numbers = [content["number"] for content, _ in heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_joined_track_is_told_as_gone(page: tuple[Any, list[Any]]) -> None:
    a, heard = page
    heard.clear()
    first, second = hidden(a)
    a.act("join_tracks", [first, second])
    content, data = next(each for each in heard if each[0]["type"] == "changed")
    assert content["type"] == "changed"
    assert data["gone"] == [second]
    assert [row[0] for row in data["tracks"]] == [first]


def test_a_message_that_is_none_is_told(page: tuple[Any, list[Any]]) -> None:
    a, _ = page
    failures: list[Any] = []
    a.on("error", failures.append)
    a.view.list.receive({"type": "nonsense"})
    assert "A message of the list of tracks failed" in failures[0].text
