"""The labels of an item, as words or as pictures."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from ipyannotator.widgets.component import Component


class LabelPicker(Component):
    """The labels with their keys and, where there are some, their pictures; choose what the item on screen is.

    Attributes:
        extensible: whether a typed name may become a new label (action `add_label`).
        multiple: whether an item may have several labels.
        advance: whether a choice finishes the item and shows the next one to do; the person can switch it.
        pictorial: whether labels are shown as pictures.
        size: width and height of a picture, in CSS pixels.
        pictures: the files of the pictures by class id.
    """

    module: ClassVar[str] = "labels"

    extensible = traitlets.Bool(default_value=False, help="whether a typed name may become a label").tag(
        sync=True
    )
    multiple = traitlets.Bool(default_value=True, help="whether an item may have several").tag(sync=True)
    advance = traitlets.Bool(default_value=False, help="whether a choice finishes the item").tag(sync=True)
    pictorial = traitlets.Bool(default_value=False, help="whether labels are shown as pictures").tag(
        sync=True
    )
    size = traitlets.List(
        traitlets.Int(min=1), [50, 50], minlen=2, maxlen=2, help="width and height of a picture"
    ).tag(sync=True)
    pictures: traitlets.Dict[str, Any] = traitlets.Dict(help="the files of the pictures by class id").tag(
        sync=True
    )
