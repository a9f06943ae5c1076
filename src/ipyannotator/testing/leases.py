# ruff: noqa: D103 - the names of the checks say what they check
"""The part of the suite of stores that is about leases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ipyannotator.errors import ReadOnly
from ipyannotator.model import Author, new_id
from ipyannotator.stores.base import Store
from ipyannotator.stores.leases import Claim, layer_of
from ipyannotator.testing.making import ANN, BEN, TASK, box, change, raises, same, state

NOW = 1_700_000_000.0
"""The time in these checks; nothing waits."""
CID = Author("cid", "Cid")


def claim(author: Author = ANN, **values: Any) -> Claim:
    """Return a claim of a page of its own."""
    people = values.get("people", 1)
    terms = {"task": TASK, "layer": layer_of(author, people), "page": new_id(), "holder": new_id()}
    return Claim(**{**terms, "author": author, **values})


def finish(store: Store, key: str, layer: str = "main") -> None:
    same(f"finishing {key}", store.commit(change(state(key, "todo", "done"), layer=layer)).status, "ok")


def kept(what: str, found: bool) -> None:
    same(what, found, expected=True)


def an_item_is_leased_to_one_page(store: Store) -> None:
    ann, ben, cid = claim(), claim(BEN), claim(CID)
    same("the first", store.lease(ann, iter("abc"), NOW), "a")
    same("the second", store.lease(ben, iter("abc"), NOW + 1), "b")
    same("none is left", store.lease(cid, ["a", "b"], NOW + 2), None)
    same("the best first", store.lease(cid, ["b", "d", "c"], NOW + 3), "d")
    same("its own again", store.lease(ann, ["a", "b"], NOW + 4), "a")
    found = [(lease.key, lease.page, lease.author, lease.renewed) for lease in store.leases(TASK)]
    expected = [("a", ann.page, ANN, NOW + 4), ("b", ben.page, BEN, NOW + 1), ("d", cid.page, CID, NOW + 3)]
    same("who has what", found, expected)
    same("another task", store.lease(claim(BEN, task="other"), ["a"], NOW), "a")
    same("another layer", store.lease(claim(BEN, layer="second"), ["a"], NOW), "a")
    same("the log", store.head(), 0)
    same("layers", store.layers(TASK), [])


def going_on_lets_go(store: Store) -> None:
    ann, ben = claim(), claim(BEN)
    store.lease(ann, ["a"], NOW)
    same("gone on", store.lease(ann, ["b"], NOW), "b")
    same("free again", store.lease(ben, ["b", "a"], NOW), "a")
    same("nothing better", store.lease(ann, ["a"], NOW), None)
    same("what it had stays", [lease.key for lease in store.leases(TASK)], ["a", "b"])
    store.release(ann)
    store.release(ann)
    same("let go", [lease.key for lease in store.leases(TASK)], ["a"])
    same("and free", store.lease(claim(CID), ["a", "b"], NOW), "b")


def what_is_finished_is_never_leased(store: Store) -> None:
    ann = claim()
    same("offered", store.lease(ann, ["a", "b"], NOW), "a")
    for key, now in (("b", "done"), ("c", "skipped"), ("d", "flagged")):
        store.commit(change(state(key, "todo", now)))
    store.commit(change(box("o", "e")))
    same("begun is not finished", store.lease(claim(BEN), "abcde", NOW), "e")
    same("finished", store.finished(TASK, iter(["z", "e", "d", "b"])), {"b", "d"})
    same("finished in another layer", store.finished(TASK, ["b"], "second"), set())
    same("in another layer", store.lease(claim(BEN, layer="second"), ["b"], NOW), "b")
    finish(store, "a")
    same("not even to its page", store.lease(ann, ["a"], NOW), None)
    kept("renewed all the same", store.renew(ann, "a", NOW + 9))  # it may be taken back
    kept("until it runs out", not store.renew(ann, "a", NOW + 1000))
    store.commit(change(state("a", "done", "todo")))
    same("to do again", store.lease(claim(BEN), ["a"], NOW + 1001), "a")
    same("layers", store.layers(TASK), ["main"])


def a_lease_runs_out(store: Store) -> None:
    ann, ben = claim(), claim(BEN)
    store.lease(ann, ["a"], NOW)
    same("in force", store.lease(ben, ["a"], NOW + 599), None)
    kept("renewed", store.renew(ann, "a", NOW + 599))
    same("in force again", store.lease(ben, ["a"], NOW + 1198), None)
    same("run out", store.lease(ben, ["a"], NOW + 1199), "a")
    kept("too late", not store.renew(ann, "a", NOW + 1200))
    kept("another's", not store.renew(ann, "b", NOW + 1200))
    kept("nobody took it", store.renew(ben, "a", NOW + 5000))
    same("so it is Ben's", store.lease(ann, ["a"], NOW + 5001), None)
    store.lease(ann, ["b"], NOW)
    same("of long ago", store.lease(ben, ["c"], NOW + 200_000), "c")
    same("is forgotten", [lease.key for lease in store.leases(TASK)], ["c"])


def a_clock_that_is_set_back_blocks_nobody(store: Store) -> None:
    ann, ben = claim(), claim(BEN)
    store.lease(ann, ["a"], NOW + 1e8)
    same("not stolen", store.lease(ben, ["a"], NOW), None)
    same("not for longer than others", store.lease(ben, ["a"], NOW + 600), "a")
    store.lease(ann, ["b"], NOW + 1e8)
    kept("renewed by the new clock", store.renew(ann, "b", NOW))
    same("from then on", [store.lease(claim(CID), ["b"], NOW + s) for s in (599, 600)], [None, "b"])


def a_person_gets_their_item_back(store: Store) -> None:
    ann = claim()
    store.lease(ann, ["a"], NOW)
    reloaded = claim(holder=ann.holder)
    same("the page was reloaded", store.lease(reloaded, ["a", "b"], NOW + 1), "a")
    kept("the former page lost it", not store.renew(ann, "a", NOW + 2))
    same("what the former does", store.lease(ann, ["c"], NOW + 2), "c")
    kept("takes nothing away", store.renew(reloaded, "a", NOW + 3))
    other = claim()
    same("another window of theirs", store.lease(other, ["a"], NOW + 47), None)
    same("when the first is silent", store.lease(other, ["a"], NOW + 48), "a")
    same("but nobody else", store.lease(claim(BEN), ["a"], NOW + 400), None)


def several_people_per_item(store: Store) -> None:
    ann, ben, cid = (claim(author, people=2) for author in (ANN, BEN, CID))
    same("layers", [each.layer for each in (ann, ben)], ["by:ann", "by:ben"])
    same("two", [store.lease(each, "ab", NOW) for each in (ann, ben, cid)], ["a", "a", "b"])
    finish(store, "a", ann.layer)
    same("not the same person", store.lease(claim(people=2), "a", NOW), None)
    same("finished and on lease", store.lease(claim(CID, people=2), "a", NOW), None)
    same("its own is not counted", store.lease(ben, "a", NOW), "a")
    store.release(ben)
    same("one is missing", store.lease(cid, "ab", NOW), "a")
    same("the former is free", store.lease(ben, "ab", NOW), "b")
    finish(store, "a", cid.layer)
    same("enough", store.lease(ben, "a", NOW), None)
    finish(store, "b", "main")
    same("the common layer is nobody's", store.lease(cid, "ab", NOW), "b")
    same("and has its own", store.lease(claim(BEN), "ab", NOW), "a")
    same("run out", store.lease(claim(Author("dan"), people=2), "ab", NOW + 600), "b")
    same("late, others have it", store.lease(claim(Author("eve"), people=2), "b", NOW + 601), "b")
    kept("so there is no way back", not store.renew(ben, "b", NOW + 602))
    same("all", store.layers(TASK), ["by:ann", "by:cid", "main"])


def threads_get_each_item_once(store: Store) -> None:
    keys = [f"{number:02}" for number in range(50)]
    got: list[str] = []

    def work(name: str) -> None:
        mine = claim(Author(name))
        while (key := store.lease(mine, keys, NOW)) is not None:
            got.append(key)
            finish(store, key)

    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same("each once", sorted(got), keys)


def reading_only_leases_nothing(store: Store) -> None:
    ann = claim()
    store.lease(ann, ["a"], NOW)
    store.read_only = True
    raises("lease", ReadOnly, lambda: store.lease(ann, ["b"], NOW))
    raises("renew", ReadOnly, lambda: store.renew(ann, "a", NOW))
    raises("release", ReadOnly, lambda: store.release(ann))
    same("leases", [lease.key for lease in store.leases(TASK)], ["a"])
    store.read_only = False


LEASE_CHECKS: tuple[Callable[[Store], None], ...] = (
    an_item_is_leased_to_one_page,
    going_on_lets_go,
    what_is_finished_is_never_leased,
    a_lease_runs_out,
    a_clock_that_is_set_back_blocks_nobody,
    a_person_gets_their_item_back,
    several_people_per_item,
    threads_get_each_item_once,
    reading_only_leases_nothing,
)
"""What `check_store` checks of leases, each with a fresh store."""
