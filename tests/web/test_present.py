"""What a page is made of, without a browser: what it leaves out, what it says, and how it comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
from ipyannotator.editor.today import Done
from ipyannotator.errors import MissingFolder, StoreError
from ipyannotator.model import Author, Box
from ipyannotator.web import page as served
from ipyannotator.web.page import Presented, finished, nothing_left, problem
from ipyannotator.widgets.footer import today_words
from tests.hosts.conftest import make_photos


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Callable[..., Presented]]:
    """Open the page for somebody; each is a kernel's."""
    make_photos(tmp_path / "photos", 3, (64, 48))
    opened: list[Any] = []

    def open_page(name: str = "Ann", holder: str = "", **more: Any) -> Presented:
        author = Author(name.lower(), name)
        settings = Settings(tmp_path, author=author, shared=True, holder=holder, **more)
        annotator = Annotator(InputImage("photos"), OutputImageBbox(["cell"]), settings).create()
        opened.append(annotator)
        return Presented(annotator, "Cells")

    yield open_page
    for annotator in opened:
        annotator.close()


def say(visit: Presented, **more: Any) -> dict[str, Any]:
    """Send what the page sends, and return what it is answered."""
    sent: list[dict[str, Any]] = []
    visit.page.send = sent.append
    visit.page.receive({"type": "alive", "n": 1, **more})
    return sent[0]


def test_what_is_for_those_who_run_it_is_left_out(enter: Callable[..., Presented]) -> None:
    annotator = enter(instructions="Draw *all*.").annotator
    parts = annotator.parts
    assert parts.steps is None
    assert parts.footer.location == ""
    assert parts.history.save.layout.display == "none"
    assert annotator.frame.title == "Cells"
    assert parts.status.instructions["body"][0]["children"][1] == {"tag": "em", "children": ["all"]}
    heard: list[str] = []
    annotator.on("notice", lambda _, text, *__: heard.append(text))
    annotator.act("call:Ctrl+s")
    assert heard == ["Everything is saved by itself."]
    assert not (annotator.settings.results / "annotations.json").exists()


def test_the_end_is_said_once_and_again_to_who_asks(enter: Callable[..., Presented]) -> None:
    visit = enter()
    annotator, page = visit.annotator, visit.page
    for _ in range(2):
        annotator.act("done")
        assert page.finished == {}
    annotator.act("skip")
    said = page.finished
    assert said["title"] == "Nothing is left to do"
    assert said["lines"][:2] == ["Thank you, Ann.", "2 done, 1 skipped."]
    annotator.current.add(Box(1, 1, 9, 9), label="cell")
    assert page.finished == said  # it stays closed while somebody looks through
    annotator.act("next_todo")
    assert page.finished != said
    annotator.go(0)
    annotator.editor.set_state("todo")
    assert page.finished == {}
    annotator.act("done")
    assert page.finished["title"] == "Nothing is left to do"


def test_who_gets_nothing_hears_who_has_it(enter: Callable[..., Presented]) -> None:
    ann, ben = enter("Ann"), enter("Ben")
    assert (ann.annotator.index, ben.annotator.index) == (0, 1)
    ann.annotator.act("done")
    ann.annotator.act("done")
    assert ann.page.finished["title"] == "Nothing to do at the moment"
    assert "Ben is working on the last ones" in ann.page.finished["lines"][0]
    late = enter("Cleo")
    assert late.page.finished["title"] == "Nothing to do at the moment"
    ben.annotator.act("done")
    assert ben.page.finished["title"] == "All 3 done"


def test_a_page_that_is_loaded_anew_has_its_item_again(enter: Callable[..., Presented]) -> None:
    before = enter(holder="one")
    assert before.annotator.index == 0
    after = enter(holder="two")
    assert after.annotator.index == 1  # the other page is not known to be gone
    answer = say(after, was="one", item="")
    assert answer["item"] == after.annotator.item == "photo_0.jpg"
    leases = after.annotator.editor.store.leases(after.annotator.editor.task)
    assert [(lease.key, lease.holder) for lease in leases] == [("photo_0.jpg", "two")]


def test_the_item_that_is_asked_for_comes_first(enter: Callable[..., Presented]) -> None:
    visit = enter(holder="two")
    assert say(visit, was="one", item="photo_2.jpg")["item"] == "photo_2.jpg"
    assert say(visit, was="one", item="nowhere.jpg")["item"] == "photo_2.jpg"


def test_nobody_ends_the_lease_of_another(enter: Callable[..., Presented]) -> None:
    ann = enter("Ann", holder="anns")
    ben = enter("Ben", holder="bens")
    say(ben, was="anns", item="")
    store = ann.annotator.editor.store
    held = {lease.holder: lease.key for lease in store.leases(ann.annotator.editor.task)}
    assert held == {"anns": "photo_0.jpg", "bens": "photo_1.jpg"}


def test_the_page_says_when_its_day_began_and_that_it_is_there(enter: Callable[..., Presented]) -> None:
    visit = enter()
    visit.annotator.current.add(Box(1, 1, 9, 9), label="cell")
    visit.annotator.view.today.catch_up()
    assert visit.annotator.parts.footer.today == "You: 1 today"
    assert say(visit, midnight=time.time() + 3600)["n"] == 1
    visit.annotator.view.today.close()  # it waits for the thread that counts
    assert visit.annotator.parts.footer.today == "You: 0 today"


@pytest.mark.parametrize(
    "content", [None, "alive", {}, {"type": "hello"}, {"type": "alive", "midnight": "now", "was": 3}]
)
def test_nonsense_from_a_browser_harms_nothing(enter: Callable[..., Presented], content: Any) -> None:
    visit = enter()
    visit.page.receive(content)
    assert visit.annotator.index == 0


def test_the_words() -> None:
    assert today_words(Done()) == ("You: 0 today", "What you do today is counted here.")
    text, detail = today_words(Done(1234, 1, 1, 9 * 3600 + 300))
    assert text == "You: 1,234 today"
    assert detail == "Today you worked on 1,234 items, 1 finished, 1 object made, since 9:05."
    assert finished({"done": 50}, 50, "Ann", Done())["title"] == "All 50 done"
    assert finished({"done": 50}, 50, "", Done())["lines"][0] == "Thank you."
    assert nothing_left("Ben is.", "Ann", Done())["lines"][:2] == ["Ben is.", "Thank you, Ann."]


def test_what_went_wrong_is_told_for_two_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    said = problem(MissingFolder("The folder <photos> is not there."))
    assert said["lines"][0] == "The pictures could not be found or read."
    assert said["detail"] == "The folder <photos> is not there."
    assert "could not be opened" in problem(StoreError("locked"))["lines"][0]
    assert problem(ZeroDivisionError("x"))["detail"] == "ZeroDivisionError: x"
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    for name in ("PROJECT", "AUTHOR", "HOLDER"):
        monkeypatch.delenv(f"IPYANNOTATOR_{name}", raising=False)
    served.show()
    assert "IPYANNOTATOR_PROJECT" in shown[0].problem["detail"]
    shown[0].close()
