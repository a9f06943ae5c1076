import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.errors import MediaError
from ipyannotator.sources import cache as caching
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.cache import MediaCache, rounded
from ipyannotator.sources.images import ImageSource

REQUEST = Request(100, 100)
PATIENCE = 20


class Counting:
    """A source of a hundred items, which counts what it makes, and waits where a test wants it to."""

    location = "nowhere"

    def __init__(self):
        self.made = []
        self.stamps = {}
        self.size = 1000
        self.broken = set()
        self.started = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.go_on.set()
        self.during = None

    def stamp(self, key):
        return self.stamps.get(key, "1")

    def media(self, key, request):
        self.made.append(key)
        self.started.release()
        assert self.go_on.wait(PATIENCE)
        if self.during:
            self.during()
        if key in self.broken:
            raise MediaError("corrupt", key)
        data = f"{key} {self.stamp(key)}".encode().ljust(self.size)
        return Media("image/png", data, request.width, request.height, (0, 0, 1, 1), "note")


@contextmanager
def caching_of(source, folder=None, **options):
    media = MediaCache(source, folder, **options)
    try:
        yield media
    finally:
        source.go_on.set()
        media.close()


class Results:
    """What a prefetch delivered."""

    def __init__(self):
        self.got = {}
        self._more = threading.Condition()

    def __call__(self, key, result):
        with self._more:
            self.got[key] = result
            self._more.notify_all()

    def wait(self, number):
        with self._more:
            assert self._more.wait_for(lambda: len(self.got) >= number, PATIENCE)
        return self.got


def test_sizes_are_rounded_up_to_steps():
    asked = [1, 128, 129, 192, 193, 257, 1000, 1024, 1025, 1536, 10**9]
    steps = [rounded(Request(pixels, 1)).width for pixels in asked]
    assert steps == [128, 128, 192, 192, 256, 384, 1024, 1024, 1536, 1536, 65536]
    assert rounded(Request(5, 5, (1, 2, 3, 4))).region == (1, 2, 3, 4)


def test_made_once_for_a_step_of_size():
    source = Counting()
    with caching_of(source) as media:
        first = media.get("a", Request(100, 100))
        assert media.get("a", Request(128, 90)) is first
        assert source.made == ["a"]
        media.get("a", Request(129, 100))
        media.get("a", Request(100, 100, (0, 0, 5, 5)))
        assert source.made == ["a"] * 3


def test_the_name_follows_item_file_and_step():
    source = Counting()
    with caching_of(source) as media:
        names = {
            media.media_id(key, request)
            for key in "ab"
            for request in (REQUEST, Request(500, 5), Request(1, 1))
        }
        assert len(names) == 4
        assert all(len(name) <= 24 for name in names)
        before = media.media_id("a", REQUEST)
        old = media.get("a", REQUEST)
        source.stamps["a"] = "2"
        assert media.media_id("a", REQUEST) != before
        assert media.get("a", REQUEST) != old


def test_a_file_replaced_while_it_is_read_is_not_kept_under_the_old_name():
    source = Counting()
    with caching_of(source) as media:
        source.during = lambda: source.stamps.update(a="2")
        assert media.get("a", REQUEST).data.startswith(b"a 2")
        source.stamps["a"] = "1"
        source.during = None
        assert media.get("a", REQUEST).data.startswith(b"a 1")


def test_memory_is_bounded_and_the_least_used_go_first():
    source = Counting()
    with caching_of(source, memory_bytes=3500) as media:
        for key in "abc":
            media.get(key, REQUEST)
        media.get("a", REQUEST)
        media.get("d", REQUEST)
        for key in "acd":
            media.get(key, REQUEST)
        assert source.made == list("abcd")
        media.get("b", REQUEST)
        assert source.made == list("abcdb")
        source.size = 5000
        media.get("z", REQUEST)
        media.get("b", REQUEST)
        assert source.made == list("abcdbz"), "what is larger than the memory does not push out the rest"


def test_errors_are_not_kept():
    source = Counting()
    source.broken = {"a"}
    with caching_of(source) as media:
        for _ in range(2):
            with pytest.raises(MediaError):
                media.get("a", REQUEST)
        source.broken = set()
        assert media.get("a", REQUEST).mime == "image/png"
        assert source.made == ["a"] * 3


@pytest.mark.parametrize("broken", [False, True])
def test_those_who_ask_together_are_served_together(broken):
    source = Counting()
    source.broken = {"a"} if broken else set()
    source.go_on.clear()

    def ask(media):
        try:
            return media.get("a", REQUEST)
        except MediaError as error:
            return error

    with caching_of(source) as media, ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, media)
        assert source.started.acquire(timeout=PATIENCE)
        others = [pool.submit(ask, media) for _ in range(3)]
        source.go_on.set()
        results = {id(future.result(PATIENCE)) for future in [first, *others]}
        if not broken:
            assert source.made == ["a"]
            assert len(results) == 1
        else:
            assert len(source.made) <= 4


def test_prefetch_delivers_and_keeps():
    source = Counting()
    source.broken = {"c"}
    with caching_of(source) as media:
        results = Results()
        media.prefetch("abc", REQUEST, results)
        got = results.wait(3)
        assert got["a"] == media.get("a", REQUEST)
        assert isinstance(got["c"], MediaError)
        assert sorted(source.made) == ["a", "b", "c"]


def test_a_new_prefetch_cancels_what_the_old_one_had_waiting():
    source = Counting()
    source.go_on.clear()
    with caching_of(source) as media:
        old, new = Results(), Results()
        media.prefetch([f"old{number}" for number in range(50)], REQUEST, old)
        for _ in range(caching._WORKERS):
            assert source.started.acquire(timeout=PATIENCE)
        media.prefetch(["new", "old0"], REQUEST, new)
        source.go_on.set()
        assert set(new.wait(2)) == {"new", "old0"}
        assert sorted(source.made) == ["new", "old0", "old1"]
        assert old.got == {}


def test_what_fails_in_done_or_in_a_strange_source_does_not_stop_the_rest(caplog):
    source = Counting()

    def during():
        raise ZeroDivisionError("strange")

    with caching_of(source) as media:
        results = Results()

        def done(key, result):
            results(key, result)
            raise RuntimeError("no")

        media.prefetch("ab", REQUEST, done)
        results.wait(2)
        source.during = during
        media.prefetch("cd", REQUEST, results)
        assert isinstance(results.wait(4)["c"], MediaError)
    assert "no" in caplog.text


def test_after_close_nothing_runs_or_is_kept():
    source = Counting()
    media = MediaCache(source)
    media.get("a", REQUEST)
    media.close()
    media.close()
    media.prefetch("bc", REQUEST)
    assert media.get("a", REQUEST).mime == "image/png"
    assert source.made == ["a", "a"]
    assert media._pool is None


@pytest.fixture
def expensive(monkeypatch):
    monkeypatch.setattr(caching, "_EXPENSIVE", -1)


@pytest.mark.usefixtures("expensive")
def test_expensive_media_come_back_from_disk(tmp_path):
    source = Counting()
    with caching_of(source, tmp_path / "cache") as media:
        first = media.get("a", REQUEST)
    again = Counting()
    with caching_of(again, tmp_path / "cache") as media:
        assert media.get("a", REQUEST) == first
        assert again.made == []
        again.stamps["a"] = "2"
        media.get("a", REQUEST)
        assert again.made == ["a"]


def test_cheap_media_are_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(caching, "_EXPENSIVE", 100)
    source = Counting()
    with caching_of(source, tmp_path / "cache") as media:
        media.get("a", REQUEST)
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("expensive")
@pytest.mark.parametrize(
    "harm", [lambda b: b[:-1], lambda _: b"", lambda _: b"null\n", lambda _: b"\xff" * 9]
)
def test_damaged_files_are_made_again(tmp_path, harm):
    source = Counting()
    for expected in (1, 2):
        with caching_of(source, tmp_path) as media:
            assert media.get("a", REQUEST).data.startswith(b"a 1 ")
        assert len(source.made) == expected
        (file,) = tmp_path.iterdir()
        file.write_bytes(harm(file.read_bytes()))


@pytest.mark.usefixtures("expensive")
def test_disk_is_bounded_and_the_oldest_go_first(tmp_path):
    source = Counting()
    with caching_of(source, tmp_path, disk_bytes=6000, memory_bytes=0) as media:
        for number, key in enumerate("abcdefghij"):
            media.get(key, REQUEST)
            for at, file in enumerate(sorted(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns)):
                os.utime(file, (10**9 + 100 * number + at,) * 2)
        assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 6000
        media.get("j", REQUEST)
        assert source.made == list("abcdefghij")
        media.get("a", REQUEST)
        assert source.made == list("abcdefghija")


@pytest.mark.usefixtures("expensive")
def test_a_full_disk_or_a_closed_folder_is_no_harm(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    source = Counting()
    with caching_of(source, tmp_path / "file") as media:
        assert media.get("a", REQUEST).mime == "image/png"

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    folder = tmp_path / "cache"
    with caching_of(source, folder) as media:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", full)
            assert media.get("b", REQUEST).mime == "image/png"
        assert list(folder.iterdir()) == [], "no half file stays"


def test_real_images(tmp_path):
    Image.new("RGB", (3000, 2000), "red").save(tmp_path / "a.jpg")
    source = ImageSource(tmp_path)
    with_disk = MediaCache(source, tmp_path / "cache")
    try:
        media = with_disk.get("a.jpg", Request(400, 400))
        assert (media.width, media.height, media.mime) == (3000, 2000, "image/jpeg")
        before = with_disk.media_id("a.jpg", REQUEST)
        Image.new("RGB", (300, 200), "red").save(tmp_path / "a.jpg")
        assert with_disk.media_id("a.jpg", REQUEST) != before
        (tmp_path / "a.jpg").unlink()
        for ask in (with_disk.get, with_disk.media_id):
            with pytest.raises(MediaError, match="relink"):
                ask("a.jpg", REQUEST)
    finally:
        with_disk.close()
