"""The records that a task consists of, as frozen values.

    ClassRecord    one class of the task's schema
    ItemRecord     what is known of one item besides its objects: state, note, the media's size and content hash
    ObjectRecord   one annotated thing on one item
    FieldRecord    one named value on one item
    BatchRecord    much that came in at once

Each has a JSON form (`encode`, `decode`), which is what operations, the log and the wire carry. `revision` is the
number of the log entry that last changed the record; it is set by the store alone and never part of an operation.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, cast, get_args

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes import Shape, UnknownShape, decode_shape

State = Literal["todo", "done", "skipped", "flagged"]
"""The state that is kept of an item. A `todo` item that has objects or fields is shown as in progress."""
STATES: tuple[State, ...] = get_args(State)

Origin = Literal["human", "model", "import", "file"]
"""Who made a thing: a person, a model, an import of somebody's file, or the data source itself."""


Order = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A position in a list; within what a database's integer holds."""


class Author(msgspec.Struct, frozen=True):
    """Who makes changes. `id` is stable and unique in the project, `name` is for the screen."""

    id: str
    name: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The base of the records. What they hold are values, never cycles, so the garbage collector passes them by."""

    id: str
    revision: int = 0


class ItemRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One item; `id` is its key.

    Attributes:
        media: the size and content hash that the media had when it was annotated:
            `{"width": px, "height": px, "hash": hex}`, or None before.
        objects: how many objects there are; counted by the store, never set by an operation.
    """

    state: State = "todo"
    note: str = ""
    media: dict[str, Any] | None = None
    objects: int = 0


class ObjectRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One annotated thing.

    Attributes:
        item: the key of its item.
        part: the named part of the output that it belongs to.
        class_id: the id of its class, or None while it has none.
        score: a model's confidence from 0 to 1, or None.
        order: objects are listed and drawn by (order, id); microseconds since 1970 at creation.
        author: the id of who created it.
    """

    item: str
    shape: Shape
    part: str = "objects"
    class_id: str | None = None
    attributes: dict[str, Any] = {}
    score: float | None = None
    track: str | None = None
    origin: Origin = "human"
    author: str = ""
    order: Order = 0


class FieldRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One named value on an item; `id` is its name, `value` any JSON value, None where it was never set."""

    item: str
    value: Any = None


class ClassRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One class of the schema.

    Attributes:
        name: shown on the screen and written to files; unique among the classes that are not retired.
        color: `#rrggbb`.
        key: the key that chooses it, or an empty string.
        shapes: the kinds of shape it allows; empty for all.
        retired: no longer offered; kept because objects or the log name it.
    """

    name: str
    color: str = ""
    key: str = ""
    order: Order = 0
    shapes: tuple[str, ...] = ()
    attributes: tuple[dict[str, Any], ...] = ()
    skeleton: dict[str, Any] | None = None
    retired: bool = False


class BatchRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Much that came in at once, an imported file for one.

    Its objects are written bit by bit into a layer that nobody sees (`batch_layer`). The one operation that creates this
    record makes all of them visible, the one that deletes it takes back what was not edited since.

    Attributes:
        title: what it is, for the person.
        parts: the numbers of the log entries that have its objects.
        stood: the keys of items that were there before and kept their state; found by the store.
    """

    title: str = ""
    parts: list[int] = []
    stood: list[str] = []


BATCH_LAYER = "batch/"
"""How the names of the layers begin that hold a batch until it is made visible."""


def batch_layer(id_: str) -> str:
    """Return the name of the layer that holds a batch until it is made visible."""
    return f"{BATCH_LAYER}{id_}"


RECORDS: dict[str, type[Record]] = {
    "item": ItemRecord,
    "object": ObjectRecord,
    "field": FieldRecord,
    "class": ClassRecord,
    "batch": BatchRecord,
}
"""The kinds of record that an operation can name."""

R = TypeVar("R", bound=Record)


def _dec_hook(kind: type, value: Any) -> Any:
    if kind is Shape:
        return decode_shape(value)
    raise NotImplementedError(kind)


def _defaults(kind: type[Record]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(kind)
        if not field.required
    }


_DEFAULTS: dict[type[Record], dict[str, Any]] = {kind: _defaults(kind) for kind in RECORDS.values()}


def encode(record: Record) -> dict[str, Any]:
    """Return the record's JSON form, without defaults, without `revision` and without what the store counts."""
    data = cast("dict[str, Any]", msgspec.to_builtins(record))
    # msgspec leaves out only what is the very object of the default, which a text from a database is not.
    for name, default in _DEFAULTS[type(record)].items():
        if name in data and data[name] == default:
            del data[name]
    data.pop("revision", None)
    if isinstance(record, ItemRecord):
        data.pop("objects", None)
    elif isinstance(record, BatchRecord):
        data.pop("stood", None)
    elif isinstance(record, ObjectRecord) and isinstance(record.shape, UnknownShape):
        data["shape"] = record.shape.data
    return data


def decode(kind: type[R], data: Any) -> R:
    """Return the record of a JSON form; raise `InvalidValue` where a value has the wrong type."""
    try:
        return msgspec.convert(data, kind, dec_hook=_dec_hook)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"The {kind.__name__}", data, str(error)) from error
