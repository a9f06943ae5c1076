"""The common base of the browser components: loads `static/<module>.js` and `.css`, and knows the session.

The files are read when the first component of a class is made, not at import, so that importing stays fast and the
model can be used where the browser side was never built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from ipyannotator.errors import IpyannotatorError
from ipyannotator.widgets.subshell import stay_responsive

STATIC = Path(__file__).parent.parent / "static"
"""Where the bundled browser side lies; made by `js/build.mjs`."""


class Component(anywidget.AnyWidget):
    """One browser component: a Python class and a TypeScript module of the same name.

    A subclass of a component may set `_esm` and `_css` itself, as with any anywidget.

    Attributes:
        module: the name of the files in `static`; by default the name of the class in lower case.
        abstract: set by a class that has no files of its own: its subclasses name theirs.
        session: `{"id", "project", "task", "layer", "author"}`; components with the same id share one session in the
            page. Empty until it is known.
    """

    module: ClassVar[str] = ""
    abstract: ClassVar[bool] = False
    _source: ClassVar[type[Component]]

    session = traitlets.Dict(help="what the components of one annotator share").tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Find out whose files a subclass uses: its own, or those of the component that it specialises."""
        super().__init_subclass__(**kwargs)
        if "abstract" in cls.__dict__:
            return
        if Component in cls.__bases__ or "module" in cls.__dict__:
            cls._source = cls
            if "module" not in cls.__dict__:
                cls.module = cls.__name__.lower()

    def __init__(self, **values: Any) -> None:
        self._load()
        super().__init__(**values)

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        stay_responsive(self)

    @classmethod
    def _load(cls) -> None:
        source = cls._source
        for name, suffix in (("_esm", ".js"), ("_css", ".css")):
            optional = name == "_css" and not (STATIC / f"{source.module}.css").exists()
            if not hasattr(cls, name) and not optional:
                setattr(source, name, _read(source.module + suffix))


def _read(name: str) -> str:
    try:
        return (STATIC / name).read_text("utf-8")
    except OSError as error:
        raise IpyannotatorError(
            f"The browser side is not there: {STATIC / name}. It is built by installing the package "
            "(`pip install .`), or in a checkout by `make build`."
        ) from error
