"""The paper's artificial data: coloured shapes, drawn with the truth beside them.

Each function makes a folder with `images/img_0.jpg` …, a picture of each class in `class_images/`, the truth in
`annotations.json` in the form of the output that it is for, and `dataset.json`, which says how it was made. The same
arguments give the same bytes (with the same Pillow). A second call writes nothing; one with a larger `n_samples` adds
to the set; one after a broken-off call completes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ipyannotator.datasets.drawing import COLORS, SHAPES, Thing, jpeg, picture, surface, swatch
from ipyannotator.datasets.moving import create_mot_ds
from ipyannotator.datasets.placing import cells, check_picture_size, check_whole, chosen_cells, place
from ipyannotator.datasets.writing import Pictures, complete

__all__ = [
    "create_color_classification",
    "create_mot_ds",
    "create_object_detection",
    "create_shape_color_classification",
]

IMAGES, CLASS_IMAGES = "images", "class_images"

Made = tuple[Pictures, dict[str, Any]]
"""The pictures by file name, and the truth as `annotations.json` has it."""

Plan = Callable[[np.random.Generator, int], list[Thing]]
"""Gives the things on the picture of a number."""

_PLAN, _SURFACE, _TURN = 0, 1, 2
"""Each kind of chance has a stream of its own, so that a picture does not depend on the others."""


def create_color_classification(
    path: str | Path, n_samples: int = 10, size: tuple[int, int] = (150, 150), *, seed: int = 0
) -> Made:
    """Make pictures of one to three shapes of one colour; the colour is the class. For `OutputImageLabel`.

    The truth is `{"path/images/img_0.jpg": ["red.jpg"], …}`, the names being those of the pictures in
    `path/class_images`: red, green and blue, equally often.

    Args:
        path: the folder of the set.
        n_samples: how many pictures, from 0.
        size: their width and height in pixels.
        seed: another one gives other pictures, from 0.

    Raises:
        InvalidValue: an argument is not as said.
        DatasetError: the folder is a file, holds something else, or cannot be written.
    """
    width, height = _check(n_samples, size, seed)

    def plan(rng: np.random.Generator, number: int) -> list[Thing]:
        color = _turn(seed, number, list(COLORS))
        count = int(rng.integers(1, 4))
        return [_thing(rng, color, _any_shape(rng), cell) for cell in chosen_cells(rng, width, height, count)]

    recipe = {"set": "color classification", "seed": seed, "size": [width, height]}
    classes = {name: (name, None) for name in COLORS}
    return _make(path, n_samples, recipe, plan, lambda things: [f"{things[0].color}.jpg"], classes)


def create_shape_color_classification(
    path: str | Path, n_samples: int = 10, size: tuple[int, int] = (150, 150), *, seed: int = 0
) -> Made:
    """Make pictures of one or two shapes; colour and shape together are the class. For `OutputImageLabel`.

    The truth is `{"path/images/img_0.jpg": ["blue_circle.jpg", "red_ellipse.jpg"], …}`, the names being those of the
    pictures in `path/class_images`: red, green and blue, each as rectangle, circle and ellipse.

    Args:
        path: the folder of the set.
        n_samples: how many pictures, from 0.
        size: their width and height in pixels.
        seed: another one gives other pictures, from 0.

    Raises:
        InvalidValue: an argument is not as said.
        DatasetError: the folder is a file, holds something else, or cannot be written.
    """
    width, height = _check(n_samples, size, seed)
    kinds = [(color, shape) for color in COLORS for shape in SHAPES]

    def plan(rng: np.random.Generator, number: int) -> list[Thing]:
        first = _turn(seed, number, kinds)
        others = [kind for kind in kinds if kind != first]
        these = [first, others[int(rng.integers(len(others)))]][: int(rng.choice([1, 1, 2]))]
        spots = chosen_cells(rng, width, height, len(these))
        return [_thing(rng, color, shape, cell) for (color, shape), cell in zip(these, spots, strict=True)]

    recipe = {"set": "shape and color classification", "seed": seed, "size": [width, height]}
    classes: dict[str, tuple[str, str | None]] = {f"{kind[0]}_{kind[1]}": kind for kind in kinds}
    return _make(
        path,
        n_samples,
        recipe,
        plan,
        lambda things: sorted(f"{thing.color}_{thing.shape}.jpg" for thing in things),
        classes,
    )


def create_object_detection(
    path: str | Path,
    n_samples: int = 10,
    n_objects: int = 1,
    size: tuple[int, int] = (150, 150),
    multilabel: bool = False,
    *,
    seed: int = 0,
) -> Made:
    """Make pictures of up to `n_objects` shapes, none of which hides another. For `OutputImageBbox`.

    The truth is `{"path/images/img_0.jpg": {"bbox": [{"x", "y", "width", "height"}, …], "labels": [["red"], …]}, …}`:
    every shape's box to the pixel, its colour as the label.

    Args:
        path: the folder of the set.
        n_samples: how many pictures, from 0.
        n_objects: how many shapes a picture has at most, from 1; each has at least one.
        size: the width and height of a picture in pixels.
        multilabel: whether the shapes of one picture have different colours.
        seed: another one gives other pictures, from 0.

    Raises:
        InvalidValue: an argument is not as said.
        DatasetError: the folder is a file, holds something else, or cannot be written.
    """
    width, height = _check(n_samples, size, seed)
    cells(width, height, check_whole("n_objects", n_objects, 1))
    colors = list(COLORS)

    def plan(rng: np.random.Generator, number: int) -> list[Thing]:
        color = _turn(seed, number, colors)
        spots = chosen_cells(rng, width, height, n_objects)[: int(rng.integers(1, n_objects + 1))]
        return [
            _thing(
                rng, colors[int(rng.integers(len(colors)))] if multilabel else color, _any_shape(rng), cell
            )
            for cell in spots
        ]

    recipe = {
        "set": "object detection",
        "seed": seed,
        "size": [width, height],
        "n_objects": n_objects,
        "multilabel": bool(multilabel),
    }
    return _make(path, n_samples, recipe, plan, _boxes, {name: (name, None) for name in COLORS})


def _check(n_samples: Any, size: Any, seed: Any) -> tuple[int, int]:
    check_whole("n_samples", n_samples, 0)
    check_whole("seed", seed, 0)
    return check_picture_size(size)


def _make(
    path: str | Path,
    n_samples: int,
    recipe: Mapping[str, Any],
    plan: Plan,
    value: Callable[[list[Thing]], Any],
    classes: Mapping[str, tuple[str, str | None]],
) -> Made:
    """Complete a set in `path`; `classes` gives the colour and shape on each class's picture."""
    folder, seed, (width, height) = Path(path), recipe["seed"], recipe["size"]
    planned = [plan(np.random.default_rng([seed, number, _PLAN]), number) for number in range(n_samples)]
    names = [f"img_{number}.jpg" for number in range(n_samples)]
    truth = {
        (folder / IMAGES / name).as_posix(): value(things)
        for name, things in zip(names, planned, strict=True)
    }

    def drawn(number: int) -> bytes:
        empty = surface(np.random.default_rng([seed, number, _SURFACE]), width, height)
        return jpeg(picture(empty, planned[number]))

    def labelled(color: str, shape: str | None) -> bytes:
        return jpeg(swatch(color, shape))

    files: dict[str, Callable[[], bytes]] = {
        f"{CLASS_IMAGES}/{name}.jpg": partial(labelled, *kind) for name, kind in classes.items()
    }
    files.update((f"{IMAGES}/{name}", partial(drawn, number)) for number, name in enumerate(names))
    complete(folder, recipe, truth, files)
    return Pictures(folder / IMAGES, names), truth


def _turn(seed: int, number: int, kinds: list[Any]) -> Any:
    """Return the kind whose turn it is: each comes once in every round, in an order that each round draws anew."""
    around, at = divmod(number, len(kinds))
    return kinds[int(np.random.default_rng([seed, around, _TURN]).permutation(len(kinds))[at])]


def _any_shape(rng: np.random.Generator) -> str:
    return SHAPES[int(rng.integers(len(SHAPES)))]


def _thing(rng: np.random.Generator, color: str, shape: str, cell: Any) -> Thing:
    red, green, blue = (int(part) for part in rng.integers(-14, 15, 3))
    return Thing(shape, color, place(rng, shape, cell), (red, green, blue))


def _boxes(things: list[Thing]) -> dict[str, Any]:
    return {
        "bbox": [dict(zip(("x", "y", "width", "height"), thing.box, strict=True)) for thing in things],
        "labels": [[thing.color] for thing in things],
    }
