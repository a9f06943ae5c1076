"""supervision and Datumaro find in what we write exactly the boxes that were annotated.

Their requirements do not go together with ours, so they get an environment of their own, which needs the network.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.formats import FORMATS, Content, Sample, Thing
from ipyannotator.model import Box

READER = Path(__file__).with_name("foreign_reader.py")
CLASSES = ["car", "bus", "white van"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the libraries."""
    folder = tmp_path_factory.mktemp("libraries")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "supervision>=0.31,<0.32", "datumaro>=1.13,<1.14"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    if done.returncode:
        pytest.skip(f"The libraries cannot be installed here: {done.stderr[-300:]}")
    return python


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Pictures of several sizes with boxes to the pixel, one of them with none."""
    folder, chance, made = tmp_path_factory.mktemp("pictures"), random.Random(1), []  # noqa: S311 - no secret
    for number in range(8):
        width, height = chance.randint(200, 800), chance.randint(200, 800)
        file = folder / f"picture_{number}.jpg"
        Image.new("RGB", (width, height), "teal").save(file)
        things = []
        for _ in range(number * 2):
            left, right = sorted(chance.sample(range(width), 2))
            top, bottom = sorted(chance.sample(range(height), 2))
            things.append(Thing(Box(left, top, right - left, bottom - top), chance.choice(CLASSES)))
        made.append(Sample(file.name, width, height, tuple(things), file=file, number=number + 1))
    return made


@pytest.mark.parametrize(
    ("library", "form"),
    [
        ("supervision", "coco"),
        ("supervision", "yolo"),
        ("supervision", "voc-devkit"),  # it counts the first pixel as 1, as the challenge did
        ("datumaro", "coco"),
        ("datumaro", "yolo"),
        ("datumaro", "voc"),
        ("datumaro", "cvat"),
        ("datumaro", "open-images"),
    ],
)
def test_it_finds_the_same_boxes(
    python: Path, samples: list[Sample], tmp_path: Path, library: str, form: str
) -> None:
    out = tmp_path / "out"
    FORMATS.get(form).write(out, Content(list(CLASSES), samples), images="copy")
    done = subprocess.run(
        [python, READER, library, form, out], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert sorted(found) == sorted(sample.name for sample in samples)
    for sample in samples:
        wanted = sorted(
            [
                thing.label,
                thing.shape.x,
                thing.shape.y,
                thing.shape.x + thing.shape.width,
                thing.shape.y + thing.shape.height,
            ]
            for thing in sample.things
            if isinstance(thing.shape, Box)
        )
        ours = sorted([name, *(round(side, 2) for side in sides)] for name, *sides in found[sample.name])
        assert ours == wanted, sample.name
