"""What is passed through is drawn by a real browser as Python sees it: upright, in the same colours."""

import base64

import pytest
from PIL import Image, ImageOps

from ipyannotator.sources.base import Request
from ipyannotator.sources.render import render

DRAW = """async ([mime, text]) => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], {type: mime}));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const points = [[4, 4], [bitmap.width - 5, 4], [4, bitmap.height - 5], [bitmap.width - 5, bitmap.height - 5]];
  return [bitmap.width, bitmap.height, points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data])];
}"""


def corners(path, **options):
    """Save a picture whose corners have four colours."""
    picture = Image.new("RGB", (60, 40), "white")
    for place, colour in (((0, 0), "red"), ((50, 0), "lime"), ((0, 30), "blue"), ((50, 30), "black")):
        picture.paste(colour, (*place, place[0] + 10, place[1] + 10))
    picture.convert(options.pop("mode", "RGB")).save(path, **options)
    return path


def cases(folder):
    for orientation in range(1, 9):
        tags = Image.Exif()
        tags[0x0112] = orientation
        yield corners(folder / f"turned {orientation}.jpg", quality=98, subsampling=0, exif=tags)
    yield corners(folder / "grey.jpg", mode="L", quality=98)
    yield corners(folder / "progressive.jpg", quality=98, subsampling=0, progressive=True)
    for mode in ("RGB", "RGBA", "P", "L", "LA", "1"):
        yield corners(folder / f"{mode}.png", mode=mode)
    yield corners(folder / "a.gif", mode="P")
    yield corners(folder / "a.webp", lossless=True)


def test_what_is_passed_through_is_drawn_right(browser, tmp_path):
    page = browser.new_page()
    try:
        for path in cases(tmp_path):
            media = render(str(path), path.name, Request(100, 100))
            assert media.data == path.read_bytes(), f"{path.name} is passed through"
            drawn = page.evaluate(DRAW, [media.mime, base64.b64encode(media.data).decode()])
            assert drawn[:2] == [media.width, media.height], path.name
            with Image.open(path) as picture:
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
            width, height = upright.size
            points = [(4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)]
            for point, colour in zip(points, drawn[2], strict=True):
                assert colour == pytest.approx(upright.getpixel(point), abs=12), path.name
    finally:
        page.close()
