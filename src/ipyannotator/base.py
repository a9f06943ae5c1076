"""What a project is: where its data lie, where results go, who annotates, and the steps.

The names and defaults are those of the 2022 paper; what it did not have comes after.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Author


class Step(str, Enum):
    """What a person does with a task."""

    EXPLORE = "explore"
    CREATE = "create"
    IMPROVE = "improve"


@dataclass
class Settings:
    """Where a project lives and how it is worked on.

    Attributes:
        project_path: the project's folder; made when something is annotated.
        project_file: a JSON of annotations in the original's form, to explore, or to improve where nothing was
            created yet; `create` begins without it. None for the one in `result_dir`.
        image_dir: the folder of images of a data set, to be given to an input: `InputImage(settings.image_dir)`.
        label_dir: the folder of label pictures.
        result_dir: the folder for the database and the JSON, under `project_path`; `results` where None.
        im_width: side of a picture in the grids of improve, in CSS pixels; 50, the default, for one that suits the
            screen. Anybody can change it there.
        im_height: kept for programs that were written for version 0.8; pictures in a grid are square.
        label_width: width of a label picture, in CSS pixels, to be given to an output.
        label_height: the same, vertically.
        n_cols: columns of a grid.
        n_rows: rows of a grid; None for as many as make about two dozen pictures, but no
            more than there are columns.
        author: who annotates: a name or an `Author`. None: `JUPYTERHUB_USER`, else the user of the system.
        done_on_next: whether moving on with Next also marks the item as done.
        store: the name of a registered store.
        shared: whether several people work on the project at once: what one has on screen is not given to another.
        overlap: to how many people each item is given; if more than one, each works in a layer of their own.
        holder: where the project is shared, an id of what this page is opened in, e.g. the browser's tab: a page that
            is opened in it again gets its item back. Empty for a fresh one.
        title: what stands above the annotator; the folder of the data where empty.
        instructions: what to do, in Markdown, or the path of a file of it under `project_path` (a `Path`, or one line
            that ends in `.md`); shown to each person at first, when it has changed, and on `?`.
    """

    project_path: Path = field(default_factory=lambda: Path("user_project"))
    project_file: Path | None = None
    image_dir: str | None = "images"
    label_dir: str | None = None
    result_dir: str | None = None
    im_width: int = 50
    im_height: int = 50
    label_width: int = 50
    label_height: int = 50
    n_cols: int = 3
    n_rows: int | None = None
    author: str | Author | None = None
    done_on_next: bool = False
    store: str = "sql"
    shared: bool = False
    overlap: int = 1
    holder: str = ""
    instructions: str | Path | None = None
    title: str = ""

    def __post_init__(self) -> None:
        self.project_path = Path(self.project_path)
        if self.project_file is not None:
            self.project_file = Path(self.project_file)
        if self.author is not None and not isinstance(self.author, (str, Author)):
            raise InvalidValue("Settings.author", self.author, "a name or an Author")
        if not isinstance(self.overlap, int) or self.overlap < 1:
            raise InvalidValue("Settings.overlap", self.overlap, "a whole number, at least 1")
        for name in ("im_width", "im_height", "label_width", "label_height", "n_cols", "n_rows"):
            value = getattr(self, name)
            if value is None and name == "n_rows":
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                or_none = ", or None" if name == "n_rows" else ""
                raise InvalidValue(f"Settings.{name}", value, f"a whole number, at least 1{or_none}")

    @property
    def results(self) -> Path:
        """The folder of the database and the JSON."""
        return self.project_path / (self.result_dir or "results")

    def who(self) -> Author:
        """Return the author of changes that are made here."""
        if isinstance(self.author, Author):
            return self.author
        name = self.author or os.environ.get("JUPYTERHUB_USER") or _system_user()
        return Author(id=name, name=name)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may have no entry for the user's number
        return "unknown"
