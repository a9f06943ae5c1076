"""Opening a project for one task: the source, the store, and the JSON file that belongs to it.

Explore opens everything for reading: where there is no database yet but a JSON, that JSON is read into memory.
Create makes what is missing, and takes an existing JSON of the results in once. `Settings.project_file` is a JSON to
look at, and to improve where nothing was created yet: create begins without it. A second task in the same folder, and
one beside a JSON of another output, has a file of its own, `annotations-<task>.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from ipyannotator.base import Settings, Step
from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Events
from ipyannotator.editor.leases import Sharing
from ipyannotator.errors import FormatError, MissingFolder, StoreError
from ipyannotator.formats import original
from ipyannotator.mltypes import Input, InputImage, Output
from ipyannotator.model import ObjectClass
from ipyannotator.model.friendly import lean
from ipyannotator.remote import is_address
from ipyannotator.sources import SOURCES, MediaCache, Source
from ipyannotator.stores import STORES, MemoryStore, Store, layer_of
from ipyannotator.transfer import exchange

MAIN = "main_task"
"""Under this name a store remembers the task that `annotations.json` belongs to."""


class Project(NamedTuple):
    """What an annotator works on.

    Attributes:
        editor: the live model.
        media: where pictures come from.
        json: the task's file in the original's form.
        folder: the path of the data as it is written into that file.
        labels: the pictures of the labels by name; None where labels have none.
        notices: what the person should hear at once.
    """

    editor: Editor
    media: MediaCache
    json: Path
    folder: str
    labels: Source | None
    notices: list[str]

    def close(self) -> None:
        """End it; closing twice is harmless."""
        self.media.close()
        if self.labels is not None:
            self.labels.close()
        self.editor.close()


def open_project(item: Input, output: Output, settings: Settings, step: Step, events: Events) -> Project:
    """Open the source and the store of a task.

    Raises:
        SourceError: the data cannot be found or listed.
        StoreError: the database cannot be opened, or the folder of results cannot be made.
        FormatError: the JSON to begin with is broken.
    """
    results = settings.results
    reading = step is Step.EXPLORE
    try:
        # Looking makes no folder, but uses the one that is there.
        cache = results / "cache" if (results / "cache").is_dir() or not reading else None
    except PermissionError as error:
        raise StoreError(
            f"The folder of the project {settings.project_path} cannot be looked into: no permission. Get it, or "
            "choose another with `Settings(project_path=…)`."
        ) from error
    source = SOURCES.get(type(item))(item, settings.project_path, cache)
    try:
        given = None if step is Step.CREATE else _given(settings)
        store = _open_store(settings, given, output.name, reading=reading)
        try:
            return _assemble(store, source, cache, output, settings, events, item, given)
        except BaseException:
            store.close()
            raise
    except BaseException:
        source.close()
        raise


def _given(settings: Settings) -> Path | None:
    """Return the JSON that the settings name; under the project's folder, else under the working directory."""
    if settings.project_file is None:
        return None
    places = [settings.project_path / settings.project_file, settings.project_file]
    for place in places:
        if place.is_file():
            return place
    sought = " and ".join(str(place) for place in dict.fromkeys(places))
    raise MissingFolder(
        f"Settings.project_file is {str(settings.project_file)!r}, which is no file; sought {sought}."
    )


def _open_store(settings: Settings, given: Path | None, task: str, *, reading: bool) -> Store:
    """Return the store; to explore a JSON that no database has taken in yet, one in memory."""
    results = settings.results
    if not reading:
        try:
            results.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"Cannot make the folder of results {results}: {error.strerror}. Choose another with "
                "`Settings(project_path=…)` or `Settings(result_dir=…)`; `.explore()` needs none."
            ) from error
    store = STORES.get(settings.store)(results, read_only=reading)
    if reading and settings.overlap == 1 and (given or (results / "annotations.json").is_file()):
        # A first `create` that was broken off, by a fault in that JSON for one, leaves a database without the mark.
        mine = store.recall(MAIN) in (None, task.encode())
        if mine and store.recall(_begun(task)) is None:
            store.close()
            return MemoryStore()
    return store


def _begun(task: str) -> str:
    """Return the name under which a store remembers that a task has taken in what it was to begin with."""
    return f"begun:{task}"


def _assemble(
    store: Store, source: Source, cache: Path | None, output: Output, settings: Settings, events: Events,
    item: Input, given: Path | None,
) -> Project:  # fmt: skip
    pictures = Pictures(settings)
    offered = output.offered(pictures)
    author = settings.who()
    try:
        editor = Editor(
            store, source, output, author=author, layer=layer_of(author, settings.overlap), events=events,
            extensible=offered is None,
            sharing=Sharing(settings.overlap, settings.holder) if settings.shared else None,
        )  # fmt: skip
    except BaseException:
        pictures.close()
        raise
    media = MediaCache(source, cache)
    folder = _folder_as_written(item, settings)
    notices = [*source.notices, *store.notices]
    try:
        if not editor.read_only and offered is not None:
            _declare(editor, offered)
        main = _begin(editor, settings, given, folder, notices)
        if isinstance(store, MemoryStore):
            store.read_only = settings.store != "memory"
    except BaseException:
        media.close()
        pictures.close()
        editor.close()
        raise
    return Project(editor, media, main, folder, pictures.source, notices)


def _declare(editor: Editor, offered: Sequence[str | ObjectClass]) -> None:
    """Put the classes on offer that the output declares, unless just these were declared the last time.

    What somebody changed since then on the running annotator (another name, one class more) would otherwise be taken back
    by the next step, or by the next page that opens.
    """
    said = msgspec.json.encode([each if isinstance(each, str) else lean(each) for each in offered])
    name = f"declared:{editor.task}"
    if editor.store.recall(name) != said:
        editor.declare(offered)
        editor.store.remember(name, said)


def _begin(editor: Editor, settings: Settings, given: Path | None, folder: str, notices: list[str]) -> Path:
    """Take in what the task is to begin with, once: `given`, else its JSON; return its JSON."""
    store, output = editor.store, editor.output
    main = settings.results / "annotations.json"
    own = settings.results / f"annotations-{output.name}.json"
    begun = _begun(output.name)
    if editor.layer != "main":  # each person's answers, uninfluenced, in a file of their own
        return settings.results / f"annotations-{output.name}-{quote(editor.layer, safe='')}.json"
    if store.recall(MAIN) not in (None, output.name.encode()):
        main = own
    if editor.read_only or store.recall(begun) is not None:
        return main
    given = given or main
    if given.is_file() and _is_foreign(output, given):
        notices.append(f"{given} belongs to another output and is left alone; this task has {own.name}.")
        main = own
    elif given.is_file():
        exchange.load(editor, given, folder)
    if main is not own:
        store.remember(MAIN, output.name.encode())
    store.remember(begun, b"")  # only now: a load that was broken off is taken up again
    return main


class Pictures:
    """The pictures of the labels: called with a folder, it opens that, and gives the names of the images in it.

    Attributes:
        source: what was opened; None where no folder was meant.
    """

    def __init__(self, settings: Settings) -> None:
        self.source: Source | None = None
        self._settings = settings

    def __call__(self, folder: str | Path | None) -> list[str] | None:
        """Return the names; None where neither the output nor the settings name a folder."""
        folder = folder or self._settings.label_dir
        if folder is None:
            return None
        source: Source = SOURCES.get(InputImage)(InputImage(folder), self._settings.project_path, None)
        self.source = source
        return [source.key(at) for at in range(len(source))]

    def close(self) -> None:
        """Close what was opened."""
        if self.source is not None:
            self.source.close()


def _is_foreign(output: Output, path: Path) -> bool:
    """Tell whether no value of the file is of this output's form; a few that are not are a fault, not another form."""
    values = [value for value in original.read(path).values() if value is not None]
    return bool(values) and not any(_fits(output, value) for value in values)


def _fits(output: Output, value: object) -> bool:
    try:
        output.from_value(value)
    except FormatError:
        return False
    return True


def _folder_as_written(item: Input, settings: Settings) -> str:
    """Return the path of the data as the original wrote it: under the project's folder where it lies there."""
    given = getattr(item, "image_dir", ".")
    if is_address(given):
        return str(given).rstrip("/")
    folder = Path(given)
    inside = settings.project_path / folder
    return (inside if folder.is_absolute() or inside.is_dir() else folder).as_posix()
