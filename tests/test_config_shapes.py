"""Classes and attributes in the file of a project: read again as they were, and refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipyannotator import (
    Annotator,
    Attribute,
    InputImage,
    ObjectClass,
    OutputImageShapes,
    Settings,
    SkeletonTemplate,
)
from ipyannotator.config import FILE, Config, read, write
from ipyannotator.errors import ConfigError

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6).filter(
    lambda text: text == text.strip() and "/" not in text and text not in ("review", "more_labels")
)
choices = st.lists(words, min_size=1, max_size=3, unique=True)
attributes = st.lists(
    st.one_of(
        st.builds(Attribute, words, st.just("choice"), choices, required=st.booleans()),
        choices.flatmap(
            lambda some: st.builds(Attribute, words, st.just("choices"), st.just(some), st.just(some[:1]))
        ),
        st.builds(
            Attribute, words, st.just("number"), default=st.integers(0, 5), min=st.just(0), max=st.just(5.5)
        ),
        st.builds(Attribute, words, st.just("flag"), default=st.none() | st.booleans()),
        st.builds(Attribute, words, default=st.none() | words),
    ),
    max_size=3,
    unique_by=lambda each: each.name,
)
skeletons = st.none() | st.lists(words, min_size=2, max_size=4, unique=True).map(
    lambda names: SkeletonTemplate(names, [(names[0], names[1])], [(0.5, 1)] * len(names))
)
classes = st.lists(
    st.one_of(
        words,
        st.builds(
            ObjectClass, words, st.sampled_from(["", "orange"]), shapes=st.sampled_from([(), ("box",)]), skeleton=skeletons,
        ),
    ),
    max_size=9,
    unique_by=lambda each: each if isinstance(each, str) else each.name,
)  # fmt: skip
outputs = st.builds(
    OutputImageShapes, st.just(["box", "polygon", "skeleton"]), st.none() | classes, attributes
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path


@given(outputs, outputs)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_again_over_another_file_as_well(folder, before, after):
    (folder / FILE).unlink(missing_ok=True)
    for output in (before, after):
        config = Config(InputImage("images"), output, Settings(project_path=folder))
        write(folder, config)
        assert read(folder) == config
    first = (folder / FILE).read_bytes()
    write(folder, config)
    assert (folder / FILE).read_bytes() == first


def test_tables_are_read_and_stay_as_somebody_wrote_them(folder):
    text = (
        '[input]\ntype = "InputImage"\nimage_dir = "images"\n\n[output]\ntype = "OutputImageShapes"\nshapes = ["box"]\n\n'
        '[[output.classes]]  # ours\nname = "RBC"\ncolor = "#d55e00"\nattributes = [{name = "old", type = "flag"}]\n\n'
        '[[output.attributes]]\nname = "blurred"\ntype = "flag"\ndefault = false\n'
    )
    (folder / FILE).write_text(text, encoding="utf-8")
    config = read(folder)
    rbc = ObjectClass("RBC", "#d55e00", attributes=[Attribute("old", "flag")])
    assert config.output == OutputImageShapes(["box"], [rbc], [Attribute("blurred", "flag", default=False)])
    write(folder, config)
    assert (folder / FILE).read_text(encoding="utf-8") == text
    assert Annotator.open(folder).output_item == config.output


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ('shapes = ["boxx"]', "Did you mean 'box'"),
        ("shapes = 3", "list of kinds|expected"),
        ('classes = [{name = "a", colour = "red"}]', "Did you mean `color`"),
        ('classes = [{color = "red"}]', "name"),
        ("classes = [3]", "class name"),
        ('attributes = [{name = "a", type = "chioce"}]', "choice, choices, number"),
        ('attributes = {name = "a"}', "a list"),
        ('classes = [{name = "a", skeleton = {joints = ["x"], edges = [["x", "y"]]}}]', "'y'"),
        ('clases = ["a"]', "Did you mean `classes`"),
    ],
)
def test_what_is_wrong_in_it_is_told(folder, line, match):
    text = (
        f'[input]\ntype = "InputImage"\nimage_dir = "images"\n[output]\ntype = "OutputImageShapes"\n{line}\n'
    )
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=match):
        read(folder)
