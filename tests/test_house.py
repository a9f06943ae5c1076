"""The rules of the house that a tool can see."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

import architecture  # scripts/architecture.py
import ipyannotator

ROOT = Path(__file__).resolve().parent.parent

PUBLIC = [
    "Annotator",
    "Attribute",
    "Author",
    "Box",
    "Change",
    "Conflict",
    "Ellipse",
    "InputImage",
    "InvalidValue",
    "IpyannotatorError",
    "Mask",
    "NoOutput",
    "ObjectClass",
    "Op",
    "OutputGridBox",
    "OutputImageBbox",
    "OutputImageLabel",
    "OutputImageShapes",
    "OutputLabel",
    "OutputVideoBbox",
    "Points",
    "Polygon",
    "Polyline",
    "ReadOnly",
    "Rejected",
    "Settings",
    "Shape",
    "Skeleton",
    "SkeletonTemplate",
    "Step",
    "UnsupportedPair",
    "Whole",
    "api_version",
]
"""The public names. A change of this list is a change of what users rely on, and belongs into CHANGELOG.md."""

LONGEST, LONGEST_TEST = 400, 500
"""Lines of a module, past which there is a second concept in it to be found; of a file of tests."""

LONGER: dict[str, str] = {
    "tests/pairs/test_bad_input.py": "its first seventy lines are the table of all bad input",
}
"""Modules that may be longer, with the reason."""

MAIN_SYSTEMS = ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64")


def files() -> list[Path]:
    """Return the files that are, or are about to be, under version control; in an unpacked sdist, all."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    kept = (path for path in ROOT.rglob("*") if path.is_file())
    return [
        path for path in kept if not {"node_modules", ".venv", "static"} & set(path.relative_to(ROOT).parts)
    ]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and content of every text file."""
    for path in files():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


# ---- imports and names ----------------------------------------------------------------------------------------------


def test_imports_go_one_way() -> None:
    command = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_picture_of_the_architecture_is_true() -> None:
    again = "python scripts/architecture.py"
    assert architecture.PICTURE.read_text("utf-8") == architecture.draw(), f"Draw it again: {again}"


def test_public_names_are_these() -> None:
    assert ipyannotator.__all__ == PUBLIC


def test_public_names_are_sorted_and_exist() -> None:
    assert sorted(set(ipyannotator.__all__)) == ipyannotator.__all__
    assert [name for name in ipyannotator.__all__ if not hasattr(ipyannotator, name)] == []


def test_public_names_are_documented() -> None:
    objects = {name: getattr(ipyannotator, name) for name in ipyannotator.__all__}
    assert [name for name, value in objects.items() if callable(value) and not value.__doc__] == []


def test_the_papers_imports_work() -> None:
    code = (
        "from ipyannotator.base import Settings\n"
        "from ipyannotator.annotator import Annotator\n"
        "from ipyannotator.mltypes import InputImage, OutputImageBbox, OutputImageLabel, OutputLabel, NoOutput\n"
        "from ipyannotator.mltypes import OutputGridBox, OutputVideoBbox, Coordinate, BboxCoordinate\n"
        "from ipyannotator.mltypes import BboxVideoCoordinate\n"
        "from ipyannotator.datasets.factory import DS, get_settings\n"
        "from ipyannotator.datasets.generators import create_color_classification, create_mot_ds\n"
    )
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - written above
    assert names["Annotator"] is ipyannotator.Annotator


# ---- shape ----------------------------------------------------------------------------------------------------------


def test_modules_are_short() -> None:
    long = {}
    for name, text in texts():
        limit = LONGEST_TEST if name.startswith(("tests/", "js/test/")) else LONGEST
        if name.endswith((".py", ".ts", ".mjs")) and (lines := text.count("\n")) > limit:
            long[name] = lines
    assert {name for name in long if name not in LONGER} == set(), long
    assert {name for name in LONGER if name not in long} == set(), "no longer that long: take it off the list"


def test_both_sides_of_a_widget_have_the_same_name() -> None:
    from ipyannotator.widgets.component import Component

    modules = {path.stem for path in (ROOT / "src/ipyannotator/widgets").glob("*.py")} - {"__init__"}
    for name in modules:
        __import__(f"ipyannotator.widgets.{name}")
    python = {
        kind.__module__.rpartition(".")[2]
        for kind in subclasses(Component)
        if kind.__module__.startswith("ipyannotator.widgets.") and "module" in vars(kind)
    }
    typescript = {path.stem for path in (ROOT / "js" / "src").glob("*.ts")}
    assert python == typescript
    assert python


def subclasses(kind: type) -> set[type]:
    found: set[type] = set(kind.__subclasses__())
    return found.union(*(subclasses(each) for each in found))


# ---- what must not stand in a file ----------------------------------------------------------------------------------

# Written so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.~})-])/(?:work|root|home/\w{3,}|Users/\w+)(?![\w.-])")
REGISTRY_HOSTS = re.compile(r"registry[.]npmjs|python[h]osted|npm[m]irror|pypi[.]org/simple")


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [(MACHINE_PATHS, "see \x2froot/x"), (REGISTRY_HOSTS, "https://registry\x2enpmjs.org/a")],
    ids=["paths of a machine", "hosts of a registry"],
)
def test_no_file_names(pattern: re.Pattern[str], sample: str) -> None:
    assert pattern.search(sample), "the pattern must find what it is for"
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_lock_serves_every_registry_and_system() -> None:
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    # An entry that is missing here makes `npm ci`, and so `pip install .`, fail on everybody else's machine.
    missing = [
        f"{name} needs {wanted}"
        for name, entry in packages.items()
        for wanted in entry.get("optionalDependencies", {})
        if f"node_modules/{wanted}" not in packages
    ]
    assert missing == []
    for system in MAIN_SYSTEMS:
        assert f"node_modules/@esbuild/{system}" in packages


# ---- the tests themselves -------------------------------------------------------------------------------------------


def test_files() -> list[Path]:
    return [path for path in files() if path.name.startswith("test_") and path.suffix == ".py"]


test_files.__test__ = False  # type: ignore[attr-defined]


def checks(function: ast.AST, helpers: dict[str, ast.AST], seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a function asserts something, itself or through a helper of its file or a shared `check…`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"raises", "warns", "fail"} or name.startswith(
                ("check", "assert", "expect", "to_be", "to_have")
            ):
                return True
            if name in helpers and name not in seen and checks(helpers[name], helpers, seen | {name}):
                return True
    return False


def test_every_test_asserts_something() -> None:
    empty = []
    for path in test_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {
            node.name: node
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        tests = [node for name, node in functions.items() if name.startswith("test") and name != "test_files"]
        # A file may also hold its tests as a class of a stateful or shared suite.
        assert tests or any(isinstance(node, ast.ClassDef) for node in ast.walk(tree)), (
            f"{path} holds no test"
        )
        empty += [f"{path.relative_to(ROOT)}: {node.name}" for node in tests if not checks(node, functions)]
    assert empty == []


def test_the_check_sees_a_test_without_assertion() -> None:
    tree = ast.parse(
        "def test_a():\n    print(1)\n    assert True\ndef test_b():\n    helper()\ndef helper():\n    assert f()"
    )
    functions: dict[str, ast.AST] = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    assert not checks(functions["test_a"], functions)
    assert checks(functions["test_b"], functions)


def test_no_test_waits_for_a_time() -> None:
    """A sleep is allowed in a loop that waits for a state, and where its line says why."""
    found = []
    for path in test_files():
        text = path.read_text(encoding="utf-8")
        lines, tree = text.splitlines(), ast.parse(text)
        loops = [node for node in ast.walk(tree) if isinstance(node, (ast.While, ast.For))]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in {"sleep", "wait_for_timeout"} or "#" in lines[node.lineno - 1]:
                continue
            if not any(loop.lineno <= node.lineno <= (loop.end_lineno or 0) for loop in loops):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {lines[node.lineno - 1].strip()}")
    assert found == []


def test_a_leak_fails_the_test_that_made_it(tmp_path: Path) -> None:
    """The guard in conftest.py, tried on tests that leave a thread and a process behind."""
    guard = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8").replace("GRACE = 5.0", "GRACE = 0.3")
    (tmp_path / "conftest.py").write_text(guard, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(
        "import subprocess, sys, threading\n"
        "stop = threading.Event()\n"
        "sleep = [sys.executable, '-c', 'input()']\n"
        "def test_thread(): threading.Thread(target=stop.wait, name='left-thread', daemon=True).start()\n"
        "def test_process(): globals()['p'] = subprocess.Popen(sleep, stdin=subprocess.PIPE)\n"
        "def test_clean(): stop.set(); p.communicate(); assert p.returncode is not None\n",
        encoding="utf-8",
    )
    import sys

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            f"pythonpath={ROOT / 'scripts'}",
            str(tmp_path),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed, 2 errors" in done.stdout, done.stdout + done.stderr
    assert "test_thread left running: thread 'left-thread'" in done.stdout
    assert "test_process left running: process" in done.stdout
