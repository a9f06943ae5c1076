"""What a format can hold comes back as it was, whatever it is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipyannotator.formats import FORMATS, Content, Sample, Thing
from ipyannotator.formats.base import Losses
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.model import Box
from ipyannotator.testing.formats import sizes, things

labels = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12
).filter(lambda text: text.strip())  # fmt: skip
sides = st.integers(1, 20_000)
attributes = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
)


@st.composite
def contents(draw, *, whole: bool):
    """Items with boxes; of whole pixels, or of any float."""
    classes = draw(st.lists(labels, min_size=1, max_size=6, unique=True))
    found = []
    for at in range(draw(st.integers(1, 4))):
        width, height = draw(sides), draw(sides)
        marked = []
        for _ in range(draw(st.integers(0, 4))):
            if whole:
                x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
                w, h = draw(st.integers(1, width - x)), draw(st.integers(1, height - y))
            else:
                x, y = draw(st.floats(-1e4, 1e4)), draw(st.floats(-1e4, 1e4))
                w, h = draw(st.floats(0.01, 1e4)), draw(st.floats(0.01, 1e4))
            score = draw(st.none() | st.floats(0, 1))
            marked.append(
                Thing(Box(x, y, w, h), draw(st.sampled_from(classes)), score, None, draw(attributes))
            )
        found.append(Sample(f"{at}.jpg", width, height, tuple(marked), number=at + 1))
    return classes, found


def there_and_back(name: str, ending: str, classes: list[str], written: list[Sample]) -> list[Sample]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"out{ending}")
        kind = FORMATS.get(name)
        kind.write(path, Content(classes, iter(written)), images="none")
        return list(kind.read(path, sizes(written)))


@pytest.mark.parametrize(
    ("name", "ending"), [("coco", ".json"), ("yolo", ""), ("voc", ""), ("voc-devkit", "")]
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_=contents(whole=True))
def test_whole_pixels_are_exact(name: str, ending: str, given_) -> None:
    classes, written = given_
    lost = Losses()
    held = [fit(sample, FORMATS.get(name).holds, lost) for sample in written]
    read = there_and_back(name, ending, classes, held)
    # A place for flags has no place for their values: what is no flag does not come back from there.
    if FORMATS.get(name).holds.attributes is True:
        assert [things(sample, 9) for sample in read] == [things(sample, 9) for sample in held]
    assert [[(thing.shape, thing.label) for thing in sample.things] for sample in read] == [
        [(thing.shape, thing.label) for thing in sample.things] for sample in written
    ]
    assert not [what for what in lost if "pixel" in what or "outside" in what or "turned" in what]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_=contents(whole=False))
def test_coco_keeps_every_digit(given_) -> None:
    classes, written = given_
    read = there_and_back("coco", ".json", classes, written)
    assert [[thing.shape for thing in sample.things] for sample in read] == [
        [thing.shape for thing in sample.things] for sample in written
    ]


@pytest.mark.parametrize("name", ["yolo", "voc"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(given_=contents(whole=False))
def test_what_was_fitted_once_stays_as_it_is(name: str, given_) -> None:
    """Out and in, again and again, nothing creeps: the second time gives what the first gave."""
    classes, written = given_
    holds = FORMATS.get(name).holds
    held = [fit(sample, holds, Losses()) for sample in written]
    once = there_and_back(name, "", classes, held)
    again = there_and_back(name, "", classes, [fit(sample, holds, Losses()) for sample in once])
    assert [things(sample, 9) for sample in again] == [things(sample, 9) for sample in once]
    for left, right in zip(once, held, strict=True):
        # Of an image 20,000 pixels wide six decimals are good to a hundredth of a pixel.
        for a, b in zip(left.things, right.things, strict=False):
            if len(left.things) == len(right.things):
                assert a.shape.bounds() == pytest.approx(b.shape.bounds(), abs=0.03)


@given(
    st.lists(
        st.from_regex(r"(images/|labels/|a/){0,2}[aA]{1,2}(\.jpg|\.png|\.JPG|)", fullmatch=True), unique=True
    )
)
def test_every_item_has_a_stem_of_its_own(names: list[str]) -> None:
    stems = Stems(("images", "labels"))
    new = [stems.name(name) for name in names]
    assert len({stem(name).casefold() for name in new}) == len(names)
    assert not any(part in ("images", "labels") for name in new for part in name.split("/")[:-1])
    assert {name: fresh for name, fresh in zip(names, new, strict=True) if name != fresh} == stems.renamed
