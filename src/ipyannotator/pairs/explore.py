"""Images without anything annotated on them: to look at."""

from __future__ import annotations

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, NoOutput
from ipyannotator.pairs.base import PAIRS
from ipyannotator.pairs.image import ImageAnnotator


@PAIRS.register(InputImage, NoOutput)
class ExploreImages(ImageAnnotator):
    """Look at a folder of images."""

    steps = (Step.EXPLORE,)
