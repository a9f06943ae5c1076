"""A folder of pictures as it really comes: broken, strange, turned, small and badly named ones among good ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIZE = (120, 80)
MARK = (20, 10, 50, 40)
"""Left, top, right, bottom of what is painted on the pictures, as a person sees them."""


def picture(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", SIZE, (40, 60, 80))
    ImageDraw.Draw(image).rectangle((*MARK[:2], MARK[2] - 1, MARK[3] - 1), fill=(230, 220, 40))
    return image.convert(mode)


def _truncated(path: Path) -> None:
    picture().save(path, quality=95)
    path.write_bytes(path.read_bytes()[:900])


def _turned(path: Path) -> None:
    """Stored lying on its side; orientation 6 says to turn it clockwise by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture().transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)


def _deep(path: Path) -> None:
    grey = np.asarray(picture("L"), dtype=np.uint16) * 100
    Image.fromarray(grey).save(path)


def _animated(path: Path) -> None:
    first = picture("P")
    first.save(path, save_all=True, append_images=[Image.new("P", SIZE, 3)], duration=100)


def _in_mode(mode: str) -> Callable[[Path], None]:
    return lambda path: picture(mode).save(path)


def _holding(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


GOOD: dict[str, Callable[[Path], None]] = {
    "one channel.png": _in_mode("L"),
    "16 bit.png": _deep,
    "animated.gif": _animated,
    "cmyk.jpg": _in_mode("CMYK"),
    "palette.png": _in_mode("P"),
    "plain.jpg": _in_mode("RGB"),
    "rgba.png": _in_mode("RGBA"),
    "tiff.tif": _in_mode("RGB"),
    "turned by exif.jpg": _turned,
    "webp.webp": _in_mode("RGB"),
    "a 'quoted' \"name\".jpg": _in_mode("RGB"),
    "50% #1 & <b>.jpg": _in_mode("RGB"),
    "😀 Cafe\u0301.jpg": _in_mode("RGB"),
    "UPPER.JPG": _in_mode("RGB"),
    "upper.jpg": _in_mode("RGB"),
}
"""By file name; the accent of the emoji's one is decomposed, as a Mac writes it."""

TINY = "tiny.png"
BAD: dict[str, Callable[[Path], None]] = {
    "corrupt.jpg": _holding(b"\xff\xd8\xff\xe0 no picture at all" * 20),
    "empty.jpg": _holding(b""),
    "text.png": _holding(b"I am a text"),
    "truncated.jpg": _truncated,
}
IN_THE_WAY = {
    ".DS_Store": b"\x00\x00\x00\x01Bud1",
    "notes.txt": b"a text",
    ".hidden.jpg": b"",
    "Thumbs.db": b"x",
}


def fill(folder: Path) -> Path:
    """Write all of them into a folder; return it."""
    folder.mkdir(parents=True)
    for name, write in (GOOD | BAD).items():
        write(folder / name)
    Image.new("RGB", (3, 2), "red").save(folder / TINY)
    for name, data in IN_THE_WAY.items():
        (folder / name).write_bytes(data)
    return folder
