"""Declarations that refuse what they do not know with a hint, and their JSON form."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

C = TypeVar("C", bound=type)


def friendly(cls: C) -> C:
    """Make a declaration refuse unknown keyword arguments with a hint at the one that was meant."""
    original = cast("Callable[..., None]", vars(cls)["__init__"])
    known = [name for name in inspect.signature(original).parameters if name != "self"]

    def init(self: object, *args: Any, **values: Any) -> None:
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = (
                    f" Did you mean `{near[0]}`?" if near else f" It takes: {', '.join(known) or 'nothing'}."
                )
                raise TypeError(f"{cls.__name__} has no argument `{name}`.{hint}")
        original(self, *args, **values)

    init.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    init.__doc__ = original.__doc__
    setattr(cls, "__init__", init)  # noqa: B010 - an assignment would tell the type checker something untrue
    return cls


def lean(value: Any) -> Any:
    """Return a declared value as JSON has it: declarations as mappings, without what is as they have it anyway."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: lean(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.default is dataclasses.MISSING or getattr(value, field.name) != field.default
        }
    if isinstance(value, (list, tuple)):
        return [lean(each) for each in value]
    return value
