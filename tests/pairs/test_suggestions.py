"""A model's suggestions in an annotator: put on, judged, and left out of what is given out."""

from __future__ import annotations

import json
import threading

import pytest

from ipyannotator.editor.suggesting import Suggestion
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Box

FOUND = [
    (Box(10, 10, 20, 20), "car", 0.9),
    (Box(50, 10, 20, 20), "bus", 0.6),
    (Box(90, 10, 20, 20), "car", 0.3),
]


def find(item):
    return FOUND


def seen(a):
    _, objects, _ = a.editor.store.annotated(a.editor.task, a.editor.key)
    return [(record.score, record.origin) for record in objects]


def authors(a):
    return {obj.author for obj in a.current.objects}


@pytest.fixture
def suggested(create, eventually):
    a = create(["car", "bus"])
    a.suggest(find)
    assert eventually(lambda: len(a.current) == 3)
    return a


class TestPutOn:
    def test_by_a_call_a_decorator_and_none_again(self, create, eventually):
        a = create(["car", "bus"])

        @a.suggest
        def first(item):
            return [(Box(1, 1, item.width / 2, item.height / 2), "car")]

        assert callable(first)
        assert eventually(lambda: len(a.current) == 1)
        assert a.current.objects[0].shape == Box(1, 1, 100, 50)

        @a.suggest(name="second", version="b")
        def another(item):
            return [Suggestion(Box(1, 1, 5, 5), "bus", 0.5)]

        assert eventually(lambda: authors(a) == {"model:first", "model:second"})
        assert a.suggestions.model.name == "second"
        assert a.suggest(None) is None
        assert a.suggestions is None
        a.index = 1
        assert not a.current.objects

    def test_it_stays_when_the_step_is_another_and_explore_stays_as_it_is(self, create, eventually):
        a = create(["car", "bus"])
        a.step = "explore"
        a.suggest(find)
        assert a.suggestions is None
        assert not a.current.objects
        a.step = "create"
        assert eventually(lambda: len(a.current) == 3)

    def test_closing_during_a_run_is_quiet(self, create, eventually, said):
        going, running = threading.Event(), threading.Event()
        a = create(["car", "bus"])

        def slow(item):
            running.set()
            going.wait(10)
            return FOUND

        a.suggest(slow)
        assert eventually(running.is_set)
        assert eventually(lambda: (panel := a.view.suggestions) and panel.said.value == "suggesting…")
        thread = a.suggestions._thread
        a.close()
        going.set()
        thread.join(10)
        assert not thread.is_alive()
        assert said == []

    def test_labels_of_whole_images_have_none(self, project):
        from ipyannotator import Annotator, InputImage, OutputImageLabel, Settings

        a = Annotator(InputImage("photos"), OutputImageLabel(), Settings(project_path=project)).create()
        with pytest.raises(InvalidValue, match="one of objects that are drawn"):
            a.suggest(find)
        a.close()


class TestJudging:
    def test_one_after_the_other(self, suggested):
        a = suggested
        a.act("accept")  # nothing is selected yet
        first, second, third = (obj.id for obj in a.current.objects)
        assert a.editor.selection == (first,)
        assert {origin for _, origin in seen(a)} == {"model"}
        a.act("accept")
        assert a.editor.selection == (second,)
        a.act("reject")
        assert a.editor.selection == (third,)
        a.act("accept")
        assert a.editor.selection == ()
        assert seen(a) == [(0.9, "human"), (0.3, "human")]
        assert authors(a) == {"model:find"}  # who found it; the log says who accepted it
        assert a.editor.store.log()[-1].change.author.id == "ann"

    def test_all_above_the_score_then_the_rest_each_one_undo(self, suggested):
        a = suggested
        a.act("accept_all")
        assert seen(a) == [(0.9, "human"), (0.6, "human"), (0.3, "model")]
        a.act("reject_all")
        assert seen(a) == [(0.9, "human"), (0.6, "human")]
        a.undo()
        a.undo()
        assert seen(a) == [(0.9, "model"), (0.6, "model"), (0.3, "model")]
        a.act("accept_all", 0.2)
        assert {origin for _, origin in seen(a)} == {"human"}

    def test_what_a_person_drew_is_not_judged(self, suggested):
        a = suggested
        mine = a.current.add(Box(1, 1, 5, 5), "car")
        a.editor.select([mine.id])
        a.act("reject")
        assert len(a.current) == 4
        a.act("reject_all")
        assert [obj.id for obj in a.current.objects] == [mine.id]

    def test_what_is_edited_in_the_fields_is_accepted_in_the_same_change(self, suggested):
        a = suggested
        one = a.current.objects[0]
        a.editor.select([one.id])
        a.act("edit", ("x", 12))
        assert (one.origin, one.shape) == ("human", Box(12, 10, 20, 20))
        a.undo()
        assert (one.origin, one.shape) == ("model", Box(10, 10, 20, 20))

    def test_the_page_hears_what_is_selected(self, suggested, monkeypatch):
        sent = []
        monkeypatch.setattr(suggested.canvas, "send", lambda content, buffers=None: sent.append(content))
        suggested.act("accept")
        patch = [each for each in sent if "selected" in each][-1]
        assert patch["selected"] == [suggested.current.objects[0].id]


class TestPanel:
    def test_it_is_there_when_there_is_something_to_say(self, create, eventually):
        a = create(["car", "bus"])
        assert a.parts["suggestions"] is None
        a.suggest(find)
        assert eventually(lambda: a.view.suggestions)
        panel = a.view.suggestions
        assert eventually(lambda: (panel.title.value, panel.above) == ("3 suggestions of find", 2))
        assert eventually(lambda: panel.accept.description == "Accept 2 above 0.50")
        panel.score.value = 0.25
        assert eventually(lambda: panel.accept.description == "Accept 3 above 0.25")
        panel.accept.click()
        assert eventually(lambda: panel.title.value == "No suggestions of find")
        a.suggest(None)
        assert eventually(lambda: a.parts["suggestions"] is None)
        a.current.add(Box(1, 1, 5, 5), "car", score=0.1, origin="model")
        assert [part for name, part in a.parts.items() if name == "suggestions"] == [panel]
        panel.reject.click()
        assert seen(a) == [(0.9, "human"), (0.6, "human"), (0.3, "human")]

    def test_a_failure_is_told_and_can_be_tried_again(self, create, eventually, said):
        works = threading.Event()
        a = create(["car", "bus"])

        def fragile(item):
            if not works.is_set():
                raise OSError("no weights")
            return FOUND

        a.suggest(fragile)
        assert eventually(lambda: said)
        panel = a.view.suggestions
        assert eventually(lambda: panel.retry.layout.display is None)
        assert panel.said.value == "fragile failed on “0.jpg”: OSError: no weights"
        assert said == [panel.said.value]
        works.set()
        panel.retry.click()
        assert eventually(lambda: len(a.current) == 3)
        assert eventually(lambda: panel.said.value == "")

    def test_done_says_what_was_not_accepted(self, said, suggested):
        suggested.done()
        assert "0.jpg is done; 3 suggestions were not accepted, and will not be exported." in said


class TestGivenOut:
    def test_neither_the_json_nor_an_export_has_what_nobody_accepted(self, suggested, tmp_path):
        a = suggested
        a.current.objects[1].delete()
        assert a.to_dict(only_annotated=True) == {}
        a.act("accept_all", 0.8)
        a.done()
        ((_, value),) = a.to_dict(only_annotated=True).items()
        assert len(value["bbox"]) == 1
        report = a.export("coco", tmp_path / "out.json")
        assert (report.items, report.objects) == (1, 1)
        assert report.lost["suggestions that nobody accepted"] == 1
        a.export("coco", tmp_path / "all.json", suggestions=True)
        written = json.loads((tmp_path / "all.json").read_text("utf-8"))
        assert len(written["annotations"]) == 2

    def test_the_table_has_them_with_their_origin(self, suggested):
        pytest.importorskip("pandas")
        assert list(suggested.to_dataframe()["origin"]) == ["model"] * 3


class TestAssist:
    def test_the_tool_is_there_while_there_is_a_function(self, create):
        a = create(["car", "bus"])
        assert "assist" not in a.parts.tools.tools
        assert a.canvas.keymap.get("g") != "tool:assist"

        @a.assist
        def point(item, prompt):
            return Box(1, 1, 2, 2)

        assert a.parts.tools.tools == ["select", "box", "assist", "pan"]
        assert a.canvas.keymap["g"] == "tool:assist"
        a.step = "explore"
        assert "assist" not in a.parts.tools.tools
        a.step = "create"
        assert "assist" in a.parts.tools.tools
        assert a.canvas.assisting.assistant is point
        a.canvas.tool = "assist"
        assert a.assist(None) is None
        assert a.canvas.tool == "select"
        assert a.parts.tools.tools == ["select", "box", "pan"]

    def test_what_cannot_assist_is_refused_and_changes_nothing(self, create):
        a = create(["car"])
        with pytest.raises(InvalidValue, match="plain function"):
            a.assist(5)
        assert a.assistant is None
        assert "assist" not in a.parts.tools.tools

    def test_what_ships_answers_with_a_mask(self, create):
        from ipyannotator.assist import Prompt, flood_fill
        from ipyannotator.editor.item import Item

        a = create(["car"])
        shape = flood_fill(10)(Item(a.editor.source, "0.jpg"), Prompt(((5, 5, True),)))
        assert shape.kind == "mask"
        assert shape.measure() == 200 * 100
