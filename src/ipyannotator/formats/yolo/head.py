"""The head of a YOLO data set: what its classes are called, where its images are, how keypoints are written."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
from ipyannotator.formats.placing import read_bytes
from ipyannotator.formats.yolo.lines import Joints
from ipyannotator.model import SkeletonTemplate

_YAMLS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_LISTS = ("classes.txt", "obj.names", "labels/classes.txt", "classes.names", "predefined_classes.txt")
_SPLITS = ("train", "val", "test")


class Head(NamedTuple):
    """What the head of a data set says.

    Attributes:
        root: its folder.
        names: the classes by number.
        folders: split to the folder of its images, as parts of a path.
        joints: how keypoints are written; None where there are none.
        joint_names: the names of the joints, by the number of the class.
    """

    root: Path
    names: dict[int, str]
    folders: dict[str, tuple[str, ...]]
    joints: Joints | None = None
    joint_names: Mapping[int, list[str]] = {}


def templates_of(head: Head) -> dict[str, SkeletonTemplate]:
    """Return the joints of all classes: by their names where there are such, else by their numbers."""
    if not head.joints:
        return {}
    found = {}
    named = {at: head.names[at] for at in head.joint_names} or head.names
    for at, name in named.items():
        names = head.joint_names.get(at) or [str(number) for number in range(1, head.joints.number + 1)]
        try:
            found[name] = SkeletonTemplate(tuple(names))
        except InvalidValue as error:
            raise FormatError(f"{head.root}: `kpt_names` of {name!r} cannot be read: {error}") from error
    return found


def head_of(path: Path) -> Head:
    """Return the head of a data set, of its folder or its `data.yaml`; raise `FormatError` where there is none."""
    if path.is_file():
        return _yaml(path)
    if not path.is_dir():
        raise FormatError(f"There is no folder {path}.")
    for name in _YAMLS:
        if (path / name).is_file():
            return _yaml(path / name)
    for name in _LISTS:
        if (path / name).is_file():
            lines = text_of(path / name).splitlines()
            while lines and not lines[-1].strip():
                lines.pop()
            return Head(path, dict(enumerate(lines)), {})
    for file in sorted([*path.glob("*.yaml"), *path.glob("*.yml")]):
        return _yaml(file)
    raise FormatError(
        f"{path} does not say what its classes are called: expected data.yaml, or classes.txt with one name a line."
    )


def _yaml(file: Path) -> Head:
    try:
        import yaml
    except ImportError as error:
        raise MissingPackage("YOLO needs PyYAML: pip install 'ipyannotator[formats]'.") from error
    try:
        # Everything as text: a class called `no` is not False. This loader makes nothing but texts, lists, mappings.
        content = yaml.load(text_of(file), Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise FormatError(f"{file} is not readable as YAML ({error}). Nothing was taken in.") from error
    names = content.get("names") if isinstance(content, dict) else None
    try:
        numbered = {int(at): name for at, name in names.items()} if isinstance(names, dict) else None
    except (TypeError, ValueError):
        numbered = None
    if isinstance(names, list):
        numbered = dict(enumerate(names))
    if numbered is None or not all(isinstance(name, str) and name.strip() for name in numbered.values()):
        raise FormatError(
            f"{file}: `names` is {reprlib.repr(names)}, expected class names, as a list or by number."
        )
    folders = {}
    for split in _SPLITS:
        folder = content.get(split) or (content.get("valid") if split == "val" else None)
        if isinstance(folder, str) and not folder.endswith(".txt"):
            parts = folder.replace("\\", "/").split("/")
            folders[split] = tuple(part for part in parts if part not in ("", ".", ".."))
    joints = _joints(file, content)
    return Head(file.parent, numbered, folders, joints, _joint_names(content, joints, numbered))


def _joints(file: Path, content: dict[str, Any]) -> Joints | None:
    shape = content.get("kpt_shape")
    if shape is None:
        return None
    try:
        count, values = map(int, shape)
    except (TypeError, ValueError):
        count = values = 0
    if count < 1 or values not in (2, 3):
        raise FormatError(
            f"{file}: `kpt_shape` is {reprlib.repr(shape)}, expected two numbers: how many keypoints, and 2 or 3 values of each."
        )
    return Joints(count, values)


def _joint_names(
    content: dict[str, Any], joints: Joints | None, names: dict[int, str]
) -> dict[int, list[str]]:
    """Return the names of joints by class, where the head says them for all."""
    given = content.get("kpt_names")
    if not joints or not isinstance(given, dict):
        return {}
    found = {at: given.get(str(at)) for at in names}
    return {
        at: each for at, each in found.items()
        if isinstance(each, list) and len(each) == joints.number and all(isinstance(name, str) for name in each)
    }  # fmt: skip


def text_of(file: Path) -> str:
    """Return a file's text; raise `FormatError` where it is none."""
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{file} is not a text in UTF-8 ({error}). Nothing was taken in.") from error
