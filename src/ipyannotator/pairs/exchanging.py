"""What goes in and out of an annotator besides edits: dictionaries, tables, files, cut-outs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipyannotator.editor import Editor
from ipyannotator.editor.relink import relink
from ipyannotator.errors import MissingPackage
from ipyannotator.transfer import cutouts, exchange
from ipyannotator.transfer.cutouts import Brought, Crops

if TYPE_CHECKING:
    import pandas as pd

    from ipyannotator.formats.base import Images
    from ipyannotator.project import Project
    from ipyannotator.transfer.arrays import Arrays
    from ipyannotator.transfer.exporting import Splits
    from ipyannotator.transfer.renaming import Renamed
    from ipyannotator.transfer.report import Report


class Exchanging:
    """What all annotators take in and give out; the annotator provides the project."""

    @property
    def editor(self) -> Editor:
        """The live model of the task."""
        raise NotImplementedError

    @property
    def _opened(self) -> Project:
        raise NotImplementedError

    def to_dict(self, *, only_annotated: bool = False) -> dict[str, Any]:
        """Return the original's dictionary: the path of each item to its value; None for an untouched item."""
        return exchange.to_dict(self.editor, self._opened.folder, only_annotated=only_annotated)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row per object. Raise `MissingPackage` where pandas is not installed."""
        try:
            import pandas as pd
        except ImportError as error:
            raise MissingPackage(
                "`to_dataframe` needs pandas: pip install 'ipyannotator[formats]'. `to_dict` does without."
            ) from error
        columns = ["item", "state", "id", "label", "kind", "x", "y", "width", "height", "angle"]
        rows: pd.DataFrame = pd.DataFrame(list(exchange.to_rows(self.editor)))
        others = [name for name in rows.columns if name not in columns]
        table: pd.DataFrame = rows.reindex(columns=[*columns, *others])
        return table

    def export(
        self, name: str, path: str | Path, *, only_done: bool = True, images: Images | None = None,
        splits: Splits | None = None, suggestions: bool = False, classes: Renamed | None = None, strict: bool = False,
        items: Iterable[str] | None = None,
    ) -> Report:  # fmt: skip
        """Write the annotations as a data set of another program: `a.export("yolo", "training")`.

        See `foreign.export` for the arguments and for what is raised. The report, printed, says what was written,
        what was left out and what the format cannot hold.
        """
        from ipyannotator.transfer import foreign  # what it needs, only who takes data out needs

        return foreign.export(
            self.editor,
            name,
            path,
            only_done=only_done,
            images=images,
            splits=splits,
            suggestions=suggestions,
            classes=classes,
            strict=strict,
            items=items,
        )

    def import_(
        self,
        name: str | None,
        path: str | Path,
        *,
        done: bool = True,
        classes: Renamed | None = None,
        strict: bool = False,
    ) -> Report:
        """Take a data set of another program in: `a.import_("voc", "annotations")`; see `foreign.import_`.

        Args:
            name: of the format; None to find out.
            path: the file or folder.
            done: whether items that were not begun count as done.
            classes: other names for classes of the file; None leaves the objects of a class out.
            strict: refuse a file of which something would be left out or taken as something else.
        """
        from ipyannotator.transfer import foreign

        return foreign.import_(self.editor, name, path, done=done, classes=classes, strict=strict)

    def arrays(self, key: str | None = None, *, suggestions: bool = False) -> Arrays:
        """Return what is on an item as NumPy arrays, for scikit-image, OpenCV and torch; see `transfer.arrays`.

        Args:
            key: the item; None for the one on screen.
            suggestions: also what a model suggested and nobody has accepted.
        """
        from ipyannotator.transfer import arrays

        return arrays.arrays(self.editor, self.editor.key if key is None else key, suggestions=suggestions)

    def to_dataset(self, *, only_done: bool = True, suggestions: bool = False) -> Any:
        """Return a Hugging Face `Dataset` of the pictures with their boxes; see `transfer.arrays.to_dataset`."""
        from ipyannotator.transfer import arrays

        return arrays.to_dataset(self.editor, only_done=only_done, suggestions=suggestions)

    def undo_import(self) -> dict[str, int]:
        """Take back the latest import, but for what was edited since; returns how many items, and how many kept."""
        from ipyannotator.transfer import foreign

        return foreign.take_back(self.editor)

    def merge(self) -> dict[str, int]:
        """Bring in what somebody changed in the JSON file since it was written; returns what was done.

        A three-way merge: only what differs from the last version written here is taken over, one undo per item.
        """
        self.editor.check_writable()
        return exchange.merge(self.editor, self._opened.json, self._opened.folder)

    def crops(self, folder: str | Path, *, margin: float = 0.1) -> Crops:
        """Cut every object out of its image, into a folder; see `cutouts.write` for what is raised.

        Args:
            folder: made where it is missing; `origins.json` in it says of each cut-out which object it shows.
            margin: what is shown around an object on each side, as a part of its longer side.
        """
        return cutouts.write(self.editor, Path(folder).expanduser(), margin)

    def classes_from(self, labels: Exchanging | Mapping[str, Any], folder: str | Path) -> Brought:
        """Give objects the labels of their cut-outs as classes; see `cutouts.bring_back` for what is raised.

        Args:
            labels: an annotator of the cut-outs, or what its `to_dict` gives.
            folder: where the cut-outs are.
        """
        given = labels.to_dict(only_annotated=True) if isinstance(labels, Exchanging) else labels
        return cutouts.bring_back(self.editor, Path(folder).expanduser(), given)

    def relink(self) -> dict[str, str]:
        """Find annotated pictures that were renamed or moved, by their content; returns old key to new key."""
        self.editor.check_writable()
        return relink(self.editor)
