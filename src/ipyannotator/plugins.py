"""What a project brings with it: `plugins/*.py` in its folder, each with a function `setup(a)`.

They are Python, and can do whatever the person can who opens the project. So they run only where that person says that they
trust the folder; else nothing of them is read, and the person hears that they are there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ipyannotator.editor.events import Failure
from ipyannotator.errors import InvalidValue

FOLDER = "plugins"
"""Where they lie in a project's folder."""


class Plugin(NamedTuple):
    """One file.

    Attributes:
        path: the file.
        setup: what is called with each annotator of the project; None where the file failed, or has no such function.
        failure: how it failed; None where it did not.
    """

    path: Path
    setup: Callable[[Any], Any] | None = None
    failure: Failure | None = None


def files(folder: str | Path) -> list[Path]:
    """Return the plugins of a project's folder, in the order of their names; those that begin with `_` are none."""
    place = Path(folder) / FOLDER
    if not place.is_dir():
        return []
    return sorted(path for path in place.glob("*.py") if path.is_file() and not path.name.startswith("_"))


def load(folder: str | Path) -> list[Plugin]:
    """Run the plugins of a folder that is trusted; one that fails says so, and the others are loaded.

    Pairs, formats and whatever else they register are there afterwards. What stands in a file of the same folder can be
    imported by its name.
    """
    found = files(folder)
    if found and (place := str(found[0].parent.absolute())) not in sys.path:
        sys.path.append(place)
    return [_load(path) for path in found]


def set_up(annotator: Any, plugins: Iterable[Plugin]) -> None:
    """Call each plugin's `setup` with an annotator; one that fails is told to its `error` event."""
    for plugin in plugins:
        failure = plugin.failure
        if plugin.setup is not None:
            try:
                plugin.setup(annotator)
            except Exception as error:  # noqa: BLE001 - anything may go wrong in a plugin
                failure = Failure.of(error, f"{FOLDER}/{plugin.path.name}: its setup failed")
        if failure is not None:
            annotator.events.emit("error", failure)


def _load(path: Path) -> Plugin:
    place = hashlib.sha1(str(path.parent.absolute()).encode(), usedforsecurity=False).hexdigest()[:8]
    name = f"ipyannotator_project_{place}_{path.stem}"
    api_version: int = sys.modules[
        __package__ or ""
    ].api_version  # the package's own, which is above all of its parts

    try:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise InvalidValue("The plugin", path.name, "a Python file")  # noqa: TRY301
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = (
            module  # as an import does, so that what it defines can be pickled, and found in tracebacks
        )
        spec.loader.exec_module(module)
        wants = getattr(module, "api_version", api_version)
        if wants > api_version:
            raise InvalidValue(  # noqa: TRY301
                "Its api_version",
                wants,
                f"at most {api_version}",
                "Update Ipyannotator: pip install -U ipyannotator",
            )
        setup = getattr(module, "setup", None)
        if setup is not None and not callable(setup):
            raise InvalidValue("Its setup", setup, "a function of an annotator")  # noqa: TRY301
    except Exception as error:  # noqa: BLE001 - a broken plugin must not take the others with it
        sys.modules.pop(name, None)
        return Plugin(path, failure=Failure.of(error, f"{FOLDER}/{path.name} could not be loaded"))
    return Plugin(path, setup)
