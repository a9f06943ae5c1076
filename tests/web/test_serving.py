"""A project is served, stopped and served again: ports, links, people, kernels, encryption, addresses."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import pytest

from ipyannotator.errors import ConfigError, InvalidValue, MissingFolder, MissingPackage, StoreError
from ipyannotator.web import link, people, ports, serve
from tests.web.serving import Serve, until
from tests.web.visiting import closed, connected, open_page

KERNEL = "00000000-0000-4000-8000-000000000000"


# ---- again ----------------------------------------------------------------------------------------------------------


def test_yesterdays_bookmark_opens_after_a_restart(project: Path) -> None:
    first = Serve(project, authors=["Ann"])
    cookies = [first.enter(first.links["Ann"]), first.enter(first.own)]
    assert first.stop() == 0
    again = Serve(project, port=None, authors=["Ann"])
    try:
        assert again.port == first.port
        assert again.home == first.home
        # The link was shown once; only its hash is kept, and it holds.
        assert again.links == {"Ann": None}
        assert "the link given before holds" in again.text
        for cookie in (*cookies, again.enter(first.links["Ann"])):
            assert again.ask("/api/kernels", cookie=cookie).status == 404
        # What was for the first run only has ended with it, but not what a browser got by it.
        assert again.ask(f"/?{urlsplit(first.own).query}").status == 403
        known = again.ask(f"/?{urlsplit(first.own).query}", cookie=cookies[1])
        assert (known.status, known.headers["Location"], known.cookies) == (303, "/", [])
        # A browser that is known keeps what it has.
        known = again.ask(f"/?{urlsplit(again.own).query}", cookie=cookies[0])
        assert known.cookies[0].partition(";")[0] == cookies[0]
        # And nobody else gets the port.
        with pytest.raises(RuntimeError, match="already being served") as own:
            Serve(project, port=None, authors=["Cem"])
        assert f"Port {again.port}" in str(own.value)
        # A server that did not start let nobody in: nobody would have seen the link.
        assert people(project).known("Cem") is None
    finally:
        assert again.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_ends_with_its_kernels_and_leaves_the_port(project: Path, number: int) -> None:
    serving = Serve(project, authors=["Ann"])
    cookie = serving.enter(serving.links["Ann"])
    open_page(serving, cookie)
    kernels, said = serving.kernels(), serving.log()
    assert kernels
    assert serving.stop(number) == 0
    assert serving.log() == said
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert alive == []
    with socket.create_server(("127.0.0.1", serving.port)):
        pass


def test_kernels_end_when_the_server_is_killed(project: Path) -> None:
    serving = Serve(project, authors=["Ann"])
    open_page(serving, serving.enter(serving.links["Ann"]))
    kernels = serving.kernels()
    assert kernels
    serving.stop(signal.SIGKILL)
    assert until(lambda: not any(kernel.is_running() for kernel in kernels))


def test_the_browser_is_opened_by_a_link_that_works_once(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody on the machine can see what a program is started with."""
    script, opened = tmp_path / "browser", tmp_path / "opened"
    script.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    serving = Serve(project, browser=True)
    try:
        assert until(opened.exists)
        link = opened.read_text().strip()
        assert link.startswith(serving.home + "?token=")
        assert link != serving.own
        assert serving.ask("/api/kernels", cookie=serving.enter(link)).status == 404
        assert serving.ask(f"/?{urlsplit(link).query}").status == 403
        assert serving.enter(serving.own)
        assert serving.enter(serving.own)
    finally:
        serving.stop()


# ---- options --------------------------------------------------------------------------------------------------------


def test_a_port_that_was_asked_for_and_is_taken(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StoreError, match=f"Port {port} is taken by another program"):
            serve(project, port=port)


def test_a_new_project_takes_the_next_free_port_and_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = people(project)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST", taken)
        sockets, port, word = ports.bind(known, "127.0.0.1", None)
    for each in sockets:
        each.close()
    assert port > taken
    assert word == f"Port {taken} is taken; this project now has port {port}."
    assert known.recall("port") == str(port)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": 70000}, "from 1 to 65535"),
        ({"host": "no-such-host.invalid"}, "a name or number of this machine"),
        ({"host": "192.0.2.1"}, "a name or number of this machine"),
        ({"base_url": "/a b/"}, "a path such as"),
        ({"base_url": "ftp://example.org/"}, "a path such as"),
        ({"base_url": "/../"}, "a path such as"),
        ({"overlap": 0}, "1 or more"),
        ({"certfile": "missing.pem"}, "a certificate chain"),
        ({"keyfile": "missing.pem"}, "Give both"),
        ({"authors": "Ann"}, "a list of names"),
        ({"authors": ["\n"]}, "printable characters"),
    ],
)
def test_bad_options_are_told_of_in_words(project: Path, options: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        serve(project, **{"port": 0, **options})


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingFolder, match="Give the folder of a project"):
        serve(tmp_path / "nothing")
    with pytest.raises(ConfigError, match="ipyannotator init"):
        serve(tmp_path)


def test_a_missing_package_says_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r"pip install 'ipyannotator\[web\]'"):
        serve(project)


def test_voila_is_not_imported_before_it_serves() -> None:
    code = "import sys, ipyannotator.web; print(sorted(n for n in ('voila', 'tornado', 'jupyter_server') if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- people, while it serves ----------------------------------------------------------------------------------------


def test_people_come_and_go_while_it_serves(project: Path) -> None:
    serving = Serve(project, authors=["Ann"])
    try:
        known = people(project)
        ann = serving.enter(serving.links["Ann"])
        ben = serving.enter(link(project, known.add("Ben")))
        kernel, other = open_page(serving, ann), open_page(serving, ben)

        async def reason() -> int | None:
            async with connected(serving, kernel, ann) as line:
                known.revoke("Ann")
                # At once for requests, within a second or two for what is open.
                assert serving.ask("/api/kernels", cookie=ann).status == 403
                assert serving.ask("/", cookie=ann).status == 403
                return await closed(line)

        assert asyncio.run(reason()) == 4403
        assert until(lambda: len(serving.kernels()) == 1)
        assert serving.ask(f"/api/kernels/{other}", cookie=ben).status == 200
        told = serving.ask("/", cookie=ann)
        assert "has ended" in told.body
        assert "Max-Age=0" in told.cookies[0] or "expires=" in told.cookies[0]
        assert serving.ask("/?" + urlsplit(serving.links["Ann"]).query).status == 403
        # Another of the same name is another person.
        again = serving.enter(link(project, known.add("Ann")))
        assert serving.ask("/api/kernels", cookie=again).status == 404
        assert serving.ask("/", cookie=ann).status == 403
        # A new link ends the old one.
        renewed = serving.enter(link(project, known.renew("Ben")))
        assert serving.ask("/api/kernels", cookie=ben).status == 403
        assert serving.ask(f"/api/kernels/{other}", cookie=renewed).status == 200
    finally:
        serving.stop()


# ---- kernels --------------------------------------------------------------------------------------------------------


def test_what_nobody_uses_is_ended_and_what_is_open_is_not(project: Path) -> None:
    serving = Serve(project, authors=["Ann"], idle=4)
    try:
        ann = serving.enter(serving.links["Ann"])
        kept = open_page(serving, ann)

        async def stay() -> None:
            async with connected(serving, kept, ann):
                left = await asyncio.to_thread(open_page, serving, ann)
                gone = lambda: serving.ask(f"/api/kernels/{left}", cookie=ann).status == 404  # noqa: E731
                assert await asyncio.to_thread(until, gone)
                assert serving.ask(f"/api/kernels/{kept}", cookie=ann).status == 200

        asyncio.run(stay())
    finally:
        serving.stop()


def test_kernels_are_started_ahead_for_whoever_comes(project: Path) -> None:
    serving = Serve(project, authors=["Ann", "Ben"], pool_size=1)
    try:
        (warm,) = until(serving.kernels)
        ann, ben = serving.enter(serving.links["Ann"]), serving.enter(serving.links["Ben"])
        # Who comes before it has started gets another.
        opened = until(lambda: mine if (mine := open_page(serving, ann)) in " ".join(warm.cmdline()) else "")
        assert opened
        # It is Ann's now, and another is started in its place.
        assert serving.ask(f"/api/kernels/{opened}", cookie=ann).status == 200
        assert serving.ask(f"/api/kernels/{opened}", cookie=ben).status == 403
        assert serving.ask(f"/voila/api/shutdown/{opened}", method="POST", cookie=ann).status == 204
        assert until(lambda: warm not in serving.kernels())
    finally:
        assert serving.stop() == 0


# ---- addresses ------------------------------------------------------------------------------------------------------


def test_everything_lies_under_the_base_url(project: Path) -> None:
    serving = Serve(project, authors=["Ann"], base_url="team/one")
    try:
        assert urlsplit(serving.home).path == "/team/one/"
        assert serving.ask("/team/one").headers["Location"] == "/team/one/"
        cookie = serving.enter(serving.links["Ann"])
        kernel = open_page(serving, cookie, "/team/one/")
        assert serving.ask(f"/team/one/api/kernels/{kernel}", cookie=cookie).status == 200
        assert serving.ask("/team/one/voila/static/voila.js", cookie=cookie).status == 200
        assert serving.ask("/", cookie=cookie).status == 404
        for path in (
            "/",
            "/login",
            f"/api/kernels/{kernel}",
            "/team/one/../",
            "/team/one/voila/static/voila.js",
        ):
            assert serving.ask(path).status == 403
        assert serving.post_link(serving.links["Ann"]).headers["Location"] == "/team/one/"
    finally:
        serving.stop()


def test_behind_a_proxy_links_and_cookies_are_the_proxys(project: Path) -> None:
    serving = Serve(project, authors=["Ann"], base_url="https://Example.org:443/annotate")
    try:
        assert serving.links["Ann"].startswith("https://example.org/annotate/?token=")
        query = urlsplit(serving.links["Ann"]).query
        # Whether the proxy passes the name on, or its own.
        for host in ("example.org", f"127.0.0.1:{serving.port}"):
            answer = serving.ask(f"/annotate/?{query}", Host=host)
            assert answer.status == 303
            assert "Secure" in answer.cookies[0]
            assert "Path=/annotate/" in answer.cookies[0]
            assert (
                serving.post_link(serving.links["Ann"], Host=host, Origin="https://example.org").status == 303
            )
            assert (
                serving.post_link(serving.links["Ann"], Host=host, Origin="https://evil.example").status
                == 403
            )
    finally:
        serving.stop()


def test_encrypted(project: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the test's certificate")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
    ]
    subprocess.run([*command, "-out", cert, "-keyout", key], check=True, capture_output=True)
    serving = Serve(project, authors=["Ann"], certfile=str(cert), keyfile=str(key))
    try:
        assert serving.home.startswith("https://127.0.0.1:")
        answer = serving.ask("/?" + urlsplit(serving.links["Ann"]).query)
        assert answer.status == 303
        assert "Secure" in answer.cookies[0]
    finally:
        serving.stop()


def test_an_open_host_says_that_it_is_not_encrypted_and_answers_to_numbers(project: Path) -> None:
    serving = Serve(project, authors=["Ann"], host="0.0.0.0")  # noqa: S104 - what is tested
    try:
        assert "Not encrypted" in serving.text
        for host, status in (("192.168.1.2", 403), (socket.gethostname(), 403), ("evil.example", 403)):
            answer = serving.ask("/", Host=f"{host}:{serving.port}")
            assert answer.status == status
            assert ("is not called" in answer.body) == (host == "evil.example")
    finally:
        serving.stop()


def test_a_link_of_a_project_that_was_never_served_is_refused(project: Path) -> None:
    with pytest.raises(InvalidValue, match="Serve the project once"):
        link(project, people(project).add("Ann"))


def test_a_page_waits_for_what_its_kernel_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The answer and the page's widgets come by two ways. On a machine that is busy, with many visitors for one, the
    # second may be seconds late; with the four seconds of nbclient, such pages came out empty.
    from nbformat.v4 import new_notebook
    from voila.execute import VoilaExecutor

    from ipyannotator.web.app import App

    monkeypatch.setenv("JUPYTER_PATH", "")
    gate = SimpleNamespace(address=SimpleNamespace(base_url="/"))
    app = App(gate, project=tmp_path, work_dir=tmp_path, overlap=1, trust=False, idle=60, pool_size=0)
    executor = VoilaExecutor(new_notebook(), config=app.config)
    assert min(executor.iopub_timeout, executor.startup_timeout) >= 120
