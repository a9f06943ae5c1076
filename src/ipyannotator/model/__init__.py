"""Frozen values: shapes, records, changes, the schema. They know nothing of stores or screens."""

from ipyannotator.model.attributes import Attribute
from ipyannotator.model.change import (
    Answer,
    Change,
    Entry,
    Op,
    Ref,
    Status,
    Trace,
    invert,
    items,
    new_id,
    perform,
    refs,
    trace,
)
from ipyannotator.model.classes import ObjectClass, SkeletonTemplate
from ipyannotator.model.records import (
    RECORDS,
    STATES,
    Author,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Origin,
    Record,
    State,
    decode,
    encode,
)
from ipyannotator.model.schema import Schema
from ipyannotator.model.shapes import (
    SHAPES,
    Bounds,
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Shape,
    Skeleton,
    UnknownShape,
    Whole,
    decode_shape,
    encode_shape,
)

__all__ = [
    "RECORDS", "SHAPES", "STATES", "Answer", "Attribute", "Author", "Bounds", "Box", "Change", "ClassRecord", "Ellipse", "Entry", "FieldRecord", "ItemRecord", "Mask", "ObjectClass", "ObjectRecord", "Op", "Origin", "Points", "Polygon", "Polyline", "Record", "Ref", "Schema", "Shape", "Skeleton", "SkeletonTemplate", "State", "Status", "Trace", "UnknownShape", "Whole", "decode", "decode_shape", "encode", "encode_shape", "invert", "items", "new_id", "perform", "refs", "trace",
]  # fmt: skip
