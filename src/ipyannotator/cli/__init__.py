"""The command line: projects are made, served, counted, checked, imported and exported. Loads widgets for serving only."""

from __future__ import annotations

import sys
from typing import NoReturn

USAGE = 2
"""The exit code where the command line itself was wrong, or a package that it needs is missing."""


def main() -> NoReturn:
    """Run the command that the arguments of the process name, and end the process with its exit code."""
    try:
        import typer  # noqa: F401 - is it there?
    except ImportError:
        sys.stderr.write(
            "The command line of Ipyannotator needs typer: pip install 'ipyannotator[web]' "
            "(or 'ipyannotator[cli]', without the web app).\n"
        )
        sys.exit(USAGE)
    from ipyannotator.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        # A class called 🩸 must not end a command on a terminal that has no such character.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="ipyannotator")
    sys.exit(0)
