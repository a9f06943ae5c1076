"""Annotations in and out: `import`, `undo-import`, `export`, `formats`."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from ipyannotator.base import Step
from ipyannotator.cli.running import (
    AuthorOption,
    ProjectOption,
    Task,
    check_whose,
    examples,
    number,
    opened,
    plain,
    progress,
    say,
    settings_of,
    warn,
)
from ipyannotator.errors import StoreError

if TYPE_CHECKING:
    from ipyannotator.transfer.report import Report

JSON: Final = "json"
"""The name of the original's own form, which is no `Format`: it holds whatever an output has."""
AUTO: Final = "auto"

_SHOWN = 5

ClassOption = Annotated[
    list[str] | None,
    typer.Option(
        "--class",
        metavar="NAME=OTHER",
        help="Another name for a class; NAME= leaves its objects out. Repeat it.",
    ),
]


def import_(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="Whose form it has; `auto` to find out.")],  # noqa: A002
    path: Annotated[
        str | None,
        typer.Argument(help="The file, folder or address. For json, the project's own if left out."),
    ] = None,
    project: ProjectOption = Path(),
    author: AuthorOption = None,
    done: Annotated[
        bool,
        typer.Option(
            "--done/--not-done", help="Whether images that were not begun count as done afterwards."
        ),
    ] = True,
    class_: ClassOption = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Refuse a file of which something would be left out or taken as something else."
        ),
    ] = False,
) -> None:
    """Take annotations of another program, or a JSON that was changed by hand, into a project.

    Images are found by their names. What is there stays, and what comes a second time is not doubled. Images of the
    file that the project does not have, and what a box lost, is counted aloud. All of it becomes visible at once, at
    the end; `undo-import` takes all of it back.
    """
    from ipyannotator.transfer import exchange, foreign

    name = _known(format, extra=(JSON, AUTO))
    if path is None and name != JSON:
        raise typer.BadParameter("Say what to import.", param_hint="PATH")
    with opened(project, Step.CREATE, author) as task:
        check_whose(task, author)
        if name == JSON:
            done_ = exchange.merge(
                task.editor, Path(path) if path else task.project.json, task.project.folder
            )
            say(
                f"{done_['items']:,} images changed: {done_['added']:,} objects added, {done_['removed']:,} removed"
                + (
                    f", {done_['kept']:,} kept because they were changed here as well."
                    if done_["kept"]
                    else "."
                )
            )
        else:
            with progress("Importing", unit=" images") as bar:
                report = foreign.import_(
                    task.editor,
                    None if name == AUTO else name,
                    path or "",
                    done=done,
                    progress=bar,
                    classes=_renamed(class_),
                    strict=strict,
                )
            _tell(report)
        _save(task)


def undo_import(project: ProjectOption = Path(), author: AuthorOption = None) -> None:
    """Take the latest import back, but for what was edited since."""
    from ipyannotator.transfer import foreign

    with opened(project, Step.CREATE, author) as task:
        check_whose(task, author)
        told = foreign.take_back(task.editor)
        if not any(told.values()):
            say("There is no import to take back.")
            return
        kept = f" {told['kept']:,} were edited since, and stay." if told["kept"] else ""
        say(f"The import of {told['items']:,} images was taken back.{kept}")
        _save(task)


def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="The form to write; see `formats`.")],  # noqa: A002
    path: Annotated[
        str, typer.Argument(help="The folder or address to write, or a file where the format has one.")
    ],
    project: ProjectOption = Path(),
    author: AuthorOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also images with objects that are not done.")
    ] = False,
    suggestions: Annotated[
        bool, typer.Option("--suggestions", help="Also what a model suggests and nobody has accepted.")
    ] = False,
    images: Annotated[
        Literal["copy", "link", "none"] | None,
        typer.Option(
            "--images", help="What becomes of the pictures.", show_default="copy; none beside a single file"
        ),
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            "--split", metavar="NAME=PART", help="Part the images, e.g. train=0.8. Repeat it; 1 in all."
        ),
    ] = None,
    class_: ClassOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse where the form cannot hold all of it, and say what.")
    ] = False,
) -> None:
    """Write a project's annotations as training data, in the form of another program.

    Only images that are done are written, unless --all is given; a done image without objects says "nothing here".
    What is left out, and what a format cannot hold, is counted aloud. Classes keep their numbers in every later export.
    """
    from ipyannotator.formats import original
    from ipyannotator.transfer import exchange, foreign

    name = _known(format, extra=(JSON,))
    parts = dict(map(_part, split or []))
    with opened(project, _step(project), author) as task:
        check_whose(task, author)
        if name == JSON:
            values = exchange.to_dict(task.editor, task.project.folder, only_annotated=not everything)
            original.write(Path(path), original.dumps(values))
            say(f"Exported {len(values):,} images to {plain(path)}.")
            return
        with progress("Exporting", unit=" images") as bar:
            report = foreign.export(
                task.editor,
                name,
                path,
                only_done=not everything,
                images=images,
                splits=parts or None,
                suggestions=suggestions,
                progress=bar,
                classes=_renamed(class_),
                strict=strict,
            )
        _tell(report)
        _save(task)


def formats() -> None:
    """List the forms in which annotations come in and go out, and what each can hold."""
    from ipyannotator.formats.describing import descriptions

    for each in descriptions():
        say(f"{each.name:<13} {plain(each.title)}: {each.holds}")
    say(f"{JSON:<13} the project's own file, in the form of the first Ipyannotator")


def _names() -> list[str]:
    from ipyannotator.formats import FORMATS

    return sorted(map(str, FORMATS))


def _known(name: str, extra: tuple[str, ...]) -> str:
    """Return the name of a format; raise `typer.BadParameter` with what was meant."""
    known = [*_names(), *extra]
    if name in known:
        return name
    near = difflib.get_close_matches(name.lower(), known, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise typer.BadParameter(
        f"There is no format {name!r}.{hint} There are: {', '.join(known)}.", param_hint="FORMAT"
    )


def _part(text: str) -> tuple[str, float]:
    name, _, part = text.partition("=")
    try:
        return name, float(part)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no part, such as train=0.8.", param_hint="--split") from error


def _renamed(texts: list[str] | None) -> dict[str, str | None] | None:
    """Return the other names for classes; raise `typer.BadParameter` for what is none."""
    found: dict[str, str | None] = {}
    for text in texts or []:
        name, sign, other = text.partition("=")
        if not sign or not name:
            raise typer.BadParameter(
                f"{text!r} is no other name for a class, such as van=car.", param_hint="--class"
            )
        found[name] = other or None
    return found or None


def _step(project: Path) -> Step:
    """Return the step to export from: the numbers of classes are recorded, except in a project that may only be read."""
    results = settings_of(project).results
    return Step.CREATE if os.access(results if results.exists() else project, os.W_OK) else Step.EXPLORE


def _save(task: Task) -> None:
    """Bring the project's JSON up to date, as closing an annotator does."""
    from ipyannotator.transfer import exchange

    editor, project = task.editor, task.project
    if editor.read_only or exchange.is_current(editor, project.json):
        return
    try:
        exchange.save(editor, project.json, project.folder)
    except StoreError as error:
        warn(str(error))


def _tell(report: Report) -> None:
    say(plain(report))
    for name, count in report.classes.most_common():
        say(f"{number(count)}  {plain(name) or '(no class)'}")
    for why, names in report.examples.items():
        more = report.left[why] - _SHOWN
        shown = ", ".join(plain(name) for name in names[:_SHOWN])
        say(f"{plain(why).capitalize()}: {shown}" + (f", and {more:,} more" if more > 0 else ""))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "import",
        short_help="Take annotations of another program in.",
        epilog=examples(
            "ipyannotator import voc blood/annotations --project blood",
            "ipyannotator import auto ~/Downloads/labels --project blood --not-done",
            "ipyannotator import json --project blood      what was changed in annotations.json by hand",
        ),
    )(import_)
    app.command(
        "undo-import",
        short_help="Take the latest import back.",
        epilog=examples("ipyannotator undo-import --project blood"),
    )(undo_import)
    app.command(
        short_help="Write annotations as training data.",
        epilog=examples(
            "ipyannotator export yolo blood-yolo --project blood --split train=0.8 --split val=0.2",
            "ipyannotator export coco blood.json --project blood --all",
            "ipyannotator export voc blood-voc --project blood --images link",
        ),
    )(export)
    app.command(short_help="List the forms that are known.", epilog=examples("ipyannotator formats"))(formats)
