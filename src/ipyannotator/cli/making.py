"""Making a project: `init` of a folder of images, `demo` of example data."""

from __future__ import annotations

import importlib.util
import shlex
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ipyannotator.base import Settings
from ipyannotator.cli.running import examples, number, plain, say, warn
from ipyannotator.errors import ConfigError, InvalidValue
from ipyannotator.mltypes import (
    InputImage,
    Output,
    OutputGridBox,
    OutputImageBbox,
    OutputImageLabel,
    OutputImageShapes,
    OutputLabel,
    OutputVideoBbox,
)
from ipyannotator.model.schema import name_of

if TYPE_CHECKING:
    from ipyannotator.cli.finding import Images

INSTALL: Final = "Serving it needs the web app: pip install 'ipyannotator[web]'"


class Kind(str, Enum):
    """What the example data are for."""

    BOXES = "boxes"
    LABELS = "labels"


def init(
    folder: Annotated[Path, typer.Argument(help="The folder that becomes a project.")],
    boxes: Annotated[
        list[str] | None,
        typer.Option("--boxes", metavar="NAME,NAME…", help="Draw boxes of these classes."),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--labels", metavar="NAME,NAME…", help="Give images these labels."),
    ] = None,
    label_pictures: Annotated[
        str | None,
        typer.Option(
            "--label-pictures", metavar="DIR", help="Give images labels that are pictures in this folder."
        ),
    ] = None,
    capture: Annotated[
        str | None, typer.Option("--capture", metavar="QUESTION", help="Choose images in a grid.")
    ] = None,
    video_boxes: Annotated[
        list[str] | None,
        typer.Option(
            "--video-boxes", metavar="NAME,NAME…", help="Draw boxes that follow things through frames."
        ),
    ] = None,
    shapes: Annotated[
        list[str] | None,
        typer.Option(
            "--shapes", metavar="KIND,KIND…", help="Draw shapes of these kinds: polygon, mask, skeleton, …"
        ),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--classes",
            metavar="NAME,NAME…",
            help="With --shapes: their classes; without, people add their own.",
        ),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            "--images", metavar="DIR", help="The folder of the images, where it is not to be found out."
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What stands above the page.")] = "",
    instructions: Annotated[
        str | None,
        typer.Option(
            "--instructions", metavar="TEXT|FILE.md", help="What to do, in Markdown, or a file of it here."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the ipyannotator.toml that is there.")
    ] = False,
) -> None:
    """Make a project of a folder of images: writes its ipyannotator.toml, and says what it found.

    One of --boxes, --shapes, --labels, --label-pictures, --capture and --video-boxes says what is annotated. Names stand
    with commas between them; for a name that has a comma in it, repeat the option, once for each name: then each is taken
    as it is. Nothing else is written, and no image is touched.
    """
    from ipyannotator import config
    from ipyannotator.cli import finding

    if classes and not shapes:
        raise typer.BadParameter(
            "Only what --shapes draws has its classes here; --boxes and the others name theirs themselves.",
            param_hint="--classes",
        )
    output = _output(
        {
            "--boxes": boxes and (lambda: OutputImageBbox(names_of(boxes))),
            "--shapes": shapes
            and (lambda: OutputImageShapes(names_of(shapes), names_of(classes) if classes else None)),
            "--labels": labels and (lambda: OutputLabel(names_of(labels))),
            "--label-pictures": label_pictures and (lambda: OutputImageLabel(label_pictures)),
            "--capture": capture and (lambda: OutputGridBox(capture)),
            "--video-boxes": video_boxes and (lambda: OutputVideoBbox(names_of(video_boxes))),
        }
    )
    file = folder / config.FILE
    if file.exists() and not force:
        raise ConfigError(f"{file} is there already. Edit it, or replace it with --force.", file)
    found = finding.images(folder, images)
    declared = InputImage(found.folder, recursive=found.recursive)
    settings = Settings(project_path=folder, title=title, instructions=instructions)
    before = file.read_bytes() if file.exists() else None
    file.unlink(missing_ok=True)
    try:
        config.write(folder, config.Config(declared, output, settings))
        config.read(folder)
    except BaseException:
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)
        raise
    _tell(folder, found, output)


def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where the example data go.", show_default="ipyannotator-demo-KIND"),
    ] = None,
    kind: Annotated[Kind, typer.Option("--kind", help="What to try.")] = Kind.BOXES,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the page here.")
    ] = True,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="The port; 0 for any that is free.",
            show_default="kept per project",
        ),
    ] = None,
) -> None:
    """Make example data in a folder, and open the annotator on them in the browser.

    A second time it goes on where you left it. To be rid of it, delete the folder.
    """
    from ipyannotator import config
    from ipyannotator.datasets.generators import (
        CLASS_IMAGES,
        IMAGES,
        create_color_classification,
        create_object_detection,
    )
    from ipyannotator.web import serve

    folder = folder or Path(f"ipyannotator-demo-{kind.value}")
    if kind is Kind.BOXES:
        create_object_detection(folder, n_samples=30, n_objects=4, size=(600, 400), multilabel=True)
        output: Output = OutputImageBbox(["red", "green", "blue"])
        text = "Draw a box around every shape, and give it its colour.\n\n**Done** shows the next picture."
    else:
        create_color_classification(folder, n_samples=30, size=(600, 400))
        output = OutputImageLabel(CLASS_IMAGES)
        text = "Which colour do you see? Click it, or press its digit.\n\n**Done** shows the next picture."
    if not (folder / config.FILE).exists():
        settings = Settings(project_path=folder, title="Ipyannotator: try it", instructions=text)
        config.write(folder, config.Config(InputImage(IMAGES), output, settings))
    say(f"Example data in {plain(folder)}.")
    serve(folder, browser=browser, port=port)


def names_of(given: list[str]) -> list[str]:
    """Return the names of an option: between commas where it stands once, as they are where it is repeated."""
    return [name.strip() for name in given[0].split(",")] if len(given) == 1 else list(given)


def _output(given: dict[str, Any]) -> Output:
    """Return what the one option that was given says; `given` has what makes it by the option's name."""
    chosen = [(name, make) for name, make in given.items() if make]
    if len(chosen) != 1:
        said = f", not {' and '.join(name for name, _ in chosen)}" if chosen else ""
        raise typer.BadParameter(f"Say what is annotated, by one of {', '.join(given)}{said}.")
    name, make = chosen[0]
    try:
        output: Output = make()
    except InvalidValue as error:
        raise typer.BadParameter(str(error), param_hint=name) from error
    return output


def _tell(folder: Path, found: Images, output: Output) -> None:
    from ipyannotator.cli import finding
    from ipyannotator.config import FILE

    place = plain(folder / found.folder)
    deep = ", and in the folders below it" if found.recursive else ""
    say(f"{found.total:,} images in {place}{deep}.")
    if found.others:
        say("Other folders with images, which are left out:")
        for name, count in list(found.others.items())[:8]:
            say(f"{number(count)}  {plain(name)}")
        say("To take another, set image_dir in the file; `recursive = true` takes the folders below it in.")
    words = [plain(name_of(each)) for each in output.classes or []]
    say(f"Annotated: {type(output).__name__}" + (f" of {', '.join(words)}." if words else "."))
    say(f"Written: {plain(folder / FILE)}")
    steps = []
    where = shlex.quote(str(folder))
    for work in finding.works(folder):
        path = plain(work.path)
        if not work.name:
            say(f"There is {work.title}, {path}: it is used as it is.")
        elif work.path == folder / "results" / "annotations.json":
            say(f"There are {work.title}, {path}: they are taken in when the project is first opened.")
        else:
            say(f"There is {path} ({work.title}).")
            steps.append(f"ipyannotator import {work.name} {shlex.quote(str(work.path))} --project {where}")
    say("Next:")
    for line in (*map(plain, steps), plain(f"ipyannotator serve {where} --author YOUR-NAME")):
        say(f"  {line}")
    if importlib.util.find_spec("voila") is None:
        warn(f"{INSTALL}")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        short_help="Make a project of a folder of images.",
        epilog=examples(
            "ipyannotator init blood --boxes RBC,WBC,Platelets",
            "ipyannotator init pets --labels cat,dog --title 'Cats and dogs'",
            "ipyannotator init fruit --labels 'apple, red' --labels 'apple, green'",
            "ipyannotator init street --capture 'Which of these show a bicycle?' --images cam1",
        ),
    )(init)
    app.command(
        short_help="Try it on example data, in the browser.",
        epilog=examples("ipyannotator demo", "ipyannotator demo --kind labels --folder /tmp/try"),
    )(demo)
