"""The downloaded sets, from a server on the loopback: into a project, once, and clear words for all that goes wrong."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import socket
import sys
from pathlib import Path

import pytest

from ipyannotator.datasets import layouts
from ipyannotator.datasets.downloads import DOWNLOADS, ready
from ipyannotator.datasets.flowers import FLOWERS
from ipyannotator.errors import DatasetError, DownloadError, MissingPackage, UnsafeArchive
from tests.datasets.conftest import ARCHIVES, CIFAR10, CUB200, OXFORD102, packed

DATA = Path("data")
NAMES = sorted(DOWNLOADS)


@pytest.fixture(autouse=True)
def _no_watching_thread(monkeypatch):
    """tqdm keeps one per process."""
    tqdm = pytest.importorskip("tqdm")
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)


def read(path: str):
    return json.loads((DATA / path).read_bytes())


# ---- what becomes of them -------------------------------------------------------------------------------------------


def test_cifar10(published):
    assert ready(published("cifar10"), DATA) == DATA / "cifar10"
    test = {
        "data/cifar10/test/airplane/10_airplane.jpg": ["airplane"],
        "data/cifar10/test/frog/20_frog.jpg": ["frog"],
    }
    train = {
        "data/cifar10/train/airplane/1_airplane.jpg": ["airplane"],
        "data/cifar10/train/frog/2_frog.jpg": ["frog"],
    }
    assert read("cifar10/annotations_test.json") == test
    assert read("cifar10/annotations_train.json") == train
    assert read("cifar10/annotations.json") == test | train
    assert all(Path(key).is_file() for key in test | train)
    assert (DATA / "cifar10/class_labels.txt").read_text() == "airplane\nfrog\n"


def test_oxford102(published):
    ready(published("oxford102"), DATA)
    assert read("oxford-102-flowers/annotations.json") == {
        "data/oxford-102-flowers/jpg/image_00001.jpg": ["passion flower"],
        "data/oxford-102-flowers/jpg/image_00002.jpg": ["pink primrose"],
        "data/oxford-102-flowers/jpg/image_00003.jpg": ["blackberry lily"],
        "data/oxford-102-flowers/jpg/image_00004.jpg": ["colt's foot"],
    }
    assert [len(read(f"oxford-102-flowers/annotations_{part}.json")) for part in ("train", "test")] == [2, 2]


def test_cub200(published):
    ready(published("cub200"), DATA)
    folder = "data/CUB_200_2011/images"
    albatross, laysan, third = (f"{folder}/{name}" for name in read_names())
    assert read("CUB_200_2011/annotations.json") == {
        albatross: ["Black footed Albatross"],
        laysan: ["Laysan Albatross"],
        third: ["Laysan Albatross"],
    }
    assert list(read("CUB_200_2011/annotations_train.json")) == [albatross, third]
    assert list(read("CUB_200_2011/annotations_test.json")) == [laysan]
    assert read("CUB_200_2011/annotations_boxes.json")[laysan] == {
        "bbox": [{"x": 3.5, "y": 4, "width": 8, "height": 9}],
        "labels": [["Laysan Albatross"]],
    }
    assert not (DATA / "attributes.txt").exists()


def read_names() -> list[str]:
    lines = (DATA / "CUB_200_2011/images.txt").read_text().splitlines()
    return [line.split()[1] for line in lines]


def test_names_of_the_flowers():
    assert len(FLOWERS) == len(set(FLOWERS)) == 102
    assert (FLOWERS[0], FLOWERS[76], FLOWERS[101]) == ("pink primrose", "passion flower", "blackberry lily")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_has_a_hash_that_cannot_be_forged(name):
    entry = DOWNLOADS[name]
    assert entry.known_hash.startswith("sha256:")
    assert len(entry.known_hash) == 7 + 64
    assert entry.urls
    assert all(url.startswith("https://") and entry.file in url for url in entry.urls)


# ---- once -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_second_call_asks_nobody_and_writes_nothing(name, published, server, contents, tmp_path):
    entry = published(name)
    ready(entry, DATA)
    before = contents(tmp_path)
    ready(entry, DATA)
    assert contents(tmp_path) == before
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_archive_is_not_needed_again(name, published, server, tmp_path):
    """Without the annotations, and without the archive: what is unpacked is enough to make them."""
    entry = published(name)
    folder = ready(entry, DATA)
    before = (folder / "annotations.json").read_bytes()
    for path in (*folder.glob("*.json"), *(DATA / "downloads").iterdir()):
        path.unlink()
    ready(entry, DATA)
    assert (folder / "annotations.json").read_bytes() == before
    assert len(server.asked) == 1


def test_a_folder_that_is_gone_comes_from_the_archive_that_was_kept(published, server):
    entry = published("cifar10")
    folder = ready(entry, DATA)
    for part in ("test/frog", "test/airplane", "test"):
        for path in (folder / part).iterdir():
            path.unlink()
        (folder / part).rmdir()
    (folder / "dataset.json").unlink()
    (folder / "annotations.json").write_text('{"mine": ["frog"]}')
    ready(entry, DATA)
    assert len(server.asked) == 1
    assert (folder / "test/frog/20_frog.jpg").read_bytes() == CIFAR10["cifar10/test/frog/20_frog.jpg"]
    assert (folder / "annotations.json").read_text() == '{"mine": ["frog"]}'


def test_an_archive_that_was_put_there_by_hand_serves(published, server):
    entry = published("cifar10", urls=("http://127.0.0.1:9/never-asked.tgz",))
    (DATA / "downloads").mkdir(parents=True)
    (DATA / "downloads/cifar10.tgz").write_bytes(ARCHIVES["cifar10"])
    ready(entry, DATA)
    assert (DATA / "cifar10/annotations.json").is_file()
    assert server.asked == []


def test_a_broken_archive_in_the_cache_is_downloaded_anew(published, server):
    entry = published("cifar10")
    (DATA / "downloads").mkdir(parents=True)
    (DATA / "downloads/cifar10.tgz").write_bytes(ARCHIVES["cifar10"][:100])
    ready(entry, DATA)
    assert server.asked == ["/cifar10.tgz"]


def test_another_address_is_tried(published, server):
    good = server.give("/mirror.tgz", ARCHIVES["cub200"])
    ready(published("cub200", urls=(server.url + "/gone.tgz", good)), DATA)
    assert server.asked == ["/gone.tgz", "/mirror.tgz"]
    assert (DATA / "CUB_200_2011/annotations.json").is_file()


# ---- what goes wrong ------------------------------------------------------------------------------------------------


def fails(entry, *parts: str) -> DownloadError:
    """Return the error of a download that fails; check that its words say all that one needs, and that nothing stays."""
    with pytest.raises(DownloadError) as caught:
        ready(entry, DATA)
    text = str(caught.value)
    for part in (
        *parts,
        *entry.urls,
        entry.known_hash,
        entry.home,
        "call again",
        str(Path("data/downloads")),
    ):
        assert part in text
    assert caught.value.urls == entry.urls
    assert caught.value.expected == entry.known_hash
    assert [path for path in DATA.rglob("*") if path.is_file()] == []
    assert not (DATA / entry.folder).exists()
    return caught.value


def test_a_wrong_hash(published):
    wrong = "sha256:" + "0" * 64
    got = hashlib.sha256(ARCHIVES["cifar10"]).hexdigest()
    fails(published("cifar10", known_hash=wrong), "another file, or not all of it", got)


def test_a_download_that_is_cut_short(published, server):
    body = ARCHIVES["cifar10"]
    url = server.give("/cut.tgz", body[: len(body) // 2], length=len(body))
    fails(published("cifar10", urls=(url,)), "cut short")


def test_a_download_that_is_cut_short_without_a_word(published, server):
    url = server.give("/cut.tgz", ARCHIVES["cifar10"][:200])
    fails(published("cifar10", urls=(url,)), "another file, or not all of it")


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden"), (503, "503")])
def test_a_server_that_refuses(status, words, published, server):
    url = server.give("/no.tgz", b"no", status=status)
    fails(published("cifar10", urls=(url,)), f"the server answered {words}")


def test_a_server_that_is_not_there(published):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    urls = (f"http://127.0.0.1:{port}/a.tgz", f"http://127.0.0.1:{port}/b.tgz")
    error = fails(published("cifar10", urls=urls), "the server cannot be reached")
    assert str(error).count("cannot be reached") == 2


def test_an_archive_that_is_not_safe(published):
    body = packed({**CIFAR10, "cifar10/../../evil.txt": "evil"})
    with pytest.raises(UnsafeArchive, match="leads out of the folder"):
        ready(published("cifar10", body), DATA)
    assert [path.name for path in DATA.iterdir()] == ["downloads"]
    assert not Path("evil.txt").exists()


SHORT = {
    "no pictures to test": ("cifar10", {k: v for k, v in CIFAR10.items() if "/test/" not in k}, "anything in test/"),
    "a flower less": (
        "oxford102",
        {k: v for k, v in OXFORD102.items() if "00003.jpg" not in k},
        "the picture jpg/image_00003.jpg",
    ),
    "a flower of no name": (
        "oxford102",
        {**OXFORD102, "oxford-102-flowers/test.txt": "jpg/image_00003.jpg 102\n"},
        "a flower for the number '102'",
    ),
    "a bird less": ("cub200", {k: v for k, v in CUB200.items() if "B_2.jpg" not in k}, "Laysan_Albatross/B_2.jpg"),
    "no boxes": ("cub200", {k: v for k, v in CUB200.items() if "bounding" not in k}, "bounding_boxes.txt"),
    "a bird without box": ("cub200", {**CUB200, "CUB_200_2011/bounding_boxes.txt": "1 1 1 1 1\n"}, "the class and the box"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHORT)
def test_an_archive_that_is_laid_out_otherwise(case, published):
    name, files, words = SHORT[case]
    entry = published(name, packed(files))
    with pytest.raises(DatasetError, match="Delete the folder and call again") as caught:
        ready(entry, DATA)
    assert words in str(caught.value)
    assert not (DATA / entry.folder / "dataset.json").exists()


def test_without_pooch(published, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingPackage, match=r"pip install 'ipyannotator\[datasets\]'"):
        ready(published("cifar10"), DATA)


def test_without_tqdm_there_is_no_bar(published, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "tqdm" else find(name, *rest),
    )
    assert ready(published("cifar10"), DATA).is_dir()


def test_a_folder_in_which_one_may_not_write(published):
    DATA.write_text("a file")
    with pytest.raises(DatasetError, match="cannot be written"):
        ready(published("cifar10"), DATA)


def test_keys_of_what_is_written():
    assert layouts.FILES == (
        "annotations.json",
        "annotations_train.json",
        "annotations_test.json",
        "class_labels.txt",
    )
