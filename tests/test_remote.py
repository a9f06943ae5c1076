"""Addresses: what is refused, lists of files, and what a service's own errors become."""

from __future__ import annotations

import errno
import functools
import http.server
import os
import threading
import traceback
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.registry import known_implementations

from ipyannotator import InputImage, InvalidValue
from ipyannotator.errors import MissingPackage, SourceError
from ipyannotator.remote import Place, Unreachable, check_address, is_address, last_name
from ipyannotator.sources.remote import RemoteImageSource

SECRET = "topsecret"  # noqa: S105 - of no service


@pytest.fixture
def memory() -> Iterator[str]:
    """An empty folder in fsspec's memory."""
    root = f"/{uuid.uuid4().hex}"
    files = fsspec.filesystem("memory")
    files.makedirs(root)
    yield f"memory:/{root}"
    files.rm(root, recursive=True)


def write(address: str, data: bytes) -> None:
    fsspec.filesystem("memory").pipe_file(address.removeprefix("memory:/"), data)


class Served(http.server.SimpleHTTPRequestHandler):
    """A folder; below `signed` with a signature only."""

    def log_message(self, *_: Any) -> None: ...

    def send_head(self) -> Any:
        path, _, query = self.path.partition("?")
        if path.startswith("/signed") and query != f"sig={SECRET}":
            self.send_error(403)
            return None
        return super().send_head()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and where a local web server gives it out."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Served, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def names(place: Place, *, recursive: bool = True) -> list[str]:
    return sorted(found.name for found in place.files(recursive=recursive))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("s3://b/x", True), ("https://h", True), ("C://x", False), ("pics", False), (Path("/a"), False), (None, False)],
)  # fmt: skip
def test_what_an_address_is(text: object, expected: bool) -> None:
    assert is_address(text) is expected


@pytest.mark.parametrize("address", ["s3://", "memory:///", "https://"])
def test_an_address_of_nothing_is_no_folder_on_the_disk(address: str) -> None:
    for make in (Place, InputImage, functools.partial(check_address, "x")):
        with pytest.raises(InvalidValue, match="a bucket, a server or a folder in it"):
            make(address)


def test_the_last_name_of_an_address() -> None:
    assert last_name("s3://b/some%20set/") == "some set"


def test_what_is_not_installed_is_named_with_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"class": "no_such_package.Files", "err": "Install no_such_package"}
    monkeypatch.setitem(known_implementations, "absent", absent)
    with pytest.raises(
        MissingPackage, match=r"Install no_such_package.*pip install 'ipyannotator\[buckets\]'"
    ):
        Place("absent://x")


def test_a_service_that_cannot_begin_says_so_without_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"no token at https://me:{SECRET}@host/x?key={SECRET}")

    monkeypatch.setattr("fsspec.core.url_to_fs", broken)
    with pytest.raises(InvalidValue, match="one that can be opened") as caught:
        Place("s3://b")
    assert SECRET not in str(caught.value)


def test_a_folder_on_a_web_server_is_no_file_and_names_are_as_people_read_them(
    web: tuple[Path, str], tmp_path: Path
) -> None:
    folder, url = web
    (folder / "my set" / "below it").mkdir(parents=True)
    for name in ("a cat ä.png", "100%.png", "below it/c+d.png"):
        (folder / "my set" / name).write_bytes(name.encode())
    for address in (f"{url}/my set", f"{url}/my%20set"):
        place = Place(address)
        assert not place.is_file()
        assert names(place) == ["100%.png", "a cat ä.png", "below it/c+d.png"]
        assert names(place, recursive=False) == ["100%.png", "a cat ä.png"]
        for name in names(place):
            place.fetch(name, tmp_path / "copies" / name)
            assert (tmp_path / "copies" / name).read_bytes() == name.encode()
    assert Place(f"{url}/my set/100%25.png").is_file()
    assert not Place(f"{url}/absent").is_file()
    with pytest.raises(FileNotFoundError):
        names(Place(f"{url}/absent"))


def test_a_refusal_of_a_web_server_is_told_as_one(web: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"signed/x.png: no permission"):
        Place(f"{web[1]}/signed").fetch("x.png", tmp_path / "x.png")


def test_a_list_names_files_below_it_and_elsewhere_and_hides_signatures(
    web: tuple[Path, str], tmp_path: Path
) -> None:
    folder, url = web
    host = url.partition("://")[2].replace(":", "_")
    for name in ("set/a b.png", "set/in/c.png", "other/d.png", "signed/e.png"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(name.encode())
    lines = [
        "# photographs", "", "a b.png", "in/c.png", f"{url}/set/in/c.png", f"{url}/other/d.png",
        f"{url}/signed/e.png?sig={SECRET}", f"{url}/signed/f.png?sig={SECRET}", f"{url}/signed/g.png?sig=wrong{SECRET}",
    ]  # fmt: skip
    (folder / "set" / "list.txt").write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    place = Place(f"{url}/set/list.txt")
    expected = ["a b.png", "in/c.png"] + [f"{host}/{at}" for at in ("other/d.png", "signed/e.png")]
    wrong = [f"{host}/signed/f.png", f"{host}/signed/g.png"]
    assert [found.name for found in place.files(recursive=False)] == expected + wrong
    opened_again = Place(place.address)  # a listing that was kept has names only
    for name in expected:
        opened_again.fetch(name, tmp_path / name)
        assert (tmp_path / name).read_bytes().decode().endswith(name.removeprefix(f"{host}/"))
    for name, kind in zip(wrong, (FileNotFoundError, Unreachable), strict=True):
        with pytest.raises(kind) as caught:
            place.fetch(name, tmp_path / name)
        assert SECRET not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(FileNotFoundError):
        place.fetch("b.png", tmp_path / "b.png")
    source = RemoteImageSource(place.address, cache=tmp_path / "cache")
    assert len(source) == 6
    assert source.path(f"{host}/signed/e.png").read_bytes() == b"signed/e.png"
    source.close()
    kept = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    assert not any(SECRET.encode() in data for data in kept)


def test_a_list_in_a_bucket(memory: str, tmp_path: Path) -> None:
    write(f"{memory}/set/a.png", b"a")
    write(f"{memory}/b.png", b"b")
    write(f"{memory}/set/LIST.TXT", f"a.png\n{memory}/b.png\n".encode())
    place = Place(f"{memory}/set/LIST.TXT")
    assert names(place) == sorted(["a.png", f"{memory}/b.png".removeprefix("memory://")])
    for name in names(place):
        place.fetch(name, tmp_path / name)
        assert (tmp_path / name).read_bytes() == name[-5:-4].encode()
    place.fetch("", tmp_path / "whole.txt")
    assert (tmp_path / "whole.txt").read_text().startswith("a.png")


@pytest.mark.parametrize(
    "line",
    [
        "../a.png", "/etc/a.png", "a/../../a.png", "a//b.png", "file:///etc/a.png", "https://h/a.png",
        "memory://me:topsecret@x/a.png", "memory://[", "memory://x/../a.png", "a\0.png",
    ],
)  # fmt: skip
def test_a_line_that_leads_elsewhere_is_refused(memory: str, line: str) -> None:
    write(f"{memory}/list.txt", f"a.png\n{line}\n".encode())
    with pytest.raises(Unreachable, match=r"list.txt, line 2 is “.*expected a path below the list") as caught:
        names(Place(f"{memory}/list.txt"))
    assert SECRET not in str(caught.value)
    with pytest.raises(SourceError, match="line 2"):
        RemoteImageSource(f"{memory}/list.txt")


def test_a_list_that_is_no_text_is_refused(memory: str) -> None:
    write(f"{memory}/list.txt", "ä.png".encode("latin-1"))
    with pytest.raises(Unreachable, match="not text in UTF-8"):
        names(Place(f"{memory}/list.txt"))


def test_what_the_disk_cannot_keep_is_told_and_leaves_nothing(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(f"{memory}/a.png", b"a")
    place = Place(memory)
    (tmp_path / "a.png").write_bytes(b"a file where a folder would be")
    with pytest.raises(Unreachable, match="cannot be kept on this computer's disk"):
        place.fetch("a.png", tmp_path / "a.png" / "b.png")
    with pytest.raises(Unreachable, match="cannot be kept on this computer's disk"):
        place.fetch("a.png", tmp_path / ("x" * 300 + ".png"))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "get_file", full)
    with pytest.raises(Unreachable, match="disk is full"):
        place.fetch("a.png", tmp_path / "c.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
def test_copies_are_for_all_who_may_read_the_project(memory: str, tmp_path: Path) -> None:
    write(f"{memory}/a.png", b"a")
    Place(memory).fetch("a.png", tmp_path / "a.png")
    (tmp_path / "other").write_bytes(b"")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_bucket_of_a_mistyped_name_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        fsspec.filesystem("s3").clear_instance_cache()
        (tmp_path / "a.txt").write_bytes(b"a")
        with pytest.raises(FileNotFoundError, match=r"s3://mistyped/set/a\.txt"):
            Place("s3://mistyped/set").put(tmp_path / "a.txt", "a.txt")
        files = fsspec.filesystem("s3")
        assert "mistyped" not in files.ls("")  # moto's servers share their buckets: others may be there
        bucket = uuid.uuid4().hex
        files.mkdir(bucket)
        place = Place(f"s3://{bucket}/set")
        place.put(tmp_path / "a.txt", "in/a.txt")
        assert names(place) == ["in/a.txt"]
        place.delete("in/a.txt")
        assert not files.exists(f"{bucket}/set/in/a.txt")
    finally:
        fsspec.filesystem("s3").clear_instance_cache()
        server.stop()
