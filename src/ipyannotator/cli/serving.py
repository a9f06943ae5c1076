"""Serving a project as a web page: `serve`, and `people` who may enter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ipyannotator.base import Step
from ipyannotator.cli.running import Folder, examples, opened, plain, say
from ipyannotator.errors import ConfigError
from ipyannotator.mltypes import NoOutput

PeopleFolder = Annotated[Path, typer.Argument(help="The folder of the project.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="Names of people.")]

people = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def serve(
    folder: Folder = Path(),
    author: Annotated[
        list[str] | None,
        typer.Option("--author", "-a", metavar="NAME", help="Let somebody in, by a link of their own. Repeat it."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open the page here.")
    ] = True,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="The port; 0 for any that is free.", show_default="kept per project")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="What to listen on; 0.0.0.0 for other machines as well.")
    ] = "127.0.0.1",
    certfile: Annotated[
        Path | None, typer.Option("--certfile", help="A certificate (PEM), to encrypt.")
    ] = None,
    keyfile: Annotated[
        Path | None, typer.Option("--keyfile", help="Its private key (PEM), where it is in a file of its own.")
    ] = None,
    base_url: Annotated[
        str,
        typer.Option(
            "--base-url", help="The path that all lies under; behind a proxy, the whole address that people see."
        ),
    ] = "/",
    overlap: Annotated[
        int | None,
        typer.Option(
            "--overlap", min=1, help="To how many people each image is given.",
            show_default="as the project's file says, else 1",
        ),
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="The code in the project's folder `plugins` may run; it can do what you can.")] = False,
    idle: Annotated[
        float,
        typer.Option("--idle", min=1, metavar="MINUTES", help="After so long without a page, its kernel ends."),
    ] = 30,
    ready: Annotated[
        int,
        typer.Option("--ready", min=0, metavar="N", help="Start N kernels ahead: pages open faster, memory is taken."),
    ] = 0,
) -> None:  # fmt: skip
    """Serve a project as a web page, until Ctrl-C.

    Each person has a link, by which they come in and all they do carries their name; it is shown when it is made, and
    holds after a restart. Without --author you come in yourself. Only this machine can reach the page, unless --host
    says otherwise; use --certfile or a proxy that encrypts then.
    """
    from ipyannotator.web import serve as serve_web

    with opened(folder, Step.EXPLORE) as task:  # what is wrong with it is better told here than to visitors
        given = task.config
    if isinstance(given.output, NoOutput):
        text = f"{folder} says nothing that could be annotated. Give its file a table [output]."
        raise ConfigError(text, folder, "output")
    serve_web(
        folder, authors=author or (), host=host, port=port, browser=browser, certfile=certfile, keyfile=keyfile,
        base_url=base_url, overlap=overlap or given.settings.overlap, trust=trust, idle=60 * idle, pool_size=ready,
    )  # fmt: skip


@people.callback()
def callback() -> None:
    """Say who may enter a project's web page; it holds at once, also while the project is served."""


@people.command(
    epilog=examples("ipyannotator people add blood Ann Ben", "ipyannotator people add blood Ann --renew")
)
def add(
    folder: PeopleFolder,
    names: Names,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new link for somebody who is in; their older ones end.")
    ] = False,
) -> None:
    """Let people in: prints a link for each, which is shown this once."""
    from ipyannotator import web

    known = web.people(folder)
    web.link(folder, "")  # a project that was never served has no address: say so before anybody is added
    for name in names:
        token = known.renew(name) if renew else known.add(name)
        say(f"{plain(name)}: {web.link(folder, token)}")


@people.command(epilog=examples("ipyannotator people revoke blood Ann"))
def revoke(folder: PeopleFolder, names: Names) -> None:
    """Let people in no longer; what they annotated stays, under their names."""
    from ipyannotator import web

    known = web.people(folder)
    for name in names:
        known.revoke(name)
        say(f"{plain(name)} may enter no longer.")


@people.command("list", epilog=examples("ipyannotator people list blood"))
def list_(folder: PeopleFolder) -> None:
    """List who may enter."""
    from ipyannotator import web

    found = web.people(folder).listed()
    for person in found:
        day = dt.datetime.fromtimestamp(person.made).astimezone().date()
        say(f"{day}  {plain(person.name)}")
    if not found:
        say("Nobody yet. Add people with `ipyannotator people add FOLDER NAME`, or `serve --author NAME`.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        short_help="Serve a project as a web page.",
        epilog=examples(
            "ipyannotator serve blood",
            "ipyannotator serve blood --author Ann --author Ben --no-browser",
            "ipyannotator serve blood --author Ann --host 0.0.0.0 --certfile cert.pem --keyfile key.pem",
            "ipyannotator serve blood --base-url https://example.org/blood/    behind a proxy",
        ),
    )(serve)
    app.add_typer(people, name="people", short_help="Say who may enter the web page.")
