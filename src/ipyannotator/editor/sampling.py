"""A random subset of classes, to look at a data set by."""

from __future__ import annotations

import random
from typing import NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.errors import InvalidValue

ALL = -1
"""As many classes as there are."""


class Sample(NamedTuple):
    """The items of some classes.

    Attributes:
        keys: the items, in their order.
        classes: the names of the classes that were chosen, in their order.
        total: how many classes there are to choose from.
    """

    keys: list[str]
    classes: list[str]
    total: int

    @property
    def name(self) -> str:
        """What is common to the items, for the screen."""
        return f"{len(self.classes)} of {self.total} classes: {', '.join(self.classes)}"


def sample(editor: Editor, k: int, seed: int | None = None) -> Sample | None:
    """Choose k classes at random, and return their items; None where there are no classes, or all are wanted.

    Args:
        editor: the task. Its classes are those that something is annotated with; where nothing is, the subfolders
            that the items lie in.
        k: how many, `ALL` for all.
        seed: makes the choice the same every time.

    Raises:
        InvalidValue: k is no number of classes.
    """
    if isinstance(k, bool) or not isinstance(k, int) or (k < 1 and k != ALL):
        raise InvalidValue("k", k, "how many classes to look at, from 1 on, or -1 for all")
    if k == ALL:
        return None
    members = _labelled(editor) or _in_folders(editor)
    if not members:
        return None
    chosen = set(random.Random(seed).sample(list(members), min(k, len(members))))  # noqa: S311 - no secret
    source = editor.source
    keys = {key for name in chosen for key in members[name]}
    return Sample(sorted(keys, key=source.index), [name for name in members if name in chosen], len(members))


def _labelled(editor: Editor) -> dict[str, list[str]]:
    """Return the items of each class that something is annotated with, in the order of the classes."""
    members: dict[str, list[str]] = {record.id: [] for record in editor.schema}
    for item, objects, _ in editor.store.each(editor.task, editor.layer):
        for class_id in {record.class_id for record in objects if record.class_id}:
            if _there(editor, item.id):
                members.setdefault(class_id, []).append(item.id)
    return {editor.schema.name(class_id) or class_id: keys for class_id, keys in members.items() if keys}


def _in_folders(editor: Editor) -> dict[str, list[str]]:
    """Return the items in each subfolder; none where there are no subfolders."""
    members: dict[str, list[str]] = {}
    for at in range(len(editor.source)):
        folder, inside, _ = (key := editor.source.key(at)).partition("/")
        if inside:
            members.setdefault(folder, []).append(key)
    return members


def _there(editor: Editor, key: str) -> bool:
    try:
        editor.source.index(key)
    except KeyError:
        return False
    return True
