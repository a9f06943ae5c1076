"""Inputs and outputs: plain declarations of what the data are and what is annotated on them.

They hold no files and no state, so they are cheap to make, to compare and to print. An output also owns its storage
codec: `to_value` gives an item's annotation in the original's JSON form, `from_value` reads it back.
"""

from ipyannotator.mltypes.base import Input, Output, Parsed
from ipyannotator.mltypes.boxes import OutputImageBbox
from ipyannotator.mltypes.capture import OutputGridBox
from ipyannotator.mltypes.images import InputImage, NoOutput
from ipyannotator.mltypes.labels import OutputImageLabel, OutputLabel
from ipyannotator.mltypes.shapes import OutputImageShapes
from ipyannotator.mltypes.video import BboxCoordinate, BboxVideoCoordinate, Coordinate, OutputVideoBbox

__all__ = [
    "BboxCoordinate", "BboxVideoCoordinate", "Coordinate", "Input", "InputImage", "NoOutput", "Output",
    "OutputGridBox", "OutputImageBbox", "OutputImageLabel", "OutputImageShapes", "OutputLabel", "OutputVideoBbox", "Parsed",
]  # fmt: skip
