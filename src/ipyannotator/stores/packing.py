"""Values as text in columns; those above 4 kB stand once in the table of blobs, by content hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from ipyannotator.model import Change
from ipyannotator.stores.tables import blobs

BULKY = 4096
"""Bytes of JSON above which a value stands among the blobs."""
CHUNK = 500
"""How many values go into one `IN (…)`."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut values into lists of at most `size`."""
    part: list[Any] = []
    for value in values:
        part.append(value)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


class Packer:
    """Turns values into column texts, and keeps the bulky ones until `flush` writes them."""

    def __init__(self) -> None:
        self._new: dict[str, str] = {}

    def text(self, value: Any) -> str:
        """Return the column text of a JSON value."""
        data = _encoder.encode(value)
        return data.decode() if len(data) <= BULKY else "#" + self._blob(data)

    def body(self, change: Change) -> tuple[str, str | None]:
        """Return the JSON of a change without its bulky values, and where those belong; None where there are none.

        Where is a list of `[operation, "old" or "new", key or "", hash]`. A bulky value within a mapping is taken
        out alone, so that a mask stands once however often its object is created, deleted and restored.
        """
        places: list[tuple[int, str, str, str]] = []
        ops: list[msgspec.Raw] = []
        for index, op in enumerate(change.ops):
            data = _encoder.encode(op)
            if len(data) > BULKY:
                sides = {
                    side: self._slim(msgspec.to_builtins(getattr(op, side)), index, side, places)
                    for side in ("old", "new")
                }
                data = _encoder.encode(msgspec.structs.replace(op, **sides))
            ops.append(msgspec.Raw(data))
        slim = msgspec.structs.replace(change, ops=tuple(ops))
        return _encoder.encode(slim).decode(), _encoder.encode(places).decode() if places else None

    def _slim(self, value: Any, index: int, side: str, places: list[tuple[int, str, str, str]]) -> Any:
        data = _encoder.encode(value)
        if len(data) <= BULKY:
            return value
        if isinstance(value, dict):
            kept = {}
            for key, inner in value.items():
                inner_data = _encoder.encode(inner)
                if key and len(inner_data) > BULKY:
                    places.append((index, side, key, self._blob(inner_data)))
                else:
                    kept[key] = inner
            if len(_encoder.encode(kept)) <= BULKY:
                return kept
            # Many small values, bulky together: keep the mapping whole.
            places[:] = [place for place in places if place[:2] != (index, side)]
        places.append((index, side, "", self._blob(data)))
        return None

    def _blob(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self._new[digest] = data.decode()
        return digest

    def flush(self, connection: Connection) -> None:
        """Write the bulky values that are not there yet."""
        for part in chunks(self._new):
            there = set(connection.scalars(select(blobs.c.hash).where(blobs.c.hash.in_(part))))
            rows = [{"hash": digest, "data": self._new[digest]} for digest in part if digest not in there]
            if rows:
                connection.execute(insert(blobs), rows)
        self._new.clear()


class Unpacker:
    """Turns column texts back into values; fetches blobs once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._blobs: dict[str, str] = {}

    def fetch(self, texts: Iterable[str | None]) -> None:
        """Fetch, in few queries, the blobs that some column texts name."""
        wanted = {text[1:] for text in texts if text is not None and text[:1] == "#"} - self._blobs.keys()
        for part in chunks(wanted, 50):
            found = self._connection.execute(select(blobs.c.hash, blobs.c.data).where(blobs.c.hash.in_(part)))
            self._blobs.update((digest, data) for digest, data in found)

    def value(self, text: str) -> Any:
        """Return the value of a column text."""
        if text[:1] == "#":
            self.fetch([text])
            text = self._blobs[text[1:]]
        return _decoder.decode(text)

    def change(self, data: dict[str, Any], places: str | None) -> Change:
        """Return the change of its JSON form and the places of its bulky values."""
        if places:
            where = _decoder.decode(places)
            self.fetch("#" + digest for *_, digest in where)
            for index, side, key, digest in where:
                value = _decoder.decode(self._blobs[digest])
                op = data["ops"][index]
                if key:
                    op.setdefault(side, {})[key] = value
                else:
                    op[side] = value
        return msgspec.convert(data, Change)
