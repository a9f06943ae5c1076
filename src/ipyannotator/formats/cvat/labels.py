"""The head of CVAT's XML: the labels, and of skeletons the joints, which are labels that name their parent.

The bones are in a drawing, an SVG as text within the label: circles with the number and name of a joint, lines with
the numbers of two.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
from ipyannotator.formats.cvat.shapes import text
from ipyannotator.model import SkeletonTemplate

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def label_of(name: str, template: SkeletonTemplate | None) -> str:
    """Return a class as XML, and after it its joints.

    Args:
        name: of the class.
        template: its joints, where it has some.

    Raises:
        InvalidValue: XML cannot write a name.
    """
    kind = "any" if template is None else "skeleton"
    drawing = "" if template is None else f"<svg>{text(_svg(template))}</svg>"
    row = "        <label><name>{}</name><color></color><type>{}</type><attributes></attributes>{}</label>\n"
    joints = template.joints if template else ()
    parent = f"<parent>{text(name)}</parent>"
    return "".join(
        [
            row.format(text(name), kind, drawing),
            *(row.format(text(each), "points", parent) for each in joints),
        ]
    )


def _svg(template: SkeletonTemplate) -> str:
    """Return the drawing by which CVAT says the bones: joints as circles, each with a number, bones as lines."""
    count = len(template.joints)
    turns = [2 * math.pi * at / count for at in range(count)]
    layout = template.layout or [(0.5 + 0.4 * math.sin(turn), 0.5 - 0.4 * math.cos(turn)) for turn in turns]
    places = [(round(100 * x, 2), round(100 * y, 2)) for x, y in layout]
    number = {name: at for at, name in enumerate(template.joints, 1)}
    bones = [
        f'<line x1="{places[number[one] - 1][0]}" y1="{places[number[one] - 1][1]}" '
        f'x2="{places[number[other] - 1][0]}" y2="{places[number[other] - 1][1]}" data-type="edge" '
        f'data-node-from="{number[one]}" data-node-to="{number[other]}"></line>'
        for one, other in template.edges
    ]
    circles = [
        f'<circle r="0.75" cx="{x}" cy="{y}" data-type="element node" data-element-id="{at}" data-node-id="{at}" '
        f'data-label-name="{text(name)}"></circle>'
        for at, (name, (x, y)) in enumerate(zip(template.joints, places, strict=True), 1)
    ]
    return "".join([*bones, *circles])


def parsed(file: Path, data: bytes) -> Element:
    """Return the outermost element of XML.

    Args:
        file: for messages.
        data: the XML.

    Raises:
        FormatError: it is none, or has a document type or entities.
        MissingPackage: defusedxml is not installed.
    """
    try:
        from defusedxml import DefusedXmlException, ElementTree
    except ImportError as error:
        raise MissingPackage("CVAT's XML needs defusedxml: pip install 'ipyannotator[formats]'.") from error
    try:
        root: Element = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise FormatError(
            f"{file} has a document type or entities, which could be an attack: {error}. "
            "Annotations need none. Nothing was taken in."
        ) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError(
            f"{file} is not readable as XML ({error}); it may have been cut short. Nothing was taken in."
        ) from error
    return root


class Labels(NamedTuple):
    """The classes of a file in its order, and the joints of those that have some."""

    classes: list[str]
    templates: dict[str, SkeletonTemplate]


def labels_of(file: Path, root: Element) -> Labels:
    """Return what the head says of labels; a task, a job and a project have them in the same form.

    Args:
        file: for messages.
        root: the outermost element.

    Raises:
        FormatError: a label has no name, or joints are not what a skeleton can have.
    """
    classes: dict[str, Element] = {}
    joints: dict[str, list[str]] = {}
    for at, each in enumerate(root.iterfind("meta/*/labels/label"), 1):
        name, parent = _name(each.findtext("name")), _name(each.findtext("parent"))
        if not name.strip():
            raise FormatError(
                f"{file}, meta, label {at}: its <name> is {name!r}, expected a text. Nothing was taken in."
            )
        if parent:
            joints.setdefault(parent, []).append(name)
        else:
            classes[name] = each
    templates = {}
    for name, names in joints.items():
        try:
            drawing = classes[name].findtext("svg") if name in classes else None
            templates[name] = SkeletonTemplate(tuple(names), _bones(file, drawing, names))
        except InvalidValue as error:
            raise FormatError(
                f"{file}, meta: the joints of the label {name!r} cannot be read ({error}). Nothing was taken in."
            ) from error
    return Labels(list(classes), templates)


def _name(said: str | None) -> str:
    """Return a name without the line breaks and spaces of a printer that indents texts as well."""
    return (said or "").strip() if (said or "")[:1] == "\n" else said or ""


def _bones(file: Path, drawing: str | None, names: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of joints that a drawing connects; none where it cannot be read, for they are only to be seen."""
    if not drawing:
        return ()
    try:
        root = parsed(file, f"<svg>{drawing}</svg>".encode())
    except FormatError:
        return ()
    nodes = {each.get("data-node-id"): each.get("data-label-name") for each in root.iter("circle")}
    ends = (
        (nodes.get(each.get("data-node-from")), nodes.get(each.get("data-node-to")))
        for each in root.iter("line")
    )
    found = [
        (one, other)
        for one, other in ends
        if one is not None and other is not None and one != other and {one, other} <= {*names}
    ]
    return tuple(dict.fromkeys(found))
