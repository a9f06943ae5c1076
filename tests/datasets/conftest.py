"""Small archives in the layout of the published ones, and a server on the loopback that gives them."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator.datasets.downloads import DOWNLOADS, Download


def tar(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Write a compressed tar file."""
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def packed(files: dict[str, bytes | str]) -> bytes:
    """Return a compressed tar file of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def photo(color: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(buffer, "JPEG")
    return buffer.getvalue()


CIFAR10: dict[str, bytes | str] = {
    "cifar10/labels.txt": "airplane\nfrog\n",
    "cifar10/train/airplane/1_airplane.jpg": photo("white"),
    "cifar10/train/frog/2_frog.jpg": photo("green"),
    "cifar10/test/airplane/10_airplane.jpg": photo("blue"),
    "cifar10/test/frog/20_frog.jpg": photo("olive"),
    "cifar10/test/frog/._20_frog.jpg": b"what a Mac leaves behind",
}
OXFORD102: dict[str, bytes | str] = {
    "oxford-102-flowers/train.txt": "jpg/image_00001.jpg 76\n",
    "oxford-102-flowers/valid.txt": "jpg/image_00002.jpg 0\n",
    "oxford-102-flowers/test.txt": "jpg/image_00003.jpg 101\njpg/image_00004.jpg 11\n",
    **{f"oxford-102-flowers/jpg/image_0000{number}.jpg": photo("purple") for number in range(1, 5)},
}
BIRDS = ("001.Black_footed_Albatross/A_1.jpg", "002.Laysan_Albatross/B_2.jpg", "002.Laysan_Albatross/B_3.jpg")
CUB200: dict[str, bytes | str] = {
    "attributes.txt": "beside the folder, as in the published archive\n",
    "CUB_200_2011/images.txt": "".join(f"{at} {name}\n" for at, name in enumerate(BIRDS, 1)),
    "CUB_200_2011/classes.txt": "1 001.Black_footed_Albatross\n2 002.Laysan_Albatross\n",
    "CUB_200_2011/image_class_labels.txt": "1 1\n2 2\n3 2\n",
    "CUB_200_2011/train_test_split.txt": "1 1\n2 0\n3 1\n",
    "CUB_200_2011/bounding_boxes.txt": "1 1.0 2.0 20.0 10.0\n2 3.5 4.0 8.0 9.0\n3 0.0 0.0 32.0 24.0\n",
    **{f"CUB_200_2011/images/{name}": photo("gray") for name in BIRDS},
}

ARCHIVES = {"cifar10": packed(CIFAR10), "oxford102": packed(OXFORD102), "cub200": packed(CUB200)}


class Server:
    """Answers with what `answers` has for a path; remembers what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes, int]] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, body, length = outer.answers.get(self.path, (404, b"", 0))
                self.send_response(status)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def give(self, path: str, body: bytes, *, status: int = 200, length: int | None = None) -> str:
        """Answer a path with a body, whatever length is said; return its address."""
        self.answers[path] = (status, body, len(body) if length is None else length)
        return self.url + path


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


@pytest.fixture
def published(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Download]:
    """Point a set at the local server, and work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def point(name: str, body: bytes | None = None, **values: Any) -> Download:
        content = ARCHIVES[name] if body is None else body
        given = {
            "urls": (server.give(f"/{name}.tgz", content),),
            "known_hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        }
        entry = replace(DOWNLOADS[name], **{**given, **values})
        monkeypatch.setitem(DOWNLOADS, name, entry)
        return entry

    return point


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the time and the content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def contents() -> Callable[[Path], dict[str, tuple[int, bytes]]]:
    return everything
