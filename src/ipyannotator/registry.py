"""One kind of registry, through which every exchangeable part is found.

A built-in part enters exactly as a stranger's does: by decorating it with `REGISTRY.register(key)`, or by an
entry point of the registry's group in an installed package. Entry points are read once, when a name is first
looked up and not found or when the registry is listed, so importing Ipyannotator stays fast.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from ipyannotator.errors import NotRegistered

T = TypeVar("T")


class Registry(Generic[T]):
    """Named parts of one kind.

    Args:
        what: the word for one part, used in error messages ("store").
        group: the entry point group whose packages are imported to register their parts, or None.
    """

    def __init__(self, what: str, group: str | None = None) -> None:
        self.what = what
        self.group = group
        self.failures: dict[str, Exception] = {}
        self._parts: dict[Hashable, T] = {}
        self._loaded = group is None

    def register(self, *key: Any) -> Callable[[T], T]:
        """Return a decorator that registers a part under hashable keys; registering again replaces the part."""

        def decorate(part: T) -> T:
            self._parts[key if len(key) > 1 else key[0]] = part
            return part

        return decorate

    def get(self, *key: Any) -> T:
        """Return the part; raise `NotRegistered`, which lists what exists."""
        wanted: Hashable = key if len(key) > 1 else key[0]
        if wanted not in self._parts:
            self._load()
        if wanted not in self._parts:
            known = ", ".join(sorted(map(str, self._parts))) or "none"
            raise NotRegistered(f"There is no {self.what} {wanted!r}. Known: {known}.")
        return self._parts[wanted]

    def __contains__(self, key: Hashable) -> bool:
        if key not in self._parts:
            self._load()
        return key in self._parts

    def __iter__(self) -> Iterator[Hashable]:
        self._load()
        return iter(list(self._parts))

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for point in entry_points(group=self.group or ""):
            try:
                point.load()
            except Exception as error:  # noqa: BLE001 - a broken plugin must not take the others with it
                self.failures[point.name] = error
