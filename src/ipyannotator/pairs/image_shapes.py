"""Any mix of shapes on images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, cast

from ipywidgets import VBox

from ipyannotator.base import Step
from ipyannotator.editor.checking import attributes
from ipyannotator.mltypes import InputImage, OutputImageShapes
from ipyannotator.model import ObjectRecord, Op, Shape, Whole, encode, new_id
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.improve import ImproveView
from ipyannotator.pairs.objects import ObjectsView
from ipyannotator.pairs.view import View
from ipyannotator.widgets.fields import ShapeFields
from ipyannotator.widgets.marks import mark
from ipyannotator.widgets.whole import WholeLabels

TOOLS: Final[dict[str, tuple[str, ...]]] = {
    "rotated_box": ("box", "rotated_box"),
    "polygon": ("polygon", "cut"),
    "mask": ("brush", "eraser", "wand"),
    "whole": (),
}
"""The tools that draw a kind of shape, where they are not one tool of its name."""

ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "polygon": ("join", "subtract", "simplify"),
    "polyline": ("simplify",),
    "skeleton": ("toggle_handle",),
    "mask": ("brush_smaller", "brush_larger", "fill_holes", "to_mask", "to_polygon"),
}
"""The actions that there are for a kind of shape."""

NUMBERS: Final[dict[str, tuple[str, ...]]] = {
    "box": ("x", "y", "width", "height", "angle"),
    "ellipse": ("cx", "cy", "rx", "ry", "angle"),
}
"""The numbers of a kind of shape that there are fields for."""


def tools_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the tools that draw some kinds of shape, in their order, and those that are always there."""
    drawing = [tool for kind in kinds for tool in TOOLS.get(kind, (kind,))]
    return tuple(dict.fromkeys(["select", *drawing, "pan"]))


class ShapesView(ObjectsView):
    """Draw, look at and correct shapes of several kinds, and label the whole image."""

    methods: ClassVar[dict[str, str]] = {**ObjectsView.methods, "whole": "toggle_whole"}

    fields: ShapeFields

    def __init__(self, annotator: BaseAnnotator) -> None:
        super().__init__(annotator)
        self.kinds = tuple(cast("OutputImageShapes", annotator.output_item).shapes)
        self.tools = tools_of(self.kinds)
        self.here = super().here | frozenset(name for kind in self.kinds for name in ACTIONS.get(kind, ()))

    def fill(self) -> None:
        """Begin with the tool of the first kind on offer."""
        self.labels = WholeLabels(read_only=self.editor.read_only) if "whole" in self.kinds else None
        super().fill()
        annotator = self.annotator
        if self.labels is not None:
            self.labels.on_toggle(lambda class_id: annotator.act("whole", class_id))
            for event in ("open", "task"):
                annotator.wire(event, self._show_labels)
        if not self.editor.read_only and len(self.tools) > 2:  # noqa: PLR2004 - more than select and pan
            self.line.tool = self.tools[1]

    def make_fields(self) -> ShapeFields:
        """Return the fields of shapes."""
        return ShapeFields(read_only=self.editor.read_only)

    def put_fields(self) -> None:
        """Put the labels of the whole image above the fields."""
        if self.labels is None:
            super().put_fields()
        else:
            self.annotator.put("fields", mark(VBox([self.labels, self.fields]), "ipya-fields-stack"))

    def first_class(self) -> str:
        """Return the id of the first class that has something to draw."""
        drawn = (r for r in self.editor.schema.active if not r.shapes or tools_of(r.shapes)[1:-1])
        return next((record.id for record in drawn), "")

    def values(self, record: ObjectRecord) -> dict[str, Any]:
        """Return the numbers of a shape, else what is to be said of it, and its attributes."""
        shape = record.shape
        names = [name for name in NUMBERS.get(shape.kind, ()) if hasattr(shape, name)]
        if shape.kind == "box" and "rotated_box" not in self.kinds and not getattr(shape, "angle", 0):
            names.remove("angle")
        numbers = {name: getattr(shape, name) for name in names}
        return {**numbers, "facts": "" if numbers else facts(shape), **self.common([record])}

    def common(self, records: Sequence[ObjectRecord]) -> dict[str, Any]:
        """Return the attributes of objects of one class; those that differ are mixed."""
        rules = self.editor.schema.rules(records[0].class_id)
        declared = attributes(rules) if rules is not None else []
        first = records[0].attributes
        mixed = [
            each.name
            for each in declared
            if any(record.attributes.get(each.name) != first.get(each.name) for record in records)
        ]
        return {"declared": declared, "attributes": first, "mixed": mixed}

    def toggle_whole(self, class_id: str) -> None:
        """Give the image a label of all of it, or take it away; one change."""
        self.editor.check_writable()
        key = self.editor.key
        there = [record for record in self._whole() if record.class_id == class_id]
        ops = [Op("delete", "object", record.id, key, old=encode(record)) for record in there]
        if not ops:
            made = ObjectRecord(id=new_id(), item=key, shape=Whole(), class_id=class_id)
            ops = [Op("create", "object", made.id, key, new=encode(made))]
        self.editor.do(ops)

    def _whole(self) -> list[ObjectRecord]:
        editor = self.editor
        objects = editor.store.annotated(editor.task, editor.key, editor.layer).objects
        return [record for record in objects if isinstance(record.shape, Whole)]

    def _show_labels(self, *_: Any) -> None:
        if self.labels is None:
            return
        given = {record.class_id for record in self._whole()}
        offered = [
            (record.name, record.id)
            for record in self.editor.schema
            if record.id in given or (not record.retired and (not record.shapes or "whole" in record.shapes))
        ]
        self.labels.show(offered, {class_id for class_id in given if class_id})


def facts(shape: Shape) -> str:
    """Return what is said of a shape in a line: how many points it has, and how large it is."""
    joints = getattr(shape, "joints", None)
    if joints is not None:
        there = sum(1 for joint in joints if joint[2])
        return f"skeleton · {there} of {len(joints)} joints"
    if isinstance(shape, Whole):
        return "the whole image"
    points = getattr(shape, "points", None)
    size = shape.measure()
    unit = "px long" if shape.kind == "polyline" else "px²"
    parts = [shape.kind]
    if points is not None:
        parts.append(f"{len(points):,} point{'' if len(points) == 1 else 's'}")
    if holes := len(getattr(shape, "holes", ())):
        parts.append(f"{holes} hole{'' if holes == 1 else 's'}")
    if size > 0 and shape.kind != "points":
        parts.append(f"{size:,.0f} {unit}")
    return " · ".join(parts)


class ImproveShapes(ImproveView):
    """Every shape of every image as a cut-out, and the images without one."""

    name_of_none = "No object"
    question_of_none = "Which of these miss an object?"


@PAIRS.register(InputImage, OutputImageShapes)
class ShapesAnnotator(BaseAnnotator):
    """Draw, look at and correct shapes of several kinds, each of one class and with attributes."""

    views: ClassVar[dict[Step, type[View]]] = {
        Step.EXPLORE: ShapesView,
        Step.CREATE: ShapesView,
        Step.IMPROVE: ImproveShapes,
    }
