"""Archives of strangers: looked through before anything is written, and in place as a whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ipyannotator.datasets import archives
from ipyannotator.datasets.archives import unpack
from ipyannotator.errors import DatasetError, UnsafeArchive


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def tar(path: Path, *entries: tarfile.TarInfo, content: bytes = b"content") -> Path:
    """Write a tar file that begins with a harmless entry, which must not be written either."""
    with tarfile.open(path, "w:gz") as archive:
        for info in (entry("set/first.txt"), *entries):
            if info.type == tarfile.REGTYPE:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path: Path, *names: str, mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("set/first.txt", "content")
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, "content")
    return path


LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE

BAD = {
    "an absolute path": [entry("/nowhere/evil.txt")],
    "an absolute path of Windows": [entry("C:\\evil.txt")],
    "an absolute path with backslashes": [entry("\\evil.txt")],
    "a path up": [entry("../evil.txt")],
    "a path up in the middle": [entry("set/../../evil.txt")],
    "a path up with backslashes": [entry("set\\..\\..\\evil.txt")],
    "a folder up": [entry("set/../..", tarfile.DIRTYPE)],
    "a link to an absolute path": [entry("set/link", LINK, "/etc/passwd")],
    "a link up": [entry("set/link", LINK, "../../evil")],
    "a link to beside the folder": [entry("set/link", LINK, "../other")],
    "a link down and up": [entry("set/link", LINK, "a/../../../evil")],
    "a hard link to an absolute path": [entry("set/link", HARD, "/etc/passwd")],
    "a hard link up": [entry("set/link", HARD, "../evil")],
    "a file behind a link": [entry("set/link", LINK, "."), entry("set/link/evil.txt")],
    "a file behind a link in other letters": [entry("set/LINK", LINK, "."), entry("set/link/evil.txt")],
    "a file before its link": [entry("set/link/evil.txt"), entry("set/link", LINK, ".")],
    "a character device": [entry("set/device", tarfile.CHRTYPE)],
    "a block device": [entry("set/device", tarfile.BLKTYPE)],
    "a pipe": [entry("set/pipe", tarfile.FIFOTYPE)],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to unpack in, with a neighbour."""
    (tmp_path / "place").mkdir()
    (tmp_path / "evil.txt").write_text("mine")
    return tmp_path / "place"


def untouched(place: Path) -> bool:
    return list(place.iterdir()) == [] and (place.parent / "evil.txt").read_text() == "mine"


@pytest.mark.parametrize("name", BAD)
def test_bad_tar_files_are_refused_before_anything_is_written(name, place):
    archive = tar(place.parent / "bad.tgz", *BAD[name])
    with pytest.raises(UnsafeArchive, match="Nothing of it was unpacked") as caught:
        unpack(archive, place, "set")
    assert any(repr(info.name) in str(caught.value) for info in BAD[name])
    assert untouched(place)


@pytest.mark.parametrize("name", ["/nowhere/evil.txt", "../evil.txt", "set/../../evil.txt", "C:/evil.txt"])
def test_bad_zip_files_are_refused_before_anything_is_written(name, place):
    with pytest.raises(UnsafeArchive, match="Nothing of it was unpacked"):
        unpack(zipped(place.parent / "bad.zip", name), place, "set")
    assert untouched(place)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_zip_files_are_refused(kind, place):
    with pytest.raises(UnsafeArchive, match="'set/odd'"):
        unpack(zipped(place.parent / "bad.zip", "set/odd", mode=kind | 0o777), place, "set")
    assert untouched(place)


def test_the_filter_of_python_has_the_last_word(place, monkeypatch):
    """What our own check should let pass, the one of `tarfile` still stops; nothing stays."""
    if not hasattr(tarfile, "data_filter"):
        pytest.skip("this Python has none")
    monkeypatch.setattr(archives, "check", lambda archive, entries: None)
    with pytest.raises(UnsafeArchive, match="not safe to unpack"):
        unpack(tar(place.parent / "bad.tgz", entry("set/a/../../../evil.txt")), place, "set")
    assert untouched(place)


def test_without_that_filter_modes_and_owners_are_ours(place, monkeypatch):
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    monkeypatch.setattr(
        tarfile.TarFile, "extraction_filter", staticmethod(lambda member, path: member), raising=False
    )
    odd = entry("set/odd.txt", mode=0o4777)
    odd.uid = odd.gid = 12345
    unpack(tar(place.parent / "set.tgz", odd), place, "set")
    status = (place / "set/odd.txt").stat()
    assert stat.S_IMODE(status.st_mode) & 0o7022 == 0
    assert status.st_uid == place.stat().st_uid


@pytest.mark.parametrize("make", [tar, zipped])
def test_a_good_archive_is_in_place_as_a_whole(make, place):
    file = place.parent / "good"
    if make is tar:
        make(
            file,
            entry("./set/folder", tarfile.DIRTYPE, mode=0o755),
            entry("./set/folder/a.txt"),
            entry("beside.txt"),
        )
    else:
        make(file, "set/folder/", "set/folder/a.txt", "beside.txt")
    assert unpack(file, place, "set") == place / "set"
    found = sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))
    assert found == ["set", "set/first.txt", "set/folder", "set/folder/a.txt"]
    assert (place / "set/folder/a.txt").read_bytes() == b"content"


def test_links_within_the_folder_are_kept(place):
    good = [
        entry("set/a/up.txt", LINK, "../first.txt"),
        entry("set/here.txt", LINK, "first.txt"),
        entry("set/hard.txt", HARD, "set/first.txt"),
    ]
    unpack(tar(place.parent / "good.tgz", *good), place, "set")
    assert {(place / f"set/{name}").read_bytes() for name in ("a/up.txt", "here.txt", "hard.txt")} == {
        b"content"
    }


def test_what_is_there_stays_and_what_is_missing_comes(place):
    (place / "set/results").mkdir(parents=True)
    (place / "set/results/mine.json").write_text("mine")
    (place / "set/first.txt").write_text("changed")
    unpack(tar(place.parent / "good.tgz", entry("set/second.txt")), place, "set")
    assert (place / "set/results/mine.json").read_text() == "mine"
    assert (place / "set/first.txt").read_text() == "changed"
    assert (place / "set/second.txt").read_text() == "content"


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_an_archive_that_was_cut_short_leaves_nothing(kind, keep, place):
    path = place.parent / "cut"
    if kind == "tar":
        tar(
            path,
            *(entry(f"set/{number}.bin") for number in range(8)),
            content=np.random.default_rng(0).bytes(40_000),
        )
    else:
        zipped(path, *(f"set/{number}.txt" for number in range(50)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(DatasetError, match=r"damaged"):
        unpack(path, place, "set")
    assert untouched(place)


@pytest.mark.parametrize("content", [b"", b"<html>Not here</html>", b"\x1f\x8b\x08\x00 nothing"])
def test_what_is_no_archive(content, place):
    (place.parent / "file").write_bytes(content)
    with pytest.raises(DatasetError, match="neither a tar nor a zip archive"):
        unpack(place.parent / "file", place, "set")
    assert untouched(place)


def test_an_archive_of_something_else(place):
    with pytest.raises(DatasetError, match="has no folder 'birds', it has set"):
        unpack(tar(place.parent / "other.tgz"), place, "birds")
    assert untouched(place)


def test_an_archive_that_does_not_fit_on_the_disk(place, monkeypatch):
    archive = tar(place.parent / "big.tgz", entry("set/big.bin"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 10})())
    with pytest.raises(DatasetError, match="MB are free"):
        unpack(archive, place, "set")
    assert untouched(place)


def test_what_a_killed_kernel_left_behind_goes(place):
    archive = tar(place.parent / "good.tgz")
    for name in (".unpacking-old", ".unpacking-now"):
        (place / name).mkdir()
        (place / name / "half.txt").write_text("half")
    os.utime(place / ".unpacking-old", (0, 0))
    unpack(archive, place, "set")
    assert sorted(path.name for path in place.iterdir()) == [".unpacking-now", "set"]
