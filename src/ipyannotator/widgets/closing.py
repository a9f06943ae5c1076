"""Ending a widget with all that was made for it; ipywidgets' own `close` leaves children, layout and style behind.

What is left behind lives on in the kernel and in every open page until the kernel ends.
"""

from __future__ import annotations

from ipywidgets import Widget


def close_tree(widget: Widget) -> None:
    """Close a widget, its layout and style, and the same of all that is in it. Closing twice is harmless."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for part in ("style", "layout"):
        own = getattr(widget, part, None)
        if isinstance(own, Widget):
            own.close()
    widget.close()
