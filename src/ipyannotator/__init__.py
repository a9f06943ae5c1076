"""Ipyannotator: the infinitely hackable annotation framework.

from ipyannotator import Annotator, InputImage, OutputImageBbox

Annotator(InputImage("photos"), OutputImageBbox(["car"])).create()
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipyannotator.annotator import Annotator
    from ipyannotator.base import Settings, Step
    from ipyannotator.errors import (
        Conflict,
        InvalidValue,
        IpyannotatorError,
        ReadOnly,
        Rejected,
        UnsupportedPair,
    )
    from ipyannotator.mltypes import (
        InputImage,
        NoOutput,
        OutputGridBox,
        OutputImageBbox,
        OutputImageLabel,
        OutputImageShapes,
        OutputLabel,
        OutputVideoBbox,
    )
    from ipyannotator.model import (
        Attribute,
        Author,
        Box,
        Change,
        Ellipse,
        Mask,
        ObjectClass,
        Op,
        Points,
        Polygon,
        Polyline,
        Shape,
        Skeleton,
        SkeletonTemplate,
        Whole,
    )

__version__ = "1.0.0.dev0"

api_version = 1
"""The version of Protocols, `Change`, events and slots. What is not settled says "provisional" in its docstring."""

__all__ = [
    "Annotator",
    "Attribute",
    "Author",
    "Box",
    "Change",
    "Conflict",
    "Ellipse",
    "InputImage",
    "InvalidValue",
    "IpyannotatorError",
    "Mask",
    "NoOutput",
    "ObjectClass",
    "Op",
    "OutputGridBox",
    "OutputImageBbox",
    "OutputImageLabel",
    "OutputImageShapes",
    "OutputLabel",
    "OutputVideoBbox",
    "Points",
    "Polygon",
    "Polyline",
    "ReadOnly",
    "Rejected",
    "Settings",
    "Shape",
    "Skeleton",
    "SkeletonTemplate",
    "Step",
    "UnsupportedPair",
    "Whole",
    "api_version",
]

_HOMES = ("model", "errors", "base", "mltypes", "annotator")
"""Where the public names are, what loads widgets last. They are imported when first asked for, since neither the
command line nor a script that only counts needs all of them."""


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    if name in __all__:
        for home in _HOMES:
            module = importlib.import_module(f"{__name__}.{home}")
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names too, whether they are imported yet or not."""
    return sorted({*globals(), *__all__})
