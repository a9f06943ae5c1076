"""Voilà, with few of its handlers, behind the gate.

What is configured is set here; no configuration file of the machine or the working directory is read, so that none
can open what should be closed.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelsAPIHandler
from jupyter_server.utils import url_path_join
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.web import HTTPError, authenticated
from traitlets import Any as AnyTrait
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.utils import get_voila_labextensions_path

from ipyannotator.model import Author
from ipyannotator.web.gate import Gate, GatedApplication
from ipyannotator.web.identity import ByLink, OwnKernels, Visitor
from ipyannotator.web.kernels import OwnPython, VisitorKernels
from ipyannotator.web.messages import ALLOWED, VisitorSocket, WidgetMessages
from ipyannotator.web.visit import Visit

LOG = logging.getLogger(__name__)

NOTEBOOK = Path(__file__).parent / "served" / "annotate.ipynb"
"""The served notebook. It stands alone in its folder: what lies beside a served notebook could be asked for."""

TEMPLATE, TEMPLATES = "ipyannotator", Path(__file__).parent / "jupyter"
"""The page's template, and the folder that holds it as Jupyter's data folders do."""

EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]
"""The extensions of Jupyter's front end that the page needs."""

_LONGEST_SOCKET = 100
"""Bytes of a Unix socket's path that every system takes."""

_PATIENT = {"iopub_timeout": 300, "startup_timeout": 300}
"""Seconds that a page waits for its kernel to be there, and for what it shows. With Jupyter's four, pages that many
people open at the same moment came out empty on a busy machine."""

_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"

_POLICY = (
    "default-src 'self'; "
    # The page's modules come as text through the kernel's connection, and are loaded as blobs.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline' data: blob:; "
    "img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; "
    "object-src 'none'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'self'; "
)


class App(Voila):  # type: ignore[misc]
    """Voilà for one project. It is not started as Voilà is: `server.py` runs it, with sockets of its own.

    Args:
        gate: who may enter.
        project: the project's folder.
        work_dir: a folder of this run that only this user can read, for connection files.
        overlap: how many people get each item.
        trust: whether the project's `plugins` may run; see `Annotator.open`.
        idle: seconds after which a kernel without a page is ended.
        pool_size: how many kernels are started ahead.
    """

    gate: Any = AnyTrait()
    project: Any = AnyTrait()
    work_dir: Any = AnyTrait()
    overlap: Any = AnyTrait(1)
    trust: Any = AnyTrait(default_value=False)

    def __init__(
        self,
        gate: Gate,
        *,
        project: Path,
        work_dir: Path,
        overlap: int,
        trust: bool,
        idle: float,
        pool_size: int,
    ) -> None:
        configuration = {
            "template": TEMPLATE,
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "attempt_fix_notebook": False,
            "kernel_spec_manager_class": OwnPython,
            "multi_kernel_manager_class": VisitorKernels,
            # A page without Lab's own extensions loads faster. The code of a trusted project may show other widgets.
            "extension_allowlist": None if trust else EXTENSIONS,
            "extension_denylist": ["@jupyter-notebook/lab-extension"],
        }
        # Voilà and nbconvert both look for templates on this path, and nowhere else that could be set.
        os.environ["JUPYTER_PATH"] = os.pathsep.join(
            filter(None, (str(TEMPLATES), os.environ.get("JUPYTER_PATH")))
        )
        kernels = {"cull_idle_timeout": max(1, int(idle)), "cull_interval": max(1, min(60, int(idle / 2)))}
        super().__init__(
            config=Config(
                VoilaConfiguration=configuration, VisitorKernels={**kernels, "pool_size": pool_size},
                KernelManager={"transport": transport(work_dir)}, VoilaExecutor=_PATIENT,
            ),
            config_file_paths=[],
            notebook_path=str(NOTEBOOK),
            base_url=gate.address.base_url,
            connection_dir=str(work_dir),
            identity_provider_class=ByLink,
            authorizer_class=OwnKernels,
            kernel_websocket_connection_class=WidgetMessages,
            log_level="ERROR",
        )  # fmt: skip
        self.gate, self.project, self.work_dir = gate, project, work_dir
        self.overlap, self.trust = overlap, trust

    def visit(self, visitor: Visitor) -> Visit:
        """Return what the kernel of a visitor's new page is told."""
        author = Author(id=visitor.username, name=visitor.name)
        return Visit(self.project, author, uuid4().hex, self.overlap, trust=self.trust)

    def build(self) -> GatedApplication:
        """Return the application, ready to be served in the running event loop."""
        self.initialize(argv=[])
        settings = {
            **self.init_settings(),
            "gate": self.gate,
            "log_function": log_errors,
            # The gate looks at origins. Jupyter's cookie for it would be shared with every Jupyter of this host.
            "disable_check_xsrf": True,
            "xsrf_cookie_name": f"{self.gate.cookie}-form",
            "allow_origin": self.gate.address.origin if self.gate.address.public else "",
        }
        self.kernel_manager.allowed_message_types = list(ALLOWED)
        self.app = GatedApplication(**settings)
        self.app.add_handlers(".*$", self.init_handlers())
        return self.app

    def init_handlers(self) -> list[Any]:
        """Return what is served. Not Voilà's files, contents, logins and other people's kernels; nothing of Jupyter's."""
        page = {
            "notebook_path": NOTEBOOK.name,
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        themes = {
            "themes_url": "/voila/api/themes",
            "path": self.themes_dir,
            "labextensions_path": get_voila_labextensions_path([]),
            "no_cache_paths": ["/"],
        }
        static = {"paths": self.static_paths, "default_filename": "index.html"}
        extensions = {"path": self.labextensions_path, "no_cache_paths": ["/"]}
        handlers: list[tuple[Any, ...]] = [
            (r"/", Page, page),
            (rf"/api/kernels/{_KERNEL}", Kernel),
            (rf"/api/kernels/{_KERNEL}/channels", VisitorSocket),
            (rf"/voila/api/shutdown/{_KERNEL}", Closed),
            (r"/voila/static/(.*)", MultiStaticFileHandler, static),
            (r"/voila/templates/(.*)", TemplateStaticFileHandler),
            (r"/voila/api/themes/(.*)", ThemesHandler, themes),
            (r"/voila/labextensions/(.*)", FileFindHandler, extensions),
        ]
        return [(url_path_join(self.base_url, path), *rest) for path, *rest in handlers]


def transport(folder: Path) -> str:
    """Return how the server talks to kernels whose connection files lie in a folder.

    By sockets in that folder, which is this user's only, where the system has them: what goes over ports of
    the machine, every user of it could listen to.
    """
    longest = len(os.fsencode(folder / f"kernel-{uuid4()}-ipc-10"))
    return "ipc" if os.name == "posix" and longest <= _LONGEST_SOCKET else "tcp"


class Page(TornadoVoilaHandler):  # type: ignore[misc]
    """The page; its kernel is started while it is sent."""

    @property
    def content_security_policy(self) -> str:
        """Nothing is loaded from, or sent to, anywhere else."""
        return _POLICY

    def set_default_headers(self) -> None:
        """Other sites are not told the address."""
        super().set_default_headers()
        self.set_header("Referrer-Policy", "no-referrer")


class Kernel(KernelsAPIHandler):  # type: ignore[misc]
    """Tells a page about its kernel, or that it is gone."""

    @authenticated
    async def get(self, kernel_id: str) -> None:
        """Return the kernel's state; 404 where it has ended."""
        if kernel_id not in self.kernel_manager:
            raise HTTPError(404, "This kernel has ended.")
        model = self.kernel_manager.kernel_model(kernel_id)
        self.finish({"id": model["id"], "name": model["name"], "execution_state": model["execution_state"]})


class Closed(KernelsAPIHandler):  # type: ignore[misc]
    """Told by a page that is being closed."""

    @authenticated
    async def post(self, kernel_id: str) -> None:
        """End the page's kernel."""
        await self.kernel_manager.end(kernel_id)
        self.set_status(204)


def log_errors(handler: Any) -> None:
    """Log only what went wrong here, and never a query: there may be a token in it."""
    if handler.get_status() >= 500:  # noqa: PLR2004 - the server's own errors
        request = handler.request
        LOG.error("%s %s %s", handler.get_status(), request.method, request.path)
