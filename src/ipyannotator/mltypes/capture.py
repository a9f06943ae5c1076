"""Capture: choosing items in a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.mltypes.base import Output, Parsed
from ipyannotator.model import FieldRecord, ObjectRecord, Schema
from ipyannotator.model.friendly import friendly

ANSWER = "answer"
"""The field that says whether an item was chosen."""


@friendly
@dataclass(frozen=True)
class OutputGridBox(Output):
    """Items chosen in a grid, as the answer to a question.

    Attributes:
        question: what stands above the grid.
    """

    name: ClassVar[str] = "capture"
    parts: ClassVar[tuple[str, ...]] = (ANSWER,)
    question: str = "Which of these do you choose?"

    def __post_init__(self) -> None:
        if not isinstance(self.question, str):
            raise InvalidValue("OutputGridBox.question", self.question, "a text")

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return `{"answer": true}` for what was chosen, `{"answer": false}` for what was seen and not chosen."""
        return {"answer": any(field.id == ANSWER and field.value is True for field in fields)}

    def from_value(self, value: Any) -> Parsed:
        """Return the answer as a field."""
        if not isinstance(value, dict) or not isinstance(value.get("answer"), bool):
            raise FormatError(f'{value!r} is not an answer, expected {{"answer": true}} or false.')
        return Parsed(fields={ANSWER: value["answer"]})
