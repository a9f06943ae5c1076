"""What is shipped: the built browser side inside the wheel, nothing fetched at run time, no Node needed."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tarfile
import venv
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from playwright.sync_api import Browser, Route

import hatch_build
from tests.hosts.pages import Annotating

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "src" / "ipyannotator" / "static"


def shipped(builder: WheelBuilder | SdistBuilder) -> set[str]:
    """Return the paths of the files that a build would carry."""
    return {Path(file.distribution_path).as_posix() for file in builder.recurse_included_files()}


def test_the_bundle_is_up_to_date() -> None:
    assert hatch_build.is_built(), "the sources have changed since the last build: make build"


PAGE = {".html", ".ipynb", ".j2", ".json", ".css"}
"""What the web page consists of besides Python."""


def test_the_wheel_holds_the_package_and_the_bundle_and_nothing_else() -> None:
    names = shipped(WheelBuilder(str(ROOT)))
    bundle = {f"ipyannotator/static/{name}" for name in hatch_build.results(ROOT / "js")}
    assert bundle <= names
    assert {"ipyannotator/__init__.py", "ipyannotator/py.typed"} <= names
    python = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == python
    page = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "ipyannotator" / "web").rglob("*")
        if path.is_file() and path.suffix in PAGE
    }
    assert page <= names
    others = {Path(name).suffix for name in names - page} - {".py", ".typed", ".js", ".css", ""}
    assert others == set(), names
    assert {name.split("/")[0] for name in names} == {"ipyannotator"}


def test_the_sdist_can_be_built_without_asking_npm_and_with_it() -> None:
    names = shipped(SdistBuilder(str(ROOT)))
    bundle = {f"src/ipyannotator/static/{name}" for name in [*hatch_build.results(ROOT / "js"), "BUILT"]}
    sources = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "js" / "src").rglob("*") if path.is_file()
    }
    needed = {"hatch_build.py", "js/package.json", "js/package-lock.json", "js/build.mjs", "js/tsconfig.json"}
    assert bundle | sources | needed <= names
    assert [name for name in names if "node_modules" in name or "/." in name.replace("js/.npmrc", "")] == []


def test_a_bundle_names_no_address_on_the_internet() -> None:
    """Namespaces of SVG and the like are names, not addresses."""
    files = [path for path in STATIC.iterdir() if path.suffix in {".js", ".css"}]
    assert files
    found = {
        f"{path.name}: {address}"
        for path in files
        for address in re.findall(
            r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'`)]*", path.read_text(encoding="utf-8")
        )
        if not address.startswith(("http://www.w3.org/", "https://www.w3.org/"))
    }
    assert found == set()


def test_a_bundle_imports_nothing_at_run_time() -> None:
    imports = re.compile(r"""\bimport\s*\(|\bfrom\s*["']|\bimport\s*["']|@import|\bimportScripts\s*\(""")
    assert imports.search('import{a}from"b"')
    found = [path.name for path in STATIC.iterdir() if imports.search(path.read_text(encoding="utf-8"))]
    assert found == []


# ---- the build itself, in a copy ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minimal project with the real hook and the real lock, and one small widget."""
    root = tmp_path_factory.mktemp("copy")
    (root / "js" / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "build.mjs", "tsconfig.json"):
        (root / "js" / name).write_bytes((ROOT / "js" / name).read_bytes())
    (root / "js" / "src" / "one.ts").write_text("export default { render() {} };\n", encoding="utf-8")
    (root / "js" / "src" / "free.css").write_text("a { color: red }\n", encoding="utf-8")
    (root / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules", target_is_directory=True)
    return root


@pytest.mark.skipif(os.name == "nt", reason="a symbolic link needs a right there")
def test_the_hook_builds_once_and_again_after_a_change(copy: Path) -> None:
    static = copy / "src" / "ipyannotator" / "static"
    assert hatch_build.build(copy)
    assert {path.name for path in static.iterdir()} == {"one.js", "free.css", "BUILT"}
    assert not hatch_build.build(copy), "nothing has changed"

    (static / "one.js").write_text("//\n", encoding="utf-8")
    assert hatch_build.build(copy), "the result was touched"
    assert "render" in (static / "one.js").read_text(encoding="utf-8")

    (copy / "js" / "src" / "one.ts").rename(copy / "js" / "src" / "two.ts")
    assert hatch_build.build(copy)
    assert {path.name for path in static.iterdir()} == {"two.js", "free.css", "BUILT"}

    (copy / "js" / "src" / "two.ts").write_text("export default {\n", encoding="utf-8")
    with pytest.raises(hatch_build.BrowserSideError, match=r"two\.ts"):
        hatch_build.build(copy)


def test_a_hook_without_sources_and_bundle_says_so(tmp_path: Path) -> None:
    with pytest.raises(hatch_build.BrowserSideError, match="neither a bundle"):
        hatch_build.build(tmp_path)


# ---- the real thing -------------------------------------------------------------------------------------------------


def run(*command: str | Path, cwd: Path, path: str | None = None) -> str:
    environment = os.environ if path is None else {**os.environ, "PATH": path}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=ROOT)
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> tuple[Path, str]:
    """A fresh environment's Python, and a PATH on which there is a shell but no Node."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "env"):
        if Path("/bin", name).exists():
            (tools / name).symlink_to(f"/bin/{name}")
    return python, os.pathsep.join([str(binaries), str(tools)])


TRY = """
import sys
from pathlib import Path
from PIL import Image
Path("photos").mkdir()
Image.new("RGB", (60, 40), "teal").save("photos/a b.png")
from ipyannotator import Annotator, Box, InputImage, OutputImageBbox
a = Annotator(InputImage("photos"), OutputImageBbox(["car"])).create()
a.current.add(Box(1, 2, 30, 20), label="car")
path = a.save()
assert a.canvas._esm and len(str(a.canvas._esm)) > 1000
a.close()
print(Path(path).read_text())
print("site-packages" in sys.modules["ipyannotator"].__file__)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wheel_works_in_a_bare_environment(built: Path, bare: tuple[Path, str], tmp_path: Path) -> None:
    python, path = bare
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"ipyannotator/static/{name}" for name in hatch_build.results(ROOT / "js")} <= names
    run(python, "-m", "pip", "install", "-q", wheel, cwd=tmp_path, path=path)
    listed = run(python, "-m", "pip", "list", cwd=tmp_path, path=path)
    assert "nodejs" not in listed
    printed = run(python, "-c", TRY, cwd=tmp_path, path=path)
    assert '"car"' in printed
    assert printed.strip().endswith("True")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(os.name == "nt", reason="ends by a signal that Windows does not have")
def test_the_wheel_draws_in_a_bare_environment_and_fetches_nothing(
    built: Path, bare: tuple[Path, str], tmp_path: Path, browser: Browser
) -> None:
    """The demo with the wheel and JupyterLab, nothing else: a box is drawn while everything but the server is away."""
    python, path = bare
    (wheel,) = built.glob("*.whl")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[demo]", cwd=tmp_path, path=path)
    # Copied, so that the checkout's `src` is nowhere near.
    for name in ("demo.py", "pictures.py"):
        (tmp_path / name).write_bytes((ROOT / "scripts" / name).read_bytes())
    command = [str(python), "demo.py", "--no-browser", "--folder", "demo"]
    environment = {**os.environ, "PATH": path, "HOME": str(tmp_path), "PYTHONPATH": ""}
    abroad: list[str] = []

    def only_the_server(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            abroad.append(route.request.url)
            route.abort()

    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            url = next((line.strip() for line in iter(process.stdout.readline, "") if "http://" in line), "")
            assert url
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.route("**/*", only_the_server)
            page = context.new_page()
            page.goto(url)
            page.locator(".jp-CodeCell").first.click(timeout=120_000)
            page.keyboard.press("Shift+Enter")
            annotating = Annotating(page).shows("smear-01.jpg")
            annotating.draw(0.3, 0.3, 0.5, 0.5)
            annotating.saved()
            context.close()
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
    database = tmp_path / "demo" / "user_project" / "results" / "annotations.db"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM objects").fetchone() == (1,)
    assert [address for address in abroad if "jupyter" not in address] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_sdist_builds_from_its_sources_without_node_on_the_machine(
    built: Path, bare: tuple[Path, str], tmp_path: Path
) -> None:
    python, path = bare
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (root,) = tmp_path.glob("ipyannotator-*")
    static = root / "src" / "ipyannotator" / "static"
    shipped_bundle = {file.name: file.read_bytes() for file in static.iterdir()}
    for file in static.iterdir():
        file.unlink()
    run(python, "-m", "pip", "install", "-q", root, cwd=tmp_path, path=path)
    assert {file.name: file.read_bytes() for file in static.iterdir()} == shipped_bundle
