"""Reading and writing W3C Web Annotation: files, pages, bodies."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from urllib.parse import quote, unquote

import msgspec

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import (
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Losses,
    Reading,
    Sample,
    Size,
    SizeOf,
    Thing,
    images_mode,
    is_file,
)
from ipyannotator.formats.pictures import picture_size
from ipyannotator.formats.placing import Place, check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.formats.values import Wrong, decoded, reduced
from ipyannotator.formats.web_annotation.selectors import from_selectors, to_selector
from ipyannotator.model import Whole

PARTS = "in several parts (each became an object)"
TWICE = "given twice (taken once)"
REFERENCES = "pages, annotations or bodies that are elsewhere (not taken)"

COMMENT, TAGS = "comment", "tags"
"""The attributes that have bodies of their own."""

CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
_WHAT: Final = "a Web Annotation, or a page, collection or array of them"
_WHOLE: Final = "annotations.json"
_HEAD: Final = 1 << 16
"""Bytes of a file that are looked at to tell whether it is one."""
_DEEPEST: Final = 100
"""Pages within pages; each takes a place on the stack."""
_PURPOSES: Final = {
    "tagging": TAGS, "classifying": "classifying",
    "": COMMENT, "commenting": COMMENT, "describing": COMMENT, "replying": COMMENT, "highlighting": COMMENT,
}  # fmt: skip
"""What the texts of bodies are gathered under, by their purpose; of others, under the purpose itself."""


_NULL: Final = b"null"
_NONE: Final = msgspec.Raw(_NULL)


class _Node(msgspec.Struct):
    """An annotation, or what holds some: a collection, a page, a canvas or manifest of IIIF."""

    id: str | None = None
    target: Any = None
    body: Any = None
    bodyValue: str | None = None  # noqa: N815 - its name there
    motivation: str | list[str] | None = None
    items: list[msgspec.Raw] | None = None
    annotations: list[msgspec.Raw] | None = None
    first: msgspec.Raw = _NONE
    next: msgspec.Raw = _NONE


class _Mark(NamedTuple):
    """One target of an annotation: where it stands, the annotation, and which of its targets."""

    where: str
    given: msgspec.Raw
    at: int


class WebAnnotation:
    """W3C Web Annotation: boxes, outlines, lines, ellipses, points and labels in JSON-LD."""

    name = "web-annotation"
    title = "W3C Web Annotation"
    file = ".json"
    holds = Holds(
        shapes=frozenset({"box", "polygon", "polyline", "ellipse", "points", "whole"}),
        angle=True, unlabelled=True, attributes=True, splits=False, numbers=False, sizes=False,
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder with one at its top."""
        try:
            return bool(_files(path))
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:
        """Read a file, or all such at the top of a folder; see `Format.read`."""
        files = [path] if path.is_file() else _files(path)
        if not files:
            raise FormatError(
                f"There is no Web Annotation in {path}, expected .json or .jsonld. Nothing was taken in."
            )

        def samples(lost: Losses) -> Iterator[Sample]:
            for name, marks in _marks(files, lost).items():
                known = (size(name) if size else None) or (
                    picture_size(path / name) if path.is_dir() else None
                )
                reader = _Reader(known, kinds or (), lost)
                things: list[Thing] = []
                for mark in marks:
                    with lost.noting():
                        things += reader.things(mark)
                width, height = known or (None, None)
                yield Sample(name, width, height, tuple(things))

        return Reading([], samples)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with it and the pictures; see `Format.write`."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            with staged_file(path, self.title, replace=path.is_file() and _looks(path)) as target:
                _write(target, content)
            return {}
        with staged_folder(path, self.name, mode, {}) as place, place.open(_WHOLE) as target:
            _write(target, content, place)
        return {}


FORMATS.register("web-annotation")(WebAnnotation())


# ---- writing --------------------------------------------------------------------------------------------------------


def _write(target: IO[bytes], content: Content, place: Place | None = None) -> None:
    """Write the annotations, and the pictures where there is a place for them."""
    head = {"@context": CONTEXT, "type": "AnnotationCollection", "label": "Annotations"}
    target.write(
        msgspec.json.encode(head)[:-1] + b',\n"first": {"type":"AnnotationPage","startIndex":0,"items":['
    )
    total, whole = 0, uuid.uuid5(uuid.NAMESPACE_URL, CONTEXT)
    for sample in content.samples:
        source = quote(check_inside(sample.name))
        seen: Counter[bytes] = Counter()
        for row in [_row(source, thing) for thing in sample.things] or [_nothing(source)]:
            text = msgspec.json.encode(row)
            seen[text] += 1  # what is drawn twice is two annotations
            number = uuid.uuid5(uuid.NAMESPACE_URL, f"{text.decode()} {seen[text]}")
            target.write((b",\n" if total else b"\n") + msgspec.json.encode({"id": number.urn} | row))
            total, whole = total + 1, uuid.uuid5(whole, number.hex)
        if place is not None:
            place.image(sample.name, sample)
    # What is known only now stands last; the order of the keys has no meaning.
    ids = msgspec.json.encode({"id": f"{whole.urn}#page", "partOf": whole.urn})[1:]
    target.write(b"\n]," + ids + b",\n" + msgspec.json.encode({"total": total, "id": whole.urn})[1:] + b"\n")


def _nothing(source: str) -> dict[str, Any]:
    return {"type": "Annotation", "motivation": "assessing", "target": {"source": source}}


def _row(source: str, thing: Thing) -> dict[str, Any]:
    bodies = [_body(purpose, text) for purpose, text in _texts(thing)]
    others = {name: value for name, value in thing.attributes.items() if not _has_bodies(name, value, thing)}
    if others:
        bodies.append(
            _body("describing", msgspec.json.encode(others).decode()) | {"format": "application/json"}
        )
    place = {} if isinstance(thing.shape, Whole) else {"selector": to_selector(thing.shape)}
    row: dict[str, Any] = {
        "type": "Annotation",
        "motivation": "highlighting" if thing.label is None else "tagging",
    }
    # An object also where there is no selector: Annotorious fails at a target that is a mere address.
    return row | ({"body": bodies} if bodies else {}) | {"target": {"source": source, **place}}


def _body(purpose: str, text: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": text}


def _texts(thing: Thing) -> Iterator[tuple[str, str]]:
    if thing.label is not None:
        yield "tagging", thing.label
    for name, purpose in ((TAGS, "tagging"), (COMMENT, "commenting")):
        value = thing.attributes.get(name)
        if _has_bodies(name, value, thing):
            yield from ((purpose, text) for text in ([value] if isinstance(value, str) else value or ()))


def _has_bodies(name: str, value: Any, thing: Thing) -> bool:
    """Tell whether an attribute can be said by bodies of its own, and be read from them as it was."""
    if name == COMMENT and isinstance(value, str):
        return bool(value.strip())
    least = {COMMENT: 2, TAGS: 1}.get(name)
    if least is None or not isinstance(value, list) or len(value) < least:
        return False
    if name == TAGS and thing.label is None:  # the first would be taken for the class
        return False
    return all(isinstance(text, str) and text.strip() for text in value)


# ---- reading: files -------------------------------------------------------------------------------------------------


def _files(path: Path) -> list[Path]:
    names = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in names if file.is_file() and not file.name.startswith(".") and _looks(file)]


def _looks(path: Path) -> bool:
    if path.suffix.lower() not in {".json", ".jsonld"}:
        return False
    with path.open("rb") as file:
        text = file.read(_HEAD)
    kind = re.search(rb'"type"\s*:\s*\[?\s*"Annotation(Page|Collection)?"', text)
    return kind is not None and re.search(rb'"(target|items|first)"\s*:', text) is not None


def _marks(files: list[Path], lost: Losses) -> dict[str, list[_Mark]]:
    """Return what there is by the name of its picture: that of one need not stand together."""
    found: dict[str, list[_Mark]] = {}
    seen: dict[str, int] = {}
    for file in files:
        given = msgspec.Raw(read_bytes(file).removeprefix(b"\xef\xbb\xbf"))
        for where, raw, node in _annotations(str(file), given, lost):
            with lost.noting():
                if node.id is not None and node.id in seen:
                    if seen[node.id] != hash(bytes(raw)):
                        raise _fault(where, Wrong("id", node.id, "one that no other annotation has"))
                    lost[TWICE] += 1
                elif "painting" not in _listed(node.motivation):  # IIIF: by which the picture itself is shown
                    for at, target in enumerate(_listed(node.target)):
                        found.setdefault(_name(where, target), []).append(_Mark(where, raw, at))
                if node.id is not None:
                    seen[node.id] = hash(bytes(raw))
    return found


def _annotations(
    where: str, raw: msgspec.Raw, lost: Losses, deep: int = 0
) -> Iterator[tuple[str, msgspec.Raw, _Node]]:
    """Yield the annotations in an array, a page, or what holds pages, each with its place."""
    try:
        node = decoded(raw, list[msgspec.Raw] | _Node | str, where, _WHAT)  # type: ignore[arg-type] # a union
        parts = _parts(where, node, deep)
    except FormatError as fault:
        lost.note(fault)
        return
    if isinstance(node, _Node) and node.target is not None:
        yield where, raw, node
    if isinstance(node, str):
        lost[REFERENCES] += 1
    for name, part in parts:
        yield from _annotations(f"{where}, {name}", part, lost, deep + 1)


def _parts(where: str, node: list[msgspec.Raw] | _Node | str, deep: int) -> list[tuple[str, msgspec.Raw]]:
    if isinstance(node, list):
        return [(f"[{at}]", row) for at, row in enumerate(node)]
    if isinstance(node, str) or node.target is not None:
        return []
    pages = [
        (key, page)
        for key, page in (("first", node.first), ("next", node.next))
        if memoryview(page) != memoryview(_NULL)
    ]
    if node.items is None and node.annotations is None and not pages:
        raise _fault(where, Wrong("target", None, "the address of a picture, or a part of it"))
    if deep > _DEEPEST:
        raise _fault(where, Wrong("the page", "within others", f"at most {_DEEPEST} of them"))
    some = {"items": node.items, "annotations": node.annotations}
    rows = [(f"{key}[{at}]", row) for key, part in some.items() for at, row in enumerate(part or ())]
    return rows + pages


def _name(where: str, target: Any) -> str:
    """Return the name of the picture that a target is of; an address is read by its path."""
    source = _address(target)
    path = reduced(unquote(reduced(re.split("[?#]", source)[0]))) if isinstance(source, str) else ""
    if not path or "\0" in path:
        raise _fault(where, Wrong("target", target, "the address of a picture, or one with a `source`"))
    return path


def _address(given: Any) -> Any:
    while isinstance(given, dict):
        given = given.get("source", given.get("id"))
    return given


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [] if given is None else [given]


def _fault(where: str, wrong: Wrong) -> FormatError:
    what, value, expected = wrong.args
    return FormatError(f"{where}, {what} is {str(value)[:80]!r}, expected {expected}. Nothing was taken in.")


# ---- reading: annotations -------------------------------------------------------------------------------------------


class _Reader(NamedTuple):
    """What the annotations of one picture are read with."""

    size: Size | None
    kinds: Kinds
    lost: Losses

    def things(self, mark: _Mark) -> list[Thing]:
        """Return what an annotation says of one of its targets; what cannot be taken is counted."""
        node = decoded(mark.given, _Node, mark.where, _WHAT)
        target = _listed(node.target)[mark.at]
        selectors = _listed(target.get("selector")) if isinstance(target, dict) else []
        fragment = str(_address(target)).partition("#")[2]
        if "xywh=" in fragment and not selectors:
            selectors = [fragment]
        label, attributes = self._said(node)
        if not selectors and "assessing" in _listed(node.motivation) and label is None and not attributes:
            return []
        try:
            shapes = from_selectors(selectors, self.size, self.kinds, self.lost) if selectors else [Whole()]
        except (Wrong, FormatError) as error:
            raise (_fault(mark.where, error) if isinstance(error, Wrong) else error) from error
        if len(shapes) > 1:
            self.lost[PARTS] += 1
        return [Thing(shape, label, attributes=attributes) for shape in shapes]

    def _said(self, node: _Node) -> tuple[str | None, dict[str, Any]]:
        """Return the class and the attributes that the bodies say."""
        texts: dict[str, list[str]] = {}
        attributes: dict[str, Any] = {}
        for body in [*_listed(node.body), *([] if node.bodyValue is None else [{"value": node.bodyValue}])]:
            given = body if isinstance(body, dict) else {}
            text = _text(given)
            purpose = str(next(iter([*_listed(given.get("purpose")), *_listed(node.motivation)]), ""))
            if text is None:
                self.lost[REFERENCES] += 1
            elif (others := _others(given, purpose, text)) is not None:
                attributes |= others
            elif text.strip():
                texts.setdefault(_PURPOSES.get(purpose, purpose), []).append(text)
        named = texts.pop("classifying", [])
        tags = [*named[1:], *texts.pop(TAGS, [])]
        label = named[0] if named else tags.pop(0) if tags else None
        said = {name: some[0] if len(some) == 1 else some for name, some in texts.items()}
        return label, said | ({TAGS: tags} if tags else {}) | attributes


def _text(body: dict[str, Any]) -> str | None:
    """Return what a body says; None where that is elsewhere."""
    value, source = body.get("value"), body.get("source")
    if value is None and isinstance(source, dict):  # a term of a vocabulary
        value = source.get("label")
    if value is None:
        value = _address(source)
    return str(value) if isinstance(value, (str, int, float)) else None


def _others(body: dict[str, Any], purpose: str, text: str) -> dict[str, Any] | None:
    """Return the attributes in a body that holds such as JSON; None of another one."""
    if purpose != "describing" or body.get("format") != "application/json":
        return None
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
