"""What the fill and the cut take of a picture."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ipyannotator.assist import Prompt, flood_fill, grab_cut
from ipyannotator.assist.filling import connected, filled
from ipyannotator.assist.grabbing import grabbed
from ipyannotator.assist.prompt import prompt_of
from ipyannotator.errors import InvalidValue, MissingPackage


def on(*points, box=None):
    return Prompt(tuple((x, y, True) for x, y in points), box)


@pytest.fixture
def picture() -> np.ndarray:
    """Two red squares of 20 pixels on white, the right one with a hole of 4."""
    array = np.full((60, 100, 3), 255, np.uint8)
    array[10:30, 10:30] = (200, 20, 20)
    array[10:30, 60:80] = (190, 25, 20)
    array[18:22, 68:72] = 255
    return array


class TestFill:
    def test_takes_what_hangs_together_and_leaves_holes(self, picture):
        taken = filled(picture, on((65, 12)), 10)
        assert taken.sum() == 20 * 20 - 4 * 4
        assert taken[10:30, 60:80].sum() == taken.sum()

    def test_several_points_are_one_thing_and_the_background_is_one(self, picture):
        assert filled(picture, on((15, 15), (65, 12)), 10).sum() == 400 + 384
        assert filled(picture, on((0, 0)), 10).sum() == 60 * 100 - 800

    def test_the_tolerance_decides(self, picture):
        assert filled(picture, on((0, 0)), 100).all()
        assert filled(picture, on((15, 15)), 0).sum() == 400

    def test_a_box_holds_it_in_and_its_middle_is_the_seed(self, picture):
        assert filled(picture, Prompt((), (0, 0, 25, 25)), 10).sum() == 15 * 15
        assert filled(picture, on((0, 0), box=(0, 0, 10, 60)), 10).sum() == 600

    def test_what_is_nearer_to_what_does_not_belong_is_left_out(self):
        ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (10, 1))
        everything = filled(ramp, on((0, 5)), 100)
        less = filled(ramp, Prompt(((0, 5, True), (99, 5, False))), 100)
        assert everything.all()
        assert less[:, :50].all()
        assert not less[:, 51:].any()

    @pytest.mark.parametrize("prompt", [on((500, 3)), on((-1, -1)), Prompt((), (300, 300, 5, 5)), Prompt()])
    def test_outside_the_picture_there_is_nothing(self, picture, prompt):
        assert not filled(picture, prompt, 10).any()

    def test_sixteen_bits_go_by_their_own_range(self):
        deep = np.full((20, 20), 1000, np.uint16)
        deep[5:15, 5:15] = 1100
        assert filled(deep, on((7, 7)), 20).sum() == 100

    @pytest.mark.parametrize("tolerance", [-1, 101, float("nan"), "12", True])
    def test_no_percentage_is_refused(self, tolerance):
        with pytest.raises(InvalidValue, match="a percentage"):
            flood_fill(tolerance)

    def test_it_is_what_a_plain_search_finds(self):
        taken = np.random.default_rng(1).random((40, 50)) < 0.6
        plain = np.zeros_like(taken)
        todo = [(25, 20)]
        while todo:
            x, y = todo.pop()
            if 0 <= x < 50 and 0 <= y < 40 and taken[y, x] and not plain[y, x]:
                plain[y, x] = True
                todo += [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]
        assert (connected(taken, [(25, 20)]) == plain).all()


class TestCut:
    @pytest.fixture
    def cv2(self):
        return pytest.importorskip("cv2")

    @pytest.fixture
    def disc(self):
        noise = np.random.default_rng(2).integers(0, 30, (200, 300, 3), np.uint8)
        image = Image.fromarray(noise + np.array([20, 90, 40], np.uint8))
        ImageDraw.Draw(image).ellipse((100, 50, 180, 130), fill=(220, 60, 60))
        truth = Image.new("1", image.size)
        ImageDraw.Draw(truth).ellipse((100, 50, 180, 130), fill=1)
        return image, np.asarray(truth)

    @pytest.mark.parametrize("prompt", [Prompt((), (90, 40, 100, 100)), on((140, 90))])
    def test_a_disc_is_cut_out_by_a_box_and_by_a_click(self, cv2, disc, prompt):
        image, truth = disc
        found = grabbed(cv2, image, prompt, 4)
        assert (found & truth).sum() / (found | truth).sum() > 0.95

    def test_a_large_picture_is_answered_in_its_own_pixels(self, cv2, disc):
        image, truth = disc
        large = image.resize((3000, 2000))
        found = grabbed(cv2, large, Prompt((), (900, 400, 1000, 1000)), 2)
        assert found.shape == (2000, 3000)
        assert 0.8 < found.sum() / (truth.sum() * 100) < 1.2

    @pytest.mark.parametrize("prompt", [on((900, 900)), Prompt((), (900, 900, 5, 5)), Prompt()])
    def test_outside_the_picture_there_is_nothing(self, cv2, disc, prompt):
        assert not grabbed(cv2, disc[0], prompt, 1).any()

    def test_a_box_of_all_of_a_picture_is_no_failure(self, cv2):
        assert grabbed(cv2, Image.new("RGB", (8, 8)), Prompt((), (0, 0, 8, 8)), 1).shape == (8, 8)

    def test_without_opencv_the_error_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "cv2", None)
        with pytest.raises(MissingPackage, match=r"ipyannotator\[assist\]"):
            grab_cut()

    def test_no_round_is_refused(self):
        with pytest.raises(InvalidValue, match="above 0"):
            grab_cut(0)


@pytest.mark.parametrize(
    ("points", "box"),
    [
        (None, None),
        ([], None),
        ([[1, 2]], None),
        ([[1, 2, 1]], None),
        ([[1, float("nan"), True]], None),
        ([], [1, 2, 0, 4]),
        ([], [1, 2, 3]),
        ([], "box"),
    ],
)
def test_a_prompt_that_is_none_is_refused(points, box):
    with pytest.raises(InvalidValue):
        prompt_of(points, box)
