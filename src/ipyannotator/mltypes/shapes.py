"""Any mix of shapes on images, each with a class and attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.mltypes.base import Output, Parsed, names_of
from ipyannotator.model import (
    Attribute,
    ClassRecord,
    FieldRecord,
    ObjectClass,
    ObjectRecord,
    Schema,
    decode_shape,
    encode_shape,
)
from ipyannotator.model.attributes import attributes_of
from ipyannotator.model.classes import kinds_of
from ipyannotator.model.friendly import friendly

_REVIEW: Final = "review"
"""A reviewer's mark is no annotation: it is not written."""
_MORE: Final = ("attributes", "score", "track", "origin")
"""The values of an object besides shape and label that its form in JSON has, where there are any."""


@friendly
@dataclass(frozen=True)
class OutputImageShapes(Output):
    """Shapes of any kind on images, each with a class and attributes; labels of the whole image beside them.

    Attributes:
        shapes: the kinds on offer: `box`, `rotated_box`, `polygon`, `polyline`, `points`, `skeleton`, `ellipse`,
            `mask`, `whole` (labels of the whole image), and everybody's that are registered.
        classes: names, or `ObjectClass` with more than that; None lets the person type new ones. Where some say that
            they take `whole`, the others do not.
        attributes: what is said of every object, besides what its class says.
    """

    name: ClassVar[str] = "shapes"
    parts: ClassVar[tuple[str, ...]] = ("objects",)
    held: ClassVar[tuple[str, ...]] = ("shape", "label", *_MORE)
    shapes: Sequence[str] = ("box", "polygon")
    classes: Sequence[str | ObjectClass] | None = None
    attributes: Sequence[Attribute] = ()

    def __post_init__(self) -> None:
        shapes = kinds_of("OutputImageShapes.shapes", self.shapes)
        if not shapes:
            raise InvalidValue("OutputImageShapes.shapes", self.shapes, "at least one kind of shape")
        object.__setattr__(self, "shapes", list(shapes))
        object.__setattr__(
            self, "attributes", list(attributes_of("OutputImageShapes.attributes", self.attributes))
        )
        if self.classes is not None:
            object.__setattr__(self, "classes", _classes_of(self.classes))
        self._complete()

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds that are on offer."""
        return self.shapes

    @property
    def unclassed(self) -> ClassRecord | None:
        """What holds for objects that have no class yet: the shapes and attributes that all have."""
        shapes = tuple(kind for kind in self.shapes if kind not in ("skeleton", "whole"))
        attributes = tuple(each.data() for each in self.attributes)
        return ClassRecord(id="", name="", shapes=shapes, attributes=attributes)

    def declared(self, name: str) -> ObjectClass:
        """Return a class that somebody adds: it has the shapes and attributes that all have."""
        return self._completed(ObjectClass(name))

    def offered(
        self,
        pictures: Callable[[str | Path | None], list[str] | None],  # noqa: ARG002
    ) -> Sequence[ObjectClass] | None:
        """Return the classes, each with the shapes and attributes that all have; None where the person adds any."""
        return None if self.classes is None else self._complete()

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return `{"objects": [{"shape": {"kind", …}, "label": "car", "attributes": {…}, …}, …]}`, in drawing order.

        Pixels of the full-resolution image; whole numbers are written as integers. What an object has not is left
        out, but for `label`, which is null. `origin` is there for what a model made and nobody has accepted yet.
        """
        return {"objects": [_value(record, schema) for record in objects]}

    def from_value(self, value: Any) -> Parsed:
        """Return the objects of such a value."""
        if (
            not isinstance(value, dict)
            or value.keys() != {"objects"}
            or not isinstance(value["objects"], list)
        ):
            raise FormatError(f'{value!r} is not a value of shapes, expected {{"objects": […]}}.')
        return Parsed([_object(each) for each in value["objects"]])

    def _complete(self) -> list[ObjectClass]:
        """Return the classes with what all have; raise `InvalidValue` where that does not fit."""
        given = self.classes or []
        return [
            self._completed(each if isinstance(each, ObjectClass) else ObjectClass(each)) for each in given
        ]

    def _completed(self, given: ObjectClass) -> ObjectClass:
        what = f"The class {given.name!r}"
        for kind in given.shapes:
            if kind not in self.shapes:
                expected = f"among those on offer: {', '.join(self.shapes)}"
                raise InvalidValue(f"{what}: shapes", kind, expected, "Add it to OutputImageShapes.shapes.")
        # What has no joints cannot be drawn as a skeleton.
        without = {"skeleton"} if given.skeleton is None else set()
        if any(isinstance(each, ObjectClass) and "whole" in each.shapes for each in self.classes or []):
            without |= {"whole"}
        all_of = [kind for kind in self.shapes if kind not in without]
        if not given.shapes and not all_of:
            remedy = "Give it as ObjectClass(…, skeleton=SkeletonTemplate(joints=[…], edges=[…]))."
            raise InvalidValue(
                f"{what}: skeleton", None, "its joints, since only skeletons are drawn", remedy
            )
        attributes = attributes_of(
            f"{what}: attributes, with those of all classes", [*self.attributes, *given.attributes]
        )
        return replace(given, shapes=given.shapes or tuple(all_of), attributes=attributes)


def _classes_of(given: Any) -> list[str | ObjectClass]:
    what = "OutputImageShapes.classes"
    if isinstance(given, (str, Mapping)) or not isinstance(given, (list, tuple)):
        raise InvalidValue(what, given, "a list of names or ObjectClass, or None")
    made = [ObjectClass(**each) if isinstance(each, Mapping) else each for each in given]
    names_of(what, [each.name if isinstance(each, ObjectClass) else each for each in made])
    keys: dict[str, str] = {}
    for each in made:
        if isinstance(each, ObjectClass) and each.key:
            if each.key in keys:
                raise InvalidValue(
                    f"The class {each.name!r}: key",
                    each.key,
                    f"another one; it is that of {keys[each.key]!r}",
                )
            keys[each.key] = each.name
    return made


def _value(record: ObjectRecord, schema: Schema) -> dict[str, Any]:
    attributes = {name: value for name, value in record.attributes.items() if name != _REVIEW}
    more = {
        "attributes": attributes or None,
        "score": record.score,
        "track": record.track,
        "origin": record.origin if record.origin == "model" else None,
    }
    return {
        "shape": _plain(encode_shape(record.shape)),
        "label": schema.name(record.class_id),
        **{name: value for name, value in more.items() if value is not None},
    }


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or "shape" not in value:
        raise FormatError(f'{value!r} is not an object, expected {{"shape": {{"kind": …}}, "label": …}}.')
    unknown = [name for name in value if name not in ("shape", "label", *_MORE)]
    if unknown:
        names = ", ".join(("shape", "label", *_MORE))
        raise FormatError(f"{value!r} has {unknown[0]!r}, expected of an object: {names}.")
    try:
        shape = decode_shape(value["shape"])
    except InvalidValue as error:
        raise FormatError(f"An object cannot be read: {error}") from error
    found: dict[str, Any] = {"shape": shape, "label": value.get("label")}
    found |= {name: value[name] for name in _MORE if value.get(name) is not None}
    for name, fits, expected in _CHECKS:
        if name in found and found[name] is not None and not fits(found[name]):
            raise FormatError(f"{value!r}: {name} is {found[name]!r}, expected {expected}.")
    return found


_CHECKS: Final[tuple[tuple[str, Callable[[Any], bool], str], ...]] = (
    ("label", lambda it: isinstance(it, str) and bool(it.strip()), "the name of a class, or null"),
    (
        "attributes",
        lambda it: isinstance(it, dict),
        "values by name",
    ),
    ("score", lambda it: isinstance(it, (int, float)) and not isinstance(it, bool), "a number"),
    ("track", lambda it: isinstance(it, str), "a text"),
    ("origin", lambda it: it == "model", "'model', or nothing"),
)


def _plain(value: Any) -> Any:
    """Return a value with whole numbers as integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
