"""The frame's slots, its switch, and its marks."""

from __future__ import annotations

import pytest
from ipywidgets import Button, Label

from ipyannotator.errors import InvalidValue
from ipyannotator.widgets import frame as frame_module
from ipyannotator.widgets.component import STATIC
from ipyannotator.widgets.frame import SLOTS, Frame
from ipyannotator.widgets.marks import mark

pytestmark = pytest.mark.skipif(not (STATIC / "frame.js").exists(), reason="the browser side is not built")


@pytest.fixture
def frame():
    made = Frame(["explore", "create"], title="Blood cells", session={"id": "s"}, stage=(800, 600))
    yield made
    made.close()


def boxes(widget):
    """All boxes of a frame, in order: what must never change while parts do."""
    found = [widget]
    for child in getattr(widget, "children", ()):
        if child.__class__.__module__ in (frame_module.__name__, "ipywidgets.widgets.widget_box"):
            found += boxes(child)
    return found


def test_a_part_is_replaced_in_its_own_box(frame):
    before = boxes(frame)
    one, two = Button(), Label("two")
    frame.parts.fields = one
    assert frame.parts.fields is frame.parts["fields"] is one
    frame.parts["fields"] = two
    frame.parts.stage = Button()
    assert frame.parts.fields is two
    assert boxes(frame) == before


def test_none_and_deletion_empty_a_slot(frame):
    slot = frame._slots["fields"]
    assert slot.layout.display == "none"
    frame.parts.fields = Button()
    assert slot.layout.display is None
    frame.parts.fields = None
    assert not slot.children
    assert slot.layout.display == "none"
    frame.parts.fields = Button()
    del frame.parts.fields
    assert frame.parts.fields is None


def test_what_is_no_widget_is_refused_and_nothing_changes(frame):
    kept = frame.parts.title
    with pytest.raises(InvalidValue, match=r"'<b>text</b>'.*an ipywidget, or None"):
        frame.parts.title = "<b>text</b>"
    assert frame.parts.title is kept


def test_an_unknown_slot_is_refused_with_a_hint(frame):
    with pytest.raises(InvalidValue, match="Did you mean 'fields'"):
        frame.parts.feilds = Button()
    with pytest.raises(AttributeError, match="one of header"):
        frame.parts.feilds  # noqa: B018
    assert not hasattr(frame.parts, "feilds")


def test_the_slots_are_listed(frame):
    assert tuple(frame.parts) == SLOTS
    assert len(frame.parts) == len(SLOTS)
    assert set(SLOTS) <= set(dir(frame.parts))
    assert "title=Label" in repr(frame.parts)


def test_the_header_can_be_replaced_as_a_whole(frame):
    own = Label("own")
    frame.parts.header = own
    assert frame.parts.header is own


def test_the_switch_asks_and_goes_back_where_nothing_comes_of_it(frame):
    asked: list[str] = []
    frame.on_step(asked.append)
    frame.step = "explore"
    assert asked == []  # setting it asks for nothing
    frame._switch.value = "create"
    assert asked == ["create"]
    assert frame._switch.value == "explore"
    frame.on_step(lambda name: setattr(frame, "step", name))
    frame._switch.value = "create"
    assert frame.step == frame._switch.value == "create"


def test_one_step_needs_no_switch():
    frame = Frame(["create"])
    assert frame.parts.steps is None
    assert frame.step == "create"
    frame.close()


def test_title_session_and_stage_reach_their_widgets(frame):
    assert frame.parts.title.value == "Blood cells"
    frame.title = ""
    assert frame.parts.title is None
    frame.session = {"id": "t"}
    frame.stage = (0, 0)
    assert (frame._keeper.session, frame._keeper.stage) == ({"id": "t"}, [0, 0])


def test_a_title_of_ones_own_stays(frame):
    own = Label("own")
    frame.parts.title = own
    frame.title = "other"
    assert frame.parts.title is own


def test_closing_keeps_the_widgets_in_the_slots(frame):
    part = Button()
    frame.parts.fields = part
    frame.close()
    assert part.comm is not None
    assert frame.comm is None
    assert frame._slots["fields"].comm is None


def test_marks():
    button = mark(Button(), "extra", name="Go to number", action="tool:box")
    assert set(button._dom_classes) == {"extra", "ipya-name--Go-to-number", "ipya-action--tool:box"}
    with pytest.raises(InvalidValue, match="words"):
        mark(Button(), name="a  b")
    with pytest.raises(InvalidValue, match="action"):
        mark(Button(), action="two words")


def test_a_slot_of_ones_own_is_added_where_it_is_wanted(frame):
    before = list(frame.parts._rows[-1].children)
    mine = Label("mine")
    frame.parts.add("clock", mine, before="fields")
    side = frame.parts._rows[-1].children
    assert list(side[:-1]) == before, "what was there is not drawn anew"
    assert frame.parts.clock is mine
    assert "clock" in list(frame.parts)
    assert ordered(frame) == ["classes", "objects", "tracks", "suggestions", "complaints", "clock", "fields"]
    frame.parts.clock = None
    assert side[-1].layout.display == "none"
    frame.parts.add("last", Label())
    assert ordered(frame)[-1] == "last"


def ordered(frame):
    rows = sorted(frame.parts._rows[-1].children, key=lambda slot: int(slot.layout.order or 0))
    names = {slot: name for name, slot in frame.parts._slots.items()}
    return [names[slot] for slot in rows]


def test_parts_are_moved_without_being_drawn_anew(frame):
    before = frame.parts._rows[-1].children
    frame.parts.move("fields", before="classes")
    assert ordered(frame)[:2] == ["fields", "classes"]
    frame.parts.move("classes")
    assert ordered(frame)[-1] == "classes"
    frame.parts.move("status", before="steps")
    assert frame.parts._rows[-1].children is before


def test_parts_are_hidden_with_what_is_in_them(frame):
    mine = Label("mine")
    frame.parts.fields = mine
    slot = frame.parts._slots["fields"]
    frame.parts.hide("fields", "classes")
    assert slot.layout.display == "none"
    assert frame.parts.fields is mine
    frame.parts.fields = Label("another")
    assert slot.layout.display == "none", "a new widget in it does not show it"
    frame.parts.show("fields")
    assert slot.layout.display is None
    frame.parts.show()
    assert frame.parts._slots["classes"].layout.display == "none", "there is nothing in it"


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda parts: parts.add("fields", Label()), "one that is not there yet"),
        (lambda parts: parts.add("my clock", Label()), "a plain word"),
        (lambda parts: parts.add("_x", Label()), "a plain word"),
        (lambda parts: parts.add("move", Label()), "a plain word"),
        (lambda parts: parts.add("clock", "12:00"), "an ipywidget"),
        (lambda parts: parts.add("clock", Label(), before="feilds"), "Did you mean 'fields'"),
        (lambda parts: parts.add("clock", Label(), before="stage"), "one that can be moved"),
        (lambda parts: parts.hide("feilds"), "Did you mean 'fields'"),
        (lambda parts: parts.move("stage"), "one that can be moved"),
        (lambda parts: parts.move("fields", before="title"), "one of: classes"),
    ],
)
def test_what_cannot_be_of_parts_is_refused_and_nothing_changes(frame, ask, says):
    names, side = list(frame.parts), frame.parts._rows[-1].children
    with pytest.raises(InvalidValue, match=says):
        ask(frame.parts)
    assert list(frame.parts) == names
    assert frame.parts._rows[-1].children is side
