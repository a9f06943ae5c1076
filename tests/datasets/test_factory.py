"""`get_settings`: every set opens in an annotator and shows its truth, and annotating begins beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings, UnsupportedPair
from ipyannotator.datasets.factory import DS, get_settings
from ipyannotator.datasets.generators import create_object_detection, create_shape_color_classification
from ipyannotator.errors import DatasetError, InvalidValue
from ipyannotator.formats import original
from ipyannotator.mltypes import OutputImageLabel, OutputLabel, OutputVideoBbox

DOWNLOADED = {DS.CIFAR10: "cifar10", DS.OXFORD102: "oxford102", DS.CUB200: "cub200"}
MADE = [each for each in DS if each not in DOWNLOADED]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tqdm = pytest.importorskip("tqdm")
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)


@pytest.fixture
def settings_of(published):
    def get(dataset: DS) -> Settings:
        if dataset in DOWNLOADED:
            published(DOWNLOADED[dataset])
        return get_settings(dataset)

    return get


def explored(settings: Settings, output):
    """Return what an annotator shows of a set, only looking."""
    annotator = Annotator(InputImage(settings.image_dir), output, settings).explore()
    try:
        return annotator.to_dict()
    finally:
        annotator.close()


@pytest.mark.parametrize("dataset", DS)
def test_settings_say_where_the_set_is(dataset, settings_of):
    settings = settings_of(dataset)
    path = settings.project_path
    assert path.parts[0] == "data"
    assert len(path.parts) == 2
    assert settings.result_dir == "create_results"
    assert not settings.results.exists()
    truth = original.read(settings.project_file)
    images = sorted(each.as_posix() for each in (path / settings.image_dir).rglob("[!.]*.jpg"))
    assert sorted(truth) == images
    if settings.label_dir is not None:
        assert sorted(each.name for each in (path / settings.label_dir).iterdir()) == [
            "blue.jpg",
            "green.jpg",
            "red.jpg",
        ]
    sizes = (
        settings.im_width,
        settings.im_height,
        settings.label_width,
        settings.label_height,
        settings.n_cols,
    )
    assert all(isinstance(size, int) and size > 0 for size in sizes)


@pytest.mark.parametrize("dataset", DS)
def test_each_set_has_a_folder_of_its_own_and_is_made_once(dataset, settings_of, contents, tmp_path):
    first = settings_of(dataset)
    before = contents(tmp_path)
    assert get_settings(dataset) == first
    assert contents(tmp_path) == before


def test_all_sets_live_beside_each_other(settings_of):
    paths = [settings_of(dataset).project_path for dataset in DS]
    assert len(set(paths)) == len(DS)


OUTPUTS = {
    DS.ARTIFICIAL_CLASSIFICATION: lambda settings: OutputImageLabel(label_dir=settings.label_dir),
    DS.ARTIFICIAL_DETECTION: lambda settings: OutputImageBbox(["red", "green", "blue"]),
    DS.ARTIFICIAL_VIDEO: lambda settings: OutputVideoBbox(["circle", "ellipse", "rectangle"]),
    DS.CIFAR10: lambda settings: OutputImageLabel(),
    DS.OXFORD102: lambda settings: OutputLabel(),
    DS.CUB200: lambda settings: OutputLabel(),
}


@pytest.mark.parametrize("dataset", DS)
def test_exploring_shows_the_truth_and_changes_nothing(dataset, settings_of, contents, tmp_path):
    settings = settings_of(dataset)
    before = contents(tmp_path)
    try:
        shown = explored(settings, OUTPUTS[dataset](settings))
    except UnsupportedPair as error:
        pytest.skip(str(error))
    assert shown == original.read(settings.project_file)
    assert contents(tmp_path) == before


def test_the_boxes_of_the_birds_open_too(settings_of):
    settings = settings_of(DS.CUB200)
    settings.project_file = settings.project_path / "annotations_boxes.json"
    assert explored(settings, OutputImageBbox()) == original.read(settings.project_file)


def test_what_the_generators_make_opens_wherever_it_lies(tmp_path):
    create_object_detection(tmp_path / "far/set", 3, 4, multilabel=True)
    settings = Settings(project_path=tmp_path / "far/set", project_file=Path("annotations.json"))
    assert explored(settings, OutputImageBbox()) == original.read(tmp_path / "far/set/annotations.json")
    create_shape_color_classification("near", 3)
    settings = Settings(
        project_path=Path("near"), project_file=Path("annotations.json"), label_dir="class_images"
    )
    assert explored(settings, OutputImageLabel()) == original.read(Path("near/annotations.json"))


def test_a_folder_that_is_taken(tmp_path):
    Path("data/artificial_detection/images").mkdir(parents=True)
    Path("data/artificial_detection/annotations.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"no dataset.json says that it is example data"):
        get_settings(DS.ARTIFICIAL_DETECTION)


@pytest.mark.parametrize("wrong", ["CIFAR10", "cifar10", None, 3])
def test_what_is_no_data_set(wrong, tmp_path):
    with pytest.raises(InvalidValue, match=r"one of DS.ARTIFICIAL_CLASSIFICATION, .*DS.CUB200"):
        get_settings(wrong)
    assert list(tmp_path.iterdir()) == []
