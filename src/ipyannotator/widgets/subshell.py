"""Keeps messages from the browser off a busy main thread.

JupyterLab and Notebook send widget messages to a subshell, a thread of the kernel's own, so that they are handled
while a cell runs. ipykernel (7.x), however, routes the next message of a comm to the shell that last sent on it: a cell
that displays a widget, or sets a trait, and then works on makes the browser wait for its end. Forgetting who sent last
leaves the choice to the front end, as it was before. Where ipykernel keeps no such thing, there is nothing to forget.
"""

from __future__ import annotations

from ipywidgets import Box, Widget

_LAST_SENDER = "_reply_subshell_id"


def stay_responsive(*widgets: Widget) -> None:
    """Let the front end choose the shell for what comes next from these widgets and from all that is in them."""
    for widget in widgets:
        if widget.comm is not None and hasattr(widget.comm, "__dict__"):
            vars(widget.comm).pop(_LAST_SENDER, None)
        if isinstance(widget, Box):
            stay_responsive(*widget.children)
