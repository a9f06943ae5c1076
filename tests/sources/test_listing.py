import json
import os
import sys
import tempfile
import threading
import time
import unicodedata
from contextlib import contextmanager
from pathlib import Path

import pytest

from ipyannotator.sources import listing

POSIX = os.name == "posix"


def touch(folder, *names):
    for name in names:
        path = Path(folder, os.fsdecode(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def listed(folder, **options):
    return listing.assign(listing.scan(os.fspath(folder), **options).paths)


@contextmanager
def as_nobody():
    """Without the rights of root, whom permissions do not stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_only_images_are_listed_in_plain_order(tmp_path):
    touch(
        tmp_path,
        "b.jpg",
        "a.PNG",
        "c.Jpeg",
        "Z.tiff",
        "notes.txt",
        ".DS_Store",
        ".hidden.jpg",
        "jpg",
        "no_ending",
    )
    (tmp_path / "folder.jpg").mkdir()
    assert listed(tmp_path).keys == ["Z.tiff", "a.PNG", "b.jpg", "c.Jpeg"]


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm"])
def test_every_ending_counts_in_any_case(tmp_path, suffix):
    touch(tmp_path, f"a.{suffix}", f"b.{suffix.upper()}", f"c.{suffix.title()}")
    assert len(listed(tmp_path).keys) == 3


def test_many_files_of_mixed_kinds(tmp_path):
    names = [f"{i:05d}.jpg" for i in range(2500)]
    touch(tmp_path, *names, *(f"{i:05d}.txt" for i in range(0, 2500, 100)), *(f".{i}.jpg" for i in range(9)))
    assert listed(tmp_path).keys == names


def test_subfolders_only_when_asked(tmp_path):
    touch(tmp_path, "b.jpg", "sub/a.jpg", "sub/deep/c.jpg", "sub.jpg/d.png", ".secret/e.jpg")
    assert listed(tmp_path).keys == ["b.jpg"]
    assert listed(tmp_path, recursive=True).keys == ["b.jpg", "sub.jpg/d.png", "sub/a.jpg", "sub/deep/c.jpg"]


@pytest.mark.skipif(not POSIX, reason="needs symbolic links")
def test_links(tmp_path):
    images = tmp_path / "images"
    touch(images, "a.jpg", "sub/b.jpg")
    touch(tmp_path, "elsewhere/c.jpg")
    (images / "broken.jpg").symlink_to("nowhere.jpg")
    (images / "itself.jpg").symlink_to("itself.jpg")
    (images / "link.jpg").symlink_to("a.jpg")
    (images / "loop").symlink_to(images, target_is_directory=True)
    (images / "sub" / "up").symlink_to("..", target_is_directory=True)
    (images / "aaa").symlink_to("sub", target_is_directory=True)
    (images / "out").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert listed(images).keys == ["a.jpg", "link.jpg"]
    assert listed(images, recursive=True).keys == ["a.jpg", "link.jpg", "out/c.jpg", "sub/b.jpg"]
    assert not listing.scan(str(images)).lasting, "a broken link may be mended without the folder changing"


@pytest.mark.skipif(not POSIX, reason="needs POSIX permissions")
def test_a_closed_subfolder_is_a_notice(open_folder):
    touch(open_folder, "a.jpg", "closed/b.jpg")
    (open_folder / "closed").chmod(0)
    try:
        with as_nobody():
            found = listing.scan(str(open_folder), recursive=True)
    finally:
        (open_folder / "closed").chmod(0o755)
    assert found.paths == ["a.jpg"]
    assert not found.lasting
    assert len(found.notices) == 1
    assert "closed (Permission denied)" in found.notices[0]


def test_awkward_names_are_their_own_keys(tmp_path):
    names = [
        "a b.jpg",
        'it\'s "q".jpg',
        "50%.jpg",
        "#1.jpg",
        "😀.jpg",
        "straße.jpg",
        "日本.png",
        "<img onerror=x>.jpg",
    ]
    if POSIX:
        names.append("two\nlines.jpg")
    touch(tmp_path, *names)
    found = listed(tmp_path)
    assert found == (sorted(names), {}, [])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems normalise names themselves")
def test_accents_are_composed_and_clashes_numbered(tmp_path):
    composed, split = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))
    touch(tmp_path, split)
    assert listed(tmp_path) == ([composed], {composed: split}, [])
    touch(tmp_path, composed)
    found = listed(tmp_path)
    assert found.keys == ["é (2).jpg", composed]
    assert found.locators == {"é (2).jpg": split}
    assert "é (2).jpg" in found.notices[0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8(tmp_path):
    touch(tmp_path, b"caf\xe9.jpg", b"caf\xe8.jpg", b"caf\\xe9.jpg")
    found = listed(tmp_path)
    assert found.keys == ["caf\\xe8.jpg", "caf\\xe9 (2).jpg", "caf\\xe9.jpg"]
    assert os.fsencode(found.locators["caf\\xe9 (2).jpg"]) == b"caf\xe9.jpg"
    for key in found.keys:
        assert key.encode().decode() == key
    assert listed(tmp_path) == found
    assert any("not UTF-8" in notice for notice in found.notices)


def test_two_that_differ_in_case_are_two(tmp_path):
    touch(tmp_path, "a.jpg", "A.jpg")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system does not tell cases apart")
    assert listed(tmp_path).keys == ["A.jpg", "a.jpg"]


def test_assign_goes_round_taken_keys():
    assert listing.assign(["a.jpg", "é.jpg"], ["a.jpg", "a (2).jpg"]).locators == {"a (3).jpg": "a.jpg"}


def old(folder, seconds=10):
    """Wait for the state in which a folder's last change lies far enough back (its change time cannot be set)."""
    end = time.monotonic() + seconds
    while not listing.scan(str(folder), recursive=True).lasting:
        assert time.monotonic() < end
        threading.Event().wait(0.02)


def keep(folder, cache, **options):
    old(folder)
    found = listing.scan(str(folder), **options)
    file = listing.cache_file(cache, str(folder), recursive=options.get("recursive", False))
    result = listing.assign(found.paths)
    listing.save(file, result, found)
    return file, result


def test_a_kept_listing_holds_until_a_folder_changes(tmp_path):
    images, cache = tmp_path / "images", tmp_path / "cache"
    touch(images, "a.jpg", "sub/é.jpg", "sub/e\u0301.jpg")
    file, result = keep(images, cache, recursive=True)
    assert listing.load(file, str(images)) == result
    touch(images, "sub/new.jpg")
    assert listing.load(file, str(images)) is None


def test_a_folder_that_has_just_changed_is_not_trusted(tmp_path):
    touch(tmp_path, "a.jpg")
    now = time.time_ns()
    status = os.stat_result((0,) * 10, {"st_mtime_ns": now - 1, "st_ctime_ns": now - 1})
    assert not listing._settled(status, now)
    coarse = now // 10**9 * 10**9 - 10**9
    assert not listing._settled(
        os.stat_result((0,) * 10, {"st_mtime_ns": coarse, "st_ctime_ns": coarse}), coarse + 10**9
    )
    assert listing._settled(
        os.stat_result((0,) * 10, {"st_mtime_ns": coarse, "st_ctime_ns": coarse}), coarse + 3 * 10**9
    )


def test_times_set_back_by_a_copying_tool_are_noticed(tmp_path):
    images = tmp_path / "images"
    touch(images, "a.jpg")
    file, _ = keep(images, tmp_path / "cache")
    before = images.stat()
    touch(images, "b.jpg")
    os.utime(images, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert listing.load(file, str(images)) is None


@pytest.mark.parametrize(
    "harm", [lambda b: b[:-3], lambda _: b"", lambda _: b"{}\n", lambda _: b"[1]\nx", lambda b: b[:9]]
)
def test_a_damaged_listing_is_passed_over(tmp_path, harm):
    images = tmp_path / "images"
    touch(images, "a.jpg", "b.jpg")
    file, result = keep(images, tmp_path / "cache")
    assert listing.load(file, str(images)) == result
    file.write_bytes(harm(file.read_bytes()))
    assert listing.load(file, str(images)) is None


def test_keeping_fails_quietly(tmp_path):
    touch(tmp_path, "images/a.jpg", "file")
    keep(tmp_path / "images", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b""


def test_a_kept_listing_is_text(tmp_path):
    images = tmp_path / "images"
    touch(images, "a.jpg", "b.jpg")
    file, _ = keep(images, tmp_path / "cache")
    head, body = file.read_bytes().split(b"\n")
    assert json.loads(head)["count"] == 2
    assert body == b"a.jpg\0b.jpg"


def test_describe_says_what_there_is_instead(tmp_path):
    assert listing.describe(str(tmp_path)) == "It is empty"
    touch(tmp_path, "a.txt", "b.txt", "c.csv", "sub/d.jpg")
    words = listing.describe(str(tmp_path))
    assert words == "It has 2 .txt files, 1 .csv files, the folder “sub”"
