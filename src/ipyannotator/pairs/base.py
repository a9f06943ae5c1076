"""What all annotators share: the frame around an editor, its actions, and the Python side that a user holds.

How this works. An annotator is an ipywidgets box, so it displays and composes as any widget does. It opens the
project for a step and has that step's view (`view.py`) put widgets into the slots of its frame. They are wired by
`act`: every button and every key ends there, and what an action does is looked up by name when it runs. So a method
that somebody replaces, on the class or on one annotator, takes effect on what is already on screen.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

import ipywidgets as widgets
import traitlets

from ipyannotator.base import Settings, Step
from ipyannotator.editor import Annotations, Classes, Events
from ipyannotator.editor.events import Failure
from ipyannotator.editor.relink import FactKeeper, missing
from ipyannotator.editor.rules import Rules
from ipyannotator.errors import InvalidValue, IpyannotatorError
from ipyannotator.mltypes import Input, Output
from ipyannotator.model import ObjectClass
from ipyannotator.pairs.actions import Actions
from ipyannotator.pairs.exchanging import Exchanging
from ipyannotator.pairs.rules import Ruled
from ipyannotator.pairs.suggestions import Suggestible
from ipyannotator.pairs.view import View
from ipyannotator.project import Project, open_project
from ipyannotator.registry import Registry
from ipyannotator.sources import MediaCache, Part, Source
from ipyannotator.transfer import exchange
from ipyannotator.widgets.closing import close_tree
from ipyannotator.widgets.frame import Frame, Parts
from ipyannotator.widgets.keymap import DEFAULT_KEYS, SOMEWHERE, KeyMap
from ipyannotator.widgets.line import Line
from ipyannotator.widgets.restriction import Restriction
from ipyannotator.widgets.subshell import stay_responsive

PAIRS: Registry[type[BaseAnnotator]] = Registry("annotator", "ipyannotator.annotators")
"""Annotator classes by (input class, output class)."""


class BaseAnnotator(Actions, Exchanging, Ruled, Suggestible, widgets.VBox):  # type: ignore[misc]
    """One task on screen.

    Args:
        input_item: what the data are.
        output_item: what is annotated.
        settings: where the project lives.
        step: the step to begin with.

    Attributes:
        index: the position of the item on screen, from 0; set it to move.
        step: the step on screen; set it to switch.
        parts: the slots of the frame, each of which takes any ipywidget.
        keymap: which key does what.
    """

    views: ClassVar[dict[Step, type[View]]] = {}
    """What each step shows; the steps that are not in it, the pair does not have."""

    index = traitlets.Int(0, help="the position of the item on screen, from 0")
    step = traitlets.CaselessStrEnum([each.value for each in Step], "create", help="the step on screen")

    def __init__(self, input_item: Input, output_item: Output, settings: Settings, step: Step) -> None:
        super().__init__()
        self.add_class("ipyannotator-host")
        self.input_item = input_item
        self.output_item = output_item
        self.settings = settings
        self.events = Events()
        self.rules = Rules(self.events, lambda: self.events.emit("task"))
        self.keymap = KeyMap(self._keys_changed)
        self.frame = Frame([each.value for each in self.views], title=self.title)
        self.frame.on_step(lambda name: self.act("step", name))
        self._ready = False
        self._own: dict[str, widgets.Widget | None] = {}
        self._filled: set[str] = set()
        self._wires: list[tuple[str, Callable[..., Any]]] = []
        self._project: Project | None = None
        self._facts: FactKeeper | None = None
        self._open(step)
        self.children = [self.frame]
        self._ready = True

    # ---- what a user holds --------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What stands above the annotator."""
        return self.settings.title or str(
            getattr(self.input_item, "image_dir", type(self.input_item).__name__)
        )

    @property
    def parts(self) -> Parts:
        """The slots of the frame: `a.parts.fields = my_widget`."""
        return self.frame.parts

    @property
    def folder(self) -> str:
        """The path of the data as it is written into the JSON."""
        return self._opened.folder

    @property
    def media(self) -> MediaCache:
        """Where pictures come from."""
        return self._opened.media

    @property
    def label_source(self) -> Source | None:
        """The pictures of the labels by name; None where labels have none."""
        return self._opened.labels

    @property
    def canvas(self) -> Line:
        """The widget on stage, through which the browser speaks to the kernel: the canvas, or a grid."""
        return self.view.line

    @property
    def item(self) -> str:
        """The key of the item on screen."""
        return self.editor.key

    @property
    def grids(self) -> list[Any]:
        """The grids of improve, one for each class, as the annotator itself lists them; none in another step."""
        return list(self.view.groups)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.grids)

    def __getitem__(self, at: int) -> Any:
        return self.grids[at]

    @property
    def annotations(self) -> Annotations:
        """All items by key, read lazily."""
        return Annotations(self.editor)

    @property
    def classes(self) -> Classes:
        """The names of the classes on offer, and by name what can be changed of each; set to a list, exactly these."""
        return Classes(self.editor)

    @classes.setter
    def classes(self, classes: Iterable[str | ObjectClass]) -> None:
        self.editor.check_writable()
        self.editor.declare(classes)

    @property
    def results(self) -> str:
        """Where the annotations are kept."""
        return self.editor.store.location

    def __bool__(self) -> bool:
        return True  # an annotator of an empty list is still one

    def on(self, event: str, handler: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """Add a hook, as a call or as a decorator; the events are in `ipyannotator.editor.EVENTS`."""
        return self.events.on(event, handler)

    def off(self, event: str, handler: Callable[..., Any]) -> None:
        """Remove a hook."""
        self.events.off(event, handler)

    # ---- the life of it ------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Write the JSON file and end everything; closing twice is harmless."""
        try:
            if self._project is not None:
                self._shut()
        finally:
            for slot in list(self._own):
                self.put(slot, None)
            self.frame.close()
            self.layout.close()
            super().close()

    # ---- inside -------------------------------------------------------------------------------------------------

    @property
    def _opened(self) -> Project:
        if self._project is None:
            raise InvalidValue("This annotator", "closed", "open", "Call `.create()` or `.explore()` again.")
        return self._project

    def _open(self, step: Step) -> None:
        if step not in self.views:
            names = ", ".join(each.value for each in self.views)
            raise InvalidValue("The step", step.value, f"one of: {names}")
        self._project = open_project(self.input_item, self.output_item, self.settings, step, self.events)
        try:
            self._fill(self._project, step)
        except BaseException:
            project, self._project = self._project, None
            self._give_up(project)
            raise
        stay_responsive(self)

    def _give_up(self, project: Project) -> None:
        """End a step that could not be shown, as far as it was begun: nothing of it hears of later changes."""
        while self._wires:
            self.events.off(*self._wires.pop())
        try:
            if self._facts is not None:
                self._facts.close()
            view = getattr(self, "view", None)
            if view is not None and view.editor is project.editor:
                view.close()
        finally:
            project.close()

    def _fill(self, project: Project, step: Step) -> None:
        """Show a step of a project that was opened."""
        self._facts = None
        self.step = step
        self.frame.step = step.value
        editor = project.editor
        self.view = self.views[step](self)
        self.frame.session = self.canvas.session
        self.frame.stage = (getattr(self.canvas, "width", 0), getattr(self.canvas, "height", 0))
        if not editor.read_only:
            self._facts = FactKeeper(editor)
        self._keys_changed()
        self.wire("task", self._keys_changed)
        self.wire("task", self._show_restriction)
        before = set(self._own)
        self._filled.clear()
        self.view.fill()
        for slot in before - self._filled:  # what the step before had there
            self.put(slot, None)
        for event in ("open", "select", "task"):  # after all that these events set and send
            self.wire(event, lambda *_: stay_responsive(self))
        editor.events.emit("task")
        for text in project.notices:
            self.events.emit("notice", "info", text)
        self.index = self.view.first()
        editor.go(self.index)
        if not editor.read_only:
            self._tidying = threading.Thread(
                target=self._tidy, args=(project,), name="ipyannotator-tidy", daemon=True
            )
            self._tidying.start()

    def _tidy(self, project: Project) -> None:
        """What a newly opened project needs and nobody should wait for."""
        try:
            project.editor.store.backup(self.settings.results / "backups")
            gone = missing(project.editor)
            if gone:
                where = project.editor.source.location
                text = f"{len(gone)} annotated items are no longer in {where}; their annotations are kept."
                self.events.emit("notice", "warning", f"{text} `a.relink()` finds those that were renamed.")
        except Exception as error:  # noqa: BLE001 - the person must know, and can go on
            if self._project is project:
                self.events.emit("error", Failure.of(error, "Looking after the project failed"))

    def _shut(self) -> None:
        project = self._opened
        try:
            if not project.editor.read_only:
                self.view.save()
        finally:
            self._project = None
            self._end(project)

    def _end(self, project: Project) -> None:
        while self._wires:
            self.events.off(*self._wires.pop())
        try:
            if self._facts is not None:
                self._tidying.join()
                self._facts.close()
                if project.editor.store.head() and not exchange.is_current(project.editor, project.json):
                    exchange.save(project.editor, project.json, project.folder)
        finally:
            self.view.close()
            project.close()

    def refresh_keys(self) -> None:
        """Send the keys as they are now, for what there is now."""
        self._keys_changed()

    def _keys_changed(self) -> None:
        if self._project is None:
            return
        schema = self.editor.schema
        prefix = self.view.class_action
        keys, labels = self.keymap.wire({record.name: record.id for record in schema.active}, prefix)
        own = {record.key: f"{prefix}:{record.id}" for record in schema.active if record.key}
        here = {*self.methods, *self.view.methods, *self.view.keys.values(), *self.view.here}
        usual: dict[str, str] = {}
        chosen: dict[str, str] = {}
        for key, action in keys.items():
            if (action not in SOMEWHERE or action in here) and not self._lacks_tool(key, action):
                (usual if DEFAULT_KEYS.get(key) == action else chosen)[key] = action
        # A view's keys go before the usual ones, those of classes before both, and what somebody set before all.
        self.canvas.keymap = {**usual, **self.view.keys, **own, **chosen}
        self.canvas.labels = labels | {f"{prefix}:{record.id}": record.name for record in schema.active}

    def _lacks_tool(self, key: str, action: str) -> bool:
        """Tell whether a key is for one of our tools that this view does not have; another may have it for itself."""
        return (
            action.startswith("tool:")
            and DEFAULT_KEYS.get(key) == action
            and action[5:] not in self.view.tools
        )

    def _show_restriction(self) -> None:
        shown = self.editor.shown
        text = shown.title if isinstance(shown, Part) else ""
        chip = self._own.get("restriction")
        if text == (chip.text if isinstance(chip, Restriction) else ""):
            return
        chip = Restriction(text) if text else None
        if chip is not None:
            chip.on_clear(lambda: self.act("show_all"))
        self.put("restriction", chip)

    @traitlets.observe("index")
    def _index_changed(self, _: Any) -> None:
        # Other threads may set it meanwhile: what was set last is what ends up on screen.
        while self._ready and self.editor.index != self.index:
            self.editor.go(self.index)

    @traitlets.validate("index")
    def _index_valid(self, proposal: Any) -> int:
        index = int(proposal["value"])
        total = len(self.editor.shown) if self._project is not None else index + 1
        if not 0 <= index < total:
            raise IndexError(f"There is no item {index}; there are {total}, numbered from 0.")
        return index

    @traitlets.observe("step")
    def _step_changed(self, change: Any) -> None:
        if self._ready and change.new != change.old:
            self._ready = False
            at = self.index
            try:
                self._leave()
                self._open_or_return(Step(change.new), Step(change.old))
                self.index = at
                self.editor.go(at)
            finally:
                self._ready = True
            self._index_changed(None)  # it may have been set meanwhile

    def _leave(self) -> None:
        """End the step on screen; a JSON file that cannot be written keeps nobody there: the database has it all."""
        try:
            self._shut()
        except IpyannotatorError as error:
            self.events.emit("notice", "error", str(error))

    def _open_or_return(self, step: Step, before: Step) -> None:
        """Open a step; where that fails, the one before comes back, and the person hears why."""
        try:
            self._open(step)
        except IpyannotatorError as error:
            self._open(before)
            self.events.emit("notice", "error", str(error))

    def put(self, slot: str, widget: widgets.Widget | None) -> None:
        """Put a widget of this step into a slot, unless a user has put a part of theirs there."""
        self._filled.add(slot)
        if self.parts[slot] is self._own.get(slot):
            self.parts[slot] = widget
        old = self._own.get(slot)
        self._own[slot] = widget
        if old is not None:
            close_tree(old)

    def wire(self, event: str, handler: Callable[..., Any]) -> None:
        """Subscribe a widget of this step to an event, until the step is left."""
        project = self._project

        @functools.wraps(handler)
        def while_open(*args: Any) -> Any:
            if self._project is not project:
                return None
            try:
                return handler(*args)
            except Exception:
                if self._project is project:  # else it was closed under it, and nobody looks any more
                    raise
                return None

        self._wires.append((event, self.events.on(event, while_open)))
