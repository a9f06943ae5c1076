"""Example data in one call: `get_settings(DS.ARTIFICIAL_DETECTION)` makes or downloads a set and says where it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from ipyannotator.base import Settings
from ipyannotator.datasets.downloads import DOWNLOADS, ready
from ipyannotator.datasets.generators import (
    CLASS_IMAGES,
    IMAGES,
    create_color_classification,
    create_mot_ds,
    create_object_detection,
)
from ipyannotator.errors import InvalidValue

DATA = Path("data")
"""The folder of all example data, under the working directory."""

_RESULTS = "create_results"
"""Where annotating writes; the truth lies elsewhere, and stays as it is."""


class DS(Enum):
    """The example data that there are."""

    ARTIFICIAL_CLASSIFICATION = "artificial_classification"
    ARTIFICIAL_DETECTION = "artificial_detection"
    ARTIFICIAL_VIDEO = "artificial_video"
    CIFAR10 = "cifar10"
    OXFORD102 = "oxford102"
    CUB200 = "cub200"


def get_settings(dataset: DS) -> Settings:
    """Make or download a set under `data/` of the working directory; return settings for it.

    Their `project_file` holds the truth for the pictures in their `image_dir`, and their `result_dir` is
    `create_results`. A set that is there is not made or downloaded again. To annotate it from nothing, set
    `project_file` to None: otherwise `create` begins with the truth.

    Args:
        dataset: which one.

    Raises:
        InvalidValue: it is no member of `DS`.
        DownloadError: it cannot be downloaded.
        DatasetError: its folder holds something else, or cannot be written.
        MissingPackage: it is downloaded, and pooch is not installed.
    """
    if not isinstance(dataset, DS):
        raise InvalidValue("The data set", dataset, "one of " + ", ".join(f"DS.{each.name}" for each in DS))
    return _MAKERS[dataset]()


def _classification() -> Settings:
    path = DATA / DS.ARTIFICIAL_CLASSIFICATION.value
    create_color_classification(path, n_samples=50, size=(500, 500))
    return _settings(path, IMAGES, label_dir=CLASS_IMAGES, label_width=50, label_height=50)


def _detection() -> Settings:
    path = DATA / DS.ARTIFICIAL_DETECTION.value
    create_object_detection(path, n_samples=50, n_objects=5, size=(500, 500), multilabel=True)
    return _settings(path, IMAGES, label_dir=CLASS_IMAGES, label_width=50, label_height=50)


def _video() -> Settings:
    path = DATA / DS.ARTIFICIAL_VIDEO.value
    create_mot_ds(path, IMAGES, n_frames=20, occluded=True)
    return _settings(path, IMAGES, im_width=240, im_height=160)


def _cifar10() -> Settings:
    path = ready(DOWNLOADS["cifar10"], DATA)
    return _settings(
        path, "test", file="annotations_test.json", im_width=64, im_height=64, label_width=140, n_cols=8
    )


def _oxford102() -> Settings:
    return _settings(ready(DOWNLOADS["oxford102"], DATA), "jpg", label_width=160, n_cols=5)


def _cub200() -> Settings:
    return _settings(ready(DOWNLOADS["cub200"], DATA), IMAGES, label_width=200, n_cols=5)


def _settings(
    path: Path,
    image_dir: str,
    *,
    file: str = "annotations.json",
    label_dir: str | None = None,
    im_width: int = 160,
    im_height: int = 160,
    label_width: int = 50,
    label_height: int = 30,
    n_cols: int = 3,
) -> Settings:
    return Settings(
        project_path=path,
        project_file=path / file,
        image_dir=image_dir,
        label_dir=label_dir,
        result_dir=_RESULTS,
        im_width=im_width,
        im_height=im_height,
        label_width=label_width,
        label_height=label_height,
        n_cols=n_cols,
    )


_MAKERS: dict[DS, Callable[[], Settings]] = {
    DS.ARTIFICIAL_CLASSIFICATION: _classification,
    DS.ARTIFICIAL_DETECTION: _detection,
    DS.ARTIFICIAL_VIDEO: _video,
    DS.CIFAR10: _cifar10,
    DS.OXFORD102: _oxford102,
    DS.CUB200: _cub200,
}
