"""Commands as processes: exit codes, no traceback, what is loaded, what happens without the extras, and serving."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ipyannotator.config import FILE, read
from tests.cli.conftest import draw, pictures, working

CLI = [sys.executable, "-m", "ipyannotator.cli"]

LOADED = """
import sys
from ipyannotator.cli.app import app
try:
    app(sys.argv[1:], prog_name="ipyannotator")
finally:
    loaded = {name.partition(".")[0] for name in sys.modules}
    watched = {"ipywidgets", "anywidget", "traitlets", "IPython", "pandas", "voila", "sqlalchemy", "PIL", "numpy"}
    print("LOADED", *sorted(loaded & watched))
"""

WITHOUT = """
import sys
for name in sys.argv.pop(1).split(","):
    sys.modules[name] = None
from ipyannotator.cli import main
main()
"""


def call(
    *arguments: object, code: int = 0, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [*CLI, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", check=False, cwd=cwd,
        env=os.environ | environment, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done


def without(packages: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, packages, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    pictures(tmp_path / "pets" / "images", 3)
    call("init", tmp_path / "pets", "--boxes", "cat,dog")
    return tmp_path / "pets"


def test_exit_codes_and_streams(project, tmp_path):
    assert call("--version").stdout.startswith("ipyannotator ")
    assert "Commands:" in call("--help").stdout
    call("nonsense", code=2)
    call("stats", "--nonsense", code=2)
    missing = call("stats", tmp_path / "nowhere", code=1)
    assert (missing.stdout, missing.stderr.count("\n")) == ("", 1)
    (project / FILE).write_text("[input\n", encoding="utf-8")
    for command in ("stats", "check", "serve"):
        assert FILE in call(command, project, code=1).stderr
    assert FILE in call("export", "yolo", tmp_path / "x", "-p", project, code=1).stderr


def test_unknown_keys_and_types_are_named(project):
    text = (project / FILE).read_text(encoding="utf-8")
    (project / FILE).write_text(text + "[settings]\noverlapp = 2\n", encoding="utf-8")
    assert "Did you mean `overlap`?" in call("stats", project, code=1).stderr
    (project / FILE).write_text(text.replace("InputImage", "InputPicture"), encoding="utf-8")
    assert "InputImage" in call("stats", project, code=1).stderr


def test_debug_shows_where(project):
    done = subprocess.run(
        [*CLI, "--debug", "stats", project / "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "MissingFolder" in done.stderr


def test_a_terminal_without_the_characters(tmp_path):
    pictures(tmp_path / "images")
    plain = {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    call("init", tmp_path, "--boxes", "🩸", **plain)
    assert read(tmp_path).output.classes == ["🩸"]
    with working(tmp_path) as editor:
        draw(editor, "0.jpg", label="🩸")
    assert "\\U0001fa78" in call("stats", tmp_path, **plain).stdout


def test_names_that_would_command_a_terminal(tmp_path):
    pictures(tmp_path / "images", 1)
    (tmp_path / "images" / "0.jpg").rename(tmp_path / "images" / "\x1b[2J\n.jpg")
    (
        tmp_path
        / "images"
        / "\udcff.jpg".encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    ).write_bytes(b"")
    call("init", tmp_path, "--boxes", "a")
    output = call("check", tmp_path, code=1).stdout
    assert "\x1b" not in output
    assert "\\xff.jpg" in output


def test_a_reader_that_has_enough(project):
    with subprocess.Popen(
        [*CLI, "stats", project, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(60)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["stats", "."],
        ["check", "."],
        ["export", "json", "out.json"],
        ["formats"],
        ["import", "json"],
        ["people", "list", "."],
    ],
    ids=" ".join,
)
def test_no_widget_is_loaded(project, arguments):
    with working(project) as editor:
        draw(editor, "0.jpg")
    call("export", "voc", "x", cwd=project)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split()[1:])
    assert loaded <= ({"sqlalchemy", "PIL", "numpy"} if arguments[0] != "--help" else set())


# ---- what is not installed --------------------------------------------------------------------------------------------


def test_without_typer():
    for arguments in (["--help"], ["stats"]):
        done = without("typer", *arguments)
        assert done.returncode == 2
        assert "pip install 'ipyannotator[web]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_without_the_web_app(project, tmp_path):
    for arguments in (["serve", project], ["demo", "--folder", tmp_path / "demo", "--no-browser"]):
        done = without("voila", *arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "pip install 'ipyannotator[web]'" in done.stderr
        assert "Traceback" not in done.stderr
    done = without("voila", "init", project, "--boxes", "a", "--force")
    assert done.returncode == 0
    assert "pip install 'ipyannotator[web]'" in done.stderr


def test_without_progress_bars(project, tmp_path):
    with working(project) as editor:
        draw(editor, "0.jpg")
    done = without("tqdm", "export", "coco", tmp_path / "x.json", "-p", project)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x.json").exists()


# ---- serving ----------------------------------------------------------------------------------------------------------


@contextmanager
def serving(*arguments: object, home: Path) -> Iterator[tuple[subprocess.Popen, list[str]]]:
    """Run a command that serves; give its process and what it printed until it served."""
    private = {
        name: str(home / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    with subprocess.Popen(
        [*CLI, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | private, cwd=home,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines: list[str] = []
        try:
            for line in process.stdout:
                lines.append(line)
                if "End with Ctrl-C" in line:
                    break
            yield process, lines
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def link(lines: list[str], name: str) -> str:
    return next(line.split()[-1] for line in lines if line.strip().startswith(f"{name}:"))


def status(link: str) -> int:
    """Return what a browser without cookies is answered that opens a link: 303 lets it in."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().status
    finally:
        connection.close()


def test_serve_prints_links_and_people_are_managed_meanwhile(project, tmp_path):
    assert "Serve the project once" in call("people", "add", project, "Eve", code=1).stderr
    assert "Nobody yet" in call("people", "list", project).stdout
    with serving("serve", project, "--author", "Ann", "--no-browser", "--port", 0, home=tmp_path) as (
        process,
        lines,
    ):
        assert status(link(lines, "Ann")) == 303
        eve = link(call("people", "add", project, "Eve", "Zoë <b>").stdout.splitlines(), "Eve")
        assert status(eve) == 303
        listed = call("people", "list", project).stdout.splitlines()
        assert [line.split(maxsplit=1)[1] for line in listed] == ["Ann", "Eve", "Zoë <b>"]
        call("people", "add", project, "Eve", code=1)
        again = link(call("people", "add", project, "Eve", "--renew").stdout.splitlines(), "Eve")
        assert status(eve) in (401, 403)
        assert status(again) == 303
        call("people", "revoke", project, "Eve", "Zoë <b>")
        call("people", "revoke", project, "Eve", code=1)
        assert status(again) in (401, 403)
    assert process.returncode == 0


def test_demo_serves_example_data_and_goes_on_with_them(tmp_path):
    with serving("demo", "--no-browser", "--port", 0, home=tmp_path) as (process, lines):
        assert any("Serving at" in line for line in lines), lines
    assert process.returncode == 0
    folder = tmp_path / "ipyannotator-demo-boxes"
    config = read(folder)
    assert config.output.classes == ["red", "green", "blue"]
    with working(folder) as editor:
        assert len(editor.source) == 30
        draw(editor, editor.source.key(0), label="red")
    (folder / FILE).write_text((folder / FILE).read_text() + "# mine\n")
    with serving("demo", "--no-browser", "--port", 0, home=tmp_path) as (process, lines):
        assert any("Serving at" in line for line in lines), lines
    assert (folder / FILE).read_text().endswith("# mine\n")
    assert '"done": 1' in call("stats", folder, "--json").stdout


def test_what_cannot_be_served(project, tmp_path):
    (project / "images").rename(project / "imgs")
    assert "imgs" in call("serve", project, "--no-browser", code=1).stderr
    (project / "imgs").rename(project / "images")
    call("serve", project, "--no-browser", "--certfile", tmp_path / "none.pem", code=1)
    call("serve", project, "--no-browser", "--port", "99999", code=2)
    call("serve", project, "--no-browser", "--overlap", "0", code=2)
    call("serve", project, "--no-browser", "--author", " ", "--port", 0, code=1)
    text = (project / FILE).read_text(encoding="utf-8").replace("OutputImageBbox", "NoOutput")
    (project / FILE).write_text(re.sub(r"classes.*\n", "", text), encoding="utf-8")
    assert "[output]" in call("serve", project, "--no-browser", code=1).stderr
