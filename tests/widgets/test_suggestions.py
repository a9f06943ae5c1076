"""The panel of suggestions shows what it is told, and asks."""

from __future__ import annotations

import pytest

from ipyannotator.widgets.suggestions import SuggestionsPanel


@pytest.fixture
def panel():
    return SuggestionsPanel()


def asked_of(panel):
    asked = []
    panel.on_act(lambda name, value: asked.append((name, value)))
    return asked


@pytest.mark.parametrize(
    ("count", "name", "words"),
    [
        (0, "", "No suggestions"),
        (1, "", "1 suggestion"),
        (2, "yolo", "2 suggestions of yolo"),
        (12345, "<b>", "12,345 suggestions of <b>"),
    ],
)
def test_it_says_how_many_there_are(panel, count, name, words):
    panel.count, panel.name = count, name
    assert panel.title.value == words
    shown = panel.buttons.layout.display
    assert (shown == "none") == (count == 0)


def test_the_buttons_ask_and_the_score_is_the_persons(panel):
    asked = asked_of(panel)
    panel.count, panel.above = 5, 3
    assert panel.accept.description == "Accept 3 above 0.50"
    panel.threshold = 0.25  # shown, not asked
    assert panel.score.value == 0.25
    panel.score.value = 0.75
    assert panel.threshold == 0.75
    panel.accept.click()
    panel.reject.click()
    assert asked == [("accept_all", None), ("reject_all", None)]


def test_what_cannot_be_done_is_not_offered(panel):
    panel.count, panel.above = 5, 0
    assert (panel.accept.disabled, panel.reject.disabled) == (True, False)
    panel.above, panel.read_only, panel.state = 5, True, "failed"
    assert (panel.accept.disabled, panel.reject.disabled, panel.retry.layout.display) == (True, True, "none")


def test_the_state_is_in_words_and_a_failure_can_be_tried_again(panel):
    asked = asked_of(panel)
    assert panel.said.layout.display == "none"
    panel.state = "running"
    assert (panel.said.value, panel.said.layout.display) == ("suggesting…", None)
    panel.state, panel.problem = "failed", "yolo failed on “a.jpg”: OSError: no weights"
    assert panel.said.value == panel.problem
    panel.retry.click()
    assert asked == [("suggest_again", None)]
