"""Images without anything annotated on them: to look at."""

from __future__ import annotations

from typing import ClassVar

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, NoOutput
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.single import SingleView
from ipyannotator.pairs.view import View


@PAIRS.register(InputImage, NoOutput)
class ExploreImages(BaseAnnotator):
    """Look at a folder of images."""

    views: ClassVar[dict[Step, type[View]]] = {Step.EXPLORE: SingleView}
