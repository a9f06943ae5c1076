"""Small pictures: what they show, for one decoding, and which are made first."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator.errors import MediaError
from ipyannotator.sources import ImageSource, crops, opening, thumbnails
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.crops import Cutter
from ipyannotator.sources.thumbnails import Made, Thumbnails, Wanted


def soon(ask: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


def quarters(path: Path, size: tuple[int, int] = (200, 100), **options: Any) -> None:
    """Write a picture with a red, a green, a blue and a white quarter."""
    image = Image.new("RGB", size, "white")
    half = size[0] // 2, size[1] // 2
    image.paste("red", (0, 0, *half))
    image.paste("green", (half[0], 0, size[0], half[1]))
    image.paste("blue", (0, half[1], half[0], size[1]))
    image.save(path, **options)


def colour(media: Any, at: tuple[float, float] = (0.5, 0.5)) -> tuple[int, ...]:
    assert isinstance(media, Media), media
    image = Image.open(io.BytesIO(media.data)).convert("RGB")
    pixel = image.getpixel((int(image.width * at[0]), int(image.height * at[1])))
    assert isinstance(pixel, tuple)
    return tuple(round(each / 128) * 128 if each > 32 else 0 for each in pixel)


RED, GREEN, BLUE = (256, 0, 0), (0, 128, 0), (0, 0, 256)


def test_parts_of_a_picture_are_what_they_say(tmp_path: Path) -> None:
    quarters(tmp_path / "a.png")
    source = ImageSource(tmp_path)
    red, green, edge, whole = source.crops(
        "a.png", [(10, 10, 40, 20), (120, 5, 40, 40), (-50, 60, 100, 100), None], 64
    )
    assert colour(red) == RED
    assert isinstance(red, Media)
    assert red.region == (10, 10, 40, 20)
    assert Image.open(io.BytesIO(red.data)).size == (40, 20), "nothing is enlarged"
    assert colour(green) == GREEN
    assert colour(edge) == BLUE
    assert isinstance(edge, Media)
    assert edge.region == (0, 60, 50, 40), "cut at the image's edges"
    assert isinstance(whole, Media)
    assert (whole.width, whole.height) == (200, 100)
    assert Image.open(io.BytesIO(whole.data)).size == (64, 32)
    source.close()


def test_a_turned_photograph_is_cut_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # turned by 90° clockwise: the blue quarter is at the top left
    quarters(tmp_path / "a.jpg", (2000, 1000), quality=95, exif=exif)
    source = ImageSource(tmp_path)
    blue, red = source.crops("a.jpg", [(50, 50, 400, 400), (600, 50, 300, 800)], 32)
    assert (colour(blue), colour(red)) == (BLUE, RED)
    assert isinstance(blue, Media)
    assert (blue.width, blue.height) == (1000, 2000)
    source.close()


def test_what_lies_outside_and_what_is_broken(tmp_path: Path) -> None:
    quarters(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    source = ImageSource(tmp_path)
    outside, inside = source.crops("a.png", [(500, 500, 10, 10), (0, 0, 10, 10)], 64)
    assert isinstance(outside, MediaError)
    assert isinstance(inside, Media)
    with pytest.raises(MediaError, match=r"b\.png"):
        source.crops("b.png", [None], 64)
    source.close()


def test_one_decoding_does_for_many_and_memory_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        quarters(tmp_path / f"{name}.png", (400, 400))
    opened: list[str] = []
    real = opening.open_picture

    def noted(file: Any, key: str) -> Any:
        opened.append(key)
        return real(file, key)

    monkeypatch.setattr(crops, "open_picture", noted)
    cutter = Cutter(memory_bytes=2 * 400 * 400 * 4)
    for name in ("a", "a", "b", "a", "c", "b"):
        cutter.crops(str(tmp_path / f"{name}.png"), name, "1", [(0, 0, 90, 90), (9, 9, 50, 50)], 64)
    assert opened == ["a", "b", "c", "b"], "b was the one that was not used for longest"
    cutter.crops(str(tmp_path / "a.png"), "a", "2", [None], 64)
    assert opened[-1] == "a", "another file of the same name"


class Slow:
    """A source that makes one item at a time, when it is let, and has no `crops`."""

    location = "somewhere"

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)
        self.asked: list[str] = []

    def stamp(self, key: str) -> str:
        return key

    def media(self, key: str, request: Request) -> Media:
        self.asked.append(key)
        assert self.go.acquire(timeout=20)
        if key == "bad":
            raise ValueError("strange")
        return Media("image/png", b"x" * 100, 10, 10, request.region or (0, 0, 10, 10))


def wanted(*keys: str) -> list[Wanted]:
    return [Wanted(key, None, 64) for key in keys]


def test_what_is_wanted_now_comes_first_and_what_has_scrolled_by_is_not_made() -> None:
    source, made = Slow(), list[tuple[Wanted, Any]]()
    thumbs = Thumbnails(source, made.extend)
    thumbs.want(wanted(*(f"old{at}" for at in range(50))))
    assert soon(lambda: len(source.asked) == 2)
    thumbs.want(wanted("new1", "bad", "new2", "old0"))
    source.go.release(50)
    assert soon(lambda: len(made) == 5)
    assert sorted(source.asked[:2]) == ["old0", "old1"]
    assert sorted(source.asked[2:]) == ["bad", "new1", "new2"], "old0 was being made already"
    problems = {each.key: media for each, media in made if isinstance(media, MediaError)}
    assert list(problems) == ["bad"]
    assert "strange" in str(problems["bad"])
    thumbs.want(wanted("new1"))
    assert soon(lambda: len(made) == 6)
    assert len(source.asked) == 5, "it was kept"
    thumbs.close()
    thumbs.want(wanted("new9"))
    assert len(source.asked) == 5


def test_what_was_dear_is_there_at_the_second_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "_EXPENSIVE", 0.0)
    photos = tmp_path / "photos"
    photos.mkdir()
    quarters(photos / "a.png")
    for turn in range(2):
        source = ImageSource(photos)
        if turn:
            monkeypatch.setattr(source, "crops", lambda *_: pytest.fail("it was made again"))
        made: Made = []
        thumbs = Thumbnails(source, made.extend, tmp_path / "cache")
        thumbs.want([Wanted("a.png", (10, 10, 40, 20), 64)])
        assert soon(made.copy)
        assert colour(made[0][1]) == RED
        thumbs.close()
        source.close()
