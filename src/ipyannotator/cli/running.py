"""What all commands share: how errors are told, how a project is opened without a widget, and progress.

What takes long to import (the database's library, Pillow) is imported where it is used, here and in all commands:
`--help` comes at once.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from ipyannotator.base import Settings, Step
from ipyannotator.cli import USAGE
from ipyannotator.errors import IpyannotatorError, MissingPackage

if TYPE_CHECKING:
    from ipyannotator.config import Config
    from ipyannotator.editor.core import Editor
    from ipyannotator.editor.events import Failure
    from ipyannotator.project import Project

Folder = Annotated[Path, typer.Argument(help="The folder of the project.", show_default="this one")]
ProjectOption = Annotated[
    Path, typer.Option("--project", "-p", help="The folder of the project.", show_default="this one")
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author", "-a", metavar="NAME",
        help="As whom: the name in the log and, where each item is given to several people, whose layer.",
    ),
]  # fmt: skip
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON, for another program.")]


class Commands(TyperGroup):
    """The commands; an error that was foreseen becomes a message and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (IpyannotatorError, OSError) as error:
            pipe = isinstance(error, OSError) and error.errno == errno.EPIPE  # `… | head` has read enough
            if pipe or (ctx.obj or {}).get("debug"):
                raise
            warn(f"Error: {error}")
            raise typer.Exit(USAGE if isinstance(error, MissingPackage) else 1) from error


class Task(NamedTuple):
    """A project that is open, and what its file says."""

    config: Config
    project: Project

    @property
    def editor(self) -> Editor:
        """The live model."""
        return self.project.editor

    @property
    def people(self) -> list[str]:
        """The ids of people who have annotated something in a layer of their own."""
        from ipyannotator.stores.leases import PERSONAL

        found = self.editor.store.layers(self.editor.task)
        return [layer.removeprefix(PERSONAL) for layer in found if layer.startswith(PERSONAL)]


@contextmanager
def opened(folder: Path, step: Step, author: str | None = None) -> Iterator[Task]:
    """Open a project without any widget; what it has to say goes to the error stream.

    Args:
        folder: of the project.
        step: explore to change nothing.
        author: as whom.
    """
    from ipyannotator.config import read
    from ipyannotator.editor.events import Events
    from ipyannotator.project import open_project

    given = read(folder)
    given.settings.author = author
    events = Events()
    events.on("notice", lambda _level, text: warn(text))
    events.on("error", _tell)
    task = Task(given, open_project(*given, step, events))
    try:
        if author is not None and given.settings.overlap == 1 and author in task.people:
            # It was served with --overlap, which its file does not say: what this person did is in their own layer.
            task.project.close()
            given.settings.overlap = 2
            task = Task(given, open_project(*given, step, events))
        for text in task.project.notices:
            warn(text)
        yield task
    finally:
        task.project.close()


def check_whose(task: Task, author: str | None) -> None:
    """Raise `typer.BadParameter` where several people have layers of their own, and nobody said whose is meant."""
    people = task.people
    if author is None and people and (task.config.settings.overlap > 1 or not _has_main(task.editor)):
        raise typer.BadParameter(
            f"Each item is given to several people here. Say whose work you mean: {', '.join(people)}.",
            param_hint="--author",
        )


def _has_main(editor: Editor) -> bool:
    return "main" in editor.store.layers(editor.task) and any(
        item.state != "todo" or item.objects for item in editor.store.items(editor.task)
    )


def _tell(failure: Failure) -> None:
    warn(failure.text)


def examples(*lines: str, title: str = "Examples") -> str:
    """Return the end of a help text, the lines of which stay as they are."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


def plain(text: object) -> str:
    """Return data as one line that any terminal can show: without codes that would command it."""
    from ipyannotator.sources.listing import readable

    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in readable(str(text))
    )


def say(text: str = "") -> None:
    """Print a line of the result."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print a line to the error stream, of which the result remains free."""
    typer.echo("\n".join(plain(line) for line in text.splitlines()), err=True)


def number(count: float, width: int = 9) -> str:
    """Return a number with its thousands, right-aligned: names stand behind, whatever their script."""
    return f"{count:>{width},}"


Report = Callable[[int, int], None]


def progress(what: str, *, unit: str = " items") -> AbstractContextManager[Report]:
    """Show progress on the error stream while a block runs, if that is a terminal; call it with done and total."""
    try:
        from tqdm import tqdm
    except ImportError:  # typer alone was installed
        return nullcontext(lambda _done, _total: None)

    class Bar(tqdm):  # type: ignore[type-arg] # it takes none when it runs
        monitor_interval = 0  # no thread to watch it: it is updated often

    @contextmanager
    def shown() -> Iterator[Report]:
        with Bar(desc=what, unit=unit, disable=None, leave=False) as bar:

            def report(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield report

    return shown()


def settings_of(folder: Path) -> Settings:
    """Return the settings of a project."""
    from ipyannotator.config import read

    return read(folder).settings
