"""Leases: which page has which unfinished item on screen, so that no two people are given the same one.

How this works. Whoever wants an item makes a `Claim` on it. The store looks, in one transaction, which of the items
offered is neither finished nor on lease to somebody else (`first_free`, which both built-in stores use), and writes the
lease. A page has one item at a time: with the next one the former is let go. Leases are not annotations: they are not in
the log, and everything stays editable by everybody.

A lease is in force for some minutes from its last renewal, so an item whose process crashed comes back by itself. One
that was renewed in the future, because the clock of the machine was set back since, counts from the moment when
somebody sees it: it bars nobody for longer than any other, and is not taken away from its page either.

**Several people on each item.** Each person has a layer of their own then (`layer_of`), and an item is given away only
while fewer than so many of these layers have it finished or on lease.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ipyannotator.model import Author

PERSONAL = "by:"
"""What the names of people's own layers begin with; the author's id follows."""
MINUTES = 600.0
"""Seconds for which a lease is in force."""
IDLE = 45.0
"""Seconds without renewal after which the same person may go on with an item on another page."""
KEPT = 86_400.0
"""Seconds after which a lease that nobody renewed is forgotten; until then a page may take it up again."""


def layer_of(author: Author, people: int) -> str:
    """Return the layer in which somebody works: `main`, or their own where each item is given to several people."""
    return "main" if people == 1 else PERSONAL + author.id


class Claim(NamedTuple):
    """Who wants an item, and on which terms.

    Attributes:
        task: the task.
        layer: the layer in which it will be annotated.
        page: an id of this opened page; it has one item at a time.
        holder: an id of what the page is opened in, e.g. the browser's tab. Whatever a page of the same holder has on
            lease is taken over at once: it was reloaded.
        author: who sits there.
        people: to how many people an item is given; if more than one, the layers of people are counted.
        seconds: for how long the lease is in force.
        idle: after so many seconds without renewal, it is taken over by another page of the same author.
    """

    task: str
    layer: str
    page: str
    holder: str
    author: Author
    people: int = 1
    seconds: float = MINUTES
    idle: float = IDLE


class Lease(NamedTuple):
    """That a page has an item; `renewed` in seconds since 1970, the rest as in `Claim`."""

    key: str
    layer: str
    page: str
    holder: str
    author: Author
    renewed: float
    seconds: float

    def in_force(self, now: float) -> bool:
        """Tell whether it has not run out."""
        return now < self.renewed + self.seconds

    def bars(self, claim: Claim, now: float) -> bool:
        """Tell whether it keeps a page from having the same item in the same layer."""
        if claim.page == self.page or claim.holder == self.holder or not self.in_force(now):
            return False
        return claim.author.id != self.author.id or now < self.renewed + claim.idle


def unfinished(claim: Claim, keys: Iterable[str], finished: Mapping[str, Collection[str]]) -> list[str]:
    """Return the keys, in their order, that are not finished, whoever has them on lease.

    Args:
        claim: who asks.
        keys: the items.
        finished: the finished ones among them, by layer: the claim's own, and all layers of people where they count.
    """
    mine = finished.get(claim.layer, ())
    others = [found for layer, found in finished.items() if layer != claim.layer]
    return [
        key
        for key in keys
        if key not in mine and (claim.people == 1 or sum(key in found for found in others) < claim.people)
    ]


def first_free(
    claim: Claim,
    keys: Iterable[str],
    finished: Mapping[str, Collection[str]],
    leases: Iterable[Lease],
    now: float,
) -> str | None:
    """Return the first of the keys that the claim may have, or None; `finished` as for `unfinished`."""
    held: dict[str, list[Lease]] = {}
    for lease in leases:
        if lease.in_force(now):
            held.setdefault(lease.key, []).append(lease)
    for key in unfinished(claim, keys, finished):
        on = held.get(key, [])
        if any(lease.layer == claim.layer and lease.bars(claim, now) for lease in on):
            continue
        if claim.people > 1:
            there = {lease.layer for lease in on if lease.layer.startswith(PERSONAL)}
            there.update(layer for layer, found in finished.items() if key in found)
            if len(there - {claim.layer}) >= claim.people:
                continue
        return key
    return None


def counted(claim: Claim, layers: Iterable[str]) -> list[str]:
    """Return the layers whose finished items matter to a claim: its own, and those of people where they count."""
    if claim.people == 1:
        return [claim.layer]
    return [claim.layer, *(each for each in layers if each.startswith(PERSONAL) and each != claim.layer)]
