"""The keymap on the kernel's side: what it takes, and what it says of what cannot be."""

from __future__ import annotations

import pytest

from ipyannotator.errors import InvalidValue
from ipyannotator.widgets.keymap import DEFAULT_KEYS, KeyMap


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def keymap(told: list[str]) -> KeyMap:
    return KeyMap(lambda: told.append("changed"))


def test_several_keys_are_one_entry_and_shown_by_their_name(keymap: KeyMap, told: list[str]) -> None:
    def zoom(a: object) -> None:
        """Zoom to the selection."""

    keymap["Ctrl+k f"] = "fit"
    keymap["Ctrl+k z"] = zoom
    assert told == ["changed", "changed"]
    keys, labels = keymap.wire({})
    assert keys["Ctrl+k f"] == "fit"
    assert labels[keys["Ctrl+k z"]] == "Zoom to the selection."
    del keymap["Ctrl+k f"]
    assert "Ctrl+k f" not in keymap.wire({})[0]


def test_one_that_begins_another_is_refused_with_what_is_in_the_way(keymap: KeyMap, told: list[str]) -> None:
    taken = next(key for key, action in DEFAULT_KEYS.items() if action == "skip")
    with pytest.raises(InvalidValue, match=rf"'{taken}' is 'skip' now. `del a.keymap\['{taken}'\]` first"):
        keymap[f"{taken} x"] = "fit"
    keymap["Ctrl+k f"] = "fit"
    with pytest.raises(InvalidValue, match=r"one that does not begin 'Ctrl\+k f'"):
        keymap["Ctrl+k"] = "help"
    keymap["Ctrl+k f"] = "help"  # the same one is set anew
    del keymap[taken]
    keymap[f"{taken} x"] = "fit"
    assert told == ["changed"] * 4


@pytest.mark.parametrize("key", ["", " ", "g  c", " g", "g ", 5, None])
def test_what_is_no_key_is_refused(keymap: KeyMap, told: list[str], key: object) -> None:
    with pytest.raises(InvalidValue, match="The key"):
        keymap[key] = "fit"  # type: ignore[index]
    assert told == []
