"""How the downloaded sets are laid out, and the truth in them in the original's form.

Labels are words: there are no label pictures in these sets. Keys are the paths of the pictures, with `/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ipyannotator.datasets.flowers import FLOWERS
from ipyannotator.errors import DatasetError

ALL, TRAIN, TEST = "annotations.json", "annotations_train.json", "annotations_test.json"
BOXES = "annotations_boxes.json"
LABELS = "class_labels.txt"

FILES = (ALL, TRAIN, TEST, LABELS)
"""What each set has beside its pictures."""

Truth = dict[str, Any]


def cifar10(folder: Path) -> dict[str, Any]:
    """Return the files for CIFAR-10: pictures lie in `train/<class>/` and `test/<class>/`."""
    parts = {split: _of_subfolders(folder / split) for split in ("train", "test")}
    return _files(parts["train"], parts["test"])


def oxford102(folder: Path) -> dict[str, Any]:
    """Return the files for the flowers: pictures lie in `jpg/`, and three lists give the number of each, from 0."""
    there = {path.name for path in _listed(folder / "jpg")}
    parts: dict[str, Truth] = {}
    for split in ("train", "valid", "test"):
        parts[split] = {}
        for name, number in _table(folder / f"{split}.txt", 2):
            if name.rpartition("/")[2] not in there:
                raise _damaged(folder, f"the picture {name}")
            if not number.isdecimal() or int(number) >= len(FLOWERS):
                raise _damaged(folder, f"a flower for the number {number!r} of {name}")
            parts[split][(folder / name).as_posix()] = [FLOWERS[int(number)]]
    return _files(parts["train"] | parts["valid"], parts["test"])


def cub200(folder: Path) -> dict[str, Any]:
    """Return the files for the birds: pictures lie in `images/<class>/`, and tables give class, split and box of each."""
    pictures = dict(_table(folder / "images.txt", 2))
    names = dict(_table(folder / "classes.txt", 2))
    classes = dict(_table(folder / "image_class_labels.txt", 2))
    training = dict(_table(folder / "train_test_split.txt", 2))
    boxes = {number: values for number, *values in _table(folder / "bounding_boxes.txt", 5)}
    train: Truth = {}
    test: Truth = {}
    boxed: Truth = {}
    for number, name in pictures.items():
        if not (folder / "images" / name).is_file():
            raise _damaged(folder, f"the picture images/{name}")
        if number not in boxes or classes.get(number) not in names:
            raise _damaged(folder, f"the class and the box of images/{name}")
        label = names[classes[number]].partition(".")[2].replace("_", " ")
        key = (folder / "images" / name).as_posix()
        (train if training.get(number) == "1" else test)[key] = [label]
        box = zip(("x", "y", "width", "height"), map(_number, boxes[number]), strict=True)
        boxed[key] = {"bbox": [dict(box)], "labels": [[label]]}
    return {**_files(train, test), BOXES: boxed}


def _files(train: Truth, test: Truth) -> dict[str, Any]:
    everything = dict(sorted({**train, **test}.items()))
    labels = sorted({label for value in everything.values() for label in value})
    return {
        TRAIN: dict(sorted(train.items())),
        TEST: dict(sorted(test.items())),
        ALL: everything,
        LABELS: "".join(f"{label}\n" for label in labels),
    }


def _of_subfolders(folder: Path) -> Truth:
    """Return the truth where a picture's class is the folder that it lies in."""
    return {
        path.as_posix(): [below.name]
        for below in _listed(folder)
        if below.is_dir()
        for path in _listed(below)
    }


def _listed(folder: Path) -> list[Path]:
    """Return what a folder holds in order, hidden files left out; raise `DatasetError` where it holds nothing."""
    found = (
        sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []
    )
    if not found:
        raise _damaged(folder.parent, f"anything in {folder.name}/")
    return found


def _table(path: Path, columns: int) -> list[list[str]]:
    """Return the rows of a text file with columns between spaces; raise `DatasetError`."""
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        rows = []
    if not rows or any(len(row) != columns for row in rows):
        raise _damaged(path.parent, f"a table of {columns} columns in {path.name}")
    return rows


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _damaged(folder: Path, what: str) -> DatasetError:
    return DatasetError(f"“{folder}” does not have {what}. Delete the folder and call again.")
