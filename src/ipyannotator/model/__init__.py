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
    is_sweeping,
    items,
    new_id,
    perform,
    refs,
    trace,
)
from ipyannotator.model.classes import ObjectClass, SkeletonTemplate
from ipyannotator.model.records import (
    BATCH_LAYER,
    RECORDS,
    STATES,
    Author,
    BatchRecord,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Origin,
    Record,
    State,
    batch_layer,
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
    "BATCH_LAYER", "RECORDS", "SHAPES", "STATES", "Answer", "Attribute", "Author", "BatchRecord", "Bounds", "Box", "Change", "ClassRecord", "Ellipse", "Entry", "FieldRecord", "ItemRecord", "Mask", "ObjectClass", "ObjectRecord", "Op", "Origin", "Points", "Polygon", "Polyline", "Record", "Ref", "Schema", "Shape", "Skeleton", "SkeletonTemplate", "State", "Status", "Trace", "UnknownShape", "Whole", "batch_layer", "decode", "decode_shape", "encode", "encode_shape", "invert", "is_sweeping", "items", "new_id", "perform", "refs", "trace",
]  # fmt: skip
