"""How a picture is looked at, over the wire: the kernel renders anew what 8 bits cannot show, and nothing else."""

import io

import numpy as np
import pytest
from PIL import Image

from ipyannotator.errors import InvalidValue


@pytest.fixture
def deep(line):
    """A line whose item on screen has 16 bits, from 1000 at the left to 9000 at the right."""
    ramp = np.tile(np.linspace(1000, 9000, 640).astype(np.uint16), (480, 1))
    path = line.editor.source.path(line.editor.key)
    Image.fromarray(ramp).save(path, "PNG")
    return line


def shows(line):
    return [(content, buffers) for content, buffers in line.sent if content["type"] == "show"]


def tiles(line, name):
    """The tiles of a picture that came; others are the neighbours, ahead of their time."""
    return [
        each for each in line.all("media") if each[0]["id"] == name and each[0]["region"] == [0, 0, 64, 64]
    ]


def hello(line):
    line.canvas.receive({"v": 1, "type": "hello", "width": 900, "height": 600})


def test_another_window_of_values_is_another_picture(deep, eventually):
    hello(deep)
    assert eventually(lambda: shows(deep))
    deep.canvas.adjust = {"window": [1000, 2000]}
    assert eventually(lambda: len(shows(deep)) == 2)
    (first, _), (second, buffers) = shows(deep)
    assert first["media"]["id"] != second["media"]["id"]
    pixels = np.asarray(Image.open(io.BytesIO(buffers[1])).convert("L"))
    assert pixels[200, 5] < 30
    assert pixels[200, 100:].min() == 255
    tile = {
        "v": 1,
        "type": "media",
        "key": deep.editor.key,
        "width": 64,
        "height": 64,
        "region": [0, 0, 64, 64],
    }
    for shown in (first, second):
        deep.sent.clear()
        deep.canvas.receive({**tile, "id": shown["media"]["id"]})
        name = shown["media"]["id"]
        assert eventually(lambda name=name: tiles(deep, name))
        ((_, (data,)),) = tiles(deep, name)
        brightest = int(np.asarray(Image.open(io.BytesIO(data)).convert("L")).max())
        assert (brightest > 150) == (shown is second), "a tile looks as the picture that it belongs to"


def test_what_the_browser_does_by_itself_sends_nothing(deep, eventually):
    hello(deep)
    assert eventually(lambda: shows(deep))
    deep.canvas.adjust = {"brightness": 20, "gamma": 2, "invert": True}
    hello(deep)
    assert eventually(lambda: len(shows(deep)) == 2)
    (first, _), (second, _) = shows(deep)
    assert first["media"]["id"] == second["media"]["id"]


def test_it_stays_from_item_to_item_and_a_wrong_one_changes_nothing(deep):
    deep.canvas.adjust = {"window": [1, 2]}
    deep.editor.go(1)
    with pytest.raises(InvalidValue, match="gamma"):
        deep.canvas.adjust = {"gamma": -1}
    assert deep.canvas.adjust == {"window": [1.0, 2.0]}


def test_a_tile_that_cannot_be_read_says_which_it_was(line, eventually):
    hello(line)
    assert eventually(lambda: shows(line))
    media = shows(line)[0][0]["media"]
    line.editor.source.path(line.editor.key).write_bytes(b"gone")
    line.sent.clear()
    line.canvas.receive({
        "v": 1, "type": "media", "id": media["id"], "key": line.editor.key, "width": 64, "height": 64,
        "region": [64, 0, 64, 64],
    })  # fmt: skip
    assert eventually(lambda: [each for each, _ in line.sent if each["type"] == "media" and each["problem"]])
    (answer,) = [each for each, _ in line.sent if each["type"] == "media" and each["problem"]]
    assert answer["region"] == [64, 0, 64, 64]
