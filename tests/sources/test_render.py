import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFile

from ipyannotator.errors import InvalidValue, MediaError
from ipyannotator.sources import opening
from ipyannotator.sources.base import Request
from ipyannotator.sources.render import content_hash, facts, render

LARGE = Request(4096, 4096)
OPEN = Path("/proc/self/fd")


def colours(width=120, height=80):
    """A picture in which every place has its own colour, smooth enough for JPEG."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.dstack([across, down, 255 - across]).astype(np.uint8))


def shown(media):
    return Image.open(io.BytesIO(media.data))


def look(path, request=LARGE):
    media = render(str(path), path.name, request)
    picture = shown(media)
    picture.load()
    return media, picture


def differ(one, other):
    """The mean difference of two pictures, per channel, of 255."""
    assert one.size == other.size
    return float(np.mean(np.asarray(ImageChops.difference(one.convert("RGB"), other.convert("RGB")))))


def save(picture, path, **options):
    picture.save(path, **options)
    return path


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


TURNED_BACK = {
    1: [],
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}


def stored(upright, orientation):
    """Return the pixels that a camera stores for an upright picture with this orientation."""
    for turn in TURNED_BACK[orientation]:
        upright = upright.transpose(turn)
    return upright


@pytest.mark.parametrize(
    ("name", "mode", "mime"),
    [
        ("a.jpg", "RGB", "image/jpeg"),
        ("a.jpg", "L", "image/jpeg"),
        ("a.png", "RGB", "image/png"),
        ("a.png", "RGBA", "image/png"),
        ("a.png", "P", "image/png"),
        ("a.png", "1", "image/png"),
        ("a.gif", "P", "image/gif"),
        ("a.webp", "RGB", "image/webp"),
    ],
)
def test_what_a_browser_draws_is_passed_through(tmp_path, name, mode, mime):
    path = save(colours().convert(mode), tmp_path / name)
    media = render(str(path), name, Request(120, 80))
    assert media == (mime, path.read_bytes(), 120, 80, (0, 0, 120, 80), "")


def test_no_larger_than_requested(tmp_path):
    for name in ("a.jpg", "a.png", "a.gif", "a.webp"):
        path = save(colours(400, 200), tmp_path / name)
        media, picture = look(path, Request(100, 100))
        assert picture.size == (100, 50), name
        assert (media.width, media.height, media.region) == (400, 200, (0, 0, 400, 200))
        assert differ(picture, colours(400, 200).resize((100, 50))) < 4


def test_a_strip_keeps_at_least_a_pixel(tmp_path):
    for size in ((3000, 1), (1, 3000)):
        for name in ("a.png", "a.jpg"):
            _, picture = look(save(Image.new("RGB", size, "red"), tmp_path / name), Request(50, 50))
            assert picture.size == (min(50, size[0]), min(50, size[1]))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "raw.tif"])
def test_exif_orientation(tmp_path, name, orientation):
    upright = colours(120, 80)
    options = {"exif": exif(orientation)}
    if name == "a.jpg":
        options["quality"] = 95
    if name == "a.webp":
        options["lossless"] = True
    if name == "a.tif":
        options["compression"] = "tiff_deflate"
    path = save(stored(upright, orientation), tmp_path / name, **options)
    assert facts(str(path), name) == {"width": 120, "height": 80, "hash": content_hash(str(path))}
    for request, size in ((LARGE, (120, 80)), (Request(60, 60), (60, 40)), (Request(20, 90), (20, 13))):
        media, picture = look(path, request)
        assert (media.width, media.height, media.region) == (120, 80, (0, 0, 120, 80))
        if media.data == path.read_bytes():  # the browser turns it
            assert name == "a.jpg" or orientation == 1
            for turn in TURNED_BACK[{6: 8, 8: 6}.get(orientation, orientation)]:
                picture = picture.transpose(turn)
        assert differ(picture, upright.resize(size, Image.Resampling.LANCZOS)) < 4
    media, picture = look(path, Request(100, 100, (29.5, 10, 60, 20.2)))
    assert media.region == (29, 10, 61, 21)
    assert differ(picture, upright.crop((29, 10, 90, 31))) < 4


def test_orientation_stored_after_the_pixels_of_a_png(tmp_path):
    data = save(colours(), tmp_path / "a.png").read_bytes()
    tags = exif(6).tobytes()[6:]
    chunk = struct.pack(">I", len(tags)) + b"eXIf" + tags
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    (tmp_path / "a.png").write_bytes(data[:-12] + chunk + data[-12:])
    media, picture = look(tmp_path / "a.png")
    assert (media.width, media.height) == picture.size == (80, 120)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_hide_the_picture(tmp_path):
    path = save(colours(), tmp_path / "a.jpg", exif=b"Exif\0\0" + b"MM\0*\xff\xff\xff\xff" + b"x" * 40)
    assert look(path)[1].size == (120, 80)
    assert look(path, Request(60, 60))[1].size == (60, 40)


def test_regions_are_cut_at_full_resolution(tmp_path):
    detail = np.zeros((2000, 3000, 3), np.uint8)
    detail[1000:1010, 2000:2010] = (255, 0, 0)
    path = save(Image.fromarray(detail), tmp_path / "a.png")
    media, picture = look(path, Request(40, 40, (1995, 995, 20, 20)))
    assert (picture.size, media.region) == ((20, 20), (1995, 995, 20, 20))
    assert picture.convert("RGB").getpixel((6, 6)) == (255, 0, 0)
    assert picture.convert("RGB").getpixel((2, 2)) == (0, 0, 0)
    media, picture = look(path, Request(300, 300, (-50, 1500, 1e6, 1e6)))
    assert (picture.size, media.region) == ((300, 50), (0, 1500, 3000, 500))


def test_a_large_region_of_a_jpeg_lies_where_it_says(tmp_path):
    full = colours(2001, 1501)
    path = save(full, tmp_path / "a.jpg", quality=95)
    _, picture = look(path, Request(150, 150, (501, 301, 1200, 1200)))
    assert differ(picture, full.crop((501, 301, 1701, 1501)).resize((150, 150))) < 2


def test_a_region_outside_is_refused(tmp_path):
    path = save(colours(), tmp_path / "a.png")
    with pytest.raises(InvalidValue, match="120 by 80"):
        render(str(path), "a.png", Request(9, 9, (500, 0, 5, 5)))


def deep(path, values):
    """Write 16-bit grey values, or 32-bit, or floats."""
    Image.fromarray(values).save(path)
    return path


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [
        ("a.png", np.uint16, 300, 4000),
        ("a.tif", np.uint16, 0, 65535),
        ("a.tif", np.int32, -5, 2_000_000_000),
        ("b.tif", np.int32, 2_000_000_000, 2_000_000_200),
        ("a.tif", np.float32, -0.001, 0.001),
    ],
)
def test_deep_gradients_are_seen(tmp_path, name, kind, low, high):
    values = np.linspace(low, high, 200 * 100).reshape(100, 200).astype(kind)
    for request, size in ((LARGE, (200, 100)), (Request(100, 100), (100, 50))):
        media, picture = look(deep(tmp_path / name, values), request)
        assert picture.size == size
        grey = np.asarray(picture.convert("L")).astype(int)
        assert grey[0].max() < 12
        assert grey[-1].min() > 243
        assert abs(grey.mean() - 127) < 3
        assert (np.diff(grey.mean(axis=1)) >= -0.5).all()
        assert "as white" in media.note


def test_a_region_is_stretched_like_the_whole(tmp_path):
    values = np.linspace(0, 4000, 200 * 100).reshape(100, 200).astype(np.uint16)
    path = deep(tmp_path / "a.png", values)
    _, whole = look(path)
    _, part = look(path, Request(500, 500, (20, 40, 50, 30)))
    assert differ(part, whole.crop((20, 40, 70, 70))) == 0


def test_bright_points_on_an_even_ground(tmp_path):
    values = np.full((2000, 2000), 7, np.uint16)
    values[1001, 1003] = 90
    _, picture = look(deep(tmp_path / "a.tif", values), Request(100, 100, (1000, 1000, 10, 10)))
    assert picture.convert("L").getpixel((3, 1)) == 255
    assert picture.convert("L").getpixel((0, 0)) == 0


@pytest.mark.parametrize("value", [0, 17, np.nan, np.inf])
def test_even_and_undefined_values(tmp_path, value):
    kind = np.float32 if isinstance(value, float) else np.uint16
    _, picture = look(deep(tmp_path / "a.tif", np.full((9, 9), value, kind)))
    assert set(picture.convert("L").tobytes()) == {128}


def test_gaps_in_decimal_values(tmp_path):
    values = np.linspace(0, 1, 10000, dtype=np.float32).reshape(100, 100)
    values[50] = np.nan
    _, picture = look(deep(tmp_path / "a.tif", values))
    grey = np.asarray(picture.convert("L"))
    assert (grey[50] == 0).all()
    assert grey[99, 99] == 255


def png16(path, values):
    """Write a PNG of 16 bits per channel, which Pillow cannot."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    head = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path.write_bytes(data)
    return path


def test_deep_colours_that_fill_only_the_lower_bits(tmp_path):
    ramp = np.linspace(0, 4095, 100)[None, :, None].repeat(50, 0).repeat(3, 2)
    media, picture = look(png16(tmp_path / "a.png", ramp))
    assert picture.convert("RGB").getpixel((99, 10)) == (255, 255, 255)
    assert "brightened" in media.note
    media, picture = look(png16(tmp_path / "b.png", np.dstack([ramp * 16, np.full((50, 100), 65535)])))
    assert picture.convert("RGB").getpixel((50, 10))[0] in range(125, 132)
    assert "brightened" not in media.note


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk(tmp_path, name):
    path = save(colours().convert("CMYK"), tmp_path / name)
    for request in (LARGE, Request(60, 60)):
        media, picture = look(path, request)
        assert (picture.mode, media.data == path.read_bytes()) == ("RGB", False)
        assert differ(picture, colours().resize(picture.size)) < 6


def test_other_colour_spaces(tmp_path):
    save(colours().convert("YCbCr"), tmp_path / "a.tif", compression="tiff_deflate")
    assert differ(look(tmp_path / "a.tif")[1], colours()) < 4
    from PIL import ImageCms

    lab = ImageCms.profileToProfile(
        colours(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    save(lab, tmp_path / "b.tif")
    assert differ(look(tmp_path / "b.tif")[1], colours()) < 8


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA"])
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_alpha_stays(tmp_path, mode, name):
    picture = colours(400, 200).convert("RGBA")
    picture.putalpha(Image.new("L", picture.size, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 200, 200))
    if mode == "P" and name == "a.tif":
        pytest.skip("TIFF palettes have no transparency")
    picture = picture.quantize() if mode == "P" else picture.convert(mode)
    media, small = look(save(picture, tmp_path / name), Request(100, 100))
    assert media.mime == "image/png"
    alpha = small.convert("RGBA").getchannel("A")
    assert alpha.getpixel((10, 10)) == 0
    assert alpha.getpixel((90, 10)) == 255


def test_an_opaque_alpha_channel_is_dropped(tmp_path):
    picture = colours(1600, 1200).convert("RGBA")
    media, _ = look(save(picture, tmp_path / "a.png"), Request(1200, 1200))
    assert media.mime == "image/jpeg"


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.pbm"])
def test_bilevel(tmp_path, name):
    picture = Image.new("1", (400, 400))
    picture.paste(1, (0, 0, 200, 400))
    _, small = look(save(picture, tmp_path / name), Request(100, 100))
    assert small.convert("L").getpixel((10, 50)) == 255
    assert small.convert("L").getpixel((90, 50)) == 0


@pytest.mark.parametrize("name", ["a.bmp", "a.ppm", "a.tif", "a.jp2", "a.avif"])
def test_what_a_browser_may_not_draw_is_encoded_anew(tmp_path, name):
    try:
        path = save(colours(), tmp_path / name)
    except (OSError, KeyError, ValueError):
        pytest.skip(f"this Pillow cannot write {name}")
    media, picture = look(path)
    assert media.mime in ("image/png", "image/jpeg")
    assert differ(picture, colours()) < 6


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tif"])
def test_the_first_of_several_frames(tmp_path, name):
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    path = save(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
    media, picture = look(path)
    assert "first page" in media.note if name == "a.tif" else "first frame" in media.note
    assert not getattr(picture, "is_animated", False)
    red, green, blue = picture.convert("RGB").getpixel((30, 20))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


def test_the_colour_profile_comes_along(tmp_path):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = save(colours(), tmp_path / "a.jpg", icc_profile=profile)
    _, picture = look(path, Request(60, 60))
    assert picture.info["icc_profile"] == profile


def fails(path, request=LARGE):
    with pytest.raises(MediaError) as error:
        render(str(path), path.name, request)
    assert path.name in str(error.value)
    return error.value.kind


def test_nothing_and_text_are_no_images(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"")
    assert fails(path) == "empty"
    path.write_text("These are my notes.")
    assert fails(path) == "not an image"
    with pytest.raises(MediaError, match=r"is text, beginning with “These are my notes\.”"):
        render(str(path), "a.jpg", LARGE)
    path.write_bytes(bytes(range(200, 256)))
    assert fails(path) == "not an image"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    assert fails(path) == "not an image"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif", "a.webp", "a.tif", "raw.tif", "a.bmp", "a.ppm"])
@pytest.mark.parametrize("part", [0.95, 0.6, 0.2])
def test_a_cut_off_file_is_never_shown_in_part(tmp_path, name, part):
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120000))
    if name == "a.gif":
        noise = noise.convert("P")
    options = {"compression": "tiff_lzw"} if name == "a.tif" else {}
    path = save(noise, tmp_path / name, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    for request in (LARGE, Request(50, 50), Request(50, 50, (0, 0, 20, 20))):
        assert fails(path, request) in ("truncated", "corrupt")


def test_damage_in_the_middle_is_a_plain_error_or_a_picture(tmp_path):
    for name in ("a.png", "a.jpg", "a.gif", "a.tif", "a.webp"):
        path = save(colours(300, 200), tmp_path / name)
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 60)):
            path.write_bytes(whole[:at] + b"\xff\0\x13\x37" + whole[at + 4 :])
            try:
                media = render(str(path), name, Request(100, 100))
            except MediaError as error:
                assert name in str(error)  # noqa: PT017 - either way is right
            else:
                assert media.data


def test_a_missing_file(tmp_path):
    assert fails(tmp_path / "a.jpg") == "missing"
    with pytest.raises(MediaError, match="relink"):
        facts(str(tmp_path / "a.jpg"), "a.jpg")


def test_filling_zeros_after_the_end_are_no_harm(tmp_path):
    path = save(colours(), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + b"\0" * 500)
    assert look(path)[0].data == path.read_bytes()
    path.write_bytes(path.read_bytes() + b"trailer")
    assert differ(look(path)[1], colours()) < 5


def header_only(path, width, height):
    """Write a PNG that claims a size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
        + struct.pack(">I", 4) + b"IDAT" + b"xxxx" + struct.pack(">I", zlib.crc32(b"IDATxxxx"))
    )  # fmt: skip
    return path


def test_more_than_a_gigapixel_is_refused(tmp_path):
    path = header_only(tmp_path / "a.png", 40000, 40000)
    assert fails(path) == "too large"
    with pytest.raises(MediaError, match="40,000 by 40,000"):
        facts(str(path), "a.png")


def test_an_image_that_does_not_fit_into_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_free_memory", lambda: 1 << 30)
    assert fails(header_only(tmp_path / "a.png", 20000, 20000)) == "too large"


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_20000_by_20000_pixels(tmp_path, name, monkeypatch):
    limit = Image.MAX_IMAGE_PIXELS
    big = Image.new("1", (20000, 20000))
    big.paste(1, (10000, 0, 20000, 20000))
    path = tmp_path / name
    big.save(path, **({"compress_level": 1} if name == "a.png" else {"compression": "group4"}))
    del big
    media, picture = look(path, Request(1024, 1024))
    assert picture.size == (1024, 1024)
    assert (media.width, media.height) == (20000, 20000)
    assert picture.convert("L").getpixel((10, 500)) == 0
    assert picture.convert("L").getpixel((1000, 500)) == 255
    media, picture = look(path, Request(512, 512, (9990, 19980, 20, 20)))
    assert picture.convert("L").getpixel((9, 9)) == 0
    assert picture.convert("L").getpixel((10, 9)) == 255
    assert limit == Image.MAX_IMAGE_PIXELS


def test_a_limit_set_by_the_user_meanwhile_stays(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with opening.roomy():
        assert opening.MAX_PIXELS == Image.MAX_IMAGE_PIXELS
    assert Image.MAX_IMAGE_PIXELS == 1000
    with opening.roomy():
        Image.MAX_IMAGE_PIXELS = 77
    assert Image.MAX_IMAGE_PIXELS == 77


def test_a_low_limit_of_the_user_does_not_matter(tmp_path, monkeypatch):
    path = save(colours(), tmp_path / "a.webp")
    png = save(colours(), tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for picture in (png, path):
        assert render(str(picture), picture.name, Request(60, 60)).width == 120


def test_files_are_closed(tmp_path):
    path = save(colours(), tmp_path / "a.tif", save_all=True, append_images=[colours()])
    before = len(list(OPEN.iterdir())) if OPEN.exists() else 0
    for _ in range(20):
        look(path, Request(60, 60))
        facts(str(path), "a.tif")
    if before:
        assert len(list(OPEN.iterdir())) <= before
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
