"""Running a notebook as a person does with “Run all”, by the Python that runs the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

DOCS = Path(__file__).resolve().parents[2] / "docs"

NAMES = sorted(path.stem for path in DOCS.glob("*.ipynb"))

WIDGET = "application/vnd.jupyter.widget-view+json"


class Ran(NamedTuple):
    """A notebook that was run, and the folder that it worked in."""

    notebook: Any
    folder: Path

    @property
    def code(self) -> list[Any]:
        """Its cells of code."""
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    def shown(self, begin: str) -> str:
        """Return what was shown below the only cell that has a line beginning so."""
        (cell,) = [
            each for each in self.code if any(line.startswith(begin) for line in each.source.splitlines())
        ]
        return "".join(
            each.get("text", "") + each.get("data", {}).get("text/plain", "") for each in cell.outputs
        )


class Client(NotebookClient):
    """Runs a notebook by this Python: no kernel that somebody has installed under the same name is found."""

    def create_kernel_manager(self) -> AsyncKernelManager:
        self.km = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        assert self.km.kernel_spec.argv[0] == sys.executable
        return self.km


def run(name: str, folder: Path) -> Ran:
    """Run a notebook in a folder; raises what a cell raises, and ends its kernel."""
    notebook = nbformat.read(DOCS / f"{name}.ipynb", as_version=4)
    private = {
        name: str(folder / ".jupyter" / name)
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
    }
    client = Client(
        notebook, timeout=120, resources={"metadata": {"path": str(folder)}}, store_widget_state=False
    )
    client.execute(env={**os.environ, **private})
    return Ran(notebook, folder)
