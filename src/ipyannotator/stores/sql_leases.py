"""The leases of the store on SQLite; `leases.py` has the rules.

What is finished is first looked up by reading, in ever larger parts, so that nobody waits to write while a million
finished items are passed by. What is left is looked up again in the transaction that takes the lease.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update

from ipyannotator.model import BATCH_LAYER, Author
from ipyannotator.stores.database import Database
from ipyannotator.stores.leases import KEPT, Claim, Lease, counted, first_free, unfinished
from ipyannotator.stores.packing import chunks
from ipyannotator.stores.tables import NOW, leases, scopes

_FIRST_PART, _LARGEST_PART = 32, 50_000
"""Items per read: the next one is nearly always free, and a million finished ones take few reads."""
_PART = 500
"""Items per transaction."""

_KEYS = func.json_each(bindparam("keys")).table_valued("value")
# As EXISTS, because SQLite may begin a join with the items, of which there may be a million.
_FINISHED = select(_KEYS.c.value).where(
    select(NOW.items.c.key)
    .where(
        NOW.items.c.scope == bindparam("scope"),
        NOW.items.c.key == _KEYS.c.value,
        NOW.items.c.state != literal_column("'todo'"),
    )
    .exists()
)


class SqlLeases:
    """The part of the store on SQLite that knows of leases."""

    _db: Database

    def _check_writable(self) -> None:
        raise NotImplementedError

    def layers(self, task: str) -> list[str]:
        """Return the layers of a task; see `Store.layers`."""
        return self._db.read(lambda connection: sorted(_scopes(connection, task)))

    def finished(self, task: str, keys: Iterable[str], layer: str = "main") -> set[str]:
        """Return those of the keys that are finished; see `Store.finished`."""
        wanted = list(keys)
        return self._db.read(
            lambda connection: _finished(connection, _scopes(connection, task).get(layer, 0), wanted)
        )

    def lease(self, claim: Claim, keys: Iterable[str], now: float) -> str | None:
        """Take the first free item; see `Store.lease`."""
        self._check_writable()
        for part in _parts(keys):
            left = self._db.read(
                lambda connection, part=part: unfinished(claim, part, _by_layer(connection, claim, part))  # type: ignore[misc]
            )
            for some in chunks(left, _PART):
                found = self._take_first(claim, some, now)
                if found is not None:
                    return found
        return None

    def renew(self, claim: Claim, key: str, now: float) -> bool:
        """Renew a lease; see `Store.renew`."""
        self._check_writable()
        with self._db.atomic() as connection:
            _settle(connection, claim.task, now)
            known = _leases(connection, claim.task)
            mine = [
                each for each in known if (each.key, each.layer, each.page) == (key, claim.layer, claim.page)
            ]
            if not mine:
                return False
            if not mine[0].in_force(now):
                finished = _by_layer(connection, claim, [key])
                if first_free(claim, [key], finished, known, now) is None:
                    return False
            _take(connection, claim, key, now)
            return True

    def release(self, claim: Claim) -> None:
        """Let go what a page has; see `Store.release`."""
        self._check_writable()
        with self._db.atomic() as connection:
            _release(connection, claim)

    def leases(self, task: str) -> list[Lease]:
        """Return the leases of a task; see `Store.leases`."""
        return self._db.read(lambda connection: _leases(connection, task))

    def _take_first(self, claim: Claim, keys: list[str], now: float) -> str | None:
        with self._db.atomic() as connection:
            _settle(connection, claim.task, now)
            finished = _by_layer(connection, claim, keys)
            found = first_free(claim, keys, finished, _leases(connection, claim.task), now)
            if found is not None:
                _release(connection, claim)
                _take(connection, claim, found, now)
            return found


def _scopes(connection: Connection, task: str) -> dict[str, int]:
    """Return the layers of a task that can be seen, with their numbers."""
    rows = connection.execute(select(scopes.c.layer, scopes.c.id).where(scopes.c.task == task))
    return {layer: number for layer, number in rows if not layer.startswith(BATCH_LAYER)}


def _finished(connection: Connection, scope: int, keys: list[str]) -> set[str]:
    wanted = {"scope": scope, "keys": msgspec.json.encode(keys).decode()}
    return set(connection.scalars(_FINISHED, wanted)) if scope else set()


def _by_layer(connection: Connection, claim: Claim, keys: list[str]) -> dict[str, set[str]]:
    known = _scopes(connection, claim.task)
    return {layer: _finished(connection, known.get(layer, 0), keys) for layer in counted(claim, known)}


def _leases(connection: Connection, task: str) -> list[Lease]:
    query = select(
        leases.c.key, leases.c.layer, leases.c.page, leases.c.holder, leases.c.author, leases.c.name, leases.c.renewed,
        leases.c.seconds,
    ).where(leases.c.task == task).order_by(leases.c.layer, leases.c.key)  # fmt: skip
    return [
        Lease(key, layer, page, holder, Author(author, name), renewed, seconds)
        for key, layer, page, holder, author, name, renewed, seconds in connection.execute(query)
    ]


def _settle(connection: Connection, task: str, now: float) -> None:
    """Let leases of the future count from now, and forget those of long ago."""
    connection.execute(
        update(leases).where(leases.c.task == task, leases.c.renewed > now).values(renewed=now)
    )
    connection.execute(delete(leases).where(leases.c.task == task, leases.c.renewed < now - KEPT))


def _release(connection: Connection, claim: Claim) -> None:
    connection.execute(
        delete(leases).where(
            leases.c.task == claim.task, leases.c.layer == claim.layer, leases.c.page == claim.page
        )
    )


def _take(connection: Connection, claim: Claim, key: str, now: float) -> None:
    where = (leases.c.task == claim.task, leases.c.layer == claim.layer, leases.c.key == key)
    connection.execute(delete(leases).where(*where))
    row = {
        "task": claim.task, "layer": claim.layer, "key": key, "page": claim.page, "holder": claim.holder,
        "author": claim.author.id, "name": claim.author.name, "renewed": now, "seconds": claim.seconds,
    }  # fmt: skip
    connection.execute(insert(leases), row)


def _parts(keys: Iterable[str]) -> Iterator[list[str]]:
    """Cut keys into ever larger lists."""
    left, size = iter(keys), _FIRST_PART
    while part := list(islice(left, size)):
        yield part
        size = min(size * 4, _LARGEST_PART)
