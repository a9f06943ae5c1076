"""Looking at a project without changing it: `stats` and `check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ipyannotator.base import Step
from ipyannotator.cli.running import Folder, JsonOption, Task, examples, number, opened, plain, progress, say

_WORDS = {
    "done": "done", "in_progress": "in progress", "skipped": "skipped", "flagged": "flagged", "todo": "to do",
}  # fmt: skip
_WIDTH = 9
_DAYS = 14


def stats(
    folder: Folder = Path(),
    as_json: JsonOption = False,
    days: Annotated[
        int, typer.Option("--days", min=0, metavar="N", help="How many of the last days of work to show.")
    ] = _DAYS,
) -> None:
    """Say how far a project is: images by state, objects by class, and what each person did on each day.

    An image counts as finished for whoever gave it its last state, an object for whoever made it. What was imported is
    nobody's work, and counted by itself.
    """
    from ipyannotator.cli import counting

    with opened(folder, Step.EXPLORE) as task:
        people = _people(task)
        with progress("Reading the log", unit=" changes") as bar:
            found = counting.stats(task.editor, people, bar)
        found = {"project": str(folder), "title": task.config.settings.title, **found}
        if as_json:
            say(json.dumps(found, indent=2))
            return
        say(
            f"{plain(task.config.settings.title or folder.absolute().name)}: {plain(task.editor.source.location)}"
        )
    _tell(found, days)


def check(
    folder: Folder = Path(),
    as_json: JsonOption = False,
    images: Annotated[
        bool, typer.Option("--images/--no-images", help="Whether to read every image, which takes a while.")
    ] = True,
    trust: Annotated[
        bool,
        typer.Option("--trust", help="Run the code in the project's folder `plugins`, and ask its rules."),
    ] = False,
) -> None:
    """Look for what may be wrong; exit with 1 where something should be done.

    Looks at the database, at files that are gone, replaced or broken, at objects outside their image or
    too small to see, and at classes. Lines with ! are problems, those with · are worth knowing. Changes nothing.
    """
    from ipyannotator.cli import checking

    with opened(folder, Step.EXPLORE) as task:
        layers = task.editor.store.layers(task.editor.task) or ["main"]
        with progress("Looking", unit=" images") as bar:
            findings = checking.Check(task.editor, layers, images=images).run(bar)
        total = len(task.editor.source)
    if trust:
        findings += checking.complaints(folder)
    problems = sum(finding.problem for finding in findings)
    if as_json:
        say(
            json.dumps(
                {"problems": problems, "findings": [finding.as_dict() for finding in findings]}, indent=2
            )
        )
    else:
        for line in checking.lines(findings, plain):
            say(line)
        say(
            f"{total:,} images looked at. "
            + (f"{problems:,} kinds of problem." if problems else "No problem found.")
        )
    if problems:
        raise typer.Exit(1)


def _people(task: Task) -> int:
    """Return to how many people each item is given; an overlap that only `serve` was told of shows in the layers."""
    given = task.config.settings.overlap
    if given > 1 or not task.people:
        return given
    main = task.editor.store.counts(task.editor.task).states
    return 1 if sum(main.values()) else 2


def _tell(found: dict[str, Any], days: int) -> None:
    _tell_items(found["items"], found["overlap"])
    _tell_objects(found["objects"])
    _tell_people(found["people"], found["days"], days)


def _tell_items(items: dict[str, int], overlap: dict[str, Any] | None) -> None:
    say(f"{number(items['total'], _WIDTH)}  images")
    for state, word in _WORDS.items():
        if items[state]:
            say(f"{number(items[state], _WIDTH)}  {word}  {items[state] / max(1, items['total']):.0%}")
    if overlap is not None:
        say(f"Each image is given to {overlap['people']} people:")
        for count, finished in enumerate(overlap["finished_by"]):
            say(f"{number(finished, _WIDTH)}  finished by {count}")
        for name, states in overlap["layers"].items():
            say(f"{number(states['done'], _WIDTH)}  done by {plain(name)}")


def _tell_objects(objects: dict[str, Any]) -> None:
    say(f"{number(objects['total'], _WIDTH)}  objects")
    for each in objects["classes"]:
        say(
            f"{number(each['count'], _WIDTH)}  {plain(each['name'])}"
            + (" (retired)" if each["retired"] else "")
        )
    if objects["unlabelled"]:
        say(f"{number(objects['unlabelled'], _WIDTH)}  without a class")
    for origin, count in objects["made"].items():
        say(f"{number(count, _WIDTH)}  of them made by {'an' if origin == 'import' else 'a'} {origin}")


def _tell_people(people: list[dict[str, Any]], days: list[dict[str, Any]], shown: int) -> None:
    if people:
        say("   images  finished  objects  by person")
    for each in people:
        say(f"{_did(each)}  {plain(each['author'])}")
    last = sorted({each["day"] for each in days})[-shown:] if shown else []
    if last:
        say("   images  finished  objects  by day")
    for each in days:
        if each["day"] in last:
            say(f"{_did(each)}  {each['day']}  {plain(each['author'])}")


def _did(each: dict[str, Any]) -> str:
    return f"{number(each['items'])} {number(each['finished'])} {number(each['objects'], 8)}"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        short_help="Say how far a project is.",
        epilog=examples("ipyannotator stats blood", "ipyannotator stats blood --json | jq .items"),
    )(stats)
    app.command(
        short_help="Look for what may be wrong.",
        epilog=examples("ipyannotator check blood", "ipyannotator check blood --no-images --json"),
    )(check)
