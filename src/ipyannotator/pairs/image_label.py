"""Labels on images: words, or pictures."""

from __future__ import annotations

from typing import ClassVar

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, OutputImageLabel, OutputLabel
from ipyannotator.model import ObjectRecord, Op, encode
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.improve import ImproveView
from ipyannotator.pairs.labels import LabelView
from ipyannotator.pairs.view import View


class ImproveLabels(ImproveView):
    """The images of each label, and those without one."""

    name_of_none = "No label"
    question_of_none = "Which of these miss a label?"

    def relabelling(self, record: ObjectRecord, class_id: str) -> list[Op]:
        """Return what gives an item another label instead; one that it has already is not given twice."""
        labels = self.editor.view(record.item).objects
        if any(each.record.class_id == class_id and each.id != record.id for each in labels):
            return [Op("delete", "object", record.id, record.item, old=encode(record))]
        return super().relabelling(record, class_id)


@PAIRS.register(InputImage, OutputImageLabel)
@PAIRS.register(InputImage, OutputLabel)
class LabelAnnotator(BaseAnnotator):
    """Say what is on images, look at that, and correct it."""

    views: ClassVar[dict[Step, type[View]]] = {
        Step.EXPLORE: LabelView,
        Step.CREATE: LabelView,
        Step.IMPROVE: ImproveLabels,
    }
