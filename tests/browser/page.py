"""The canvas alone in a browser: the built bundle on a static page, with a fake model that notes what is sent.

Everything is served by Playwright itself, so there is no server to start and to end. The page stands under
`http://localhost`, which browsers trust as they trust https: Web Locks and IndexedDB are those of a notebook.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import mimetypes
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, Route, expect

from ipyannotator.widgets.keymap import DEFAULT_KEYS

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "src" / "ipyannotator" / "static"
ORIGIN = "http://localhost"

SESSION = {
    "id": "session-1",
    "project": "project-1",
    "task": "boxes",
    "layer": "main",
    "author": {"id": "ann", "name": "Ann"},
}
CLASSES = [
    {"id": "c-car", "name": "car", "color": "#0072b2", "key": "1", "order": 0, "retired": False},
    {"id": "c-bus", "name": "bus", "color": "#d55e00", "key": "2", "order": 1, "retired": False},
]

_MEDIA = itertools.count(1)


def picture(size: tuple[int, int] = (640, 480), form: str = "PNG") -> bytes:
    """Return an encoded picture with something to see on it."""
    image = Image.new("RGB", size, (70, 110, 140))
    draw = ImageDraw.Draw(image)
    for at in range(0, max(size), max(max(size) // 16, 1)):
        draw.line((at, 0, 0, at), fill=(200, 190, 90))
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def box(
    name: str, x: float, y: float, width: float, height: float, *, item: str = "a.png", **more: Any
) -> dict[str, Any]:
    """Return an object of shape box, as the kernel sends it."""
    shape = {"kind": "box", "x": x, "y": y, "width": width, "height": height, "angle": more.pop("angle", 0)}
    return {"id": name, "item": item, "shape": shape, "class_id": "c-car", "order": 1} | more


class CanvasPage:
    """One page with one canvas.

    Args:
        page: an empty page; `CanvasPage.open` makes one.
        stage: width and height of the canvas in CSS pixels.
        traits: traits of the model that differ from the usual ones, such as `read_only=True`.
    """

    def __init__(self, page: Page, *, stage: tuple[int, int] = (900, 600), **traits: Any) -> None:
        self.page = page
        self.size = stage
        self.errors: list[str] = []
        self.picture_size = (0, 0)
        self.traits = {
            "session": SESSION,
            "classes": CLASSES,
            "keymap": dict(DEFAULT_KEYS),
            "labels": {},
            "read_only": False,
            "active_class": "c-car",
            "tool": "box",
        } | traits
        page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack or ''}"))
        page.on("console", self._heard)
        page.route(f"{ORIGIN}/**", _serve)
        page.goto(f"{ORIGIN}/")
        page.wait_for_selector("html[data-loaded]", state="attached")
        self.mount()

    @classmethod
    def open(
        cls,
        browser: Browser,
        *,
        stage: tuple[int, int] = (900, 600),
        touch: bool = False,
        ratio: float = 1,
        **traits: Any,
    ) -> CanvasPage:
        """Open a page of its own, with its own storage.

        Args:
            browser: a Chromium of Playwright.
            stage: width and height of the canvas in CSS pixels.
            touch: whether the screen can be touched.
            ratio: pixels of the screen per CSS pixel.
            traits: traits of the model that differ from the usual ones.
        """
        context = browser.new_context(
            viewport={"width": stage[0] + 60, "height": stage[1] + 60},
            has_touch=touch,
            device_scale_factor=ratio,
        )
        return cls(context.new_page(), stage=stage, **traits)

    def close(self) -> None:
        self.page.context.close()

    def mount(self) -> None:
        """Put the canvas on the page (once more)."""
        self.page.evaluate("([values, w, h]) => kernel.mount(values, w, h)", [self.traits, *self.size])

    def unmount(self) -> None:
        self.page.evaluate("() => kernel.unmount()")

    # ---- what the kernel says

    def show(
        self,
        item: str = "a.png",
        *,
        objects: Sequence[Mapping[str, Any]] = (),
        size: tuple[int, int] = (640, 480),
        image: bytes | None = None,
        selected: Sequence[str] = (),
        **more: Any,
    ) -> float:
        """Show an item, and wait until it is painted.

        Args:
            item: its key and name.
            objects: what is on it; see `box`.
            size: full-resolution pixels of the picture.
            image: its bytes (PNG or JPEG); without them one is made.
            selected: ids.
            more: other values of the item, such as `problem="The file is empty."`.

        Returns:
            Milliseconds from the delivery of the message to the painted objects.
        """
        content, buffers = self.show_message(
            item, objects=objects, size=size, image=image, selected=selected, **more
        )
        taken: float = self.page.evaluate(
            "([content, buffers]) => kernel.show(content, buffers)", [content, buffers]
        )
        return taken

    def show_message(
        self,
        item: str,
        *,
        objects: Sequence[Mapping[str, Any]] = (),
        size: tuple[int, int] = (640, 480),
        image: bytes | None = None,
        selected: Sequence[str] = (),
        **more: Any,
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the message that shows an item, and its buffers in base64, for `deliver`."""
        problem = more.get("problem")
        self.picture_size = size
        data = {
            "key": item, "name": item, "index": 0, "total": 3, "state": "todo", "note": "",
            "width": 0 if problem else size[0], "height": 0 if problem else size[1],
            "problem": None, "warning": None,
        } | more  # fmt: skip
        buffers = [_base64(json.dumps([{**one, "item": item} for one in objects]).encode())]
        media = None
        if not problem:
            data_of = image if image is not None else picture(size)
            mime = "image/jpeg" if data_of.startswith(b"\xff\xd8") else "image/png"
            media = {
                "id": f"{item}@{next(_MEDIA)}",
                "region": [0, 0, *size],
                "mime": mime,
                "note": "",
            }
            buffers.append(_base64(data_of))
        content = {"type": "show", "item": data, "media": media, "selected": list(selected), "seq": 1}
        return content, buffers

    def deliver(self, content: Mapping[str, Any], buffers: Sequence[str] = ()) -> None:
        """Deliver any message, with buffers in base64."""
        self.page.evaluate("([content, buffers]) => kernel.deliver(content, buffers)", [content, buffers])

    def deliver_media(self, media: Mapping[str, Any], image: bytes) -> None:
        """Deliver the bytes of a picture: `media` has its id, key and region."""
        content = {"type": "media", "mime": "image/jpeg", "note": "", "problem": None, **media}
        self.deliver(content, [_base64(image)])

    def put(self, **traits: Any) -> None:
        """Set traits from the kernel's side."""
        self.page.evaluate("values => kernel.put(values)", traits)

    def answering(self, *, yes: bool, latency: float = 0) -> None:
        """Whether edits are answered `ok` by themselves, after so many milliseconds."""
        self.page.evaluate(
            "([yes, latency]) => Object.assign(kernel, {answering: yes, latency})", [yes, latency]
        )

    # ---- what the browser sent

    def messages(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the messages to the kernel so far, or those of one type."""
        sent: list[dict[str, Any]] = self.page.evaluate("() => kernel.sent")
        return [message for message in sent if kind in {None, message["type"]}]

    def forget(self) -> None:
        """Let `messages` begin anew."""
        self.page.evaluate("() => { kernel.sent.length = 0 }")

    def changes(self) -> list[dict[str, Any]]:
        """Return the changes that were sent so far."""
        return [message["change"] for message in self.messages("change")]

    # ---- what is on screen

    @property
    def stage(self) -> Locator:
        return self.page.get_by_role("application", name="Annotation canvas")

    @property
    def hud(self) -> str:
        """The line of words on the stage."""
        self.settled()
        return self.page.locator(".ipya-hud").inner_text()

    @property
    def cross(self) -> tuple[int, int]:
        """The whole pixel of the picture under the crosshair, as the stage names it."""
        part = next(part for part in self.hud.split(" · ") if "," in part)
        x, y = part.split(",")
        return int(x), int(y)

    @property
    def zoom(self) -> int:
        """CSS pixels per pixel of the picture, in per cent, as the stage names it."""
        return next(int(part[:-2]) for part in self.hud.split(" · ") if part.endswith(" %"))

    @property
    def item(self) -> str:
        return self.stage.get_attribute("data-item") or ""

    def ready(self, item: str) -> None:
        expect(self.stage).to_have_attribute("data-item", item)
        expect(self.stage).to_have_attribute("data-state", "ready")

    def settled(self) -> list[int]:
        """Wait until nothing is left to be painted; return how often picture, objects and active were."""
        paints: list[int] = self.page.evaluate("() => kernel.settled()")
        return paints

    @property
    def scale(self) -> float:
        """CSS pixels per pixel of the picture, while all of it is shown."""
        return min(self.size[0] / self.picture_size[0], self.size[1] / self.picture_size[1], 64)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the picture is on the page, while all of the picture is shown."""
        left, top = self.corner
        width, height = self.picture_size
        return (
            left + (self.size[0] - width * self.scale) / 2 + x * self.scale,
            top + (self.size[1] - height * self.scale) / 2 + y * self.scale,
        )

    @property
    def corner(self) -> tuple[float, float]:
        """Where the stage's top-left corner is on the page."""
        place = self.stage.bounding_box()
        assert place is not None, "the stage is not on the page"
        return place["x"], place["y"]

    # ---- hands

    def move(self, x: float, y: float, *, steps: int = 1) -> None:
        """Move the mouse to a point of the picture, while all of it is shown."""
        self.page.mouse.move(*self.at(x, y), steps=steps)

    def click(self, x: float, y: float) -> None:
        self.page.mouse.click(*self.at(x, y))

    def drag(
        self, *points: tuple[float, float], steps: int = 4, button: str = "left", key: str | None = None
    ) -> float:
        """Drag through points of the picture, while all of it is shown, with a key held.

        Returns:
            Milliseconds of wall time per move of the mouse.
        """
        mouse = self.page.mouse
        start, *rest = [self.at(*point) for point in points]
        if key:
            self.page.keyboard.down(key)
        mouse.move(*start)
        mouse.down(button=button)
        began = time.perf_counter()
        for point in rest:
            mouse.move(*point, steps=steps)
        taken = (time.perf_counter() - began) * 1000 / (steps * len(rest))
        mouse.up(button=button)
        if key:
            self.page.keyboard.up(key)
        return taken

    def keys(self, *names: str) -> None:
        """Press keys one after the other, on the stage."""
        self.stage.focus()
        for name in names:
            self.page.keyboard.press(name)

    def wheel(self, x: float, y: float, by: float) -> None:
        """Turn the wheel over a point of the picture, while all of it is shown; below zero zooms in."""
        self.move(x, y)
        self.page.mouse.wheel(0, by)

    # ---- measuring

    def watch_frames(self) -> None:
        """Note the time of every frame until `frames`."""
        self.page.evaluate("() => kernel.watchFrames()")

    def frames(self) -> list[float]:
        """Return the milliseconds between the frames since `watch_frames`."""
        found: list[float] = self.page.evaluate("() => kernel.endFrames()")
        return found

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)


def _serve(route: Route) -> None:
    """Answer what the page asks for from the two folders; nothing goes to a network."""
    name = route.request.url.removeprefix(f"{ORIGIN}/").partition("?")[0]
    path = STATIC / name.removeprefix("static/") if name.startswith("static/") else HERE / name
    if not name:
        path = HERE / "canvas.html"
    if name == "favicon.ico":
        route.fulfill(status=204)
    elif not path.is_file():
        route.fulfill(status=404, body=f"{name} is not there; the bundle is made by `make build`.")
    else:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        route.fulfill(status=200, content_type=kind, body=path.read_bytes())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
