"""What classes and images are called: by labels such as `/m/0k4j`, and by ImageIDs, which have no folder and no ending."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ipyannotator.formats.naming import stem
from ipyannotator.formats.open_images.tables import INSIDE, WHOLE, Table, csvs, opened, records
from ipyannotator.formats.pictures import SUFFIXES
from ipyannotator.formats.placing import original_names
from ipyannotator.formats.values import reduced


class Ids:
    """Gives each item the name of a file without folders, whose stem is its ImageID and nobody else's.

    Attributes:
        marked: name to new name, of those that cannot be told by their ImageID alone.
    """

    def __init__(self) -> None:
        self.marked: dict[str, str] = {}
        self._used: dict[str, tuple[str, str]] = {}

    @property
    def renamed(self) -> dict[str, str]:
        """Name to new name, of those that could not keep theirs."""
        return {name: new for name, new in self.marked.items() if name != new}

    def name(self, name: str) -> str:
        """Return the name of the file to write an item's picture under."""
        flat = name.replace("/", "_")
        new, count = flat, 1
        while (other := self._used.get(stem(new).casefold())) is not None:  # some systems know no capitals
            self.marked.setdefault(*other)
            count += 1
            new = f"{stem(flat)}-{count}{PurePosixPath(flat).suffix}"
        self._used[stem(new).casefold()] = (name, new)
        if new != name:
            self.marked[name] = new
        return new


class Classes:
    """What labels are called, by the descriptions in a data set or beside a file."""

    def __init__(self, path: Path) -> None:
        folder = path if path.is_dir() else path.parent
        self._names: dict[str, str] = {}
        self._offered: dict[str, None] = {}
        for file, _ in csvs(folder):
            if "class-descriptions" in file.name or (
                file.parent.name == "metadata" and file.name == "classes.csv"
            ):
                self._read(file)
        many: dict[str, int] = {}
        for name in self._names.values():
            many[name] = many.get(name, 0) + 1
        for label, name in self._names.items():
            if many[name] > 1:  # else two classes would become one
                self._names[label] = f"{name} ({label})"

    def name(self, label: str) -> str:
        """Return what a label is called: itself where nobody says."""
        return self._names.get(label, label)

    def names(self, used: Mapping[str, None]) -> list[str]:
        """Return the names of the classes that boxes may have, and of others in use.

        The descriptions of what images may be labelled with are twenty thousand, nearly all of them not used.
        """
        others = [label for label in self._names if label in used and label not in self._offered]
        return list(dict.fromkeys(map(self.name, [*self._offered, *others, *used])))

    def _read(self, file: Path) -> None:
        table = Table(file, "class", "", {"LabelName": 0, "DisplayName": 1}, 2)
        with opened(file) as rows:
            for _, line, (given, name) in records(rows, table, 0, 1):
                label = given.removeprefix("\ufeff") if line == 1 else given
                if (label, name) == ("LabelName", "DisplayName") or not label:
                    continue
                self._names.setdefault(label, name or label)
                if "boxable" in file.name:
                    self._offered[label] = None


class Pictures:
    """Finds the pictures of a data set and the names of its items by their ImageIDs."""

    def __init__(self, path: Path) -> None:
        self._root = path if path.is_dir() else path.parent
        if not path.is_dir() and self._root.name in INSIDE:
            self._root = self._root.parent
        self._originals = {stem(new): old for new, old in original_names(self._root).items()}
        self._parts: dict[str, dict[str, Path]] = {}

    def find(self, image: str, part: str) -> tuple[str, Path | None]:
        """Return the name of an item, and its picture if that is there."""
        if part not in self._parts:
            self._parts[part] = self._of(part)
        file = self._parts[part].get(image)
        if image in self._originals:
            return self._originals[image], file
        return (file.name if file else reduced(image) or image), file

    def _of(self, part: str) -> dict[str, Path]:
        """Return the pictures of a part by their ImageIDs; where several have one, of the likeliest folder."""
        inside = part or WHOLE
        places = (f"images/{inside}", inside, f"data/{inside}", f"{inside}/data", "images", "data", "")
        found: dict[str, Path] = {}
        for place in places:
            folder = self._root / place
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            some = [file for file in files if file.suffix.lower() in SUFFIXES]
            for file in some:
                found.setdefault(file.name, file)  # some write the ending into the ImageID
            for file in some:
                found.setdefault(file.stem, file)
        return found
