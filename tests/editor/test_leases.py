"""Several people on one project: who gets which item, what they are told, and how items come back."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
from ipyannotator.editor import Editor, Sharing
from ipyannotator.editor.leases import RENEW_EVERY, SILENT
from ipyannotator.editor.todo import finished_layers
from ipyannotator.errors import InvalidValue, StoreError
from ipyannotator.model import Author
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore, layer_of


class Clock:
    """The time, which passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visit(
    tmp_path: Path, photos: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Editor]]:
    """Open editors as the web app does, each with a store of its own; the test does what the follower's thread would."""
    monkeypatch.setattr("ipyannotator.editor.core.follow", lambda *_: None)
    opened: list[Editor] = []

    def open_editor(name: str, holder: str = "", overlap: int = 1) -> Editor:
        author = Author(name.lower(), name)
        sharing = Sharing(overlap, holder, clock)
        store = SqlStore(tmp_path / "results")
        editor = Editor(
            store, ImageSource(photos), OutputImageBbox(), author=author, layer=layer_of(author, overlap),
            sharing=sharing,
        )  # fmt: skip
        editor.said = []  # type: ignore[attr-defined]
        editor.events.on("notice", lambda _, text: editor.said.append(text))  # type: ignore[attr-defined]
        opened.append(editor)
        return editor

    yield open_editor
    for editor in opened:
        editor.close()


def onward(editor: Editor) -> int | None:
    """Do what opening and the keys do: the next one to do comes on screen."""
    found = editor.leases.next(min(editor.index + 1, len(editor.shown)) if editor.leases.held else 0)
    if found is not None:
        editor.go(found)
    return found


def held(editor: Editor) -> str | None:
    return editor.leases.held


def done(editor: Editor) -> int | None:
    editor.set_state("done")
    return onward(editor)


def test_two_people_never_have_the_same_item(visit):
    ann, ben = visit("Ann"), visit("Ben")
    assert [onward(ann), onward(ben)] == [0, 1]
    assert [done(ann), done(ben), done(ann), done(ben)] == [2, 3, 4, 5]
    assert done(ann) is None
    assert ann.leases.why_none() == "Nothing is left to do for you; Ben is working on the last ones."
    assert done(ben) is None
    assert ben.leases.why_none() == "Everything is done."
    assert (ann.said, ben.said) == ([], [])


def test_asking_what_is_left_takes_nothing(visit):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    assert ben.next_todo(0) == 0
    assert ann.next_todo(3) == 3
    assert ann.leases.held == "0.png"
    assert [lease.key for lease in ben.store.leases(ben.task)] == ["0.png"]


def test_going_on_and_closing_let_the_item_go(visit):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    assert onward(ann) == 1  # without an answer
    assert onward(ben) == 0
    ann.close()
    ann.close()
    assert onward(ben) == 1


def test_by_hand_one_hears_who_works_on_it_and_may_edit(visit):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    onward(ben)
    ann.go(1)
    assert ann.said == ["Ben is working on this one. What you change is kept as well."]
    assert held(ann) is None
    ann.set_state("flagged", note="look at this")
    assert ben.item("1.png").state == "flagged"
    ann.go(4)
    assert (held(ann), len(ann.said)) == ("4.png", 1)
    assert [done(ben), done(ben), done(ben)] == [2, 3, 5]
    cid = visit("Cid")
    assert onward(cid) == 0  # Ann let it go
    ann.set_state("done", key="5.png")
    cid.go(5)
    assert (cid.said, cid.leases.held) == ([], None)  # finished: nobody's


def test_a_lease_is_renewed_while_the_page_lives(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    for _ in range(100):
        clock.now += RENEW_EVERY
        ann.leases.alive()
        ann.leases.tick()
    assert onward(ben) == 1


def test_of_a_page_that_is_gone_the_item_comes_back(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    ann.leases.alive()
    for _ in range(40):  # its kernel lives on
        clock.now += 20
        ann.leases.tick()
    assert onward(ben) == 0
    ann.leases.alive()  # a page that was frozen, not closed
    ann.leases.tick()
    assert ann.said == ["Ben is working on this one. What you change is kept as well."]
    clock.now += SILENT
    ann.leases.alive()
    ann.leases.tick()
    assert (ann.leases.held, len(ann.said)) == (None, 1)
    assert onward(ann) == 1


def test_a_page_that_never_says_that_it_lives_is_renewed_for(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    for _ in range(50):
        clock.now += 20
        ann.leases.tick()
    assert onward(ben) == 1


def test_after_a_night_asleep_the_item_is_still_theirs_if_nobody_took_it(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    ann.leases.alive()
    clock.now += 8 * 3600
    ann.leases.tick()
    ann.leases.alive()
    ann.leases.tick()
    assert (ann.said, ann.leases.held) == ([], "0.png")
    assert onward(ben) == 1


def test_a_crashed_process_holds_its_item_for_ten_minutes_only(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)  # and is never heard of again
    clock.now += 599
    assert onward(ben) == 1
    clock.now += 1
    assert visit("Cid").leases.next(0) == 0


def test_a_clock_that_is_set_back(visit, clock):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    clock.now -= 7200
    assert onward(ben) == 1
    ann.leases.alive()
    ann.leases.tick()
    clock.now += 100
    ann.leases.tick()
    assert ann.leases.held == "0.png"
    clock.now += 599  # Ann's page is silent since
    ben.leases.tick()
    assert visit("Cid").leases.next(0) == 2
    clock.now += 1
    assert visit("Dan").leases.next(0) == 0


def test_a_reloaded_page_gets_its_item_back(visit, clock):
    ann, ben = visit("Ann", "tab 1"), visit("Ben")
    onward(ben)
    ann.go(4)
    again = visit("Ann", "tab 1")
    assert onward(again) == 4
    clock.now += RENEW_EVERY
    ann.leases.tick()  # the kernel of the page before
    assert (ann.leases.held, again.leases.held) == (None, "4.png")
    assert done(again) == 5
    clock.now += RENEW_EVERY
    ann.leases.tick()
    assert done(ben) == 1
    assert [lease.key for lease in ben.store.leases(ben.task)] == ["1.png", "5.png"]


def test_opening_leases_nothing_before_the_item_is_chosen(visit):
    visit("Ann", "tab 1").go(4)
    again = visit("Ann", "tab 1")
    again.declare(["car", "bus"])
    assert again.leases.held is None
    assert onward(again) == 4


def test_a_second_window_gets_another_item_unless_the_first_is_silent(visit, clock):
    first, second = visit("Ann"), visit("Ann")
    assert [onward(first), onward(second)] == [0, 1]
    second.go(0)
    assert second.said == ["You have this one open in another window."]
    clock.now += 45
    third = visit("Ann")
    assert onward(third) == 0
    first.leases.tick()
    assert first.said == ["You have this one open in another window."]
    assert onward(visit("Ben")) == 1


def test_what_is_taken_back_is_on_lease_again(visit):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    ann.set_state("done")
    ann.go(1)
    assert held(ann) == "1.png"
    ann.go(0)
    assert held(ann) is None
    ann.set_state("todo")
    assert held(ann) == "0.png"
    assert onward(ben) == 1


def test_a_part_of_the_items(visit):
    ann, ben = visit("Ann"), visit("Ben")
    ann.go(4)
    ben.restrict(["3.png", "4.png", "5.png"], "some")
    assert [ben.leases.held, onward(ben), onward(ben)] == ["3.png", 2, 0]
    ben.restrict(["4.png"], "one")
    assert ben.said == ["Ann is working on this one. What you change is kept as well."]
    assert ben.leases.next(0) is None


def test_a_grid_of_many_holds_nothing(visit):
    ann, ben = visit("Ann"), visit("Ben")
    onward(ann)
    ann.place = "grid"
    ann.go(0)
    assert ann.leases.held is None
    assert onward(ben) == 0


def test_without_a_store_that_can_be_written_one_looks_on(visit, monkeypatch):
    ann = visit("Ann")
    monkeypatch.setattr(ann.store, "lease", Mock(side_effect=StoreError("The disk is full.")))
    ann.go(3)
    assert (ann.index, ann.said) == (3, ["The disk is full."])


def test_each_item_to_two_people(visit, clock):
    ann, ben, cid = (visit(name, overlap=2) for name in ("Ann", "Ben", "Cid"))
    assert [onward(ann), onward(ben), onward(cid)] == [0, 0, 1]
    assert (ann.said, [ann.layer, ben.layer]) == ([], ["by:ann", "by:ben"])
    assert [done(ann), done(ben), done(cid)] == [1, 2, 2]
    assert finished_layers(ann.store, ann.source, ann.task) == [4, 1, 1]
    while any([done(ann), done(ben), done(cid)]):
        pass
    assert finished_layers(ann.store, ann.source, ann.task) == [0, 0, 6]
    cid.go(next(at for at in range(6) if not cid.store.finished(cid.task, [str(at) + ".png"], cid.layer)))
    assert cid.said == ["Enough people have this one already; you may do it all the same."]
    assert cid.leases.why_none() == "Nothing is left to do for you."
    cid.set_state("done")
    assert finished_layers(ann.store, ann.source, ann.task) == [0, 0, 5, 1]


def test_how_far_a_project_is_counts_layers_of_people_only(visit):
    ann = visit("Ann")
    assert finished_layers(ann.store, ann.source, ann.task) == [6]
    ann.set_state("done")
    assert finished_layers(ann.store, ann.source, ann.task) == [6]


@pytest.mark.parametrize("overlap", [0, -1, 1.5])
def test_no_overlap_of_less_than_one(overlap):
    with pytest.raises(InvalidValue, match="overlap"):
        Settings(overlap=overlap)


def test_alone_nothing_is_leased_and_nothing_asked(make, monkeypatch):
    editor = make()
    for name in ("lease", "renew", "release", "leases"):
        monkeypatch.setattr(editor.store, name, Mock(side_effect=AssertionError(name)))
    editor.go(2)
    editor.set_state("done")
    assert editor.leases.next(2) == 3
    editor.leases.alive()
    editor.leases.tick()
    editor.leases.release()
    editor.close()


def test_the_thread_renews(tmp_path, photos, clock, monkeypatch):
    author = Author("ann")
    editor = Editor(
        SqlStore(tmp_path / "results"), ImageSource(photos), OutputImageBbox(), author=author, sharing=Sharing(1, "", clock)
    )  # fmt: skip
    editor.go(0)
    renewed, renew = threading.Event(), editor.store.renew

    def told(*args):
        found = renew(*args)
        renewed.set()
        return found

    monkeypatch.setattr(editor.store, "renew", told)
    clock.now += RENEW_EVERY
    assert renewed.wait(30)
    assert [lease.renewed for lease in editor.store.leases(editor.task)] == [clock.now]
    editor.close()


def test_an_editor_that_nobody_holds_is_let_go_though_its_events_live(visit, tmp_path, photos):
    events = visit("Ann").events
    author = Author("ben")
    editor = Editor(
        SqlStore(tmp_path / "results"), ImageSource(photos), OutputImageBbox(), author=author, events=events, sharing=Sharing()
    )  # fmt: skip
    editor.source.close()
    editor.store.close()
    gone = weakref.ref(editor)
    del editor
    gc.collect()
    assert gone() is None


def test_through_the_settings(tmp_path, photos):
    def open_one(name: str, **settings):
        project = Settings(project_path=tmp_path / "p", author=name, shared=True, **settings)
        return Annotator(InputImage(photos), OutputImageBbox(["car"]), project).create()

    ann, ben = open_one("ann"), open_one("ben", holder="tab")
    assert [ann.index, ben.index] == [0, 1]
    ann.done()
    ben.skip()
    assert [ann.index, ben.index] == [2, 3]
    ben.close()
    looking = Annotator(
        InputImage(photos), OutputImageBbox(["car"]), Settings(project_path=tmp_path / "p", shared=True)
    ).explore()
    looking.go(2)
    looking.close()
    ann.close()
    one, two = open_one("ann", overlap=2), open_one("a/b", overlap=2)
    assert [one.index, two.index] == [0, 0]
    one.done()
    one.close()
    two.close()
    names = {path.name for path in (tmp_path / "p" / "results").glob("*.json")}
    task = OutputImageBbox(["car"]).name
    assert names == {
        "annotations.json",
        f"annotations-{task}-by%3Aann.json",
        f"annotations-{task}-by%3Aa%2Fb.json",
    }


def test_exploring_a_json_that_no_database_has_taken_in_leases_nothing(tmp_path, photos):
    results = tmp_path / "p" / "results"
    results.mkdir(parents=True)
    (results / "annotations.json").write_text("{}")
    project = Settings(project_path=tmp_path / "p", author="ann", shared=True)
    looking = Annotator(InputImage(photos), OutputImageBbox(["car"]), project).explore()
    looking.go(3)
    assert (looking.index, looking.editor.leases.held) == (3, None)
    looking.close()
    assert [path.name for path in results.iterdir()] == ["annotations.json"]


VISITOR = textwrap.dedent("""
    import sys
    from pathlib import Path
    from ipyannotator.editor import Editor, Sharing
    from ipyannotator.mltypes import OutputImageBbox
    from ipyannotator.model import Author
    from ipyannotator.sources import ImageSource
    from ipyannotator.stores import SqlStore
    folder = Path(sys.argv[1])
    editor = Editor(
        SqlStore(folder / "results"), ImageSource(folder / "photos"), OutputImageBbox(),
        author=Author(sys.argv[2]), sharing=Sharing(),
    )
    print("ready", flush=True)
    sys.stdin.readline()
    at = editor.leases.next(0)
    while at is not None:
        editor.go(at)
        print(editor.key, flush=True)
        editor.set_state("done")
        at = editor.leases.next(min(at + 1, len(editor.source)))
    editor.close()
""")


def test_three_kernels_and_fifty_items(tmp_path, photos):
    for number in range(6, 50):
        (photos / f"{number}.png").write_bytes((photos / "0.png").read_bytes())
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", VISITOR, tmp_path, name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("ann", "ben", "cid")
    ]  # fmt: skip
    assert [kernel.stdout.readline() for kernel in kernels] == ["ready\n"] * 3
    for kernel in kernels:
        kernel.stdin.write("\n")
        kernel.stdin.flush()
    got = [kernel.communicate(timeout=120)[0].split() for kernel in kernels]
    assert [kernel.returncode for kernel in kernels] == [0, 0, 0]
    assert sorted(key for its in got for key in its) == sorted(f"{number}.png" for number in range(50))
    store = SqlStore(tmp_path / "results")
    assert store.leases(OutputImageBbox().name) == []
    store.close()


def test_the_clock_of_the_system_is_the_default():
    assert Sharing().clock is time.time
