"""Polygons, lines, points, skeletons, ellipses, masks: their values, their errors, their forms."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from ipyannotator import Box, Ellipse, InvalidValue, Mask, Points, Polygon, Polyline, Shape, Skeleton
from ipyannotator.errors import MissingPackage
from ipyannotator.model import UnknownShape, decode_shape, encode_shape
from ipyannotator.model.shapes import planar

coordinates = st.floats(-50, 150).map(lambda value: round(value, 2))
places = st.tuples(coordinates, coordinates)
rings = st.lists(places, min_size=3, max_size=12, unique=True).filter(
    lambda ring: all(len({point[axis] for point in ring}) > 1 for axis in (0, 1))
)
sizes = st.floats(0.1, 80)
angles = st.floats(-360, 360)
boxes = st.builds(Box, coordinates, coordinates, sizes, sizes, angles)
ellipses = st.builds(Ellipse, coordinates, coordinates, sizes, sizes, angles)
polygons = st.builds(Polygon, rings, st.lists(rings, max_size=2))
polylines = st.lists(places, min_size=2, max_size=9, unique=True).map(Polyline)
points = st.lists(places, min_size=1, max_size=9).map(Points)
skeletons = st.lists(st.tuples(coordinates, coordinates, st.integers(0, 2)), min_size=1, max_size=9).map(
    Skeleton
)
masks = arrays(bool, (60, 80)).filter(lambda array: array.any()).map(Mask.from_array)
shapes = st.one_of(boxes, ellipses, polygons, polylines, points, skeletons, masks)

CROSSED = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def outline(shape: Shape) -> list[tuple[float, float]]:
    """Points that lie on a shape."""
    if isinstance(shape, Box):
        return list(shape.corners())
    if isinstance(shape, Skeleton):
        seen = [(x, y) for x, y, v in shape.joints if v]
        return seen or [(x, y) for x, y, _ in shape.joints]
    if isinstance(shape, Ellipse):
        turn = math.radians(shape.angle)
        ways = [math.radians(way) for way in range(0, 360, 5)]
        local = [(shape.rx * math.cos(way), shape.ry * math.sin(way)) for way in ways]
        return [
            (
                shape.cx + x * math.cos(turn) - y * math.sin(turn),
                shape.cy + x * math.sin(turn) + y * math.cos(turn),
            )
            for x, y in local
        ]
    if isinstance(shape, Mask):
        rows, columns = np.nonzero(shape.to_array())
        return [(float(x), float(y)) for x, y in zip(columns, rows, strict=True)]
    assert isinstance(shape, (Polygon, Polyline, Points))
    return list(shape.points)


@given(shapes)
def test_the_json_form_comes_back_as_the_same_value(shape: Shape) -> None:
    data = msgspec.json.decode(msgspec.json.encode(encode_shape(shape)))
    assert data["kind"] == shape.kind
    assert decode_shape(data) == shape
    assert hash(decode_shape(data)) == hash(shape)


@given(shapes)
def test_the_bounds_hold_all_of_it(shape: Shape) -> None:
    left, top, right, bottom = shape.bounds()
    for x, y in outline(shape):
        assert left - 1e-6 <= x <= right + 1e-6
        assert top - 1e-6 <= y <= bottom + 1e-6
    assert shape.measure() >= 0


@given(shapes)
def test_what_is_clipped_is_no_larger_and_what_is_inside_is_not_touched(shape: Shape) -> None:
    clipped = shape.clipped(100, 80)
    left, top, right, bottom = shape.bounds()
    if left >= 0 and top >= 0 and right <= 100 and bottom <= 80 and not isinstance(shape, Mask):
        assert clipped == shape
    if right < 0 or bottom < 0 or left > 100 or top > 80:
        assert clipped is None
    if clipped is not None and not isinstance(
        shape, Polygon
    ):  # parts of a crossing one count against each other
        assert clipped.measure() <= shape.measure() + 1e-6
    if isinstance(clipped, (Polygon, Points)):
        assert all(-1e-9 <= x <= 100 + 1e-9 and -1e-9 <= y <= 80 + 1e-9 for x, y in clipped.points)


@given(polygons, coordinates, coordinates)
def test_a_polygon_has_the_same_area_elsewhere(polygon: Polygon, dx: float, dy: float) -> None:
    moved = Polygon(
        [(x + dx, y + dy) for x, y in polygon.points],
        [[(x + dx, y + dy) for x, y in hole] for hole in polygon.holes],
    )
    assert moved.measure() == pytest.approx(polygon.measure(), abs=1e-4)


@given(rings)
def test_its_pixels_are_those_whose_centre_is_inside(ring: list[tuple[float, float]]) -> None:
    try:
        array = Polygon(ring).to_mask(30, 40).to_array()
    except InvalidValue:
        array = np.zeros((30, 40), bool)
    for y, x in ((0, 0), (7, 11), (15, 20), (29, 39), (3, 33)):
        crossed = 0
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (ay <= y + 0.5) != (by <= y + 0.5):
                crossed += ax + (y + 0.5 - ay) / (by - ay) * (bx - ax) <= x + 0.5
        assert array[y, x] == (crossed % 2 == 1)


def test_coco_fills_the_same_pixels_but_for_the_edge() -> None:
    polygon = Polygon([(5.2, 4.1), (33.7, 8.4), (30.3, 25.6), (12.8, 27.9)])
    ours = polygon.to_mask(30, 40).to_array()
    flat = [value for point in polygon.points for value in point]
    (one,) = coco.frPyObjects([flat], 30, 40)
    theirs = Mask(tuple(one["size"]), one["counts"].decode()).to_array()
    inner = ours.copy()
    inner[1:] &= ours[:-1]
    inner[:-1] &= ours[1:]
    inner[:, 1:] &= ours[:, :-1]
    inner[:, :-1] &= ours[:, 1:]
    assert not (inner & ~theirs).any()
    assert (ours ^ theirs).sum() < 60


@given(masks)
def test_a_mask_as_polygons_fills_the_same_pixels(mask: Mask) -> None:
    found = np.zeros(mask.size, bool)
    for polygon in mask.to_polygons():
        found |= polygon.to_mask(*mask.size).to_array()
    assert np.array_equal(found, mask.to_array())


def test_a_hole_is_not_counted_and_not_filled() -> None:
    polygon = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(2, 2), (4, 2), (4, 4), (2, 4)]])
    assert polygon.measure() == 96
    assert polygon.to_mask(10, 10).measure() == 96
    assert polygon.is_simple


def test_what_crosses_itself_is_kept_and_can_be_repaired() -> None:
    assert not CROSSED.is_simple
    parts = CROSSED.repaired()
    assert len(parts) == 2
    assert sum(part.measure() for part in parts) == pytest.approx(50)
    assert all(part.is_simple for part in parts)


def test_a_polygon_of_many_points_is_taken_and_made_simpler() -> None:
    ring = [
        (100 + 90 * math.cos(at / 6000 * 2 * math.pi), 100 + 90 * math.sin(at / 6000 * 2 * math.pi))
        for at in range(6000)
    ]
    polygon = Polygon(np.array(ring))
    simple = polygon.simplified(0.5)
    assert len(polygon.points) == 6000
    assert len(simple.points) < 100
    assert simple.measure() == pytest.approx(polygon.measure(), rel=0.01)


def test_without_shapely_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "shapely", None)
    with pytest.raises(MissingPackage, match=r"ipyannotator\[shapes\]"):
        planar.shapely()
    assert CROSSED.measure() == 0  # the rest goes without


def test_a_circle_is_an_ellipse() -> None:
    assert Ellipse(5, 5, 3, 3).measure() == pytest.approx(9 * math.pi)
    assert Ellipse(5, 5, 3, 2, 90).bounds() == pytest.approx((3, 2, 7, 8))


def test_a_box_as_a_polygon() -> None:
    box = Box(10, 20, 30, 40, 25)
    assert Polygon.from_box(box).measure() == pytest.approx(box.measure())
    assert Polygon.from_box(box).bounds() == pytest.approx(box.bounds())


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (Polygon, ([(0, 0), (1, 1)],), "at least 3 points"),
        (Polygon, ([(0, 0), (1, 0), (2, 0)],), "extent in both directions"),
        (Polygon, ([(0, 0), (1, 0), (NAN, 2)],), "finite"),
        (Polygon, ([(0, 0), (1, 0), (INF, 2)],), "finite"),
        (Polygon, ([(0, 0), (1, 0), (True, 2)],), "points (x, y)"),
        (Polygon, ([(0, 0), (1, 0), ("2", 2)],), "points (x, y)"),
        (Polygon, ([0, 1, 2, 3, 4, 5],), "points (x, y)"),
        (Polygon, ("abc",), "points (x, y)"),
        (Polygon, (None,), "points (x, y)"),
        (Polygon, ([(0, 0, 1), (1, 0, 1), (1, 1, 1)],), "points (x, y)"),
        (Polygon, ([(0, 0), (9, 0), (9, 9)], [[(1, 1)]]), "A hole of Polygon.holes"),
        (Polygon, ([(0, 0), (9, 0), (9, 9)], 5), "Polygon.holes"),
        (Polyline, ([(0, 0)],), "at least 2 points"),
        (Polyline, ([(3, 3), (3, 3)],), "two different points"),
        (Points, ([],), "at least one point"),
        (Points, ([(NAN, 1)],), "finite"),
        (Skeleton, ([],), "at least one joint"),
        (Skeleton, ([(1, 2, 3)],), "visibility"),
        (Skeleton, ([(1, 2)],), "joints"),
        (Skeleton, ([(1, INF, 2)],), "finite"),
        (Ellipse, (1, 1, 0, 2), "more than 0"),
        (Ellipse, (1, 1, 2, -2), "more than 0"),
        (Ellipse, (NAN, 1, 2, 2), "finite"),
        (Ellipse, (1, 1, 2, True), "finite"),
        (Box, (1, 1, 0, 5), "more than 0"),
        (Box, (1, 1, 2, INF), "finite"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_in_words(kind: type[Shape], values: tuple[object, ...], words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        kind(*values)
    assert words in str(caught.value)


def test_a_shape_of_a_kind_that_nobody_knows_is_kept() -> None:
    data = {"kind": "spline", "knots": [1, 2]}
    assert decode_shape(data) == UnknownShape("spline", data)
    assert encode_shape(decode_shape(data)) == data
