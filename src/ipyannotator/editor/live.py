"""Live views: what a user's code holds of an item. Reading asks the store; writing goes through the one door.

A view never goes stale: it keeps a key, not a copy. `a.current` and `a.annotations[key]` are `AnnotationView`s.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue
from ipyannotator.model import (
    ItemRecord,
    ObjectRecord,
    Op,
    Origin,
    Shape,
    encode,
    encode_shape,
    new_id,
)

if TYPE_CHECKING:
    from ipyannotator.editor.core import Editor
    from ipyannotator.stores.base import Annotated


class AnnotationView(Mapping[str, "ObjectView"]):
    """The annotation of one item: its objects by id, its state and note.

    `add`, `remove`, `clear` and setting `state` or `note` each make one change, which is one undo.
    """

    def __init__(self, editor: Editor, key: str) -> None:
        self._editor = editor
        self.key = key

    @property
    def name(self) -> str:
        """What the person reads as the item's name."""
        return self._editor.source.name(self.key)

    @property
    def objects(self) -> list[ObjectView]:
        """The objects, in drawing order."""
        head = self._editor.store.head()
        return [ObjectView(self._editor, record, head) for record in self._read().objects]

    @property
    def labels(self) -> list[str | None]:
        """The class names of the objects, in drawing order."""
        return [obj.label for obj in self.objects]

    @property
    def state(self) -> str:
        """`todo`, `in_progress`, `done`, `skipped` or `flagged`; settable, but for `in_progress`."""
        return self._editor.state(self.record)

    @state.setter
    def state(self, state: str) -> None:
        self._editor.set_state(state, key=self.key)

    @property
    def note(self) -> str:
        """The note that goes with a flag; settable."""
        return self.record.note

    @note.setter
    def note(self, note: str) -> None:
        self._editor.set_state(self.record.state, note=note, key=self.key)

    @property
    def record(self) -> ItemRecord:
        """What is stored of the item itself."""
        return self._editor.item(self.key)

    def add(
        self, shape: Shape, label: str | None = None, *, score: float | None = None,
        attributes: Mapping[str, Any] | None = None, origin: Origin = "human", track: str | None = None,
    ) -> ObjectView:  # fmt: skip
        """Add an object.

        Args:
            shape: its geometry, in pixels of the full-resolution image.
            label: its class. Where the output's classes are open (`classes=None`) a new name adds a class.
            score: a model's confidence, from 0 to 1.
            attributes: further values by name.
            origin: who made it: `human`, `model` or `import`.
            track: the id of what it follows through the frames of a clip.

        Raises:
            InvalidValue: the shape is none, or has no place on the picture (it lies outside, or is a mask of another
                size), or the label is not one of the classes.
            ReadOnly, Rejected, StoreError: as `Editor.apply`.
        """
        (view,) = self.extend(
            [shape], [label], scores=[score], attributes=[attributes], origin=origin, tracks=[track]
        )
        return view

    def extend(
        self, shapes: Iterable[Shape], labels: Iterable[str | None] | None = None, *,
        scores: Iterable[float | None] | None = None, attributes: Iterable[Mapping[str, Any] | None] | None = None,
        origin: Origin = "human", tracks: Iterable[str | None] | None = None,
    ) -> list[ObjectView]:  # fmt: skip
        """Add many objects in one change; the lists are parallel. Raises as `add`."""
        self._editor.check_writable()
        shapes = list(shapes)
        none = [None] * len(shapes)
        now = time.time_ns() // 1000
        records = []
        for at, (shape, label, score, values, track) in enumerate(
            zip(shapes, labels or none, scores or none, attributes or none, tracks or none, strict=True)
        ):
            if not isinstance(shape, Shape):
                raise InvalidValue("The shape", shape, "a shape such as Box(x, y, width, height)")
            records.append(
                ObjectRecord(
                    id=new_id(), item=self.key, shape=shape, class_id=self._class(label), score=score,
                    attributes=dict(values or {}), origin=origin, order=now + at, author=self._editor.author.id,
                    track=track,
                )
            )  # fmt: skip
        Item(self._editor.source, self.key).check(shapes)
        if records:
            ops = [Op("create", "object", record.id, self.key, new=encode(record)) for record in records]
            self._editor.do(ops, item=self.key, origin=origin)
        return [ObjectView(self._editor, record) for record in records]

    def remove(self, *objects: ObjectView) -> None:
        """Delete objects, in one change."""
        ops = [_deletion(obj.record) for obj in objects]
        if ops:
            self._editor.do(ops, item=self.key)

    def clear(self) -> None:
        """Delete all objects, in one change."""
        self.remove(*self.objects)

    def _class(self, label: str | None) -> str | None:
        if label is not None and self._editor.extensible and self._editor.schema.find(label) is None:
            return self._editor.add_class(label)
        return self._editor.schema.id_of(label)

    def _read(self) -> Annotated:
        return self._editor.store.annotated(self._editor.task, self.key, self._editor.layer)

    def __getitem__(self, object_id: str) -> ObjectView:
        for obj in self.objects:
            if obj.id == object_id:
                return obj
        raise KeyError(object_id)

    def __iter__(self) -> Iterator[str]:
        return (obj.id for obj in self.objects)

    def __len__(self) -> int:
        return self.record.objects

    def __repr__(self) -> str:
        return f"<{self.name}: {self.state}, {len(self)} objects>"


class ObjectView:
    """One object on an item, live: setting a value makes a change."""

    def __init__(self, editor: Editor, record: ObjectRecord, head: int = -1) -> None:
        self._editor = editor
        self._last = record
        self._head = (
            head  # the log's end when `record` was read; while it stands, there is nothing new to read
        )

    @property
    def record(self) -> ObjectRecord:
        """What is stored of it now. Raise `KeyError` where it was deleted."""
        head = self._editor.store.head()
        if head == self._head:
            return self._last
        for record in self._editor.objects(self._last.item, [self.id]):
            self._last, self._head = record, head
            return record
        raise KeyError(f"The object {self._last.id} on {self._last.item!r} was deleted.")

    @property
    def id(self) -> str:
        """Its id, unique in the project."""
        return self._last.id

    @property
    def shape(self) -> Shape:
        """Its geometry; settable."""
        return self.record.shape

    @shape.setter
    def shape(self, shape: Shape) -> None:
        if not isinstance(shape, Shape):
            raise InvalidValue("The shape", shape, "a shape such as Box(x, y, width, height)")
        Item(self._editor.source, self._last.item).check([shape])
        self._set("shape", encode_shape(self.record.shape), encode_shape(shape))

    @property
    def label(self) -> str | None:
        """The name of its class; settable."""
        return self._editor.schema.name(self.record.class_id)

    @label.setter
    def label(self, label: str | None) -> None:
        class_id = AnnotationView(self._editor, self._last.item)._class(label)  # noqa: SLF001 - the same module
        self._set("class_id", self.record.class_id, class_id)

    @property
    def attributes(self) -> dict[str, Any]:
        """Further values by name; settable as a whole."""
        return dict(self.record.attributes)

    @attributes.setter
    def attributes(self, values: Mapping[str, Any]) -> None:
        self._set("attributes", self.record.attributes, dict(values))

    @property
    def score(self) -> float | None:
        """A model's confidence, from 0 to 1."""
        return self.record.score

    @property
    def track(self) -> str | None:
        """The id of what it follows through the frames of a clip; settable."""
        return self.record.track

    @track.setter
    def track(self, track: str | None) -> None:
        self._set("track", self.record.track, track)

    @property
    def origin(self) -> str:
        """Who made it: `human`, `model` or `import`."""
        return self.record.origin

    @property
    def author(self) -> str:
        """The id of who made it."""
        return self.record.author

    def delete(self) -> None:
        """Delete it."""
        self._editor.do([_deletion(self.record)], item=self._last.item)

    def _set(self, path: str, old: Any, new: Any) -> None:
        if old != new:
            self._editor.do(
                [Op("set", "object", self.id, self._last.item, path, old, new)], item=self._last.item
            )

    def __repr__(self) -> str:
        return f"<{self.label or 'no class'} {self._last.shape}>"


class Annotations(Mapping[str, AnnotationView]):
    """All items of a task by key, read lazily: nothing is loaded before it is asked for."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def __getitem__(self, key: str) -> AnnotationView:
        self._editor.source.index(key)  # raises KeyError
        return self._editor.view(key)

    def __iter__(self) -> Iterator[str]:
        source = self._editor.source
        return (source.key(index) for index in range(len(source)))

    def __len__(self) -> int:
        return len(self._editor.source)

    def __repr__(self) -> str:
        return f"<annotations of {len(self)} items>"


def _deletion(record: ObjectRecord) -> Op:
    return Op("delete", "object", record.id, record.item, old=encode(record))
