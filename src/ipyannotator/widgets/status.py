"""The save state."""

from __future__ import annotations

from ipyannotator.widgets.component import Component


class Status(Component):
    """Says whether everything is saved, what could not be applied, and what else the person should know."""
