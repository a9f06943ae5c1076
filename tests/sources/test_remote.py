"""Images at an address: a bucket on a local server, fsspec's memory, a web server with and without a list."""

from __future__ import annotations

import functools
import http.server
import io
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from PIL import Image

from ipyannotator import Annotator, Box, InputImage, InvalidValue, OutputImageBbox, Settings
from ipyannotator.errors import MediaError, NoItems, SourceError
from ipyannotator.remote import Place, Unreachable
from ipyannotator.sources.base import Request
from ipyannotator.sources.mirror import Mirror
from ipyannotator.sources.remote import RemoteImageSource

LOOK = Request(64, 64)

pytestmark = pytest.mark.usefixtures(
    "s3"
)  # begun before each test that uses it, so that none seems to leave it


def picture(color: str, size: tuple[int, int] = (64, 48)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address in fsspec's memory, with three images, one of them below."""
    files = fsspec.filesystem("memory")
    root = f"/{request.node.name.translate(str.maketrans('[]/:', '____'))}"
    for name in ("b.png", "a.png", "below/c.png"):
        files.pipe_file(f"{root}/{name}", picture("teal"))
    files.pipe_file(f"{root}/notes.txt", b"no image")
    yield f"memory:/{root}"
    files.rm(root, recursive=True)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of a local S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a folder in a bucket of its own, with the same."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "topsecret", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    files = fsspec.filesystem("s3")
    name = uuid.uuid4().hex
    files.mkdir(name)
    for key in ("b.png", "a.png", "below/c.png"):
        files.pipe_file(f"{name}/set/{key}", picture("teal"))
    return f"s3://{name}/set"


@pytest.fixture(params=["memory", "bucket"])
def address(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


def keys(source: RemoteImageSource) -> list[str]:
    return [source.key(at) for at in range(len(source))]


def test_images_are_listed_and_fetched_one_by_one(address: str, tmp_path: Path) -> None:
    source = RemoteImageSource(address, cache=tmp_path)
    assert keys(source) == ["a.png", "b.png"]
    assert source.location == address
    assert list(tmp_path.rglob("*.png")) == [], "nothing is fetched before somebody looks"
    assert source.stamp("a.png")
    media = source.media("a.png", LOOK)
    assert (media.width, media.height) == (64, 48)
    assert [path.name for path in tmp_path.rglob("*.png")] == ["a.png"]
    assert source.facts("b.png")["width"] == 64
    source.close()
    deep = RemoteImageSource(address, recursive=True)
    assert keys(deep) == ["a.png", "b.png", "below/c.png"]
    deep.close()


def test_a_temporary_cache_is_gone_at_the_end(memory: str) -> None:
    source = RemoteImageSource(memory)
    path = source.path("a.png")
    assert path.is_file()
    source.close()
    source.close()
    assert not path.exists()


def test_new_and_changed_images_are_found_by_refresh(memory: str, tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    root = memory.removeprefix("memory:/")
    source = RemoteImageSource(memory, cache=tmp_path)
    before = source.stamp("a.png")
    assert source.media("a.png", LOOK).width == 64
    files.pipe_file(f"{root}/a.png", picture("red", (32, 32)))
    files.pipe_file(f"{root}/0.png", picture("red"))
    assert source.refresh(now=True) == ["0.png"]
    assert keys(source) == ["a.png", "b.png", "0.png"]
    assert source.stamp("a.png") != before
    assert source.media("a.png", LOOK).width == 32
    source.close()


def test_the_listing_is_kept_for_a_while(memory: str, tmp_path: Path) -> None:
    RemoteImageSource(memory, cache=tmp_path).close()
    fsspec.filesystem("memory").pipe_file(f"{memory.removeprefix('memory:/')}/0.png", picture("red"))
    source = RemoteImageSource(memory, cache=tmp_path)
    assert keys(source) == ["a.png", "b.png"]
    assert source.refresh(now=True) == ["0.png"]
    source.close()


def test_looking_again_makes_nobody_wait_and_is_not_done_all_the_time(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RemoteImageSource(memory, cache=tmp_path).close()
    source = RemoteImageSource(memory, cache=tmp_path)
    going, asked = threading.Event(), []
    listed = Place.files

    def slow(place: Place, **values: Any) -> Any:
        asked.append(place.address)
        going.wait(10)
        return listed(place, **values)

    monkeypatch.setattr(Place, "files", slow)
    fsspec.filesystem("memory").pipe_file(f"{memory.removeprefix('memory:/')}/0.png", picture("red"))
    assert [source.refresh() for _ in range(5)] == [[]] * 5
    going.set()
    found: list[str] = []
    limit = time.monotonic() + 10
    while not found and time.monotonic() < limit:
        found = source.refresh()
    assert found == ["0.png"]
    assert [source.refresh() for _ in range(5)] == [[]] * 5
    assert len(asked) == 1
    source.close()


def test_what_is_gone_or_out_of_reach_says_so(memory: str, tmp_path: Path) -> None:
    source = RemoteImageSource(memory, cache=tmp_path)
    fsspec.filesystem("memory").rm_file(f"{memory.removeprefix('memory:/')}/a.png")
    with pytest.raises(MediaError, match=r"“a.png” is not at memory://.* any more") as caught:
        source.media("a.png", LOOK)
    assert caught.value.kind == "missing"
    source.close()
    with pytest.raises(SourceError, match="There is nothing at memory://nowhere"):
        RemoteImageSource("memory://nowhere")
    fsspec.filesystem("memory").pipe_file("/only/notes.txt", b"x")
    with pytest.raises(NoItems, match="no images at memory://only"):
        RemoteImageSource("memory://only")


def test_a_lost_connection_is_told_and_the_image_comes_when_it_is_back(
    memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = RemoteImageSource(memory)
    files: Any = type(fsspec.filesystem("memory"))

    def lost(*_: Any, **__: Any) -> None:
        raise TimeoutError("https://user:topsecret@host/x?sig=topsecret timed out")

    with monkeypatch.context() as broken:
        broken.setattr(files, "get_file", lost)
        with pytest.raises(MediaError, match="cannot be reached") as caught:
            source.media("a.png", LOOK)
    assert caught.value.kind == "unreachable"
    assert "topsecret" not in str(caught.value)
    assert source.media("a.png", LOOK).width == 64
    source.close()


@pytest.mark.parametrize(
    "address",
    ["https://user:pass@example.org/a", "https://example.org/a?X-Amz-Signature=1", "s3://key@bucket/a"],
)
def test_an_address_never_holds_a_secret(address: str) -> None:
    with pytest.raises(InvalidValue, match="without a name, a password or a query") as caught:
        InputImage(address)
    assert "pass@" not in str(caught.value)
    assert "Signature" not in str(caught.value)


def test_an_address_that_nothing_serves_is_refused() -> None:
    with pytest.raises(InvalidValue, match="one that is served"):
        Place("nonsense://x")


def test_a_refused_bucket_says_so(bucket: str) -> None:
    with pytest.raises((SourceError, NoItems), match="s3://elsewhere"):
        RemoteImageSource("s3://elsewhere/set")
    assert bucket


def test_two_kernels_with_one_cache_both_see_that_an_image_has_changed(memory: str, tmp_path: Path) -> None:
    one, other = (RemoteImageSource(memory, cache=tmp_path) for _ in range(2))
    assert one.facts("a.png")["width"] == 64
    fsspec.filesystem("memory").pipe_file(
        f"{memory.removeprefix('memory:/')}/a.png", picture("red", (32, 32))
    )
    other.refresh(now=True)
    one.refresh(now=True)
    assert (one.facts("a.png")["width"], other.facts("a.png")["width"]) == (32, 32)
    one.close()
    other.close()


def test_what_is_hidden_is_passed_by_as_in_a_folder(memory: str) -> None:
    root = memory.removeprefix("memory:/")
    for name in (".thumbs/t.png", "below/.t.png"):
        fsspec.filesystem("memory").pipe_file(f"{root}/{name}", picture("red"))
    source = RemoteImageSource(memory, recursive=True)
    assert keys(source) == ["a.png", "b.png", "below/c.png"]
    source.close()


def test_copies_make_room_for_each_other(memory: str, tmp_path: Path) -> None:
    size = len(picture("teal"))
    mirror = Mirror(Place(memory), tmp_path, room=int(1.5 * size))
    first = mirror.path("a.png")
    second = mirror.path("b.png")
    assert (first.exists(), second.exists()) == (False, True)
    assert mirror.path("a.png").is_file()
    again = Mirror(Place(memory), tmp_path, room=int(1.5 * size))
    again.path("below/c.png")
    assert sum(path.is_file() for path in tmp_path.rglob("*.png")) == 1


def test_names_that_lead_out_are_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place("memory://odd")
    files = fsspec.filesystem("memory")
    files.pipe_file("/odd/a.png", picture("teal"))
    listed = [
        {"name": f"/odd/{name}", "type": "file", "size": 1}
        for name in ("../x.png", "a/../../x.png", "a//x.png", "a.png")
    ]
    monkeypatch.setattr(type(files), "ls", lambda *_, **__: listed)
    assert [found.name for found in place.files(recursive=True)] == ["a.png"]


def test_a_fetch_that_breaks_off_leaves_nothing(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: Any = type(fsspec.filesystem("memory"))

    def half(_: Any, __: str, target: str, **___: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError("cut")

    monkeypatch.setattr(files, "get_file", half)
    with pytest.raises(Unreachable, match="cut"):
        Place(memory).fetch("a.png", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A folder on a local web server, which lists it."""
    folder = tmp_path / "served"
    (folder / "set").mkdir(parents=True)
    for name in ("b.png", "a.png"):
        (folder / "set" / name).write_bytes(picture("teal"))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/set"
    server.shutdown()
    server.server_close()


def test_a_web_server_that_lists_its_folder(web: str, tmp_path: Path) -> None:
    source = RemoteImageSource(web, cache=tmp_path / "cache")
    assert keys(source) == ["a.png", "b.png"]
    assert source.media("b.png", LOOK).height == 48
    source.close()


def test_an_annotator_works_on_an_address_as_on_a_folder(
    address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    a = Annotator(
        InputImage(address), OutputImageBbox(["car"]), Settings(project_path=tmp_path / "p", author="ann")
    ).create()
    request.addfinalizer(a.close)
    a.current.add(Box(1, 2, 30, 40), "car")
    a.current.state = "done"
    assert a.title == address
    report = a.export("coco", tmp_path / "out")
    assert (report.items, report.objects) == (1, 1)
    assert (tmp_path / "out" / "images" / "default" / "a.png").exists() or list(
        (tmp_path / "out").rglob("a.png")
    )
    assert next(iter(a.to_dict(only_annotated=True))) == f"{address}/a.png"


@pytest.mark.parametrize(("name", "end"), [("coco", "/some.json"), ("yolo", "/training"), ("voc", "/voc")])
def test_data_sets_go_to_an_address_and_come_back(
    address: str, tmp_path: Path, request: pytest.FixtureRequest, name: str, end: str
) -> None:
    def project(folder: str) -> Any:
        made = Annotator(
            InputImage(address),
            OutputImageBbox(["car"]),
            Settings(project_path=tmp_path / folder, author="ann"),
        ).create()
        request.addfinalizer(made.close)
        return made

    a = project("p")
    a.current.add(Box(1, 2, 30, 40), "car")
    a.current.state = "done"
    target = (
        address.rpartition("/")[0] + "/out" + end if address.startswith("s3") else f"memory://out-{name}{end}"
    )
    report = a.export(name, target)
    assert str(report).startswith(f"Exported 1 images, 1 box to {target}".replace("1 images", "1 image"))
    a.current.state = "todo"
    a.annotations["b.png"].add(Box(5, 5, 10, 10), "car")
    a.annotations["b.png"].state = "done"
    a.export(name, target)  # an earlier one is replaced
    b = project("q")
    came = b.import_(None if name == "coco" else name, target)
    assert (came.items, came.objects, str(came.path)) == (1, 1, target)
    assert [each.shape for each in b.annotations["b.png"].objects] == [Box(5, 5, 10, 10)]
    assert b.annotations["a.png"].objects == []


def test_what_is_not_ours_at_an_address_is_not_replaced(
    memory: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    a = Annotator(
        InputImage(memory), OutputImageBbox(["car"]), Settings(project_path=tmp_path / "p", author="ann")
    ).create()
    request.addfinalizer(a.close)
    a.current.add(Box(1, 2, 30, 40), "car")
    a.current.state = "done"
    with pytest.raises(InvalidValue, match="one with nothing in it, or with an earlier export"):
        a.export("yolo", memory)
    fsspec.filesystem("memory").pipe_file("/mine.json", b'{"mine": 1}')
    with pytest.raises(InvalidValue):
        a.export("coco", "memory://mine.json")
    assert fsspec.filesystem("memory").cat_file("/mine.json") == b'{"mine": 1}'
    with pytest.raises(InvalidValue, match="nothing at an address can be linked"):
        a.export("yolo", "memory://fresh", images="link")


def test_a_broken_file_at_an_address_is_told_by_its_address(
    memory: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    a = Annotator(
        InputImage(memory), OutputImageBbox(["car"]), Settings(project_path=tmp_path / "p", author="ann")
    ).create()
    request.addfinalizer(a.close)
    fsspec.filesystem("memory").pipe_file("/broken.json", b'{"images": [')
    with pytest.raises(ValueError, match=r"^memory://broken.json is not readable as JSON"):
        a.import_("coco", "memory://broken.json")
    with pytest.raises(ValueError, match=r"There is nothing at memory://absent.json"):
        a.import_("coco", "memory://absent.json")
