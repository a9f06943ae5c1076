"""A served page on a cable that can be cut, and the person who looks at it."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ipyannotator.web.page import TEMPLATE, TEMPLATES
from tests.hosts.cable import Cable
from tests.hosts.conftest import make_photos
from tests.hosts.pages import SLOW, Annotating, write_notebook
from tests.hosts.servers import Server

OPEN = """
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
from ipyannotator.model import new_id
from ipyannotator.web.page import present
settings = Settings({project!r}, author='Ann', shared=True, holder=new_id(), instructions='Draw every **cell**.')
present(Annotator(InputImage('photos'), OutputImageBbox(['cell']), settings).create(), title='Cells')
"""


class Site:
    """Voilà with our template, serving a project; reached only through `cable`."""

    def __init__(self, folder: Path, *, count: int = 4, cell: str = OPEN) -> None:
        self.project = folder / "project"
        make_photos(self.project / "photos", count)
        served = folder / "served"
        served.mkdir()
        write_notebook(served / "annotate.ipynb", cell.format(project=str(self.project)))
        before = os.environ.get("JUPYTER_PATH")
        os.environ["JUPYTER_PATH"] = str(TEMPLATES)
        try:
            self.server = Server("voila", served, options=["annotate.ipynb", f"--template={TEMPLATE}"])
        finally:
            os.environ.pop("JUPYTER_PATH")
            if before is not None:
                os.environ["JUPYTER_PATH"] = before
        self.cable = Cable(self.server.port)

    def end_kernel(self, kernel: str) -> None:
        """End a kernel as the server does that culls it: behind the page's back, and not through its cable."""
        token = "0123456789abcdef" * 2
        headers = {"Cookie": f"_xsrf={token}", "X-XSRFToken": token}
        url = f"{self.server.url}/api/kernels/{kernel}"
        request = urllib.request.Request(url, method="DELETE", headers=headers)
        with urllib.request.urlopen(request, timeout=30):
            pass
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(url, timeout=10)

    def close(self) -> None:
        self.cable.close()
        self.server.stop()


class Visiting(Annotating):
    """Somebody at the page."""

    def __init__(self, page: Page, site: Site) -> None:
        super().__init__(page)
        self.site = site
        self.banner: Locator = page.locator(".ipya-page-banner")
        self.lost: Locator = page.locator("dialog.ipya-page-modal")

    def enter(self, *, read: bool = True) -> Visiting:
        self.page.goto(self.site.cable.url, wait_until="commit")
        self.ready()
        if read:
            self.button("Start").click()
        return self

    def ready(self) -> Visiting:
        expect(self.page.locator("#ipyannotator-veil")).to_have_count(0, timeout=SLOW)
        super().ready()
        return self

    @property
    def kernel(self) -> str:
        """The id of this page's kernel."""
        data: dict[str, Any] = json.loads(
            str(self.page.locator("#jupyter-config-data").text_content(timeout=SLOW))
        )
        return str(data["kernelId"])

    def heard(self) -> None:
        """Wait until everything is saved and the page knows that it is heard."""
        self.saved()
        expect(self.banner).to_be_hidden()
