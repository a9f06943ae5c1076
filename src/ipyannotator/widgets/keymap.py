"""The keymap: which key does what. Live: what is set here works on the next key press.

A value is the name of an action, `tool:<name>`, `class:<name>`, or any callable, which is called in Python with the
annotator. Keys are written as `x`, `Shift+x`, `Ctrl+z`, `ArrowLeft`, `Space`, `Enter`, `?`; Ctrl and Cmd are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Final

from ipyannotator.errors import InvalidValue

ACTIONS: Final = {
    "done": "Done, and open the next one to do",
    "skip": "Skip",
    "flag": "Flag with a note",
    "none_of_these": "None of these",
    "next": "Next",
    "previous": "Previous",
    "next_todo": "Next one to do",
    "first": "First",
    "last": "Last",
    "undo": "Undo",
    "redo": "Redo",
    "save": "Save the JSON file",
    "delete": "Delete what is selected",
    "accept": "Accept the suggestions that are selected; with none, select the next one",
    "reject": "Reject the suggestions that are selected; with none, select the next one",
    "accept_all": "Accept all suggestions above the score",
    "reject_all": "Reject all suggestions that are left",
    "select_all": "Select all",
    "copy": "Copy what is selected",
    "cut": "Cut what is selected",
    "paste": "Paste at the same place",
    "paste_here": "Paste at the crosshair",
    "duplicate": "Duplicate what is selected",
    "same_as_previous": "Take over all of the image before",
    "bring_to_front": "Draw what is selected above all others",
    "send_to_back": "Draw it beneath all others",
    "forward": "Draw it above the next one",
    "backward": "Draw it beneath the one before",
    "extend_next": "Select the next object too",
    "extend_previous": "Select the previous object too",
    "hide": "Hide what is selected",
    "show_hidden": "Show all that is hidden",
    "lock": "Lock what is selected, or unlock it",
    "unlock_all": "Unlock all that is locked",
    "next_object": "Select the next object",
    "previous_object": "Select the previous object",
    "toggle_handle": "The chosen joint is visible, hidden, absent",
    "escape": "Cancel, or select nothing",
    "corner": "Do at the crosshair what a click does there: set a corner, a point",
    "next_handle": "Choose the next point of what is selected",
    "previous_handle": "Choose the previous point",
    "insert_handle": "Add a point after the chosen one",
    "brush_smaller": "Smaller brush",
    "brush_larger": "Larger brush",
    "fill_holes": "Fill the holes of the selected masks",
    "to_mask": "Make masks of the selected polygons, boxes and ellipses",
    "to_polygon": "Make polygons of the selected masks",
    "nudge_left": "Crosshair, selection or chosen point left",
    "nudge_right": "Crosshair, selection or chosen point right",
    "nudge_up": "Crosshair, selection or chosen point up",
    "nudge_down": "Crosshair, selection or chosen point down",
    "nudge_left_far": "… ten times as far left",
    "nudge_right_far": "… ten times as far right",
    "nudge_up_far": "… ten times as far up",
    "nudge_down_far": "… ten times as far down",
    "join": "Join the selected polygons",
    "subtract": "Take the other selected polygons away from the first",
    "simplify": "Leave out points that make no difference; again, more of them",
    "filter_classes": "Find a class by name",
    "track_new": "The next box begins a new track",
    "track_join": "Join the chosen tracks",
    "track_trails": "Trajectories on or off",
    "fit": "Fit the picture into the window",
    "actual_size": "One picture pixel per screen pixel",
    "adjust": "Brightness, contrast, opacity, values and channels",
    "minimap": "Small map of the picture on or off",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "fullscreen": "Full screen",
    "help": "Show the keys",
}
"""The actions, with what the help calls them."""

SOMEWHERE: Final = frozenset({
    "toggle_handle", "none_of_these", "same_as_previous", "track_new", "track_join", "track_trails", "join", "subtract", "simplify",
    "brush_smaller", "brush_larger", "fill_holes", "to_mask", "to_polygon", "hide", "show_hidden", "lock", "unlock_all",
})  # fmt: skip
"""Actions that only some views have; elsewhere their keys do nothing, and are not shown."""

DEFAULT_KEYS: Final = {
    "Enter": "done",
    "s": "skip",
    "Shift+f": "flag",
    "n": "none_of_these",
    "d": "next",
    "a": "previous",
    "PageDown": "next",
    "PageUp": "previous",
    "Shift+d": "next_todo",
    "Home": "first",
    "End": "last",
    "Ctrl+z": "undo",
    "Ctrl+Shift+z": "redo",
    "Ctrl+y": "redo",
    "Ctrl+s": "save",
    "Delete": "delete",
    "Backspace": "delete",
    "Ctrl+a": "select_all",
    "Ctrl+c": "copy",
    "Ctrl+x": "cut",
    "Ctrl+v": "paste",
    "Ctrl+Shift+v": "paste_here",
    "Ctrl+d": "duplicate",
    "Shift+c": "same_as_previous",
    "Ctrl+]": "forward",
    "Ctrl+[": "backward",
    "Ctrl+}": "bring_to_front",
    "Ctrl+{": "send_to_back",
    ">": "extend_next",
    "<": "extend_previous",
    "y": "accept",
    "x": "reject",
    "Shift+y": "accept_all",
    "Shift+x": "reject_all",
    "]": "next_object",
    "[": "previous_object",
    ".": "next_handle",
    ",": "previous_handle",
    "i": "insert_handle",
    "t": "toggle_handle",
    "{": "brush_smaller",
    "}": "brush_larger",
    "Shift+h": "fill_holes",
    "Shift+m": "to_mask",
    "Shift+p": "to_polygon",
    "q": "hide",
    "Shift+q": "show_hidden",
    "Shift+k": "lock",
    "Shift+u": "unlock_all",
    "Escape": "escape",
    "Space": "corner",
    "ArrowLeft": "nudge_left",
    "ArrowRight": "nudge_right",
    "ArrowUp": "nudge_up",
    "ArrowDown": "nudge_down",
    "Shift+ArrowLeft": "nudge_left_far",
    "Shift+ArrowRight": "nudge_right_far",
    "Shift+ArrowUp": "nudge_up_far",
    "Shift+ArrowDown": "nudge_down_far",
    "/": "filter_classes",
    "f": "fit",
    "0": "actual_size",
    "Shift+l": "adjust",
    "z": "minimap",
    "+": "zoom_in",
    "=": "zoom_in",
    "-": "zoom_out",
    "Shift+Enter": "fullscreen",
    "?": "help",
    "v": "tool:select",
    "b": "tool:box",
    "Shift+b": "tool:rotated_box",
    "p": "tool:polygon",
    "l": "tool:polyline",
    "c": "tool:cut",
    "j": "join",
    "Shift+j": "subtract",
    "u": "simplify",
    "o": "tool:points",
    "e": "tool:ellipse",
    "k": "tool:skeleton",
    "m": "tool:brush",
    "r": "tool:eraser",
    "w": "tool:wand",
    "g": "tool:assist",
    "h": "tool:pan",
}
"""What the keys do unless somebody says otherwise; the classes' own keys come on top."""

Action = str | Callable[..., Any]


class KeyMap(MutableMapping[str, Action]):
    """A mapping of keys to actions that tells when it changes.

    Args:
        changed: is called after every change.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._keys: dict[str, Action] = dict(DEFAULT_KEYS)
        self._changed = changed

    def __getitem__(self, key: str) -> Action:
        return self._keys[key]

    def __setitem__(self, key: str, action: Action) -> None:
        if not isinstance(key, str) or not key or key.split(" ") != key.split():
            raise InvalidValue(
                "The key", key, "a name such as 'x', 'Ctrl+z' or 'ArrowLeft', or several such as 'Ctrl+k f'"
            )
        known = callable(action) or action in ACTIONS or str(action).startswith(("tool:", "class:"))
        if not known:
            names = ", ".join(ACTIONS)
            raise InvalidValue(
                f"The action of key {key!r}", action, f"a callable, 'tool:…', 'class:…' or one of: {names}"
            )
        self._check_reachable(key)
        self._keys[key] = action
        self._changed()

    def _check_reachable(self, key: str) -> None:
        """Raise `InvalidValue` where one of two keys begins the other, so that it would never be reached."""
        for other in self._keys:
            if other.startswith(f"{key} ") or key.startswith(f"{other} "):
                first = min(key, other, key=len)
                raise InvalidValue(
                    "The key", key, f"one that does not begin {other!r}" if first == key else "one that can be reached",
                    f"{other!r} is {_said(self._keys[other])} now. `del a.keymap[{other!r}]` first, or take another.",
                )  # fmt: skip

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        self._changed()

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def wire(self, classes: dict[str, str], prefix: str = "class") -> tuple[dict[str, str], dict[str, str]]:
        """Return the keys as the browser needs them: key to action name, and action name to label.

        Args:
            classes: class name to id; `class:<name>` becomes `class:<id>`.
            prefix: what stands there instead of `class`, where a class is not drawn with but given.
        """
        keys: dict[str, str] = {}
        labels: dict[str, str] = dict(ACTIONS)
        for key, action in self._keys.items():
            if callable(action):
                keys[key] = f"call:{key}"
                labels[keys[key]] = str(
                    getattr(action, "__doc__", None) or getattr(action, "__name__", "Python")
                )
            elif action.startswith("class:"):
                name = action.removeprefix("class:")
                keys[key] = f"{prefix}:{classes.get(name, name)}"
            else:
                keys[key] = action
        return keys, {name: label.strip().splitlines()[0] for name, label in labels.items()}


def _said(action: Action) -> str:
    return repr(action) if isinstance(action, str) else getattr(action, "__name__", "a function")
