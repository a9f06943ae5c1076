"""Web Annotations of several programs come in, broken ones are refused with the place, what is written comes back."""

from __future__ import annotations

import json
import re
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ipyannotator.errors import FormatError, MissingPackage
from ipyannotator.formats import FORMATS
from ipyannotator.formats.base import Content, Sample, Thing, find_format
from ipyannotator.formats.web_annotation.format import CONTEXT, WebAnnotation
from ipyannotator.model import Box, Ellipse, Points, Polygon, Polyline, Whole
from ipyannotator.testing.formats import FORMAT_CHECKS, content, things

KIND = WebAnnotation()
SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_does_what_a_format_promises(ending: str, check, tmp_path: Path) -> None:
    check(KIND, tmp_path, f"out{ending}")


@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_is_told_from_all_others(ending: str, tmp_path: Path) -> None:
    KIND.write(tmp_path / f"out{ending}", content(KIND), images="none")
    assert find_format(tmp_path / f"out{ending}").name == "web-annotation"
    for name in FORMATS:
        kind = FORMATS.get(str(name))
        if str(name) not in {"folders", "web-annotation"}:
            path = tmp_path / str(name) / f"out{kind.file}"
            kind.write(path, content(kind), images="none")
            assert not KIND.detect(path), name


def body(value: object, purpose: str | None = "tagging", **more: object) -> dict[str, object]:
    return {"type": "TextualBody", "value": value, **({"purpose": purpose} if purpose else {}), **more}


def fragment(text: str) -> dict[str, str]:
    return {"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": text}


def svg(inner: str) -> dict[str, str]:
    return {"type": "SvgSelector", "value": f"<svg>{inner}</svg>"}


def annotation(selector: Any = None, *bodies: object, **more: object) -> dict[str, Any]:
    """An annotation as Annotorious writes it."""
    target = {"source": "a.jpg", **({"selector": selector} if selector else {})}
    return {"@context": CONTEXT, "type": "Annotation", "body": [*bodies], "target": target, **more}


def write(folder: Path, value: object, name: str = "a.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def read(
    folder: Path, *some: object, size: Any = None, kinds: Any = None
) -> tuple[list[Sample], dict[str, int]]:
    reading = KIND.read(write(folder, [*some]), size, kinds)
    return list(reading), {what: count for what, count in reading.lost.items() if count}


def shapes(folder: Path, *selectors: Any, **more: Any) -> tuple[list[Any], dict[str, int]]:
    found, lost = read(folder, *(annotation(each, body("car")) for each in selectors), **more)
    return [thing.shape for each in found for thing in each.things], lost


# ---- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["array", "page", "collection", "pages", "one", "crlf"])
def test_all_that_holds_annotations_is_read(tmp_path: Path, form: str) -> None:
    row = annotation(fragment("xywh=pixel:1,2,3.5,4"), body("car"), id="#1")
    page = {"@context": CONTEXT, "type": "AnnotationPage", "items": [row]}
    empty = {"type": "AnnotationPage", "items": [], "next": page}
    holder: Any = {
        "array": [row], "page": page, "one": row, "crlf": [row],
        "collection": {"@context": CONTEXT, "type": ["AnnotationCollection"], "total": 1, "first": page},
        "pages": {"@context": CONTEXT, "type": "AnnotationCollection", "first": empty},
    }[form]  # fmt: skip
    path = write(tmp_path, "")
    text = json.dumps(holder, indent=1)
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n" if form == "crlf" else "\n").encode())
    assert KIND.detect(path)
    assert KIND.detect(tmp_path)
    assert list(KIND.read(path)) == [Sample("a.jpg", things=(Thing(Box(1, 2, 3.5, 4), "car"),))]


def test_a_manifest_of_iiif_is_read_by_its_canvases(tmp_path: Path) -> None:
    canvas = "https://example.org/canvas/p%201"
    paint = {"type": "Annotation", "motivation": "painting", "body": {"type": "Image"}, "target": canvas}
    tag = {
        "id": "x",
        "type": "Annotation",
        "motivation": "tagging",
        "body": body("cat", None),
        "target": f"{canvas}#xywh=1,2,3,4",
    }
    path = write(tmp_path, {
        "@context": "http://iiif.io/api/presentation/3/context.json", "type": "Manifest", "label": {"en": ["x"]},
        "items": [{"id": canvas, "type": "Canvas", "width": 9, "height": 9,
                   "items": [{"type": "AnnotationPage", "items": [paint]}],
                   "annotations": [{"type": "AnnotationPage", "items": [tag]}, {"type": "AnnotationPage", "items": [tag]}]}],
    })  # fmt: skip
    reading = KIND.read(path)
    assert list(reading) == [Sample("example.org/canvas/p 1", things=(Thing(Box(1, 2, 3, 4), "cat"),))]
    assert reading.lost == {"given twice (taken once)": 1}


def test_several_files_of_a_folder_are_one_data_set_and_percent_are_of_the_pictures_there(
    tmp_path: Path,
) -> None:
    Image.new("RGB", (200, 50)).save(tmp_path / "a.jpg")
    write(tmp_path, annotation(fragment("xywh=percent:10,20,50,40"), body("car")), "1.json")
    write(tmp_path, annotation(fragment("xywh=5,5,5,5"), body("bus")), "2.jsonld")
    write(tmp_path, {"mine": 1}, "other.json")
    expected = (Thing(Box(20, 10, 100, 20), "car"), Thing(Box(5, 5, 5, 5), "bus"))
    assert list(KIND.read(tmp_path)) == [Sample("a.jpg", 200, 50, expected)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://example.org/some/a%20b.jpg?size=full#top", "example.org/some/a b.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("/absolute/a.jpg", "absolute/a.jpg"),
        ("..%2F..%2Fa.jpg", "a.jpg"),
        ({"id": "sub/a.jpg", "type": "Image"}, "sub/a.jpg"),
    ],
)
def test_a_source_is_an_address_that_stays_in_the_data_set(tmp_path: Path, source: Any, name: str) -> None:
    found, _ = read(tmp_path, annotation() | {"target": {"source": source}})
    assert [each.name for each in found] == [name]


@pytest.mark.parametrize(
    ("bodies", "more", "label", "attributes"),
    [
        ([body("t"), body("car", "classifying"), body("hello", "commenting")], {}, "car", {"tags": ["t"], "comment": "hello"}),
        ([body("car"), body("old"), body("a", None), body("b", "replying")], {}, "car", {"tags": ["old"], "comment": ["a", "b"]}),
        ([body("car", None)], {"motivation": "tagging"}, "car", {}),
        ([body("car", None)], {"motivation": ["classifying", "x"]}, "car", {}),
        ([{"type": "SpecificResource", "purpose": "tagging", "source": {"id": "http://x/1", "label": "car"}}], {}, "car", {}),
        ([{"type": "SpecificResource", "purpose": "tagging", "source": "http://x/1"}], {}, "http://x/1", {}),
        ([body("<b onclick='x'>", "transcribing"), body(" ")], {}, None, {"transcribing": "<b onclick='x'>"}),
        ([body("[1]", "describing", format="application/json"), body("{", "describing", format="application/json")],
         {}, None, {"comment": ["[1]", "{"]}),
        ([], {"bodyValue": "well"}, None, {"comment": "well"}),
    ],
)  # fmt: skip
def test_bodies_say_the_class_and_the_rest(tmp_path: Path, bodies, more, label, attributes) -> None:
    found, lost = read(tmp_path, annotation(None, *bodies, **more))
    assert found[0].things == (Thing(Whole(), label, attributes=attributes),)
    assert lost == {}


def test_what_is_elsewhere_is_counted(tmp_path: Path) -> None:
    found, lost = read(tmp_path, annotation(None, "http://x/body", body("car")), "http://x/annotation")
    assert [thing.label for thing in found[0].things] == ["car"]
    assert lost == {"pages, annotations or bodies that are elsewhere (not taken)": 2}


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<polygon points="0,0 10,0 10,10 0,10"></polygon>', [Polygon(SQUARE)]),
        ("<g><polygon points='0 0,10 0 10 10,0 10 0 0'/></g>", [Polygon(SQUARE)]),
        ('<rect x="1" y="2px" width="3" height="4.5"/>', [Box(1, 2, 3, 4.5)]),
        ('<g transform="translate(5) scale(2)"><rect width="3" height="4"/></g>', [Box(5, 0, 6, 8)]),
        ('<rect x="1" y="1" width="2" height="4" transform="rotate(90 2 3)"/>', [Box(1, 1, 2, 4, 90)]),
        ('<rect x="1" y="1" width="2" height="4" transform="matrix(0 1 -1 0 5 1)"/>', [Box(1, 1, 2, 4, 90)]),
        ('<circle cx="5" cy="6" r="2"/>', [Ellipse(5, 6, 2, 2)]),
        ('<ellipse cx="5" cy="6" rx="2" ry="3" transform="rotate(200,5,6)"/>', [Ellipse(5, 6, 2, 3, 200)]),
        ('<line x1="1" y1="2" x2="3" y2="4"/>', [Polyline(((1, 2), (3, 4)))]),
        ('<polyline points="1,2 3,4 5,1"/>', [Polyline(((1, 2), (3, 4), (5, 1)))]),
        ('<path d="M 0 0 L 10 0 L 10 10 L 0 10 Z"/>', [Polygon(SQUARE)]),
        ('<path d="m0,0h10v10h-10z"/>', [Polygon(SQUARE)]),
        ('<path d="M0 0 10 0 10 10 0 10 0 0"/>', [Polygon(SQUARE)]),
        ('<path d="M0 0L10 0"/>', [Polyline(((0, 0), (10, 0)))]),
        ('<path d="M0-0l1e1,0 0,10-10,0z m2 2h2v2z"/>', [Polygon(SQUARE, (((2, 2), (4, 2), (4, 4)),))]),
        ('<path d="M0 0H10V10H0Z M20 0h10v10h-10z"/>', [Polygon(SQUARE), Polygon(((20, 0), (30, 0), (30, 10), (20, 10)))]),
        ('<path d="M1 2L1 2 M3 4Z"/>', [Points(((1, 2), (3, 4)))]),
        ('<defs><rect width="1" height="1"/></defs><polygon points="0,0 10,0 10,10 0,10" data-angle="7"/>', [Polygon(SQUARE)]),
        ('<polygon points="0,0 10,0 10,10 0,10" data-angle="0"/>', [Box(0, 0, 10, 10)]),
    ],
)  # fmt: skip
def test_svg_of_many_kinds_is_read(tmp_path: Path, inner: str, expected: list[Any]) -> None:
    found, _ = shapes(tmp_path, svg(inner))
    assert things(Sample("", things=tuple(map(Thing, found)))) == things(
        Sample("", things=tuple(map(Thing, expected)))
    )
    named = svg(inner)["value"].replace("<svg>", '<svg xmlns="http://www.w3.org/2000/svg" width="9">')
    assert shapes(tmp_path, {"type": "SvgSelector", "value": named})[0] == found


@pytest.mark.parametrize(
    "path", ["M0 0C0 10 10 10 10 0Z", "m0 0c0 10 10 10 10 0z", "M0 0C0 5 2.5 7.5 5 7.5S10 5 10 0Z", "M0 0Q0 7.5 5 7.5T10 0Z"]
)  # fmt: skip
def test_curves_become_short_lines(tmp_path: Path, path: str) -> None:
    (found,), _ = shapes(tmp_path, svg(f'<path d="{path}"/>'))
    assert tuple(found.bounds()) == pytest.approx((0, 0, 10, 7.5))
    assert found.measure() == pytest.approx(58, abs=6)


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        (fragment("xywh=1,2,0,0"), "without a size (left out)"),
        (fragment("xywh=percent:1,2,3,4"), "in percent of an image whose size is not known (left out)"),
        (fragment("t=10"), "with the selector 'FragmentSelector' (left out)"),
        ({"type": "TextQuoteSelector", "exact": "x"}, "with the selector 'TextQuoteSelector' (left out)"),
        (svg("<text>x</text>"), "with an SVG that has no shape (left out)"),
        (svg('<path d=""/>'), "with an SVG that has no shape (left out)"),
        (svg('<rect x="1" y="1" width="0" height="4"/>'), "without a size (left out)"),
        (svg('<polygon points="1,1 2,1 3,1"/>'), "without a size (left out)"),
        (svg('<path d="M0 0L5 0Z"/>'), "without a size (left out)"),
        (svg('<g transform="skewX(3)"><rect width="3" height="4"/></g>'), "with a transform that changes angles (left out)"),
        (svg('<path d="M0 0A5 5 0 0 1 10 0Z"/>'), "with arcs in a path (left out)"),
        (svg('<g transform="scale(1e9)">' * 3 + '<circle r="1"/>' + "</g>" * 3), "with a transform that changes angles (left out)"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_counted(tmp_path: Path, selector: Any, said: str) -> None:
    assert shapes(tmp_path, selector) == ([], {said: 1})


def test_of_several_selectors_the_richest_is_taken_unless_another_is_wanted(tmp_path: Path) -> None:
    both = [fragment("xywh=0,0,10,10"), svg('<path d="M0 0H10V10Z"/>'), {"type": "Unknown"}]
    outline, box = Polygon(((0, 0), (10, 0), (10, 10))), Box(0, 0, 10, 10)
    assert shapes(tmp_path, both) == ([outline], {})
    assert shapes(tmp_path, both, kinds={"box"}) == ([box], {})
    assert shapes(tmp_path, both, kinds={"mask"}) == ([outline], {})
    assert shapes(tmp_path, {"type": "PointSelector", "x": 3, "y": 4.5}) == ([Points(((3, 4.5),))], {})


def test_each_target_and_each_part_is_an_object(tmp_path: Path) -> None:
    row = annotation(None, body("car")) | {"target": ["b.jpg#xywh=pixel%3A1,2,3,4", "c.jpg"]}
    found, lost = read(
        tmp_path, row, annotation(svg('<rect width="1" height="2"/><circle r="3"/>'), body("bus"))
    )
    assert [(each.name, [thing.shape for thing in each.things]) for each in found] == [
        ("b.jpg", [Box(1, 2, 3, 4)]), ("c.jpg", [Whole()]), ("a.jpg", [Box(0, 0, 1, 2), Ellipse(0, 0, 3, 3)]),
    ]  # fmt: skip
    assert lost == {"in several parts (each became an object)": 1}


# ---- faults ---------------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg><text>&b;</text></svg>'
BAD = annotation(fragment("xywh=1,2,3"), body("car"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (BAD, r"\[0\], the fragment is 'xywh=1,2,3', expected xywh=x,y,width,height"),
        (annotation(fragment("xywh=1,2,-3,4")), "the fragment is"),
        (annotation(fragment("xywh=nan,2,3,4")), "the fragment is"),
        (annotation(fragment("xywh=1e999,2,3,4")), "the fragment is"),
        (annotation({"type": "SvgSelector"}), "the value of the SvgSelector is 'None', expected an SVG"),
        (annotation({"type": "SvgSelector", "value": BOMB}), "without a document type or entities.*attack"),
        (annotation({"type": "SvgSelector", "value": "<svg><polygon"}), "SVG is '<svg><polygon', expected well-formed"),
        (annotation(svg('<polygon points="1,2 3"/>')), "points is '1,2 3', expected pairs"),
        (annotation(svg('<polygon points="1,2 x,4 5,6"/>')), "points is '1,2 x,4 5,6', expected numbers"),
        (annotation(svg('<path d="L1 2"/>')), "d is 'L1 2', expected a path"),
        (annotation(svg('<path d="M1 2 3"/>')), "expected 2 numbers for each M"),
        (annotation(svg('<path d="M1 2 R3 4"/>')), "expected a path"),
        (annotation(svg('<path d="M1 2 LZ"/>')), "expected a path"),
        (annotation(svg('<circle cx="50%" r="2"/>')), "cx is '50%', expected a number of pixels"),
        (annotation(svg('<circle r="-2"/>')), "r is '-2', expected a number of pixels"),
        (annotation(svg('<rect width="1e400" height="2"/>')), "width is '1e400'"),
        (annotation(svg('<polygon points="0,0 1,0 1,1 0,1" data-angle="1e999"/>')), "data-angle is '1e999'"),
        (annotation(svg('<g transform="rotate(x)"/>')), "transform is 'x', expected numbers"),
        (annotation({"type": "PointSelector", "x": True, "y": 1}), "x of the PointSelector is 'True'"),
        (annotation(5), "the selector is '5', expected an object"),
        (annotation() | {"target": {"selector": fragment("xywh=1,2,3,4")}}, "target is .*expected the address"),
        (annotation() | {"target": ".."}, r"target is '\.\.'"),
        ({"type": "Annotation"}, r"\[0\], target is 'None', expected the address of a picture"),
        (5, "is not a Web Annotation"),
        ({"type": "AnnotationPage", "items": {}}, "is not a Web Annotation"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, value: Any, said: str) -> None:
    path = write(tmp_path, [value])
    with pytest.raises(FormatError, match=said) as caught:
        list(KIND.read(path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


@pytest.mark.parametrize(
    "text",
    ["", "[", json.dumps([BAD])[:-40], '{"items":[' * 3000, "[" * 99_000, '{"items":[' * 300 + "]}" * 300],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match=r"not readable|cut short|expected|not a Web") as caught:
        list(KIND.read(write(tmp_path, text)))
    assert "Nothing was taken in." in str(caught.value)


def test_all_faults_are_told_at_once_and_an_id_stands_for_one_annotation(tmp_path: Path) -> None:
    path = write(tmp_path, [annotation(id="x"), annotation(None, body("car"), id="x"), {}, BAD])
    with pytest.raises(FormatError, match="3 faults") as caught:
        list(KIND.read(path))
    assert re.search(r"\[1\], id is 'x', expected one that no other annotation has", str(caught.value))


def test_without_defusedxml_only_svg_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml", None)
    assert shapes(tmp_path, fragment("xywh=1,2,3,4")) == ([Box(1, 2, 3, 4)], {})
    with pytest.raises(MissingPackage, match=r"pip install 'ipyannotator\[formats\]'"):
        shapes(tmp_path, svg("<rect/>"))


# ---- writing --------------------------------------------------------------------------------------------------------


def written(folder: Path, *some: Sample) -> dict[str, Any]:
    KIND.write(folder / "out.json", Content([], iter(some)))
    value: dict[str, Any] = json.loads((folder / "out.json").read_bytes())
    return value


def test_what_is_written_is_a_collection_that_others_can_read(tmp_path: Path) -> None:
    car = Thing(Box(1, 2, 3, 4), "car", None, None, {"tags": ["x"], "comment": "hm", "n": 1})
    whole = written(
        tmp_path, Sample("ü/a #1?.jpg", 9, 9, (car, car, Thing(Polygon(SQUARE)))), Sample("b:c.jpg", 9, 9)
    )
    page = whole["first"]
    assert (whole["@context"], whole["type"], whole["total"]) == (CONTEXT, "AnnotationCollection", 4)
    assert (page["type"], page["startIndex"], page["partOf"]) == ("AnnotationPage", 0, whole["id"])
    ids = [row["id"] for row in page["items"]] + [whole["id"]]
    assert len({*ids}) == 5
    assert all(uuid.UUID(each).version == 5 for each in ids)
    first, _, third, nothing = page["items"]
    assert first["target"] == {"source": "%C3%BC/a%20%231%3F.jpg", "selector": fragment("xywh=pixel:1,2,3,4")}
    assert [(each["purpose"], each["value"]) for each in first["body"]] == [
        ("tagging", "car"), ("tagging", "x"), ("commenting", "hm"), ("describing", '{"n":1}'),
    ]  # fmt: skip
    assert third["motivation"] == "highlighting"
    assert "body" not in third
    # The pattern by which Annotorious finds a polygon.
    assert '<polygon points="0,0 10,0 10,10 0,10"' in third["target"]["selector"]["value"]
    assert (nothing["motivation"], nothing["target"]) == ("assessing", {"source": "b%3Ac.jpg"})


@pytest.mark.parametrize(
    ("thing", "element"),
    [
        (Thing(Box(-1, 2, 4, 4), "car"), '<polygon points="-1,2 3,2 3,6 -1,6" data-angle="0"/>'),
        (Thing(Box(1, 1, 2, 4, 200), "car"), 'data-angle="200"/>'),
        (Thing(Polygon(SQUARE, (((2, 2), (4, 2), (4, 4)),)), "car"), 'd="M0 0 L10 0 L10 10 L0 10 Z M2 2 L4 2 L4 4 Z"'),
        (Thing(Polyline(((1, 2), (3, 4), (5, 1), (1, 2))), "car"), '<path d="M1 2 L3 4 L5 1 L1 2" fill="none"/>'),
        (Thing(Ellipse(1, 2, 3, 4, 200), "car"), '<svg><ellipse cx="1" cy="2" rx="3" ry="4" transform="rotate(200 1 2)"/>'),
        (Thing(Points(((1, 2), (3, 4))), "car"), '<path d="M1 2 L1 2 M3 4 L3 4" fill="none"/>'),
        (Thing(Whole(), None, None, None, {"tags": ["a"], "comment": ["x"], "": None}), None),
        (Thing(Whole(), "car", None, None, {"tags": [], "comment": ["x", "y"], "deep": {"a": [1.5]}}), None),
        (Thing(Whole(), "car", None, None, {"tags": "a", "comment": " "}), None),
        (Thing(Whole()), None),
    ],
)  # fmt: skip
def test_shapes_and_attributes_come_back(tmp_path: Path, thing: Thing, element: str | None) -> None:
    sample = Sample("a.jpg", things=(thing,))
    value = written(tmp_path, sample)
    assert element is None or element in value["first"]["items"][0]["target"]["selector"]["value"]
    assert [things(each) for each in KIND.read(tmp_path / "out.json")] == [things(sample)]


numbers = st.floats(-1e4, 1e4) | st.integers(-9, 9)
positive = st.floats(0.01, 1e4)
rings = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6, unique=True).filter(
    lambda some: all(max(axis) - min(axis) > 0.01 for axis in zip(*some, strict=True))
)
anything = (
    st.builds(Box, numbers, numbers, positive, positive, st.just(0) | st.floats(-360, 360))
    | st.builds(Ellipse, numbers, numbers, positive, positive, st.just(0) | st.floats(-360, 360))
    | st.builds(Polygon, rings.map(tuple)) | st.builds(Polyline, rings.map(tuple))
    | st.builds(Points, st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3).map(tuple)) | st.just(Whole())
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=5)
values = st.none() | st.booleans() | st.integers(-9, 9) | texts | st.lists(texts, max_size=3)
marked = st.builds(
    Thing, anything, st.none() | texts.filter(str.strip), st.none(), st.none(),
    st.dictionaries(texts | st.sampled_from(["tags", "comment"]), values, max_size=3),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some=st.lists(st.lists(marked, max_size=4), min_size=1, max_size=3))
def test_whatever_is_written_comes_back(some: list[list[Thing]]) -> None:
    samples = [Sample(f"a b/{at}%41#.jpg", things=tuple(each)) for at, each in enumerate(some)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.json")
        KIND.write(path, Content([], iter(samples)))
        reading = KIND.read(path)
        found = [(each.name, things(each, 6)) for each in reading]
    assert found == [(each.name, things(each, 6)) for each in samples]
    assert not sum(reading.lost.values())
