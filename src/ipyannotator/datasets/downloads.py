"""The sets that are downloaded: where each is published, the hash of its archive, and how it becomes a project.

`DOWNLOADS` is the one table of them. An archive is kept in `data/downloads` and checked by its hash each time that it
is used; one that was put there by hand serves as well.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipyannotator.datasets import layouts
from ipyannotator.datasets.archives import unpack
from ipyannotator.datasets.writing import RECIPE, as_json, unwritable, write
from ipyannotator.errors import DatasetError, DownloadError, MissingPackage

_SECONDS = 30
"""How long a server may be silent."""
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Download:
    """One archive, as it was published.

    Attributes:
        title: what people call the set.
        file: the archive's name in `data/downloads`.
        urls: where it is published, tried one after the other; all give the same bytes.
        known_hash: of the archive, the algorithm before a colon.
        megabytes: about how much is downloaded.
        folder: the folder in the archive, which becomes the project's.
        arrange: gives the files to write beside the pictures: annotations by name, as JSON or text.
        home: where the set is described, with its terms.
    """

    title: str
    file: str
    urls: tuple[str, ...]
    known_hash: str
    megabytes: int
    folder: str
    arrange: Callable[[Path], dict[str, Any]]
    home: str


_FAST_AI = "https://s3.amazonaws.com/fast-ai-imageclas"

DOWNLOADS: dict[str, Download] = {
    "cifar10": Download(
        "CIFAR-10",
        "cifar10.tgz",
        (f"{_FAST_AI}/cifar10.tgz",),
        "sha256:637c5814e11aefcb6ee76d5f59c67ddc8de7f5b5077502a195b0833d1e3e4441",
        135,
        "cifar10",
        layouts.cifar10,
        "https://www.cs.toronto.edu/~kriz/cifar.html",
    ),
    "oxford102": Download(
        "Oxford 102 flowers",
        "oxford-102-flowers.tgz",
        (f"{_FAST_AI}/oxford-102-flowers.tgz",),
        "sha256:680a253086535b2c800aada76a45fc189d3dcae4da6da8db36ce6a95f00bf4ad",
        345,
        "oxford-102-flowers",
        layouts.oxford102,
        "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
    ),
    "cub200": Download(
        "Caltech-UCSD Birds 200-2011",
        "CUB_200_2011.tgz",
        (
            f"{_FAST_AI}/CUB_200_2011.tgz",
            "https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz?download=1",
        ),
        "sha256:0c685df5597a8b24909f6a7c9db6d11e008733779a671760afef78feb49bf081",
        1151,
        "CUB_200_2011",
        layouts.cub200,
        "https://www.vision.caltech.edu/datasets/cub_200_2011/",
    ),
}


def ready(download: Download, data: Path) -> Path:
    """Download, unpack and arrange a set, as far as that is not done; return the project's folder.

    Args:
        download: an entry of `DOWNLOADS`.
        data: the folder of all example data.

    Raises:
        DownloadError: no server gives the published file.
        DatasetError: the archive is not safe, damaged or not laid out as it should be, or cannot be written.
        MissingPackage: pooch is not installed.
    """
    folder = data / download.folder
    recipe = {"set": download.title, "hash": download.known_hash, "home": download.home}
    if (folder / RECIPE).is_file() and all((folder / name).is_file() for name in layouts.FILES):
        return folder
    files = _arranged(download, folder)
    if files is None:
        unpack(fetch(download, data / "downloads"), data, download.folder)
        files = download.arrange(folder)
    try:
        for name, content in files.items():
            if not (folder / name).exists():
                write(folder / name, content.encode() if isinstance(content, str) else as_json(content))
        write(folder / RECIPE, as_json(recipe))  # last: it says that all is there
    except OSError as error:
        raise unwritable(folder, error) from error
    return folder


def _arranged(download: Download, folder: Path) -> dict[str, Any] | None:
    """Return the files to write beside the pictures; None where the pictures are not all there."""
    try:
        return download.arrange(folder)
    except DatasetError:
        return None


def fetch(download: Download, cache: Path) -> Path:
    """Return the archive, downloaded unless it is there already with the right hash.

    Raises:
        DownloadError: no server gives the published file; the message says what each answered.
        DatasetError: the folder cannot be written.
        MissingPackage: pooch is not installed.
    """
    try:
        import pooch  # type: ignore[import-untyped]
        import requests
    except ImportError as error:
        raise MissingPackage(
            f"Downloading {download.title} needs pooch: pip install 'ipyannotator[datasets]'. The artificial sets do "
            "without."
        ) from error
    bar = importlib.util.find_spec("tqdm") is not None
    answers = []
    for url in download.urls:
        downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=_CHUNK, timeout=_SECONDS)
        try:
            return Path(pooch.retrieve(url, download.known_hash, download.file, cache, downloader=downloader))
        except (requests.RequestException, ValueError) as error:
            answers.append(f"{url}: {_in_words(error)}")
        except OSError as error:
            raise unwritable(cache, error) from error
    raise DownloadError(
        f"{download.title} could not be downloaded.\n"
        + "".join(f"  {answer}\n" for answer in answers)
        + f"Expected {download.file}, about {download.megabytes:,} MB, {download.known_hash}. Look after the "
        f"connection (and HTTPS_PROXY, where there is a proxy) and call again; or get that file from {download.home} "
        f"or elsewhere, and put it at “{cache / download.file}”.",
        download.urls,
        download.known_hash,
    )


def _in_words(error: Exception) -> str:
    """Return what went wrong with one address."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the download was cut short"
    if isinstance(error, requests.Timeout):
        return f"the server was silent for {_SECONDS} seconds"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    got = re.search(r"but got (\w+)", str(error))
    if got:
        return f"what came is another file, or not all of it: its hash is {got[1]}"
    return str(error)
