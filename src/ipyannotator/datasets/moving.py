"""A clip of things that move, with the identity of each: for boxes that follow things through the frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ipyannotator.datasets.drawing import Thing, jpeg, mask, picture, surface
from ipyannotator.datasets.placing import check_whole
from ipyannotator.datasets.writing import complete
from ipyannotator.errors import InvalidValue

WIDTH, HEIGHT = 480, 320
"""Of a frame, in pixels."""

SEEN = 0.25
"""A thing of which less is to be seen has no box in `annotations.json`."""

MOT = "mot.csv"
_COLUMNS = ("frame", "id", "bb_left", "bb_top", "bb_width", "bb_height", "conf", "label", "vis", "track")
_LABELS = ("circle", "ellipse", "rectangle")
_SHORTEST = 5
"""Frames of a clip in which something is hidden and comes back."""

_CIRCLE, _ELLIPSE, _RECTANGLE = 1, 2, 3


def create_mot_ds(
    path: str | Path, img_path: str = "img", n_frames: int = 20, occluded: bool = False, *, seed: int = 0
) -> None:
    """Make the frames of a clip: a red circle, a green ellipse and a blue rectangle on their ways.

    Writes the frames, `path/<img_path>/0000.jpg` …, and two files of truth:

    - `path/annotations.json`, for `OutputVideoBbox`: what can be seen in a frame, as boxes with labels and ids.
      Where `occluded`, the circle passes behind the rectangle: it has no box while less than a quarter of it shows,
      and comes back under a new id, as it would from a tracker, so that there is something to join.
    - `path/mot.csv`, in the columns of the MOT challenge and one more: every thing in every frame, its whole box,
      `id` its true identity throughout, `label` the number of its class in the order of the alphabet from 1, `vis`
      how much of it is to be seen (0 to 1), and `track` the id that `annotations.json` has, empty where it has none.

    Args:
        path: the folder of the set.
        img_path: the folder of the frames in it.
        n_frames: how many frames, from 1; from 5 where `occluded`.
        occluded: whether the circle passes behind the rectangle.
        seed: another one gives another clip, from 0.

    Raises:
        InvalidValue: an argument is not as said.
        DatasetError: the folder is a file, holds something else, or cannot be written.
    """
    check_whole("seed", seed, 0)
    check_whole("n_frames", n_frames, _SHORTEST if occluded else 1)
    if not isinstance(img_path, str) or Path(img_path).is_absolute() or ".." in Path(img_path).parts:
        raise InvalidValue("img_path", img_path, "the name of a folder within the set's")
    folder = Path(path)
    clip = _clip(n_frames, bool(occluded), seed)
    rows = [row for frame, things in enumerate(clip) for row in _rows(frame, things)]
    _name_tracks(rows)
    truth = {
        (folder / img_path / f"{frame:04}.jpg").as_posix(): _value([r for r in rows if r["frame"] == frame])
        for frame in range(n_frames)
    }
    ground = surface(np.random.default_rng([seed, 1]), WIDTH, HEIGHT)

    def drawn(frame: int) -> bytes:
        return jpeg(picture(ground, clip[frame].values()))

    files: dict[str, Callable[[], bytes]] = {MOT: lambda: _table(rows)}
    files.update((f"{img_path}/{frame:04}.jpg", partial(drawn, frame)) for frame in range(n_frames))
    recipe = {
        "set": "moving objects",
        "seed": seed,
        "n_frames": n_frames,
        "occluded": bool(occluded),
        "img_path": img_path,
    }
    complete(folder, recipe, truth, files)


def _clip(n_frames: int, occluded: bool, seed: int) -> list[dict[int, Thing]]:
    """Return the things of each frame by identity, the undermost first."""
    rng = np.random.default_rng([seed, 0])
    flip = bool(rng.random() < 0.5)  # noqa: PLR2004 - even odds
    lift, swing = int(rng.integers(-8, 9)), rng.uniform(6, 12)
    tints = [tuple(int(part) for part in rng.integers(-14, 15, 3)) for _ in range(3)]
    # The rectangle's height where it has the circle's whole way behind it, or all of it above.
    high = 60 + lift if occluded else 104 + lift
    clip = []
    for frame in range(n_frames):
        at = frame / max(1, n_frames - 1)
        boxes = {
            _CIRCLE: ("circle", "red", (24 + 376 * at, (92 if occluded else 24) + lift, 52, 52)),
            _ELLIPSE: ("ellipse", "green", (372 - 340 * at, 246 + swing * np.sin(7 * at), 82, 46)),
            _RECTANGLE: ("rectangle", "blue", (150 + 36 * at, high, 148, 112)),
        }
        things = {}
        for identity, (shape, color, (x, y, width, height)) in boxes.items():
            left = WIDTH - round(x) - width if flip else round(x)
            things[identity] = Thing(shape, color, (left, round(y), width, height), tints[identity - 1])  # type: ignore[arg-type] # three
        clip.append(things)
    return clip


def _rows(frame: int, things: dict[int, Thing]) -> list[dict[str, Any]]:
    """Return the rows of a frame, as `mot.csv` has them but for the track."""
    names = ("bb_left", "bb_top", "bb_width", "bb_height")
    return [
        {
            "frame": frame,
            "id": identity,
            **dict(zip(names, thing.box, strict=True)),
            "conf": 1,
            "label": _LABELS.index(thing.shape) + 1,
            "vis": round(_visible(identity, things), 3),
        }
        for identity, thing in things.items()
    ]


def _visible(identity: int, things: dict[int, Thing]) -> float:
    """Return how much of a thing those above it leave to be seen, 0 to 1."""
    mine = _cover(things[identity])
    left = mine.copy()
    for other in list(things)[list(things).index(identity) + 1 :]:
        left *= 1 - _cover(things[other])
    return float(left.sum() / mine.sum())


def _cover(thing: Thing) -> np.ndarray[Any, np.dtype[np.float32]]:
    canvas = np.zeros((HEIGHT, WIDTH), np.float32)
    x, y, width, height = thing.box
    canvas[y : y + height, x : x + width] = mask(thing.shape, width, height)
    return canvas


def _name_tracks(rows: list[dict[str, Any]]) -> None:
    """Give each row the id that a tracker would: a new one whenever a thing comes back into sight."""
    current: dict[int, str] = {}
    given = 0
    for row in rows:
        if row["vis"] < SEEN:
            current.pop(row["id"], None)
        elif row["id"] not in current:
            given += 1
            current[row["id"]] = str(given)
        row["track"] = current.get(row["id"], "")


def _value(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the value of a frame in the original's form."""
    seen = [row for row in rows if row["track"]]
    names = {"x": "bb_left", "y": "bb_top", "width": "bb_width", "height": "bb_height", "id": "track"}
    return {
        "bbox": [{name: row[column] for name, column in names.items()} for row in seen],
        "labels": [[_LABELS[row["label"] - 1]] for row in seen],
    }


def _table(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
