import os
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.errors import MediaError, MissingFolder, NoItems, SourceError
from ipyannotator.mltypes import InputImage
from ipyannotator.sources import listing
from ipyannotator.sources.base import SOURCES, Request
from ipyannotator.sources.images import ImageSource, open_images

REQUEST = Request(500, 500)


def picture(path, colour="red", size=(30, 20)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def images(tmp_path):
    for name, colour in (("b.png", "red"), ("a.png", "green"), ("c.png", "blue")):
        picture(tmp_path / "images" / name, colour)
    return tmp_path / "images"


def keys(source):
    return [source.key(index) for index in range(len(source))]


def test_items_by_position_and_key(images):
    source = ImageSource(images)
    assert keys(source) == ["a.png", "b.png", "c.png"]
    assert [source.index(key) for key in keys(source)] == [0, 1, 2]
    assert source.name("a.png") == "a.png"
    assert source.location == str(images)
    for wrong in (3, -1):
        with pytest.raises(IndexError):
            source.key(wrong)
    for unknown in ("", "aa.png", "z"):
        with pytest.raises(KeyError):
            source.index(unknown)
        with pytest.raises(KeyError):
            source.media(unknown, REQUEST)


def test_a_key_never_leads_out_of_the_folder(images, tmp_path):
    picture(tmp_path / "secret.png")
    source = ImageSource(images)
    for wrong in ("../secret.png", str(tmp_path / "secret.png")):
        for ask in (source.stamp, source.facts, source.path, lambda key: source.media(key, REQUEST)):
            with pytest.raises(KeyError):
                ask(wrong)


def test_media_and_facts(images):
    source = ImageSource(images)
    media = source.media("a.png", REQUEST)
    assert (media.width, media.height, media.data) == (30, 20, (images / "a.png").read_bytes())
    facts = source.facts("a.png")
    assert (facts["width"], facts["height"], len(facts["hash"])) == (30, 20, 32)
    assert facts["hash"] != source.facts("b.png")["hash"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems treat such names differently")
def test_awkward_names_lead_to_their_files(tmp_path):
    names = [
        "a b.png",
        "#1.png",
        "100%.png",
        "'\"q.png",
        "😀.png",
        unicodedata.normalize("NFD", "é.png"),
        "é.png",
    ]
    for number, name in enumerate(names):
        picture(tmp_path / name, size=(number + 1, 5))
    picture(tmp_path / "x.png", size=(99, 5)).rename(tmp_path / os.fsdecode(b"caf\xe9.png"))
    source = ImageSource(tmp_path)
    widths = {key: source.media(key, REQUEST).width for key in keys(source)}
    assert widths == {
        "a b.png": 1, "#1.png": 2, "100%.png": 3, "'\"q.png": 4, "😀.png": 5, "é (2).png": 6, "é.png": 7, "caf\\xe9.png": 99,
    }  # fmt: skip
    assert len(source.notices) == 2
    assert source.refresh() == []


def test_subfolders(images):
    picture(images / "sub" / "d.png")
    assert len(ImageSource(images)) == 3
    source = ImageSource(images, recursive=True)
    assert source.media("sub/d.png", REQUEST).width == 30


def test_new_files_are_appended_and_sorted_in_later(images):
    source = ImageSource(images)
    for name in ("aa.png", "0.png", "d.png"):
        picture(images / name)
    assert source.refresh() == ["0.png", "aa.png", "d.png"]
    assert keys(source) == ["a.png", "b.png", "c.png", "0.png", "aa.png", "d.png"]
    assert [source.index(key) for key in keys(source)] == list(range(6))
    assert source.refresh() == []
    picture(images / "00.png")
    assert source.refresh() == ["00.png"]
    assert source.index("00.png") == 6
    assert keys(ImageSource(images))[:3] == ["0.png", "00.png", "a.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems normalise names themselves")
def test_a_new_file_never_takes_the_key_of_one_that_is_there(images):
    picture(images / "e\u0301.png", size=(5, 5))
    source = ImageSource(images)
    assert source.key(3) == "é.png"
    picture(images / "é.png", size=(6, 6))
    assert source.refresh() == ["é (2).png"]
    assert source.media("é.png", REQUEST).width == 5
    assert source.media("é (2).png", REQUEST).width == 6
    assert any("é (2).png" in notice for notice in source.notices)


def test_a_vanished_file_stays_in_the_list(images):
    source = ImageSource(images)
    (images / "b.png").unlink()
    assert source.refresh() == []
    assert keys(source) == ["a.png", "b.png", "c.png"]
    for ask in (source.stamp, source.facts, lambda key: source.media(key, REQUEST)):
        with pytest.raises(MediaError, match="relink") as error:
            ask("b.png")
        assert error.value.kind == "missing"
    picture(images / "b.png")
    assert source.media("b.png", REQUEST).width == 30


def test_a_folder_or_pipe_in_the_place_of_a_file(images):
    source = ImageSource(images)
    (images / "b.png").unlink()
    (images / "b.png").mkdir()
    with pytest.raises(MediaError, match="not a file any more"):
        source.media("b.png", REQUEST)
    if hasattr(os, "mkfifo"):
        (images / "c.png").unlink()
        os.mkfifo(images / "c.png")
        with pytest.raises(MediaError, match="not a file any more"):
            source.media("c.png", REQUEST)


def test_the_stamp_changes_with_the_file(images):
    source = ImageSource(images)
    before = source.stamp("a.png")
    assert source.stamp("a.png") == before
    old = (images / "a.png").stat()
    data = (images / "b.png").read_bytes().ljust(old.st_size, b"\0")[: old.st_size]
    (images / "new").write_bytes(data)
    os.utime(images / "new", ns=(old.st_atime_ns, old.st_mtime_ns))
    (images / "new").replace(images / "a.png")
    assert source.stamp("a.png") != before, "even with the same size and time"
    picture(images / "a.png", size=(50, 40))
    assert source.media("a.png", REQUEST).width == 50


def test_relink_finds_renamed_files_by_content(images):
    source = ImageSource(images, recursive=True)
    hashes = {key: source.facts(key)["hash"] for key in keys(source)}
    (images / "sub").mkdir()
    (images / "b.png").rename(images / "sub" / "new name.png")
    (images / "c.png").unlink()
    assert source.relink(hashes) == {"b.png": "sub/new name.png"}
    again = ImageSource(images, recursive=True)
    assert again.relink(hashes) == {"b.png": "sub/new name.png"}
    assert again.relink({"b.png": hashes["b.png"]}, exclude={"sub/new name.png"}) == {}
    sizes = {"b.png": (images / "sub" / "new name.png").stat().st_size}
    assert again.relink({"b.png": hashes["b.png"]}, sizes) == {"b.png": "sub/new name.png"}
    assert again.relink({"b.png": hashes["b.png"]}, {"b.png": 1}) == {}


def test_relink_gives_each_of_two_alike_a_file_of_its_own(images):
    picture(images / "x" / "one.png", "white")
    picture(images / "x" / "two.png", "white")
    source = ImageSource(images, recursive=True)
    digest = source.facts("x/one.png")["hash"]
    (images / "x").rename(images / "y")
    assert source.relink({"x/one.png": digest, "x/two.png": digest}) == {
        "x/one.png": "y/one.png",
        "x/two.png": "y/two.png",
    }


def test_no_folder(tmp_path):
    with pytest.raises(MissingFolder):
        ImageSource(tmp_path / "none")
    with pytest.raises(MissingFolder, match="is a file"):
        ImageSource(picture(tmp_path / "a.png"))


def test_a_folder_without_images_says_what_it_has(tmp_path):
    (tmp_path / "a.txt").touch()
    picture(tmp_path / "sub" / "below" / "a.png")
    with pytest.raises(NoItems) as error:
        ImageSource(tmp_path)
    for word in (str(tmp_path), "1 .txt files", "“sub”", "recursive=True", "jpeg"):
        assert word in str(error.value)


def test_a_folder_without_images_shows_those_of_its_class_subfolders(tmp_path):
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/below/1.png", ".hidden/1.png"):
        picture(tmp_path / name)
    source = ImageSource(tmp_path)
    assert [source.key(at) for at in range(len(source))] == ["cat/1.png", "cat/2.png", "dog/1.png"]
    picture(tmp_path / "dog" / "2.png")
    assert source.refresh() == ["dog/2.png"]


def test_a_folder_with_images_leaves_its_subfolders_alone(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "cat" / "1.png")
    assert len(ImageSource(tmp_path)) == 1


@pytest.fixture
def closed():
    """A folder that only its owner can read, within reach of everybody; and the rights of nobody."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs POSIX permissions")
    Image.init()
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        picture(Path(name) / "images" / "a.png").chmod(0o600)
        root = os.geteuid() == 0
        try:
            if root:
                os.seteuid(65534)
            else:
                (Path(name) / "images" / "a.png").chmod(0)
            yield Path(name) / "images"
        finally:
            if root:
                os.seteuid(0)
            (Path(name) / "images").chmod(0o755)


def test_no_permission_for_a_file(closed):
    source = ImageSource(closed)
    with pytest.raises(MediaError, match="no permission"):
        source.media("a.png", REQUEST)


def test_no_permission_for_the_folder(closed):
    user = os.geteuid()
    if user == 65534:
        os.seteuid(0)
    closed.chmod(0)
    if user == 65534:
        os.seteuid(user)
    with pytest.raises(SourceError, match="no permission"):
        ImageSource(closed)


def settle(folder):
    while not listing.scan(str(folder), recursive=True).lasting:
        os.sched_yield() if hasattr(os, "sched_yield") else None


def test_the_listing_is_kept_and_used(images, tmp_path, monkeypatch):
    settle(images)
    cache = tmp_path / "cache"
    source = ImageSource(images, cache=cache)
    source.close()
    source.close()
    assert len(list(cache.iterdir())) == 1

    def never(*_, **__):
        raise AssertionError("the kept listing was not used")

    with monkeypatch.context() as patch:
        patch.setattr(listing, "scan", never)
        again = ImageSource(images, cache=cache)
        assert keys(again) == keys(source)
        with pytest.raises(AssertionError):
            ImageSource(images, cache=cache, recursive=True)
        with pytest.raises(AssertionError):
            ImageSource(images)
    picture(images / "0.png")
    assert again.refresh() == ["0.png"]
    changed = ImageSource(images, cache=cache)
    assert keys(changed) == ["0.png", "a.png", "b.png", "c.png"]
    changed.close()


def test_without_a_cache_nothing_is_written(images, tmp_path):
    settle(images)
    before = sorted(tmp_path.rglob("*"))
    ImageSource(images).close()
    assert sorted(tmp_path.rglob("*")) == before


def test_found_through_the_registry(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert SOURCES.get(InputImage) is open_images
    source = SOURCES.get(InputImage)(InputImage("images"), tmp_path / "project", tmp_path / "cache")
    assert len(source) == 3
    source.close()
    with pytest.raises(MissingFolder, match="images"):
        open_images(InputImage("image"), tmp_path / "project")
