"""The file of a project: what is written is read again, and what is wrong in it is said."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ipyannotator import Annotator, InputImage, NoOutput, OutputImageBbox, Settings
from ipyannotator.config import FILE, Config, declared, read, write
from ipyannotator.errors import ConfigError, InvalidValue, MissingFolder, StoreError
from ipyannotator.mltypes import (
    Input,
    Output,
    OutputGridBox,
    OutputImageLabel,
    OutputLabel,
    OutputVideoBbox,
)

NAMES = [
    "<img src=x onerror=alert(1)>",
    "a/b",
    '6" pipe',
    "it's",
    "🩸",
    "one, two",
    "a\\b",
    "#x",
    "[y]",
    "Ünï",
]
"""Class names that must come through everything as they are."""

PLAIN = '[input]\ntype = "InputImage"\nimage_dir = "images"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path


def put(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")


def make(folder: Path, output: Output | None = None, **values) -> Config:
    return Config(
        InputImage("images"), output or OutputImageBbox(["a"]), Settings(project_path=folder, **values)
    )


# ---- there and back ---------------------------------------------------------------------------------------------------

names = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).filter(
        lambda name: name == name.strip() and name
    ),
    unique=True,
    max_size=9,
)
sizes = st.integers(1, 10_000)
outputs = st.one_of(
    st.builds(OutputImageBbox, st.none() | names),
    st.builds(OutputVideoBbox, st.none() | names),
    st.builds(OutputLabel, st.none() | names, sizes, sizes, st.booleans(), st.booleans()),
    st.builds(OutputImageLabel, st.sampled_from([None, "labels", "images"]), sizes, sizes, st.booleans()),
    st.builds(OutputGridBox, st.text()),
    st.just(NoOutput()),
)
inputs = st.builds(
    InputImage,
    st.sampled_from(["images", "."]),
    st.none() | sizes,
    st.none() | sizes,
    st.booleans(),
    st.booleans(),
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)))
many = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "instructions": texts.filter(lambda text: not text.strip().lower().endswith(".md")),
        "image_dir": st.sampled_from([None, "images"]),
        "label_dir": st.sampled_from([None, "labels"]),
        "result_dir": st.sampled_from([None, "results", "later/on"]),
        "im_width": sizes,
        "n_cols": sizes,
        "n_rows": st.none() | sizes,
        "done_on_next": st.booleans(),
        "overlap": st.integers(1, 9),
    },
)


@given(inputs, outputs, many)
@example(InputImage("images"), OutputImageBbox(NAMES), {"instructions": "\n\r\n\"\"\"'''\\\t\x7f\n"})
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_again(tmp_path, item, output, values):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir(exist_ok=True)
    config = Config(item, output, Settings(project_path=tmp_path, **values))
    (tmp_path / FILE).unlink(missing_ok=True)
    write(tmp_path, config)
    assert read(tmp_path) == config
    first = (tmp_path / FILE).read_bytes()
    if sys.version_info >= (3, 11):  # a foreign reader sees the same
        import tomllib

        assert tomllib.loads(first.decode()) == tomlkit.parse(first.decode()).unwrap()
    write(tmp_path, config)
    assert (tmp_path / FILE).read_bytes() == first


@given(outputs, outputs, many, many)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_over_another_file_as_well(tmp_path, before, after, some, others):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir(exist_ok=True)
    write(tmp_path, Config(InputImage("images"), before, Settings(project_path=tmp_path, **some)))
    config = Config(InputImage("."), after, Settings(project_path=tmp_path, **others))
    write(tmp_path, config)
    assert read(tmp_path) == config


def test_comments_and_order_stay(folder):
    put(
        folder,
        "# ours\n[output]  # what\nclasses = ['a'] # one\ntype='OutputImageBbox'\n\n"
        "[input]\n# where\nimage_dir = 'images'\ntype = 'InputImage'\n",
    )
    before = (folder / FILE).read_text()
    write(folder, read(folder))
    assert (folder / FILE).read_text() == before
    write(folder, make(folder, OutputImageBbox(["a", "b"]), overlap=2))
    after = (folder / FILE).read_text()
    assert all(words in after for words in ("# ours", "# what", "# where", "overlap = 2"))
    assert read(folder).output.classes == ["a", "b"]


def test_true_is_not_one(folder):
    put(folder, PLAIN + 'recursive = true\n[output]\ntype = "OutputLabel"\nlabel_width = 1\n')
    config = read(folder)
    write(folder, config._replace(input=InputImage("images", image_width=1, recursive=False)))
    assert read(folder).input == InputImage("images", image_width=1)


def test_the_front_door(folder, monkeypatch):
    annotator = Annotator(
        InputImage("images"), OutputImageBbox(NAMES), Settings(folder, author="Ann", title="T")
    )
    assert annotator.write_config() == folder / FILE
    again = Annotator.open(folder)
    assert (again.input_item, again.output_item) == (annotator.input_item, annotator.output_item)
    assert (again.settings.title, again.settings.author) == ("T", None)
    monkeypatch.chdir(folder)
    assert Annotator.open().settings.project_path == Path()


def test_data_beside_the_project_are_found_again(folder, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    (other / "photos").mkdir()
    monkeypatch.chdir(other)  # as in `InputImage("photos")` beside a notebook
    write(folder, make(folder)._replace(input=InputImage("photos")))
    assert vars(read(folder).input)["image_dir"] == (other / "photos").as_posix()
    write(folder, make(folder)._replace(input=InputImage(folder / "images")))
    assert vars(read(folder).input)["image_dir"] == "images"


def test_an_input_of_somebody_elses(folder):
    @dataclass(frozen=True)
    class InputScan(Input):
        image_dir: str = "scans"
        depth: float = 1.5
        planes: list[int] | None = None

    config = Config(InputScan("images", 2, [1, 2]), NoOutput(), Settings(project_path=folder))
    write(folder, config)
    assert read(folder) == config
    put(folder, '[input]\ntype = "InputScan"\nimage_dir = "images"\nplanes = ["x"]\n')
    with pytest.raises(ConfigError, match="planes"):
        read(folder)


def test_a_package_is_loaded_when_its_class_is_named(folder, monkeypatch):
    class Point:
        def load(self):
            @dataclass(frozen=True)
            class OutputOfAPackage(Output):
                depth: int = 1

            kept.append(OutputOfAPackage)

    class Broken:
        def load(self):
            raise RuntimeError("broken")

    kept: list[type] = []
    monkeypatch.setattr(declared, "entry_points", lambda group: [Broken(), Point()])
    put(folder, PLAIN + '[output]\ntype = "OutputOfAPackage"\ndepth = 3\n')
    assert read(folder).output == kept[0](3)
    assert len(kept) == 1


# ---- what is wrong is said ------------------------------------------------------------------------------------------

BROKEN = {
    "not TOML": ("[input\n", "not readable as TOML", "line"),
    "cut short": ('[input]\ntype = "Inp', "not readable as TOML", FILE),
    "twice": (PLAIN + "image_dir = 'x'\n", "not readable as TOML", "image_dir"),
    "no input": ("[output]\ntype = 'NoOutput'\n", "no table [input]", "image_dir"),
    "a table's name": (PLAIN + "[ouput]\n", "no table `ouput`", "Did you mean `output`?"),
    "no table": ("input = 'images'\n", "'images'", "expected a table"),
    "no type": ('[input]\nimage_dir = "images"\n', "[input] type is None", "InputImage"),
    "a type": ('[input]\ntype = "InputImages"\n', "'InputImages'", "Did you mean 'InputImage'?"),
    "a type that is none": ('[input]\ntype = 3\n', "[input] type is 3", "InputImage"),
    "an inner class": (PLAIN + '[output]\ntype = "Labels"\n', "'Labels'", "OutputLabel"),
    "a field": (PLAIN + "image_with = 3\n", "`image_with`", "Did you mean `image_width`?"),
    "a word for a number": (PLAIN + "image_width = 'wide'\n", "'wide'", "expected a whole number"),
    "a word for yes": (PLAIN + "recursive = 'yes'\n", "'yes'", "expected true or false"),
    "true for a number": (PLAIN + "image_width = true\n", "[input] image_width is True", "whole number"),
    "no size": (PLAIN + "image_width = 0\n", "[input]", "whole number of CSS pixels"),
    "no list": (PLAIN + "[output]\ntype='OutputImageBbox'\nclasses='a'\n", "classes is 'a'", "a list of texts"),
    "a class twice": (PLAIN + "[output]\ntype='OutputImageBbox'\nclasses=['a','a']\n", "[output]", "Twice: a."),
    "an empty class": (PLAIN + "[output]\ntype='OutputImageBbox'\nclasses=['']\n", "[output]", "''"),
    "a setting": (PLAIN + "[settings]\nn_coils = 3\n", "`n_coils`", "Did you mean `n_cols`?"),
    "overlap": (PLAIN + "[settings]\noverlap = 0\n", "[settings]", "at least 1"),
    "an author": (PLAIN + "[settings]\nauthor = 'Ann'\n", "`author`", "link of each person"),
    "a title elsewhere": (PLAIN + "[settings]\ntitle = 'T'\n", "`title`", "stands in [project]"),
    "no folder": ("[input]\ntype='InputImage'\nimage_dir='imags'\n", "'imags'", "there is no"),
    "the empty path": ("[input]\ntype='InputImage'\nimage_dir=''\n", "image_dir is ''", '"."'),
    "out by dots": (PLAIN.replace("images", "../images"), "'../images'", "without '..'"),
    "results elsewhere": (PLAIN + "[settings]\nresult_dir='/tmp/x'\n", "'/tmp/x'", "within the project"),
    "results at home": (PLAIN + "[settings]\nresult_dir='~/x'\n", "'~/x'", "within the project"),
    "labels by dots": (
        PLAIN + "[output]\ntype='OutputImageLabel'\nlabel_dir='a/../../b'\n", "[output] label_dir", "without '..'",
    ),
    "no instructions": (PLAIN + "[project]\ninstructions='todo.md'\n", "'todo.md'", "There is no such file"),
    "instructions elsewhere": (
        PLAIN + "[project]\ninstructions='../secret.md'\n", "[project] instructions", "without '..'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_broken_files_are_refused_in_words(folder, what):
    text, *words = BROKEN[what]
    put(folder, text)
    with pytest.raises((ConfigError, MissingFolder)) as refusal:
        read(folder)
    assert [word for word in [*words, FILE] if word not in str(refusal.value)] == []


def test_a_missing_folder_names_what_is_near(folder):
    (folder / "images" / "a.png").write_bytes(b"x")
    put(folder, PLAIN.replace("images", "imgs"))
    with pytest.raises(MissingFolder, match="images"):
        read(folder)


def test_no_project(tmp_path):
    with pytest.raises(ConfigError, match="ipyannotator init"):
        read(tmp_path)
    with pytest.raises(MissingFolder, match="nowhere"):
        read(tmp_path / "nowhere")


def test_other_encodings(folder):
    (folder / FILE).write_bytes(b"\xef\xbb\xbf" + PLAIN.encode())  # as Notepad writes it
    assert read(folder).input == InputImage("images")
    (folder / FILE).write_bytes(b"# \xff\n" + PLAIN.encode())
    with pytest.raises(ConfigError, match="UTF-8"):
        read(folder)


@given(st.text(st.sampled_from("[]{}=.,\"'#\n\\ tinputype0123456789-:TZ_+xu"), max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_stands_there_is_told_in_words(folder, text):
    for content in (text, PLAIN + text):
        (folder / FILE).write_bytes(content.encode())
        try:
            found: object = read(folder)
        except (ConfigError, MissingFolder) as error:
            found = error
        assert isinstance(found, Config) or FILE in str(found)


def test_a_broken_file_is_not_written_over(folder):
    put(folder, "[input\n")
    with pytest.raises(ConfigError):
        write(folder, make(folder))
    assert (folder / FILE).read_text() == "[input\n"


def test_what_cannot_stand_in_the_file(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for config in (
        make(folder, OutputImageLabel(other)),
        make(folder, result_dir=str(other)),
        make(folder, title="\ud800"),
        make(folder, instructions=other / "a.md"),
    ):
        with pytest.raises(InvalidValue):
            write(folder, config)
    assert not (folder / FILE).exists()


def test_a_class_of_no_name_cannot_be_written(folder):
    class Odd(Output):
        pass

    with pytest.raises(InvalidValue, match="dataclass"):
        write(folder, make(folder, Odd()))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(folder):
    folder.chmod(0o500)
    try:
        with pytest.raises(StoreError, match=FILE):
            write(folder, make(folder))
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize(
    ("name", "value"), [("n_cols", 0), ("n_rows", -1), ("im_width", 1.5), ("n_cols", None)]
)
def test_sizes_are_looked_at_before_anything_is_opened(name: str, value: object) -> None:
    with pytest.raises(InvalidValue, match=f"Settings.{name} is .*, expected a whole number, at least 1"):
        Settings(**{name: value})
