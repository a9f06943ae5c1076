"""Ipyannotator: the infinitely hackable annotation framework.

from ipyannotator import Annotator, InputImage, OutputImageBbox

Annotator(InputImage("photos"), OutputImageBbox(["car"])).create()
"""

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
from ipyannotator.mltypes import InputImage, NoOutput, OutputImageBbox
from ipyannotator.model import Author, Box, Change, Op, Shape

__version__ = "1.0.0.dev0"

api_version = 1
"""The version of Protocols, `Change`, events and slots. What is not settled says "provisional" in its docstring."""

__all__ = [
    "Annotator",
    "Author",
    "Box",
    "Change",
    "Conflict",
    "InputImage",
    "InvalidValue",
    "IpyannotatorError",
    "NoOutput",
    "Op",
    "OutputImageBbox",
    "ReadOnly",
    "Rejected",
    "Settings",
    "Shape",
    "Step",
    "UnsupportedPair",
    "api_version",
]
