"""Labels on images: words, or pictures."""

from __future__ import annotations

from typing import ClassVar

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, OutputImageLabel, OutputLabel
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.labels import LabelView
from ipyannotator.pairs.view import View


@PAIRS.register(InputImage, OutputImageLabel)
@PAIRS.register(InputImage, OutputLabel)
class LabelAnnotator(BaseAnnotator):
    """Say what is on images, look at that, and correct it."""

    views: ClassVar[dict[Step, type[View]]] = {Step.EXPLORE: LabelView, Step.CREATE: LabelView}
