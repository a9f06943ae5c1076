"""Navigation, history, footer, fields: they ask, and show what they are told; nothing they show comes back as a wish."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.fields import BoxFields
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.navigation import History, Navigation

BOX: dict[str, Any] = {"class_id": "b", "x": 10.126, "y": 20.0, "width": 30.0, "height": 40.0}


def listening(widget):
    asked = []
    widget.on_act(lambda name, value: asked.append((name, value)))
    return asked


class TestNavigation:
    def test_shows_where_it_is_and_asks_for_nothing(self):
        navigation = Navigation(200)
        asked = listening(navigation)
        navigation.index = 11
        navigation.name = "a.jpg"
        assert (navigation.position.value, navigation.of.value, navigation.slider.value) == (
            "12",
            "/ 200",
            12,
        )
        assert navigation.position.tooltip == "a.jpg"
        assert asked == []

    @pytest.mark.parametrize(
        ("typed", "value"),
        [
            ("12", 11),
            (" 7 ", 6),
            ("999", 998),
            ("00012", "00012"),
            ("cell 3", "cell 3"),
            ("²", "²"),
            ("-1", "-1"),
        ],
    )
    def test_typed_text_is_a_number_or_a_name(self, typed, value):
        navigation = Navigation(200)
        asked = listening(navigation)
        navigation.position.value = typed
        assert asked == [("go", value)]
        assert navigation.position.value == "1"  # nobody went there

    def test_nothing_typed_asks_for_nothing(self):
        navigation = Navigation(3)
        asked = listening(navigation)
        navigation.position.value = "  "
        assert (asked, navigation.position.value) == ([], "1")

    def test_buttons_and_slider(self):
        navigation = Navigation(3, index=1)
        asked = listening(navigation)
        navigation.next.click()
        navigation.previous.click()
        navigation.slider.value = 3
        assert asked == [("next", None), ("previous", None), ("go", 2)]
        assert navigation.slider.value == 2

    def test_on_go_gives_the_target(self):
        navigation = Navigation(3, index=1)
        asked: list[int | str] = []
        navigation.on_go(asked.append)
        navigation.next.click()
        navigation.previous.click()
        navigation.position.value = "b.jpg"
        assert asked == [2, 0, "b.jpg"]

    def test_following_what_was_asked(self):
        navigation = Navigation(3)
        navigation.on_go(lambda where: setattr(navigation, "index", where))
        navigation.slider.value = 3
        assert (navigation.index, navigation.position.value) == (2, "3")
        assert (navigation.next.disabled, navigation.previous.disabled) == (True, False)

    def test_the_ends_none_and_one(self):
        navigation = Navigation(0)
        assert navigation.position.value == "0"
        controls = (navigation.previous, navigation.next, navigation.slider, navigation.position)
        assert all(control.disabled for control in controls)
        navigation.total = 1
        assert navigation.slider.disabled
        assert not navigation.position.disabled

    def test_a_shrinking_list(self):
        navigation = Navigation(200, index=150)
        with navigation.hold_trait_notifications():
            navigation.total = 5
            navigation.index = 4
        assert (navigation.slider.max, navigation.slider.value) == (5, 5)


def test_history_asks_and_goes_away_when_nothing_can_be_changed():
    history = History()
    asked = listening(history)
    for button in (history.undo, history.redo, history.save):
        button.click()
    assert asked == [("undo", None), ("redo", None), ("save", None)]
    history.read_only = True
    assert history.layout.display == "none"
    history.read_only = False
    assert history.layout.display is None


class TestFooter:
    def test_progress_and_place(self):
        footer = Footer(total=2000, location="/data/<b>/annotations.db")
        footer.done = 61
        assert footer.progress_text.value == "61 of 2,000 done"
        assert (footer.bar.value, footer.bar.max) == (61, 2000)
        assert footer.place.value.endswith("/data/<b>/annotations.db")
        assert "/data/<b>/annotations.db" in footer.place.tooltip

    def test_verdicts(self):
        footer = Footer(total=3)
        asked = listening(footer)
        footer.skip.click()
        footer.finish.click()
        assert asked == [("skip", None), ("done", None)]

    def test_flag_goes_with_the_state_not_with_the_click(self):
        footer = Footer(total=3)
        asked = listening(footer)
        footer.flag.value = True
        assert asked == [("flag", None)]
        assert footer.flag.value is False  # nobody flagged it
        footer.state = "flagged"
        assert footer.flag.value is True
        assert footer.note_field.layout.display is None
        assert asked == [("flag", None)]

    def test_the_note(self):
        footer = Footer(total=3)
        asked = listening(footer)
        with footer.hold_trait_notifications():
            footer.state = "flagged"
            footer.note = "blurred"
        assert (footer.note_field.value, asked) == ("blurred", [])
        footer.note_field.value = " too dark "
        assert asked == [("flag", "too dark")]

    def test_read_only_leaves_only_progress(self):
        footer = Footer(total=3, read_only=True)
        footer.state = "flagged"
        hidden = (footer.flag, footer.skip, footer.finish, footer.note_field)
        assert {control.layout.display for control in hidden} == {"none"}


class TestBoxFields:
    @pytest.fixture
    def fields(self):
        return BoxFields([("<i>a</i>", "a"), ("b", "b")])

    @pytest.fixture
    def edits(self, fields):
        made = []
        fields.on_edit(lambda name, value: made.append((name, value)))
        return made

    def test_nothing_selected(self, fields):
        assert fields.summary.value == "Nothing selected"
        assert fields.delete.disabled
        assert fields.class_id.disabled
        assert all(field.disabled for field in fields.numbers.values())

    def test_one_selected(self, fields, edits):
        fields.select(BOX, 1)
        assert fields.class_id.value == "b"
        assert [field.value for field in fields.numbers.values()] == [10.13, 20, 30, 40]
        assert edits == []

    def test_an_edit_is_told_once_and_only_the_edited_value(self, fields, edits):
        fields.select(BOX, 1)
        fields.numbers["y"].value = 25.5
        assert edits == [("y", 25.5)]
        assert fields.numbers["y"].value == 20  # nobody took it

    def test_an_edit_that_is_taken_stays(self, fields):
        fields.on_edit(lambda name, value: fields.select({**BOX, name: value}, 1))
        fields.select(BOX, 1)
        fields.numbers["width"].value = 99
        assert fields.numbers["width"].value == 99

    def test_leaving_a_rounded_number_as_it_is_is_no_edit(self, fields, edits):
        fields.select(BOX, 1)
        fields._typed("x", 10.13)
        assert edits == []

    @pytest.mark.parametrize(
        ("name", "value"), [("width", 0), ("height", -4), ("x", float("nan")), ("y", float("inf"))]
    )
    def test_what_is_no_box_is_taken_back(self, fields, edits, name, value):
        fields.select(BOX, 1)
        fields.numbers[name].value = value
        assert edits == []
        assert fields.numbers[name].value == round(BOX[name], 2)

    def test_several_selected(self, fields, edits):
        fields.select(None, 3)
        assert fields.summary.value == "3 selected"
        assert fields.class_id.value is None
        assert not fields.class_id.disabled
        assert fields.numbers["x"].disabled
        fields.class_id.value = "a"
        assert edits == [("class_id", "a")]

    def test_a_class_that_is_not_on_offer_is_still_shown(self, fields, edits):
        fields.select({**BOX, "class_id": "gone"}, 1)
        assert fields.class_id.value == "gone"
        fields.select({**BOX, "class_id": None}, 1)
        assert fields.class_id.value is None
        fields.classes = [("b", "b")]
        assert edits == []

    def test_delete(self, fields):
        asked = []
        fields.on_delete(lambda: asked.append(True))
        fields.select(BOX, 1)
        fields.delete.click()
        assert asked == [True]

    def test_read_only(self):
        fields = BoxFields([("b", "b")], read_only=True)
        fields.select(BOX, 1)
        assert fields.class_id.disabled
        assert fields.numbers["x"].disabled
        assert fields.delete.layout.visibility == "hidden"


class TestShowing:
    def test_another_thread_does_not_wait_and_the_last_state_stays(self):
        state, shown = [1], []
        inside, go_on = threading.Event(), threading.Event()

        def draw():
            shown.append(state[0])
            inside.set()
            assert go_on.wait(10)

        showing = Showing(draw)
        first = threading.Thread(target=showing)
        first.start()
        assert inside.wait(10)
        assert not showing  # this thread is not the one that shows
        state[0] = 2
        showing()  # returns at once
        go_on.set()
        first.join(10)
        assert shown == [1, 2]

    def test_within_itself_it_is_true_and_does_nothing(self):
        seen = []

        def draw():
            seen.append(bool(showing))
            showing()

        showing = Showing(draw)
        showing()
        assert seen == [True]
        assert not showing

    def test_a_failure_does_not_block_the_next_one(self):
        failures = [ValueError("once")]

        def draw():
            if failures:
                raise failures.pop()

        showing = Showing(draw)
        with pytest.raises(ValueError, match="once"):
            showing()
        showing()
        assert not showing
