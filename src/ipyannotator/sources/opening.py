"""Opens an image file with Pillow: only picture formats, any size up to a gigapixel, and errors in plain words.

`PIL.Image.open` is not used: it would try every format that is installed (PostScript among them, which runs a
program), and it holds to one process-wide limit of pixels, which belongs to the user. The formats' own entry points,
which it calls too, are called here instead.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import importlib
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from PIL import Image, ImageFile

from ipyannotator.errors import IpyannotatorError, MediaError

MAX_PIXELS = 1 << 30
"""Images of more pixels are refused."""
BIG = 1 << 26
"""Images of more pixels are decoded one at a time, so that prefetching cannot multiply their memory."""

_PLUGINS = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
    "GIF": "GifImagePlugin",
    "WEBP": "WebPImagePlugin",
    "TIFF": "TiffImagePlugin",
    "BMP": "BmpImagePlugin",
    "PPM": "PpmImagePlugin",
    "AVIF": "AvifImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin",
}
_WIDTH, _LENGTH, _ORIENTATION = 256, 257, 274
SIDEWAYS = 5
"""From this EXIF orientation on, width and height change places."""
_LAST = 8
_CHUNK_HEAD = 8
_big = threading.RLock()


class Picture(NamedTuple):
    """An opened image, not decoded yet.

    Attributes:
        im: Pillow's image.
        width: pixels at full resolution, after EXIF orientation.
        height: the same, vertically.
        orientation: the EXIF orientation, 1 to 8.
        deep: whether the file has more than 8 bits a channel.
        animated: whether there is more than one frame or page.
    """

    im: ImageFile.ImageFile
    width: int
    height: int
    orientation: int
    deep: bool
    animated: bool

    @property
    def format(self) -> str:
        """The name of the file's format; "JPEG" for multi-picture JPEG too, whose first picture is the image."""
        return "JPEG" if self.im.format == "MPO" else self.im.format or ""


@functools.cache
def _formats() -> tuple[str, ...]:
    known = []
    for name, module in _PLUGINS.items():
        with contextlib.suppress(ImportError):  # a Pillow without AVIF
            importlib.import_module(f"PIL.{module}")
            known.append(name)
    return tuple(name for name in known if name in Image.OPEN)


def open_picture(file: IO[bytes], key: str) -> Picture:
    """Read an image's header.

    Args:
        file: open, at any position; must stay open while the picture is used.
        key: names the file in errors.

    Raises:
        MediaError: empty, not an image, damaged, or too large.
    """
    file.seek(0)
    start = file.read(64)
    if not start:
        raise MediaError("empty", f"“{key}” is empty (0 bytes). Replace it with a whole copy, or skip it.")
    try:
        im = _open(file, start[:16], key)
    except Image.DecompressionBombError:  # WebP and GIF look at the limit themselves
        with roomy():
            im = _open(file, start[:16], key)
    if im is None:
        raise MediaError(
            "not an image", f"“{key}” is not an image: it {_content(start)}. Replace it, or skip it."
        )
    orientation = _orientation(im, file)
    width, height = _stored_size(im)
    if orientation >= SIDEWAYS:
        width, height = height, width
    if width * height > MAX_PIXELS:
        raise MediaError(
            "too large",
            f"“{key}” has {width:,} by {height:,} pixels; images of up to {MAX_PIXELS:,} pixels can be shown. "
            "Save it as a TIFF pyramid in tiles, which `pip install 'ipyannotator[large]'` reads, or cut it.",
        )
    deep = any("16" in str(tile[3]) for tile in im.tile) or im.mode[0] in "IF"
    return Picture(im, width, height, orientation, deep, bool(getattr(im, "is_animated", False)))


def _open(file: IO[bytes], prefix: bytes, key: str) -> ImageFile.ImageFile | None:
    for name in _formats():
        factory, accept = Image.OPEN[name]
        if accept is not None and accept(prefix) is not True:
            continue
        file.seek(0)
        try:
            return factory(file, "")
        except (SyntaxError, IndexError, TypeError, struct.error) as error:
            raise damaged(key, error) from error
    return None


def _content(start: bytes) -> str:
    text = start.decode("utf-8", "replace").strip()
    if text.replace("\ufffd", "").isprintable() and text.count("\ufffd") <= 1 and "\0" not in text:
        return f"is text, beginning with “{text[:20]}”"
    return f"begins with the bytes {start[:8].hex(' ')}, which no supported format does"


def _orientation(im: ImageFile.ImageFile, file: IO[bytes]) -> int:
    """Return the EXIF orientation, 1 where there is none or nonsense.

    Only EXIF counts, as in browsers: Pillow's own look-up falls back to XMP, which they ignore.
    """
    if im.format == "TIFF":
        value = getattr(im, "tag_v2", {}).get(_ORIENTATION, 1)
    else:
        raw = im.info.get("exif") or (_late_exif(file) if im.format == "PNG" else b"")
        if not raw:
            return 1
        exif = Image.Exif()
        try:
            exif.load(raw)
            value = exif.get(_ORIENTATION, 1)
        except Exception:  # noqa: BLE001 - broken metadata must not hide the picture
            return 1
    return value if isinstance(value, int) and 1 <= value <= _LAST else 1


def _late_exif(file: IO[bytes]) -> bytes:
    """Return the EXIF data that a PNG has after its pixels; Pillow finds it only by decoding them."""
    for kind, length in png_chunks(file):
        if kind == b"eXIf":
            return b"Exif\0\0" + file.read(length)
    return b""


def png_chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Iterate the kind and length of a PNG's chunks, the file being at a chunk's data; leaves its position alone."""
    before = file.tell()
    try:
        at = 8
        while True:
            file.seek(at)
            head = file.read(_CHUNK_HEAD)
            if len(head) < _CHUNK_HEAD:
                return
            length = int.from_bytes(head[:4], "big")
            yield head[4:], length
            at += 12 + length
    finally:
        file.seek(before)


def _stored_size(im: ImageFile.ImageFile) -> tuple[int, int]:
    """Return the size before orientation; of a TIFF Pillow gives it after."""
    tags = getattr(im, "tag_v2", None)
    if im.format == "TIFF" and tags is not None and _WIDTH in tags and _LENGTH in tags:
        return int(tags[_WIDTH]), int(tags[_LENGTH])
    return im.size


def decode(picture: Picture, key: str) -> int:
    """Decode the pixels into `picture.im`; return the orientation that still has to be applied to them.

    Raises:
        MediaError: there is not enough memory.
    """
    im = picture.im
    pixels = im.size[0] * im.size[1]
    if pixels > BIG:
        room = _free_memory()
        need = pixels * (1 if im.mode in "1LP" else 2 if im.mode.startswith("I;16") else 4)
        if room is not None and need > 0.8 * room:
            raise MediaError(
                "too large",
                f"“{key}” needs {need / 1e9:.1f} GB of memory to be shown, {room / 1e9:.1f} GB are free. "
                "Close other programs, or cut it into smaller images.",
            )
    im.load()
    if picture.format != "TIFF":
        return picture.orientation
    # Pillow turns TIFF images itself while decoding, and takes the tag away when it did.
    return int(im.getexif().get(_ORIENTATION, 1)) if picture.orientation > 1 else 1


@contextlib.contextmanager
def roomy() -> Iterator[None]:
    """Let Pillow decode a big image, one at a time: some of its decoders look at the limit of the whole process."""
    with _big:
        limit, ours = Image.MAX_IMAGE_PIXELS, MAX_PIXELS
        Image.MAX_IMAGE_PIXELS = ours
        try:
            yield
        finally:
            if Image.MAX_IMAGE_PIXELS is ours:  # else the user has set it meanwhile
                Image.MAX_IMAGE_PIXELS = limit


def room_for(picture: Picture) -> contextlib.AbstractContextManager[None]:
    """Return what to hold while a picture is decoded and cut: nothing, or `roomy` for a big one."""
    pixels = picture.width * picture.height
    small = pixels <= BIG and pixels <= (Image.MAX_IMAGE_PIXELS or BIG)
    return contextlib.nullcontext() if small else roomy()


def _free_memory() -> int | None:
    """Return the bytes of memory that programs can still get, None where the system does not say."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def damaged(key: str, error: BaseException) -> MediaError:
    """Return the error for a file that is an image but cannot be decoded."""
    text = str(error) or type(error).__name__
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return MediaError(
            "truncated",
            f"“{key}” is cut off: the end of the image is missing. Replace it with a whole copy, or skip it.",
        )
    return MediaError("corrupt", f"“{key}” is damaged ({text}). Replace it with a whole copy, or skip it.")


def unreadable(key: str, error: OSError) -> MediaError:
    """Return the error for a file that cannot be read at all."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MediaError(
            "missing",
            f"“{key}” is not in the folder any more. Put the file back; if it was renamed or moved, relink it. "
            "Its annotations are kept.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return MediaError(
            "unreadable", f"“{key}” cannot be read: no permission. Ask its owner for the right to."
        )
    return MediaError("unreadable", f"“{key}” cannot be read: {error.strerror or error}.")


@contextlib.contextmanager
def in_words(key: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file inside the block into a `MediaError`."""
    try:
        yield
    except IpyannotatorError:
        raise
    except MemoryError as error:
        raise MediaError(
            "too large", f"There is not enough memory to show “{key}”. Close other programs."
        ) from error
    except OSError as error:
        raise (damaged(key, error) if error.errno is None else unreadable(key, error)) from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise damaged(key, error) from error
