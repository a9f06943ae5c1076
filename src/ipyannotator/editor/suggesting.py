"""Suggestions: what a user's function finds on the items, computed ahead, put on when somebody looks.

How this works. A `Model` is the function with all that it found so far. While an item is on screen one thread goes
through what is wanted, the item itself first and then the next ones, and asks the function; what it found is kept by
the item's key and stamp, so a picture that is replaced is asked about again. Nothing is stored of an item before somebody
opens it. Then its suggestions are put on as one change, made by an author of the model's own (`model:<name>`): so
the person's undo passes them by. The change sets the field `suggested/<name>` to the version of the function, which is
nothing where none were put on yet: so of two kernels that suggest at once the store refuses one, and what was rejected
does not come back. A function that runs cannot be interrupted; one that was replaced runs to its end, unheard.
"""

from __future__ import annotations

import inspect
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.editor.item import Item
from ipyannotator.editor.todo import next_todo
from ipyannotator.errors import Conflict, InvalidValue, IpyannotatorError
from ipyannotator.model import Author, FieldRecord, ObjectRecord, Op, Ref, Shape, encode, new_id

AHEAD = 3
"""How many items after the one on screen are asked about before they are opened, besides the next one to do."""
KEPT = 256
"""Of how many items the answers are kept in memory; others are asked about again."""
OPEN = ("todo", "flagged")
"""The states of items that are suggested on."""

State = Literal["idle", "running", "failed"]
Function = Callable[[Item], "Iterable[Any] | None"]


class Suggestion(NamedTuple):
    """One thing that a function found; a plain tuple with as many of these values does as well.

    Attributes:
        shape: its geometry, in pixels of the full-resolution image.
        label: the name of its class, or None.
        score: how sure the function is, from 0 to 1, or None.
        attributes: further values by name.
    """

    shape: Shape
    label: str | None = None
    score: float | None = None
    attributes: Mapping[str, Any] | None = None


class Model:
    """A function that suggests, and what it found so far.

    Args:
        function: is called with an `Item`, on a thread of its own, one item at a time; returns what it found: shapes,
            `(shape, label)`, `(shape, label, score)` or `Suggestion` values; None for nothing.
        name: says who suggests; by default the function's name.
        version: a new one suggests anew, also where suggestions of an earlier one were judged.

    Raises:
        InvalidValue: the function cannot be called so, or the name is none.
    """

    def __init__(self, function: Function, name: str | None = None, version: str | int = 1) -> None:
        if not callable(function) or inspect.iscoroutinefunction(function):
            raise InvalidValue("The function that suggests", function, "a plain function of an item")
        named = name if name is not None else getattr(function, "__name__", type(function).__name__)
        if not isinstance(named, str) or not named or "/" in named:
            raise InvalidValue("The name of what suggests", named, "a text without a slash")
        self.function = function
        self.name = named
        self.version = str(version)
        self.author = Author(f"model:{named}", named)
        self.said: set[str] = set()
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Suggestion, ...] | Failure] = OrderedDict()

    @property
    def field(self) -> str:
        """The name of the field that says of an item which version has suggested."""
        return f"suggested/{self.name}"

    def known(self, key: str, stamp: str) -> tuple[Suggestion, ...] | Failure | None:
        """Return what it found on an item, or how it failed; None where it was not asked yet."""
        with self._lock:
            return self._kept.get((key, stamp))

    def ask(self, item: Item, stamp: str) -> tuple[Suggestion, ...] | Failure:
        """Have it look at an item now, and keep what it says; never raises."""
        answer: tuple[Suggestion, ...] | Failure
        try:
            answer = tuple(_read(each, at) for at, each in enumerate(self.function(item) or ()))
        except BaseException as error:  # noqa: BLE001 - it is somebody's function: `exit()` is a failure as well
            answer = Failure.of(error, f"{self.name} failed on “{item.name}”")
        with self._lock:
            self._kept[item.key, stamp] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer

    def forget(self, key: str) -> None:
        """Ask again about an item when it is wanted."""
        with self._lock:
            for each in [each for each in self._kept if each[0] == key]:
                del self._kept[each]


class Suggesting:
    """Has a model suggest on the items of one editor, until it is closed.

    Args:
        editor: whose items.
        model: what suggests.
        changed: is called on any thread when `state` is another one.

    Attributes:
        state: `idle`, `running` (on the item on screen) or `failed` (on it).
        failure: how it failed on the item on screen, or None.
    """

    def __init__(self, editor: Editor, model: Model, changed: Callable[[], None]) -> None:
        self.model = model
        self.state: State = "idle"
        self.failure: Failure | None = None
        self._editor = editor
        self._changed = changed
        self._wake = threading.Condition()
        self._wanted = True
        self._ended = False
        self._again: set[str] = set()
        self._settled: set[str] = set()
        self._handlers = [("open", self._opened), ("task", self._look)]
        for event, handler in self._handlers:
            editor.events.on(event, handler)
        self._thread = threading.Thread(target=self._run, name="ipyannotator-suggest", daemon=True)
        self._thread.start()

    def again(self) -> None:
        """Ask anew about the item on screen, whatever was judged there; what nobody accepted yet is replaced."""
        key = self._editor.key
        self.model.forget(key)
        with self._wake:
            self._again.add(key)
            self._settled.discard(key)
        self._look()

    def close(self) -> None:
        """End it; a function that runs ends unheard. Closing twice is harmless."""
        for event, handler in self._handlers:
            self._editor.events.off(event, handler)
        with self._wake:
            self._ended = True
            self._wake.notify_all()

    # ---- what is wanted -----------------------------------------------------------------------------------------

    def _opened(self, *_: object) -> None:
        with self._wake:
            self._settled.clear()
        self._look()

    def _look(self) -> None:
        with self._wake:
            self._wanted = True
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._wanted or self._ended)
                if self._ended:
                    return
                self._wanted = False
            try:
                while not self._ended and self._step():
                    pass
            except Exception as error:  # noqa: BLE001 - a thread has nobody above it
                if not self._ended:  # else the store was closed under it
                    self._say("failed", Failure.of(error, f"Cannot suggest with {self.model.name}"))

    def _step(self) -> bool:
        """Do the most urgent thing; false where nothing is left to do."""
        shown, index = self._editor.shown, self._editor.index
        key = shown.key(index)
        if self._is_open(key):
            answer = self._answer(key, visible=True)
            if key != self._editor.key or self._ended:
                return not self._ended
            if isinstance(answer, Failure):
                self._settled.add(key)
                self._say("failed", answer)
            else:
                self._put(key, answer)
            return True
        if key not in self._settled:
            self._say("idle")
        for near in self._ahead(index):
            if self._known(near) is None and self._is_open(near):
                self._answer(near, visible=False)
                return True
        return False

    def _ahead(self, index: int) -> Iterator[str]:
        """Iterate the items that are opened next: those that follow, and the next one to do, to which Done leads."""
        editor, shown = self._editor, self._editor.shown
        for at in range(index + 1, min(index + 1 + AHEAD, len(shown))):
            yield shown.key(at)
        following = next_todo(editor.store, shown, editor.task, editor.layer, index + 1)
        if following is not None:
            yield shown.key(following)

    def _is_open(self, key: str) -> bool:
        """Tell whether the model has still to suggest on an item."""
        editor = self._editor
        if editor.read_only or key in self._settled:
            return False
        if editor.item(key).state not in OPEN:
            return False
        return key in self._again or self._version(key) != self.model.version

    def _version(self, key: str) -> Any:
        """Return which version of the model has suggested on an item; None for none."""
        ref = Ref("field", self.model.field, key)
        found = self._editor.store.records(self._editor.task, [ref], self._editor.layer).get(ref)
        return found.value if isinstance(found, FieldRecord) else None

    # ---- asking and putting on ----------------------------------------------------------------------------------

    def _stamp(self, key: str) -> str:
        return self._editor.source.stamp(key)

    def _known(self, key: str) -> tuple[Suggestion, ...] | Failure | None:
        try:
            return self.model.known(key, self._stamp(key))
        except IpyannotatorError as error:  # a file that is gone: what shows it says so
            return Failure.of(error, "No suggestions")

    def _answer(self, key: str, *, visible: bool) -> tuple[Suggestion, ...] | Failure:
        known = self._known(key)
        if known is None:
            if visible:
                self._say("running")
            known = self.model.ask(Item(self._editor.source, key), self._stamp(key))
        return known

    def _put(self, key: str, found: tuple[Suggestion, ...]) -> None:
        """Put suggestions on the item, in one change that is refused where it is no longer as it was."""
        editor, model = self._editor, self.model
        self._settled.add(key)
        self._again.discard(key)
        item, objects, _ = editor.store.annotated(editor.task, key, editor.layer)
        if item.state not in OPEN:  # it was finished while the function ran
            self._say("idle")
            return
        stale = [one for one in objects if one.origin == "model" and one.author == model.author.id]
        inside, words = self._placed(key, found)
        if not (inside or stale or found):
            self._say("idle")
            return
        ops = [Op("set", "item", key, key, "state", item.state, item.state)]  # it must not be done meanwhile
        ops.append(Op("set", "field", model.field, key, "value", self._version(key), model.version))
        ops += [Op("delete", "object", one.id, key, old=encode(one)) for one in stale]
        records = self._records(key, inside, words)
        ops += [Op("create", "object", one.id, key, new=encode(one)) for one in records]
        try:
            editor.do(ops, item=key, origin="model", author=model.author)
        except Conflict:  # another kernel was first, or the item is done by now
            self._say("idle")
            return
        except IpyannotatorError as error:
            self._say("failed", Failure.of(error, f"The suggestions of {model.name} cannot be put on"))
            return
        if words:
            editor.events.emit("notice", "warning", f"{model.name}: {' '.join(words)}")
        self._say("idle")

    def _placed(self, key: str, found: tuple[Suggestion, ...]) -> tuple[list[Suggestion], list[str]]:
        """Return what has something of the picture under it, and words on what has not."""
        if not found:
            return [], []
        picture = Item(self._editor.source, key)
        reasons = [each.shape.misfit(picture.width, picture.height) for each in found]
        inside = [each for each, why in zip(found, reasons, strict=True) if not why]
        left = [f"it {why}" for why in reasons if why]
        if not left:
            return inside, []
        why = "; ".join(dict.fromkeys(left))
        return inside, [f"{len(left)} of {len(found)} were left out: {why}."]

    def _records(self, key: str, found: list[Suggestion], words: list[str]) -> list[ObjectRecord]:
        editor, now = self._editor, time.time_ns() // 1000
        unknown: dict[str, int] = {}
        records = []
        for at, each in enumerate(found):
            class_id = self._class(each.label)
            if each.label is not None and class_id is None:
                unknown[each.label] = unknown.get(each.label, 0) + 1
            records.append(
                ObjectRecord(
                    id=new_id(), item=key, shape=each.shape, class_id=class_id, score=each.score,
                    attributes=dict(each.attributes or {}), origin="model", author=self.model.author.id,
                    order=now + at,
                )
            )  # fmt: skip
        for label, count in unknown.items():
            names = ", ".join(record.name for record in editor.schema.active)
            words.append(f"{count} of the class {label!r}, which is not one of {names}, have no class now.")
        return records

    def _class(self, label: str | None) -> str | None:
        editor = self._editor
        if label is None:
            return None
        known = editor.schema.find(label)
        if known is not None:
            return known.id
        return editor.add_class(label) if editor.extensible else None

    def _say(self, state: State, failure: Failure | None = None) -> None:
        """Show a state; a failure is said to the person, the same one once only."""
        changed = (self.state, self.failure) != (state, failure)
        self.state, self.failure = state, failure
        if changed and not self._ended:
            self._changed()
        if failure is not None and not self._ended:
            what = repr(failure.error)
            if what not in self.model.said:
                self.model.said.add(what)
                self._editor.events.emit("error", failure)


def _read(thing: Any, at: int) -> Suggestion:
    """Return what a function found as a `Suggestion`; raise `InvalidValue` where it is none."""
    what = f"What it found, number {at + 1},"
    parts = (thing,) if isinstance(thing, Shape) else thing
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= len(Suggestion._fields):
        expected = "a shape, (shape, label), (shape, label, score) or a Suggestion"
        raise InvalidValue(what, thing, expected)
    found = Suggestion(*parts)
    if not isinstance(found.shape, Shape):
        raise InvalidValue(
            f"The shape of {what.lower()[:-1]}", found.shape, "a shape such as Box(x, y, width, height)"
        )
    if found.label is not None and not isinstance(found.label, str):
        raise InvalidValue("The label of what it found", found.label, "the name of a class, or None")
    if found.score is None:
        return found
    try:
        score = float(found.score)
    except (TypeError, ValueError):
        score = math.nan
    if not 0 <= score <= 1:
        raise InvalidValue("The score of what it found", found.score, "a number from 0 to 1, or None")
    return found._replace(score=score)


def is_suggestion(record: ObjectRecord) -> bool:
    """Tell whether an object is a model's that nobody has accepted yet."""
    return record.origin == "model"
