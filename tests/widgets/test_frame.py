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
