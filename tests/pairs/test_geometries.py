"""Every kind of shape through the whole house: the store, undo, the log, the JSON, cut-outs, improve."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ipyannotator import (
    Annotator,
    Box,
    Ellipse,
    InputImage,
    InvalidValue,
    Mask,
    OutputImageShapes,
    Points,
    Polygon,
    Polyline,
    Settings,
    Shape,
    Skeleton,
    SkeletonTemplate,
)
from ipyannotator.model import ObjectClass

KINDS = ["box", "rotated_box", "polygon", "polyline", "points", "skeleton", "ellipse", "mask"]
THING = ObjectClass("thing", skeleton=SkeletonTemplate(["a", "b"]))
PIXELS = np.zeros((100, 200), bool)
PIXELS[20:60, 30:90] = True
LARGE = Polygon(
    [(80 + 70 * math.cos(at / 955), 60 + 50 * math.sin(at / 955)) for at in range(6000)],
    [[(70, 50), (90, 50), (80, 70)]],
)
SHAPES: dict[str, Shape] = {
    "box": Box(1, 2, 30, 40),
    "turned box": Box(50, 40, 30, 20, 33.5),
    "polygon": Polygon([(1.25, 2), (30, 4), (20, 50)], [[(10, 8), (14, 8), (12, 12)]]),
    "polygon of 6,000 points": LARGE,
    "polyline": Polyline([(1, 2), (30, 4), (20, 50)]),
    "points": Points([(1, 2), (30, 4)]),
    "skeleton": Skeleton([(1, 2, 2), (30, 4, 0)]),
    "ellipse": Ellipse(60, 50, 20, 10, 15),
    "mask": Mask.from_array(PIXELS),
    "noisy mask": Mask.from_array(np.random.default_rng(5).random((100, 200)) > 0.5),
}


@pytest.fixture
def shapes(project: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(step: str = "create") -> Any:
        output = OutputImageShapes(KINDS, [THING])
        opened.append(
            getattr(Annotator(InputImage("photos"), output, Settings(project_path=project)), step)()
        )
        return opened[-1]

    return make


@pytest.mark.parametrize("name", SHAPES)
def test_it_is_stored_moved_undone_and_read_again(
    name: str, shapes: Callable[..., Any], project: Path
) -> None:
    a = shapes()
    added = a.current.add(SHAPES[name], "thing")
    added.shape = Box(5, 5, 5, 5)
    a.undo()
    assert added.shape == SHAPES[name]
    a.undo()
    assert len(a.current) == 0
    a.redo()
    assert a.editor.store.replay().annotated(a.editor.task, a.item).objects[0].shape == SHAPES[name]
    a.close()
    again = shapes()
    (found,) = again.current.objects
    assert (found.shape, found.label) == (SHAPES[name], "thing")


def test_what_is_bulky_is_kept_once_however_often_it_is_there(
    shapes: Callable[..., Any], project: Path
) -> None:
    a = shapes()
    for key in ("0.jpg", "1.jpg", "2.jpg"):
        a.annotations[key].add(LARGE, "thing")
    a.close()
    with sqlite3.connect(project / "results" / "annotations.db") as database:
        (blobs,) = database.execute("SELECT count(*) FROM blobs").fetchone()
    assert blobs == 1


@pytest.mark.parametrize("name", SHAPES)
def test_the_json_alone_brings_it_back(name: str, shapes: Callable[..., Any], project: Path) -> None:
    a = shapes()
    a.current.add(SHAPES[name], "thing")
    a.save()
    a.close()
    for file in (project / "results").glob("annotations.db*"):
        file.unlink()
    again = shapes()
    assert [(each.shape, each.label) for each in again.annotations["0.jpg"].objects] == [
        (SHAPES[name], "thing")
    ]


def test_what_has_an_extent_is_cut_out_and_all_have_their_cell_in_improve(
    shapes: Callable[..., Any], tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    a = shapes()
    a.current.extend(SHAPES.values(), ["thing"] * len(SHAPES))
    crops = a.crops(tmp_path / "crops")
    # What has no extent cannot be cut out: points, and a skeleton of one joint.
    assert crops.written == len(SHAPES) - 2
    a.close()
    b = shapes("improve")
    assert eventually(lambda: len(b.canvas.cells) == len(SHAPES))


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (Box(300, 10, 20, 20), "lies outside the image"),
        (Polygon([(-9, -9), (-2, -9), (-2, -2)]), "lies outside the image"),
        (Mask.from_array(np.ones((4, 6))), "a mask of an image of 6 × 4 pixels"),
    ],
)
def test_what_has_no_place_on_the_picture_is_refused(
    shape: Shape, says: str, shapes: Callable[..., Any]
) -> None:
    a = shapes()
    there = a.current.add(Box(-5, -5, 20, 20), "thing")  # in part it lies on it
    with pytest.raises(InvalidValue, match=says):
        a.current.extend([Box(1, 1, 5, 5), shape])
    with pytest.raises(InvalidValue, match="200 × 100 pixels"):
        there.shape = shape
    assert [each.shape for each in a.current.objects] == [Box(-5, -5, 20, 20)]


def test_an_error_and_a_mask_are_short() -> None:
    noisy = SHAPES["noisy mask"]
    assert isinstance(noisy, Mask)
    assert repr(noisy) == f"<Mask of {noisy.measure():,.0f} pixels on 200 × 100>"
    with pytest.raises(InvalidValue) as caught:
        Mask((100, 200), noisy.counts[:-3] + "¡¡¡")
    assert len(str(caught.value)) < 400
    with pytest.raises(InvalidValue) as caught:
        Polygon([(at, math.nan) for at in range(6000)])
    assert len(str(caught.value)) < 400
