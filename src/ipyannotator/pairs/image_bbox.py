"""Boxes on images."""

from __future__ import annotations

from typing import ClassVar

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, OutputImageBbox
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.boxes import BoxView, ImproveBoxes
from ipyannotator.pairs.view import View


@PAIRS.register(InputImage, OutputImageBbox)
class BboxAnnotator(BaseAnnotator):
    """Draw, look at and correct boxes, each of one class."""

    views: ClassVar[dict[Step, type[View]]] = {
        Step.EXPLORE: BoxView,
        Step.CREATE: BoxView,
        Step.IMPROVE: ImproveBoxes,
    }
