"""The rail of tools."""

from __future__ import annotations

import traitlets

from ipyannotator.widgets.component import Component


class Tools(Component):
    """Buttons to choose a tool, and to fit the picture or show it in its actual size.

    Attributes:
        tools: the names of the tools on offer, in order. A name that the browser has no icon for gets a general one.
        actions: the names of actions that have a button below them.
    """

    tools = traitlets.List(
        traitlets.Unicode(), default_value=["select", "box", "pan"], help="the names of the tools, in order"
    ).tag(sync=True)
    actions = traitlets.List(
        traitlets.Unicode(), help="the names of actions that have a button below the tools"
    ).tag(sync=True)
