"""Nobody without a token reads anything; nobody with one reads outside the project, runs code or uses another's kernel."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.web.serving import SLOW, Serve, until
from tests.web.visiting import V1, as_v1, connected, message, open_page, refused, reply

KERNEL = "00000000-0000-4000-8000-000000000000"

PATHS = [
    "/voila/files/annotate.ipynb", "/voila/files/images/photo_0.jpg", "/voila/static/voila.js",
    "/voila/static/styles/style.css", "/voila/templates/lab/static/index.css", "/voila/templates/base/static/x",
    "/voila/labextensions/anywidget/package.json", "/voila/api/themes/@jupyterlab/theme-light-extension/index.css",
    "/voila/api/contents", "/voila/render/annotate.ipynb", "/voila/tree", f"/voila/query/{KERNEL}",
    f"/voila/execution/{KERNEL}", f"/voila/api/shutdown/{KERNEL}", "/static/favicon.ico", "/api", "/api/contents",
    "/api/contents/annotate.ipynb", "/api/kernels", f"/api/kernels/{KERNEL}", f"/api/kernels/{KERNEL}/channels",
    f"/api/kernels/{KERNEL}/interrupt", "/api/sessions", "/api/status", "/api/me", "/api/terminals", "/api/kernelspecs",
    "/api/config/notebook", "/terminals/1", "/files/annotate.ipynb", "/nbconvert/html/annotate.ipynb", "/lab", "/tree",
    "/notebooks/annotate.ipynb", "/logout", "/metrics", "/results/web.db", "/results/annotations.db",
]  # fmt: skip
"""What Voilà, Jupyter and a file server have."""

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

OUTSIDE = [
    "/voila/files/annotate.ipynb", "/voila/files/../../results/web.db", "/files/annotate.ipynb", "/api/contents",
    "/api/contents/annotate.ipynb", "/api/terminals", "/terminals/1", "/nbconvert/html/annotate.ipynb", "/api/kernels",
    "/api/sessions", "/voila/api/contents", "/voila/render/annotate.ipynb", "/lab", "/tree",
    f"/api/kernels/{KERNEL}/interrupt", f"/voila/query/{KERNEL}", f"/voila/execution/{KERNEL}", "/annotate.ipynb",
]  # fmt: skip

CLIMBING = [
    f"/voila/{place}/{up}"
    for place in ("static", "templates/lab/static", "labextensions", "api/themes", "templates")
    for up in (
        "../" * 12 + "etc/passwd",
        "..%2f" * 12 + "etc%2fpasswd",
        "%2e%2e/" * 12 + "etc/passwd",
        "/etc/passwd",
    )
]


# ---- strangers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_strangers_get_nothing(server: Serve, path: str) -> None:
    for method in METHODS:
        answer = server.ask(path, method=method)
        assert answer.status == 403
        assert answer.body == ("" if method == "HEAD" else "Open this project by your link first.\n")
        assert not answer.cookies


def test_strangers_are_told_what_to_do(server: Serve) -> None:
    for path in ("/", "/login"):
        answer = server.ask(path)
        assert answer.status == 403
        assert "by the link that you were given" in answer.body
        # Whole in itself: it names no other file of the server, nor the project.
        assert not {"src=", "<script", "project", "Ann"} & set(answer.body.split())
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_token_counts_in_its_cookie_only(server: Serve) -> None:
    token = urlsplit(server.links["Ann"]).query
    bare = token.removeprefix("token=")
    for path in ("/voila/static/voila.js", "/api/kernels", f"/api/kernels/{KERNEL}"):
        assert server.ask(f"{path}?{token}").status == 403
        assert server.ask(path, Authorization=f"token {bare}").status == 403
        assert server.ask(path, cookie=f"token={bare}; username=Ann").status == 403


def test_strangers_open_no_websocket(server: Serve, ann: str) -> None:
    kernel = open_page(server, ann)
    assert asyncio.run(refused(server, kernel, "")) == 403
    assert asyncio.run(refused(server, KERNEL, "")) == 403


# ---- links ----------------------------------------------------------------------------------------------------------


def test_a_link_becomes_a_cookie_and_leaves_the_address(server: Serve) -> None:
    parts = urlsplit(server.links["Ann"])
    answer = server.ask(f"/?{parts.query}&author=Ben")
    assert answer.status == 303
    assert answer.headers["Location"] == "/"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    (cookie,) = answer.cookies
    flags = {flag.strip().lower().partition("=")[0]: flag for flag in cookie.split(";")}
    assert {"httponly", "samesite", "path", "max-age"} <= set(flags)
    assert flags["samesite"].strip() == "SameSite=Lax"
    assert "secure" not in flags


@pytest.mark.parametrize("wrong", ["x", "", "é" * 50, "../..", "<script>alert(1)</script>", "a" * 5000])
def test_a_wrong_token_gets_a_friendly_page(server: Serve, wrong: str) -> None:
    answer = server.ask(f"/?token={quote(wrong)}")
    assert answer.status in {403, 429}
    assert "new link" in answer.body or answer.status == 429
    assert "Traceback" not in answer.body
    assert "<script" not in answer.body
    assert not answer.cookies


def test_a_link_can_be_pasted(server: Serve) -> None:
    link = server.links["Ben"]
    for pasted in (link, f"  {link}\n", link.partition("token=")[2]):
        answer = server.post_link(pasted)
        assert answer.status == 303
        assert server.ask("/api/kernels", cookie=answer.cookies[0].partition(";")[0]).status == 404


def test_who_guesses_is_slowed_and_who_knows_is_not(project: Path) -> None:
    serving = Serve(project, authors=["Ann"])
    try:
        answers = [serving.ask(f"/?token={number}").status for number in range(40)]
        assert answers[0] == 403
        assert answers[-1] == 429
        assert serving.enter(serving.links["Ann"])
    finally:
        serving.stop()


# ---- other sites ----------------------------------------------------------------------------------------------------


def test_other_sites_pages_change_nothing(server: Serve, ann: str) -> None:
    kernel = open_page(server, ann)
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server.port + 1}"):
        assert (
            server.ask(f"/voila/api/shutdown/{kernel}", method="POST", cookie=ann, Origin=origin).status
            == 403
        )
        assert server.post_link(server.links["Ann"], Origin=origin).status == 403
        assert server.ask("/", method="POST", body="link=x", Origin=origin).status == 403
        assert asyncio.run(refused(server, kernel, ann, Origin=origin)) == 403
    assert server.ask(f"/api/kernels/{kernel}", cookie=ann).status == 200
    assert asyncio.run(refused(server, kernel, ann, Origin=f"http://127.0.0.1:{server.port}")) == 0


def test_other_names_are_not_answered(server: Serve, ann: str) -> None:
    """DNS rebinding: another site's name that resolves to this machine."""
    for host in ("evil.example", f"evil.example:{server.port}", "192.168.0.1", "127.0.0.1.evil.example"):
        answer = server.ask("/", cookie=ann, Host=host)
        assert answer.status == 403
        assert "is not called" in answer.body
    for host in ("localhost", f"127.0.0.1:{server.port}", "[::1]"):
        assert server.ask("/api/kernels", cookie=ann, Host=host).status == 404


# ---- visitors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OUTSIDE)
def test_visitors_find_nothing_but_the_page(server: Serve, ann: str, path: str) -> None:
    for method in METHODS:
        assert server.ask(path, method=method, cookie=ann).status in {404, 405}


@pytest.mark.parametrize("path", CLIMBING)
def test_visitors_cannot_climb_out(server: Serve, ann: str, path: str) -> None:
    answer = server.ask(path, cookie=ann)
    assert answer.status in {400, 403, 404, 500}
    assert "root:" not in answer.body
    assert "Traceback" not in answer.body


def test_a_kernel_belongs_to_who_opened_the_page(server: Serve, ann: str, ben: str) -> None:
    kernel = open_page(server, ann)
    # Written otherwise, it is the same kernel.
    for name in (kernel, kernel.replace("-", "%2D"), f"x/../{kernel}"):
        for path in (f"/api/kernels/{name}", f"/voila/api/shutdown/{name}", f"/api/kernels/{name}/channels"):
            for method in METHODS:
                assert server.ask(path, method=method, cookie=ben).status == 403, (path, method)
    assert asyncio.run(refused(server, kernel, ben)) == 403
    assert server.ask(f"/api/kernels/{kernel}", cookie=ann).status == 200
    assert asyncio.run(refused(server, kernel, ann)) == 0


def test_a_link_used_by_two_works_for_both(server: Serve, ann: str) -> None:
    other = server.enter(server.links["Ann"])
    first, second = open_page(server, ann), open_page(server, other)
    assert first != second
    assert asyncio.run(refused(server, first, ann)) == asyncio.run(refused(server, second, other)) == 0


@pytest.mark.parametrize("v1", [False, True], ids=["json", "binary"])
def test_a_visitor_runs_no_code(server: Serve, ann: str, tmp_path: Path, v1: bool) -> None:
    kernel = open_page(server, ann)
    target = tmp_path / "written"
    code = f"open({str(target)!r}, 'w').close()"
    execute = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": True,
    }
    forbidden = [
        message("execute_request", execute), message("execute_request", execute, "control"),
        message("execute_request", {**execute, "silent": True}, "stdin"), message("execute_request", execute, "none"),
        message("inspect_request", {"code": "open", "cursor_pos": 4}), message("complete_request", {"code": "o"}),
        message("debug_request", {"command": "evaluate"}, "control"), message("history_request", {}),
        message("create_subshell_request", {}, "control"), message("interrupt_request", {}, "control"),
        message("comm_open", {"target_name": "os", "comm_id": "1", "data": {}, "target_module": "os"}),
        message("usage_request", {}, "control"), message("shutdown_request", {"restart": False}, "control"),
    ]  # fmt: skip

    async def tried() -> None:
        async with connected(server, kernel, ann, protocols=[V1] if v1 else None) as socket:
            assert socket.selected_subprotocol == (V1 if v1 else None)
            for each in forbidden:
                await socket.write_message(as_v1(each) if v1 else json.dumps(each), binary=v1)
            await socket.write_message(b"\0\1" if v1 else "not a message", binary=v1)
            allowed = message("kernel_info_request", {})
            await socket.write_message(as_v1(allowed) if v1 else json.dumps(allowed), binary=v1)
            answer = await asyncio.wait_for(reply(socket, "kernel_info_reply", v1=v1), SLOW)
            assert answer is not None
            assert answer["status"] == "ok"

    asyncio.run(tried())
    # The kernel answers in order, so what came before has had its turn.
    assert not target.exists()
    assert server.ask(f"/api/kernels/{kernel}", cookie=ann).status == 200


def test_a_closed_page_ends_its_kernel(server: Serve, ann: str) -> None:
    kernel = open_page(server, ann)
    assert server.ask(f"/voila/api/shutdown/{kernel}", method="POST", cookie=ann).status == 204
    assert until(lambda: server.ask(f"/api/kernels/{kernel}", cookie=ann).status == 404)
    assert asyncio.run(refused(server, kernel, ann)) == 404


def test_pages_that_were_left_do_not_pile_up(server: Serve, ann: str) -> None:
    kernels = [open_page(server, ann) for _ in range(5)]
    states = [server.ask(f"/api/kernels/{kernel}", cookie=ann).status for kernel in kernels]
    assert states == [404, 200, 200, 200, 200]


def test_kernels_speak_to_nobody_else_on_the_machine(server: Serve, ann: str) -> None:
    """Who can connect to a kernel's port gets what it publishes; so there is none."""
    kernel = open_page(server, ann)
    command = next(
        line for line in (process.cmdline() for process in server.kernels()) if kernel in " ".join(line)
    )
    connection = Path(command[command.index("-f") + 1])
    assert json.loads(connection.read_bytes())["transport"] == "ipc"
    assert stat.S_IMODE(connection.parent.stat().st_mode) & 0o077 == 0
