"""What keys do on a grid: what the annotator's keymap says, without what means nothing there, and the grid's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ipyannotator.widgets.keymap import DEFAULT_KEYS

KEYS: Final = {
    "ArrowLeft": "cell_left",
    "ArrowRight": "cell_right",
    "ArrowUp": "cell_up",
    "ArrowDown": "cell_down",
    "Home": "cell_first",
    "End": "cell_last",
    "PageUp": "cell_page_up",
    "PageDown": "cell_page_down",
    "Shift+ArrowLeft": "cell_left_mark",
    "Shift+ArrowRight": "cell_right_mark",
    "Shift+ArrowUp": "cell_up_mark",
    "Shift+ArrowDown": "cell_down_mark",
    "Space": "mark",
    "Enter": "mark",
    "Ctrl+a": "mark_all",
    "Ctrl+Enter": "open",
    "o": "open_marked",
    "Delete": "delete",
    "Backspace": "delete",
    "+": "zoom_in",
    "=": "zoom_in",
    "-": "zoom_out",
}
"""The grid's keys, unless somebody has given one another meaning."""

LABELS: Final = {
    "cell_left": "Left",
    "cell_right": "Right",
    "cell_up": "Up",
    "cell_down": "Down",
    "cell_first": "First",
    "cell_last": "Last",
    "cell_page_up": "A page up",
    "cell_page_down": "A page down",
    "cell_left_mark": "Left, and mark",
    "cell_right_mark": "Right, and mark",
    "cell_up_mark": "Up, and mark",
    "cell_down_mark": "Down, and mark",
    "mark": "Mark, or take the mark away",
    "mark_all": "Mark all, or none",
    "open": "Open this one",
    "open_marked": "Open what is marked",
    "delete": "Delete what is marked",
    "zoom_in": "Larger pictures",
    "zoom_out": "Smaller pictures",
}
"""What the help calls the grid's actions."""

ELSEWHERE: Final = frozenset({
    "skip", "flag", "next_todo", "first", "last", "select_all", "next_object", "previous_object", "corner",
    "nudge_left", "nudge_right", "nudge_up", "nudge_down", "nudge_left_far", "nudge_right_far", "nudge_up_far",
    "nudge_down_far", "fit", "actual_size", "adjust", "minimap",
})  # fmt: skip
"""What is done to the one item on screen, or to its picture."""
PAGED: Final = frozenset({"next", "previous", "done"})
"""What a grid of pages has, and one that is scrolled has not."""
EDITING: Final = frozenset({"mark", "mark_all", "delete", "open_marked"})
"""What needs marks."""


def grid_keys(keymap: Mapping[str, str], *, paged: bool, read_only: bool) -> dict[str, str]:
    """Return the keys of a grid: key to action.

    Args:
        keymap: the annotator's. A key that somebody has given a meaning of its own keeps it.
        paged: whether the grid shows a page at a time.
        read_only: whether nothing can be marked.
    """
    keys = {}
    for key, action in keymap.items():
        elsewhere = action in ELSEWHERE or action.startswith("tool:") or (action in PAGED and not paged)
        if not elsewhere:
            keys[key] = action
    for key, action in KEYS.items():
        theirs = keymap.get(key)
        paging = paged and key in ("PageUp", "PageDown", "Enter")
        idle = read_only and (action in EDITING or action.endswith("_mark"))
        if (theirs is None or theirs == DEFAULT_KEYS.get(key)) and not paging:
            keys.pop(key, None)
            if not idle:
                keys[key] = action
    return keys
