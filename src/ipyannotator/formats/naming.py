"""Names of files that belong together by their stem.

In YOLO and Pascal VOC the labels of `a.jpg` are in `a.txt` or `a.xml`. So `a.jpg` and `a.png` in one folder would
share one file, on a system that knows no capitals `A.jpg` too. Trainers also find the labels of an image by replacing
the last folder `images` of its path by `labels`, so no folder within may be called so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath


class Stems:
    """Gives each item a name whose stem is its own, changing as few as can be.

    Args:
        reserved: names that no folder within may have.

    Attributes:
        marked: name to new name, of those that could not keep theirs; and of those that could, but would be taken
            for another by their stem alone.
    """

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self.marked: dict[str, str] = {}
        self._reserved = reserved
        self._used: dict[str, str] = {}

    @property
    def renamed(self) -> dict[str, str]:
        """Name to new name, of those that could not keep theirs."""
        return {name: new for name, new in self.marked.items() if name != new}

    def name(self, name: str) -> str:
        """Return the name to write an item under."""
        *folders, last = name.split("/")
        folders = [f"{part}_" if part.lower() in self._reserved else part for part in folders]
        path = PurePosixPath(*folders, last)
        new, count = path, 1
        while (other := self._used.get(stem(str(new)).casefold())) is not None:
            self.marked.setdefault(other, other)
            more = f"-{path.suffix[1:]}" if path.suffix else ""
            new = path.with_name(
                f"{path.stem}{more}{'' if count == 1 and more else f'-{count}'}{path.suffix}"
            )
            count += 1
        self._used[stem(str(new)).casefold()] = name
        if str(new) != name:
            self.marked[name] = str(new)
        return str(new)


def stem(name: str) -> str:
    """Return a `/`-separated name without its ending."""
    return name[: len(name) - len(ending(name))]


def ending(name: str) -> str:
    """Return the ending of a `/`-separated name with its dot; as `PurePath.suffix`, in a tenth of the time."""
    at = name.rfind(".", name.rfind("/") + 2)
    return name[at:] if 0 < at < len(name) - 1 else ""


def folder_name(name: str) -> str:
    """Return the name of a folder for a class: what no file system takes, or what leads elsewhere, as %XX."""
    safe = re.sub(r'[\x00-\x1f<>:"/\\|?*%]', _percent, name)
    return re.sub(r"^[. ]|[. ]$", _percent, safe)


def _percent(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"
