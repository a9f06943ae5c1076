"""One kernel per page: started for the person who opened it, used by nobody else, ended when nobody needs it.

A kernel is ended when its page is closed, when no page was connected to it for a while, when its person is revoked,
and with the server. Kernels that are started ahead make a page open faster; whose they are is only said, by the
server, when somebody takes one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
import uuid
from typing import TYPE_CHECKING, Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Int

from ipyannotator.web.identity import Visitor

if TYPE_CHECKING:
    from ipyannotator.web.messages import VisitorSocket

NAME = "python3"

_LEFT_OPEN = 4
"""Kernels of one person without a page that are kept, for pages that come back after a cut."""

_WARM_UP = "import ipyannotator.web.page"


class OwnPython(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel: the Python that the server runs in, where Ipyannotator is installed."""

    def find_kernel_specs(self) -> dict[str, str]:
        """Return the one name there is."""
        return {NAME: RESOURCES}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the one kernel there is."""
        if kernel_name != NAME:
            raise NoSuchKernel(kernel_name)
        # A kernel that is ended says so, as an error, where nobody asked.
        return KernelSpec(
            resource_dir=RESOURCES, **get_kernel_dict(extra_arguments=["--IPKernelApp.log_level=CRITICAL"])
        )


class VisitorKernels(AsyncMappingKernelManager):  # type: ignore[misc]
    """Starts and ends the visitors' kernels. Its `parent` is the `App`, which knows gate and project."""

    pool_size = Int(0, config=True, help="How many kernels are started ahead.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sockets: dict[str, set[VisitorSocket]] = {}
        self._left: dict[str, float] = {}
        self._warm: list[str] = []
        self._filling: asyncio.Task[None] | None = None

    async def start_kernel(self, **kwargs: Any) -> str:
        """Start a kernel for the visitor whose request is being served, and return its id."""
        visitor = getattr(CallContext.get(CallContext.JUPYTER_HANDLER), "current_user", None)
        if not isinstance(visitor, Visitor):
            raise HTTPError(403)
        await self._make_room(visitor.key)
        environment = self.parent.visit(visitor).environment()
        owners = self.parent.gate.owners
        while self._warm:
            kernel_id = self._warm.pop(0)
            self.fill()
            owners[kernel_id] = visitor.key
            if await self._run(kernel_id, f"import os; os.environ.update({environment!r})"):
                self._left[kernel_id] = time.monotonic()
                return kernel_id
            await self.end(kernel_id)
        kernel_id = str(uuid.uuid4())
        owners[kernel_id] = visitor.key
        self._left[kernel_id] = time.monotonic()
        kwargs["env"] = {**kwargs.get("env", os.environ), **environment}
        await super().start_kernel(**kwargs, kernel_id=kernel_id)
        self.fill()
        return kernel_id

    def cwd_for_path(self, path: str, **kwargs: Any) -> str:  # noqa: ARG002 - Jupyter's signature
        """Return an empty folder: IPython imports from where it is started, and the project's code is not trusted."""
        folder = self.parent.work_dir / "empty"
        folder.mkdir(exist_ok=True)
        return str(folder)

    def notify_connect(self, kernel_id: str) -> None:
        """A page is there."""
        super().notify_connect(kernel_id)
        self._left.pop(kernel_id, None)

    def notify_disconnect(self, kernel_id: str) -> None:
        """A page is gone, or its connection was cut."""
        super().notify_disconnect(kernel_id)
        if kernel_id in self and not self._kernel_connections.get(kernel_id):
            self._left[kernel_id] = time.monotonic()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that no page was connected to for `cull_idle_timeout` seconds.

        Jupyter would ask when the kernel was last active; ours are, whenever somebody else changes something.
        """
        since = self._left.get(kernel_id)
        if since is not None and time.monotonic() - since > self.cull_idle_timeout:
            self.log.info("Ending kernel %s, which nobody uses.", kernel_id)
            await self.end(kernel_id)

    async def end(self, kernel_id: str, reason: str = "This page was closed.") -> None:
        """End a kernel and close what is connected to it."""
        self._left.pop(kernel_id, None)
        for socket in list(self.sockets.get(kernel_id, ())):
            socket.close(4403, reason)
        if kernel_id in self:
            with contextlib.suppress(KeyError, RuntimeError, HTTPError):  # it may be ending already
                await self.shutdown_kernel(kernel_id)

    async def end_of_strangers(self) -> None:
        """End the kernels of people who were revoked."""
        gate = self.parent.gate
        known = {person.key for person in gate.people.listed()}
        strangers = [kernel for kernel, key in gate.owners.items() if key not in known and kernel in self]
        await asyncio.gather(*(self.end(kernel, "Your access has ended.") for kernel in strangers))

    def fill(self) -> None:
        """Start kernels ahead, in the background, until there are `pool_size` of them."""
        if self.pool_size > 0 and (self._filling is None or self._filling.done()):
            self._filling = asyncio.create_task(self._fill())

    async def shutdown_all(self, now: bool = False) -> None:
        """End all kernels."""
        if self._filling is not None:
            self._filling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._filling
        await super().shutdown_all(now=now)

    async def _fill(self) -> None:
        while len(self._warm) < self.pool_size:
            kernel_id = await super().start_kernel(kernel_name=NAME, path="", env=dict(os.environ))
            if not await self._run(kernel_id, _WARM_UP):
                await self.end(kernel_id)
                return  # the page itself will say what is wrong
            self._warm.append(kernel_id)

    async def _make_room(self, key: str) -> None:
        """End this person's oldest kernels without a page: browsers that crash or are reloaded leave some."""
        owners = self.parent.gate.owners
        mine = [kernel for kernel in self._left if owners.get(kernel) == key and kernel in self]
        mine.sort(key=self._left.__getitem__)
        for kernel in mine[: max(0, len(mine) - _LEFT_OPEN + 1)]:
            await self.end(kernel)

    async def _run(self, kernel_id: str, code: str) -> bool:
        """Run the server's own code in a kernel, and return whether it went well."""
        client = self.get_kernel(kernel_id).client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            reply = await client.execute_interactive(
                code, silent=True, timeout=60, output_hook=lambda _: None
            )
        except (RuntimeError, TimeoutError):
            return False
        else:
            return bool(reply["content"]["status"] == "ok")
        finally:
            client.stop_channels()
