"""The save state, and what to do."""

from __future__ import annotations

from typing import Any

import traitlets

from ipyannotator.widgets.component import Component


class Status(Component):
    """Says whether everything is saved, what could not be applied, and what else the person should know.

    Attributes:
        instructions: what to do, as `widgets.instructions.read` returns it; shown when somebody opens the annotator for
            the first time, again when the text has changed, and on `?`. Empty where there are none.
    """

    instructions: traitlets.Dict[str, Any] = traitlets.Dict(
        help="what to do, as a tree of safe tags, and the text's version"
    ).tag(sync=True)
