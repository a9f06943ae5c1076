"""CVAT: files as CVAT writes them come in, what it can hold goes out and back, broken and hostile ones are refused."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import Content, Sample, Thing
from ipyannotator.formats.cvat import Cvat
from ipyannotator.formats.cvat.shapes import said_of, text, value_of
from ipyannotator.model import (
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Shape,
    Skeleton,
    SkeletonTemplate,
    Whole,
)
from ipyannotator.testing.formats import FORMAT_CHECKS

CVAT = Cvat()

GOOD = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>4</id><name>mine</name><size>2</size><mode>annotation</mode>
      <labels>
        <label>
          <name>car</name><color>#33ddff</color><type>any</type>
          <attributes><attribute><name>colour</name><input_type>select</input_type><values>red</values></attribute></attributes>
        </label>
        <label>
          <name>person</name><type>skeleton</type><attributes></attributes>
          <svg>&lt;line x1="1" y1="1" x2="2" y2="2" data-type="edge" data-node-from="1" data-node-to="2"&gt;&lt;/line&gt;&lt;circle r="1" cx="1" cy="1" data-node-id="1" data-label-name="head"&gt;&lt;/circle&gt;&lt;circle r="1" cx="2" cy="2" data-node-id="2" data-label-name="foot"&gt;&lt;/circle&gt;</svg>
        </label>
        <label><name>head</name><type>points</type><attributes></attributes><parent>person</parent></label>
        <label><name>foot</name><type>points</type><attributes></attributes><parent>person</parent></label>
      </labels>
    </task>
    <dumped>2024-01-01 00:00:00.000000+00:00</dumped>
  </meta>
  <image id="0" name="sub/a.jpg" subset="Train" task_id="4" width="8" height="6">
    <box label="car" source="auto" occluded="1" xtl="1.50" ytl="2.00" xbr="4.00" ybr="5.25" rotation="30.0" z_order="2">
      <attribute name="colour">red</attribute>
      <attribute name="parked">true</attribute>
      <attribute name="doors">4</attribute>
      <attribute name="size">2.50</attribute>
    </box>
    <polygon label="car" source="manual" occluded="0" points="1.00,1.00;5.00,1.00;5.00,4.50" z_order="0"></polygon>
    <polyline label="car" source="manual" occluded="0" points="1.00,1.00;5.00,1.00" z_order="0"></polyline>
    <points label="car" source="manual" occluded="0" points="1.00,1.00" z_order="0"></points>
    <ellipse label="car" source="manual" occluded="0" cx="4" cy="3" rx="2.5" ry="1" rotation="10" z_order="0"></ellipse>
    <mask label="car" source="manual" occluded="0" rle="1, 2, 1, 2" left="2" top="1" width="3" height="2" z_order="0">
    </mask>
    <skeleton label="person" source="manual" z_order="0">
      <points label="foot" source="manual" outside="0" occluded="1" points="3.00,4.00"></points>
      <points label="head" source="manual" outside="1" occluded="0" points="1.00,2.00"></points>
    </skeleton>
    <tag label="car" source="manual"></tag>
  </image>
  <image id="1" name="b.jpg" subset="default" width="8" height="6">
    <cuboid label="car" occluded="0" xtl1="1"></cuboid>
    <box label="car" occluded="0" xtl="1" ytl="2" xbr="1" ybr="5" z_order="0" group_id="3"></box>
  </image>
</annotations>
"""

VIDEO = """<annotations><version>1.1</version>
  <meta><task><size>4</size><start_frame>0</start_frame><stop_frame>3</stop_frame><frame_filter></frame_filter>
    <labels><label><name>car</name></label></labels>
    <original_size><width>64</width><height>48</height></original_size></task></meta>
  <track id="0" label="car" source="manual">
    <box frame="1" outside="0" occluded="1" keyframe="1" xtl="1" ytl="2" xbr="4" ybr="5" z_order="0">
      <attribute name="n">1</attribute></box>
    <box frame="2" outside="0" occluded="0" keyframe="0" xtl="2" ytl="2" xbr="5" ybr="5" z_order="0"></box>
    <box frame="3" outside="1" occluded="0" keyframe="1" xtl="2" ytl="2" xbr="5" ybr="5" z_order="0"></box>
  </track>
  <track id="7" label="car">
    <polygon frame="2" outside="0" occluded="0" keyframe="1" points="1,1;5,1;5,4" z_order="-1"></polygon>
  </track>
</annotations>"""


def file(folder: Path, data: str | bytes, name: str = "a.xml") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def image(inside: str, head: str = 'width="8" height="6"') -> str:
    return f'<annotations><image id="0" name="a.jpg" {head}>{inside}</image></annotations>'


def back(
    folder: Path, *things: Thing, templates: dict[str, SkeletonTemplate] | None = None
) -> tuple[Thing, ...]:
    content = Content(["car"], iter([Sample("a.jpg", 64, 48, things)]), templates=templates or {})
    CVAT.write(folder / "out.xml", content)
    (sample,) = CVAT.read(folder / "out.xml")
    return sample.things


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("ending", ["", ".xml"])
def test_conformance(ending: str, check, tmp_path: Path) -> None:
    check(CVAT, tmp_path, f"out{ending}")


def test_every_shape_of_cvats_own_file_comes_in(tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    reading = CVAT.read(path)
    a, b = reading
    assert CVAT.detect(path)
    assert (reading.classes, reading.total) == (["car", "person"], 2)
    assert reading.templates == {"person": SkeletonTemplate(("head", "foot"), (("head", "foot"),))}
    assert [(each.name, each.width, each.height, each.split) for each in (a, b)] == [
        ("sub/a.jpg", 8, 6, "Train"),
        ("b.jpg", 8, 6, ""),
    ]
    pixels = np.zeros((6, 8), bool)
    pixels[1, 3:5] = pixels[2, 3:5] = True
    assert [thing.shape for thing in a.things] == [
        Polygon(((1, 1), (5, 1), (5, 4.5))),
        Polyline(((1, 1), (5, 1))),
        Points(((1, 1),)),
        Ellipse(4, 3, 2.5, 1, 10),
        Mask.from_array(pixels),
        Skeleton(((1, 2, 0), (3, 4, 1))),
        Whole(),
        Box(1.5, 2, 2.5, 3.25, 30),  # its z_order is above the others'
    ]
    assert a.things[-1].attributes == {
        "occluded": True, "colour": "red", "parked": True, "doors": 4, "size": "2.50",
    }  # fmt: skip
    assert {thing.label for thing in a.things} == {"car", "person"}
    assert b.things == ()
    assert dict(reading.lost) == {
        "of the kind 'cuboid' (left out)": 1,
        "in a group (not kept)": 1,
        "without a size (left out)": 1,
    }


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("utf-8", "utf-16").encode("utf-16"),
    ],
    ids=["mark", "windows", "utf-16"],
)
def test_other_encodings_and_line_ends_are_read(tmp_path: Path, data: bytes) -> None:
    first, _ = CVAT.read(file(tmp_path, data))
    assert len(first.things) == 8


def test_a_video_comes_in_frame_by_frame(tmp_path: Path) -> None:
    samples = list(CVAT.read(file(tmp_path, VIDEO)))
    assert [(each.name, each.width, each.height) for each in samples] == [
        (f"frame_00000{at}", 64, 48) for at in range(4)
    ]
    assert [each.things for each in samples] == [
        (),
        (Thing(Box(1, 2, 3, 3), "car", None, "0", {"occluded": True, "n": 1}),),
        (
            Thing(Polygon(((1, 1), (5, 1), (5, 4))), "car", None, "7"),
            Thing(Box(2, 2, 3, 3), "car", None, "0"),
        ),
        (),
    ]


def test_of_a_video_with_frames_passed_over_only_those_with_something_are_known(tmp_path: Path) -> None:
    data = VIDEO.replace("<frame_filter></frame_filter>", "<frame_filter>step=2</frame_filter>")
    assert [each.name for each in CVAT.read(file(tmp_path, data))] == ["frame_000001", "frame_000002"]
    data = VIDEO.replace("<track", '<image id="2" name="c.jpg" width="64" height="48"/><track', 1)
    reading = [(each.name, len(each.things)) for each in CVAT.read(file(tmp_path, data))]
    assert reading == [("c.jpg", 2), ("frame_000000", 0), ("frame_000001", 1), ("frame_000003", 0)]


@pytest.mark.parametrize("where", ["job", "project"])
def test_the_labels_of_jobs_and_projects_are_read(tmp_path: Path, where: str) -> None:
    data = GOOD.replace("<task>", f"<{where}>").replace("</task>", f"</{where}>")
    assert CVAT.read(file(tmp_path, data)).classes == ["car", "person"]


def test_an_independent_reader_finds_what_was_written(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64), bool)
    pixels[10, 21] = pixels[11, 20] = pixels[11, 21] = True
    shapes: list[Shape] = [
        Box(1, 2, 3.5, 4, -30),
        Polygon(((1, 1), (5, 1), (5, 4.5))),
        Ellipse(4, 3, 2.5, 1),
        Mask.from_array(pixels),
        Skeleton(((1, 2, 0), (3, 4, 1))),
        Whole(),
    ]
    things = tuple(Thing(shape, 'a "b" <c>', attributes={"occluded": True, "n": 5}) for shape in shapes)
    sample = Sample("sub/ü.jpg", 64, 48, things, "val")
    CVAT.write(tmp_path / "out", Content(['a "b" <c>'], iter([sample]), ("val",)), images="none")
    root = ET.parse(tmp_path / "out" / "annotations.xml").getroot()  # noqa: S314 - we wrote it
    assert root.findtext("version") == "1.1"
    assert root.findtext("meta/task/labels/label/name") == 'a "b" <c>'
    (one,) = root.iterfind("image")
    assert one.attrib == {"id": "0", "name": "sub/ü.jpg", "subset": "val", "width": "64", "height": "48"}
    assert [each.tag for each in one] == ["box", "polygon", "ellipse", "mask", "skeleton", "tag"]
    common = {"label": 'a "b" <c>', "source": "manual", "occluded": "1", "z_order": "0"}
    box, polygon, ellipse, mask, skeleton, tag = one
    assert box.attrib == common | {"xtl": "1", "ytl": "2", "xbr": "4.5", "ybr": "6", "rotation": "330"}
    assert polygon.attrib == common | {"points": "1,1;5,1;5,4.5"}
    assert ellipse.attrib == common | {"cx": "4", "cy": "3", "rx": "2.5", "ry": "1"}
    assert mask.attrib == common | {"rle": "1, 3", "left": "20", "top": "10", "width": "2", "height": "2"}
    assert [dict(each.attrib) for each in skeleton.iterfind("points")] == [
        {"label": "1", "outside": "1", "occluded": "0", "points": "1,2"},
        {"label": "2", "outside": "0", "occluded": "1", "points": "3,4"},
    ]
    assert tag.attrib == {"label": 'a "b" <c>', "source": "manual"}
    assert [(each.get("name"), each.text) for each in box.iterfind("attribute")] == [("n", "5")]
    assert [(each.get("name"), each.text) for each in tag] == [("occluded", "true"), ("n", "5")]
    (read,) = CVAT.read(tmp_path / "out")
    assert (read.name, read.split) == ("sub/ü.jpg", "val")
    assert [thing.attributes for thing in read.things] == [{"occluded": True, "n": 5}] * 6


def test_masks_come_back_wherever_they_are(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    arrays = [random.random((48, 64)) < part for part in (0.01, 0.5, 0.99)]
    arrays.append(np.ones((48, 64), bool))
    for rows, columns in (((0, 48), (5, 9)), ((3, 9), (0, 64)), ((47, 48), (63, 64)), ((0, 1), (0, 1))):
        some = np.zeros((48, 64), bool)
        some[slice(*rows), slice(*columns)] = True
        arrays.append(some)
    masks = [Mask.from_array(array) for array in arrays]
    read = back(tmp_path, *(Thing(mask, "car") for mask in masks))
    assert [thing.shape for thing in read] == masks


def test_bones_come_back(tmp_path: Path) -> None:
    template = SkeletonTemplate(('he"ad', "ta<il", "leg"), (('he"ad', "ta<il"), ("leg", 'he"ad')))
    things = (Thing(Skeleton(((1, 2, 2), (3, 4, 1), (5, 6, 0))), "car"),)
    assert back(tmp_path, *things, templates={"car": template}) == things
    assert CVAT.read(tmp_path / "out.xml").templates == {"car": template}
    with pytest.raises(InvalidValue, match="the 3 joints"):
        back(tmp_path, Thing(Skeleton(((1, 2, 2),)), "car"), templates={"car": template})


def test_a_joint_that_is_not_said_is_absent(tmp_path: Path) -> None:
    data = GOOD.replace(
        '<points label="head" source="manual" outside="1" occluded="0" points="1.00,2.00"></points>', ""
    )
    first, _ = CVAT.read(file(tmp_path, data))
    assert first.things[5].shape == Skeleton(((0, 0, 0), (3, 4, 1)))
    # without labels in the head the joints are those of the object, in its order
    (sample,) = CVAT.read(
        file(tmp_path, image('<skeleton label="p"><points label="x" points="3,4"/></skeleton>'))
    )
    assert sample.things[0].shape == Skeleton(((3, 4, 2),))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("red", "red"), ("", ""), ("2.50", "2.50"), ("True", "True"), ("NaN", "NaN"), ("1e999", "1e999"), ("007", "007"),
        (True, "true"), (False, "false"), (None, "null"), (5, "5"), (2.5, "2.5"), (-0.0, "-0.0"), ([1, "a"], '[1,"a"]'),
        ({"ü": None}, '{"ü":null}'),
        ("true", '"true"'), ("5", '"5"'), ("null", '"null"'), (" a", '" a"'), ('"a"', '"\\"a\\""'), ("a\x01", '"a\\u0001"'),
        ("[1]", '"[1]"'), ("[1, 2]", "[1, 2]"), ("\ufffe", '"\\ufffe"'),
    ],
)  # fmt: skip
def test_attributes_are_texts_that_come_back_as_what_they_were(value: Any, said: str) -> None:
    assert said_of("a", value) == said
    assert repr(value_of(said)) == repr(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values)
def test_every_value_comes_back(value: Any) -> None:
    root = ET.fromstring(f"<a>{text(said_of('a', value))}</a>")  # noqa: S314 - we wrote it
    assert repr(value_of(root.text or "")) == repr(value)


def test_a_value_that_json_cannot_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="a value that JSON can say"):
        back(tmp_path, Thing(Whole(), "car", attributes={"a": float("nan")}))
    with pytest.raises(InvalidValue, match="control characters"):
        back(tmp_path, Thing(Whole(), "car", attributes={"a\x01": 1}))
    assert list(tmp_path.iterdir()) == []


def test_occluded_is_cvats_own_only_where_it_is_true(tmp_path: Path) -> None:
    values = [{"occluded": True}, {"occluded": False}, {"occluded": "a bit"}, {}]
    read = back(tmp_path, *(Thing(Box(1, 2, 3, 4), "car", attributes=value) for value in values))
    assert [thing.attributes for thing in read] == values


LAUGHS = """<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><annotations><image name="&c;"/></annotations>"""
STEALING = """<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<annotations><image name="a">&x;</image></annotations>"""
ELSEWHERE = '<!DOCTYPE annotations SYSTEM "http://127.0.0.1:9/a.dtd"><annotations></annotations>'


@pytest.mark.parametrize("data", [LAUGHS, STEALING, ELSEWHERE], ids=["bomb", "theft", "elsewhere"])
def test_entities_and_document_types_are_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(FormatError, match=r"a\.xml has a document type or entities.*Nothing was taken in\.$"):
        CVAT.read(file(tmp_path, data))


def test_a_drawing_with_entities_has_no_bones(tmp_path: Path) -> None:
    start, end = GOOD.index("<svg>"), GOOD.index("</svg>")
    for drawing in ("&lt;line", "&lt;!DOCTYPE a&gt;", '&lt;line data-node-from="1"/&gt;'):
        reading = CVAT.read(file(tmp_path, GOOD[: start + 5] + drawing + GOOD[end:]))
        assert reading.templates == {"person": SkeletonTemplate(("head", "foot"))}


BOX = '<box label="car" xtl="1" ytl="2" xbr="3" ybr="4"/>'
MASK = '<mask label="car" rle="1, 2, 1, 2" left="2" top="1" width="3" height="2"/>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("<annotations><image", "not readable as XML"),
        ('<?xml version="1.0" encoding="nonsense"?><annotations/>', "not readable as XML"),
        ("<annotation></annotation>", "the outermost element is <annotation>, expected <annotations>"),
        (GOOD.replace("<name>head</name>", "<name> </name>"), "meta, label 3: its <name> is ' '"),
        (GOOD.replace("<name>head</name>", "<name>foot</name>"), "the joints of the label 'person' cannot be read"),
        (GOOD.replace('polygon label="car"', 'polygon label="van"'), "polygon 2: label is 'van', expected one of the labels in <meta>: car, person"),
        (GOOD.replace('points label="head"', 'points label="nose"'), "skeleton 7: points label is 'nose', expected each of: head, foot"),
        (GOOD.replace('points label="head"', 'points label="foot"'), "points label is 'foot'"),
        (GOOD.replace('name="sub/a.jpg"', 'name=" "'), "image 1: its name is ' '"),
        (GOOD.replace('name="sub/a.jpg"', ""), "image 1: its name is ''"),
        (image("", 'width="-8" height="6"'), "image 1 (a.jpg): width is '-8', expected a whole number"),
        (image("", 'width="8" height="NaN"'), "height is 'NaN'"),
        (image(BOX.replace('"car"', '" "')), "box 1: label is ' '"),
        (image(BOX.replace('xtl="1"', 'xtl="one"')), "image 1 (a.jpg), box 1: xtl is 'one', expected a number"),
        (image(BOX.replace('xtl="1"', "")), "xtl is None"),
        (image(BOX.replace('xtl="1"', 'xtl="NaN"')), "xtl is 'NaN'"),
        (image(BOX.replace('xtl="1"', 'xtl="-inf"')), "xtl is '-inf'"),
        (image(BOX.replace('xbr="3"', 'xbr="1e10"')), "xbr is '1e10', expected a number, at most 1,000,000,000"),
        (image(BOX.replace('xbr="3"', 'xbr="0"')), "xbr is '0', expected at least xtl, 1"),
        (image(BOX.replace('ybr="4"', 'ybr="0"')), "ybr is '0', expected at least ytl, 2"),
        (image(BOX.replace("/>", ' rotation="x"/>')), "rotation is 'x'"),
        (image(BOX.replace("/>", ' occluded="2"/>')), "occluded is '2', expected 0 or 1"),
        (image(BOX.replace("/>", ' z_order="x"/>')), "z_order is 'x'"),
        (image(BOX.replace("/>", "><attribute>v</attribute></box>")), "attribute is 'v', expected one with a name"),
        (image('<ellipse label="car" cx="1" cy="1" rx="-1" ry="1"/>'), "rx is '-1', expected at least 0"),
        (image('<polygon label="car" points="1,2;3"/>'), "points is '3', expected x,y"),
        (image('<polygon label="car" points="1,2;3,nan;5,6"/>'), "points is 'nan'"),
        (image('<polyline label="car"/>'), "points is None"),
        (image('<skeleton label="car"><points label="a" points="1,2;3,4"/></skeleton>'), "expected one x,y in pixels for a joint"),
        (image('<skeleton label="car"><points points="1,2"/></skeleton>'), "points label is None"),
        (image(MASK, ""), "mask 1: rle is '1, 2, 1, 2', expected an image with a width"),
        (image(MASK.replace("1, 2, 1, 2", "1, 2, 1, 3")), "rle is '1, 2, 1, 3', expected run lengths of 3 × 2 pixels"),
        (image(MASK.replace("1, 2, 1, 2", "1, -2, 5, 2")), "rle is '1, -2, 5, 2'"),
        (image(MASK.replace("1, 2, 1, 2", f"{2**63 - 1}, {2**63 - 1}, 8")), "expected run lengths"),
        (image(MASK.replace("1, 2, 1, 2", "9" * 30)), "rle is '9999"),
        (image(MASK.replace("1, 2, 1, 2", "a")), "rle is 'a'"),
        (image(MASK.replace("1, 2, 1, 2", "")), "rle is ''"),
        (image(MASK.replace('left="2"', 'left="6"')), "expected a crop within its image of 8 × 6 pixels"),
        (image(MASK.replace('left="2"', 'left="-1"')), "left is '-1'"),
        (image(MASK.replace('left="2"', 'left="0.5"')), "left is '0.5'"),
        (image(MASK, 'width="1000000" height="1000000"'), "expected a crop within"),
        (image(MASK.replace('width="3" height="2"', 'width="30000" height="30000"'), 'width="40000" height="40000"'), "expected a crop of at most"),
        (VIDEO.replace('frame="1"', 'frame="-1"'), "track 0, box 1: frame is '-1'"),
        (VIDEO.replace('frame="1"', 'frame="99999999"'), "frame is '99999999', expected a number below"),
        (VIDEO.replace('outside="1"', 'outside="x"'), "track 0, box 3: outside is 'x'"),
        (VIDEO.replace("<size>4", "<size>four"), "meta/task/size is 'four'"),
        (VIDEO.replace("<size>4", "<size>99999999999"), "meta/task/size is '99999999999'"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_place(tmp_path: Path, data: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(CVAT.read(file(tmp_path, data)))
    assert said in str(caught.value)
    assert str(tmp_path / "a.xml") in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


def test_shapes_without_an_extent_are_left_out_and_counted(tmp_path: Path) -> None:
    inside = [
        '<polygon label="car" points="1,2;3,4"/>', '<polyline label="car" points="1,2;1,2"/>',
        '<ellipse label="car" cx="1" cy="1" rx="0" ry="1"/>', '<skeleton label="car"/>', MASK.replace("1, 2, 1, 2", "6"),
    ]  # fmt: skip
    reading = CVAT.read(file(tmp_path, image("".join(inside))))
    assert [each.things for each in reading] == [()]
    assert dict(reading.lost) == {"without a size (left out)": 5}


def test_a_mask_on_a_huge_image_takes_no_memory_of_its_size(tmp_path: Path) -> None:
    (sample,) = CVAT.read(file(tmp_path, image(MASK, 'width="60000" height="60000"')))
    assert sample.things[0].shape.measure() == 4
    assert sample.things[0].shape.bounds() == (3, 1, 5, 3)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x\\a.jpg", "a/../b.jpg"])
def test_names_that_lead_elsewhere_are_only_names(tmp_path: Path, name: str) -> None:
    (sample,) = CVAT.read(file(tmp_path, image(BOX).replace("a.jpg", name)))
    assert sample.name == name.replace("\\", "/")
    assert sample.file is None


def test_what_the_writer_is_not_given_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="width and height in pixels"):
        CVAT.write(tmp_path / "a.xml", Content([], iter([Sample("a.jpg")])))
    with pytest.raises(InvalidValue, match="one with a class"):
        back(tmp_path, Thing(Box(1, 2, 3, 4)))
    with pytest.raises(InvalidValue, match="without holes"):
        back(
            tmp_path, Thing(Polygon(((0, 0), (9, 0), (9, 9)), (((5, 1), (8, 1), (8, 4)),)), "car")
        )  # fmt: skip
    with pytest.raises(InvalidValue, match="control characters"):
        CVAT.write(tmp_path / "a.xml", Content(["a\x01b"], iter([])))
    assert list(tmp_path.iterdir()) == []
