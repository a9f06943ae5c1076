"""Boxes on the frames of a clip, each with the id of what it follows."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, OutputVideoBbox
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.boxes import ImproveBoxes
from ipyannotator.pairs.tracks import TrackView
from ipyannotator.pairs.view import View


@PAIRS.register(InputImage, OutputVideoBbox)
class VideoBboxAnnotator(BaseAnnotator):
    """Follow things through a folder of frames, in the order of their names.

    Attributes:
        trails: whether trajectories are drawn over the frames; kept from step to step.
    """

    views: ClassVar[dict[Step, type[View]]] = {
        Step.EXPLORE: TrackView, Step.CREATE: TrackView, Step.IMPROVE: ImproveBoxes,
    }  # fmt: skip

    trails = traitlets.Bool(default_value=True, help="whether trajectories are drawn")

    @traitlets.observe("trails")
    def _trails_changed(self, change: Any) -> None:
        if self._ready and isinstance(self.view, TrackView):
            self.view.list.trails = change.new
