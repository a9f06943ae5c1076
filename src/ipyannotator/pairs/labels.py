"""One item at a time with its labels, as words or as pictures."""

from __future__ import annotations

from typing import ClassVar, cast

from ipyannotator.errors import MediaError
from ipyannotator.mltypes import OutputImageLabel, OutputLabel
from ipyannotator.model import ObjectRecord, Op, Whole, encode, new_id
from ipyannotator.pairs.single import SingleView
from ipyannotator.sources import Request, Source
from ipyannotator.widgets.labels import LabelPicker

SHARPNESS = 2
"""Device pixels that are sent for one CSS pixel of a label's picture."""


class LabelView(SingleView):
    """Say what an item is: by one label, or by several."""

    methods: ClassVar[dict[str, str]] = {"add_label": "add_label"}
    class_action = "label"

    def fill(self) -> None:
        """Add the labels."""
        super().fill()
        output = cast("OutputLabel | OutputImageLabel", self.annotator.output_item)
        editor = self.editor
        self.labels = LabelPicker(
            session=self.line.session,
            extensible=editor.extensible and not editor.read_only,
            multiple=output.multiple,
            advance=output.advance,
            pictorial=output.pictorial,
            size=[output.label_width, output.label_height],
        )
        self.annotator.put("classes", self.labels)
        self._pictured: set[str] = set()
        self.annotator.wire("task", self._show_pictures)

    def add_label(self, name: str) -> None:
        """Add a label that somebody typed, and give it to the item on screen."""
        self.editor.check_writable()
        class_id = self.editor.add_class(name)
        view = self.editor.view(self.editor.key)
        there = [record for each in view.objects if isinstance((record := each.record).shape, Whole)]
        if any(record.class_id == class_id for record in there):
            return
        ops = []
        if not self.labels.multiple:
            ops = [Op("delete", "object", record.id, view.key, old=encode(record)) for record in there]
        made = ObjectRecord(id=new_id(), item=view.key, shape=Whole(), part="labels", class_id=class_id)
        self.editor.do([*ops, Op("create", "object", made.id, view.key, new=encode(made))])

    def _show_pictures(self) -> None:
        """Send the pictures of labels that have none yet; one that cannot be shown is told of, once."""
        source = self.annotator.label_source
        wanted = [record for record in self.editor.schema if record.id not in self._pictured]
        if source is None or not wanted:
            return
        self._pictured.update(record.id for record in wanted)
        files = {record.id: self._picture(source, record.name) for record in wanted}
        self.labels.pictures = {**self.labels.pictures, **{key: file for key, file in files.items() if file}}

    def _picture(self, source: Source, name: str) -> bytes | None:
        try:
            source.index(name)
        except KeyError:  # a label that came from a file, or whose picture is gone
            return None
        width, height = self.labels.size
        try:
            return source.media(name, Request(width * SHARPNESS, height * SHARPNESS)).data
        except MediaError as error:
            self.annotator.events.emit("notice", "warning", f"The picture of a label: {error}")
            return None
