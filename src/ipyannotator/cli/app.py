"""All commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from ipyannotator import __version__
from ipyannotator.cli import exchanging, looking, making, serving
from ipyannotator.cli.running import Commands, examples

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain text: the same in a terminal, a pipe and a log
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "ipyannotator demo                                 try it on example data",
        "ipyannotator init blood --boxes RBC,WBC,Platelets make a project of a folder",
        "ipyannotator serve blood --author Ann             annotate in the browser",
        "ipyannotator stats blood                          how far it is",
        "ipyannotator export yolo out --project blood      training data",
        title="From a folder of images to training data",
    ),
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"ipyannotator {__version__}")
        raise typer.Exit


@app.callback()
def callback(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error comes from.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Annotate images: make projects, serve them to people, bring annotations in and out.

    A project is a folder with an ipyannotator.toml, which `init` writes. Exit codes: 0 all is well; 1 something is
    wrong with the data or the project; 2 the command was not understood, or a package is missing.
    """
    context.obj = {"debug": debug}


making.add_to(app)
serving.add_to(app)
exchanging.add_to(app)
looking.add_to(app)
