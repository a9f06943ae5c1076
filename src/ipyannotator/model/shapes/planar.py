"""Shapely, which works on areas of the plane: imported where it is used, since most people never need it."""

from __future__ import annotations

from typing import Any

from ipyannotator.errors import MissingPackage


def shapely() -> Any:
    """Return the package; raise `MissingPackage` with what to install."""
    try:
        import shapely
    except ImportError as error:
        raise MissingPackage(
            "Working on polygons needs Shapely: pip install 'ipyannotator[shapes]'."
        ) from error
    return shapely
