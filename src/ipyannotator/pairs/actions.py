"""What the buttons and keys of an annotator do.

Every button and every key ends in `act`, which looks up what an action does by name when it runs. So a method that
somebody replaces, on the class or on one annotator, takes effect on what is already on screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from ipyannotator.base import Settings, Step
from ipyannotator.editor import AnnotationView, Editor, Events, checking
from ipyannotator.editor.events import Failure
from ipyannotator.editor.sampling import ALL, sample
from ipyannotator.errors import InvalidValue, IpyannotatorError
from ipyannotator.transfer import exchange
from ipyannotator.widgets.keymap import KeyMap

if TYPE_CHECKING:
    from ipyannotator.pairs.view import View
    from ipyannotator.project import Project


class Actions:
    """The actions that all annotators have; the annotator provides what they act on."""

    settings: Settings
    events: Events
    keymap: KeyMap
    view: View
    index: int
    step: str

    @property
    def editor(self) -> Editor:
        """The live model of the task."""
        return self._opened.editor

    @property
    def current(self) -> AnnotationView:
        """The annotation on screen, live in both directions."""
        return self.editor.view(self.editor.key)

    @property
    def _opened(self) -> Project:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self.view.groups) or len(self.editor.shown)

    def act(self, name: str, value: Any = None) -> None:
        """Perform an action by name, such as `next`, or `whole:<id>` with a value in it.

        What goes wrong is said to the person, not raised.
        """
        try:
            if name.startswith("call:"):
                key = name.removeprefix("call:")
                action = self.keymap[key]
                if callable(action):
                    action(self)
                self.events.emit("key", key)
            else:
                name, _, more = name.partition(":")
                method = self._method(name)
                given = more or value
                method() if given is None else method(given)
        except IpyannotatorError as error:
            self.events.emit("notice", "warning", str(error))
        except Exception as error:  # noqa: BLE001 - whatever a replaced method does, the annotator goes on
            self.events.emit("error", Failure.of(error, f"The action {name!r} failed"))

    def _method(self, name: str) -> Callable[..., Any]:
        for owner in (self.view, self):
            if name in owner.methods:
                found: Callable[..., Any] = getattr(owner, owner.methods[name])
                return found
        known = sorted({*self.methods, *self.view.methods})
        raise InvalidValue("The action", name, f"one of {', '.join(known)}")

    methods: ClassVar[dict[str, str]] = {
        **{name: name for name in ("done", "skip", "flag", "next", "previous", "undo", "redo", "save", "go")},
        "next_todo": "go_to_todo",
        "first": "go_first",
        "last": "go_last",
        "step": "go_to_step",
        "add_class": "use_new_class",
        "show_all": "show_all",
    }
    """The method of each action, by the action's name; a view's own come first, a subclass adds its own."""

    def next(self) -> None:
        """Show the next item; with `Settings.done_on_next` the present one is done."""
        if self.settings.done_on_next and not self.editor.read_only and self.is_complete():
            self.editor.set_state("done")
        self.go(min(self.index + 1, len(self.editor.shown) - 1))

    def previous(self) -> None:
        """Show the previous item."""
        self.go(max(self.index - 1, 0))

    def go_first(self) -> None:
        """Show the first item."""
        self.go(0)

    def go_last(self) -> None:
        """Show the last item."""
        self.go(len(self.editor.shown) - 1)

    def go(self, where: int | str) -> None:
        """Show an item: a position from 0, or its key or (part of) its name.

        Raises:
            InvalidValue: there is no such item.
        """
        if isinstance(where, str):
            where = self._found(where)
        total = len(self.editor.shown)
        if not 0 <= where < total:
            raise InvalidValue("The number", where + 1, f"from 1 to {total}")
        self.index = where

    def go_to_todo(self) -> None:
        """Show the next item that is still to do; say so where there is none."""
        found = self.editor.leases.next(min(self.index + 1, len(self.editor.shown)))
        if found is None:
            self.events.emit("notice", "info", self.editor.leases.why_none())
        elif found == self.index and self.current.state != "todo":
            self.events.emit("notice", "info", "This is the last one to do.")
        else:
            self.go(found)

    def restrict(self, keys: Iterable[str], name: str) -> None:
        """Move through these items only; a chip says so, by the name, and clears it."""
        self.editor.restrict(keys, name)
        self.index = 0

    def choose(self, k: int, seed: int | None = None) -> None:
        """Move through the items of k classes, chosen at random; see `sampling.sample`."""
        chosen = sample(self.editor, k, seed)
        if chosen is not None:
            self.restrict(chosen.keys, chosen.name)
        elif k != ALL:
            self.events.emit("notice", "info", "There are no classes to choose from, so everything is shown.")

    def show_all(self) -> None:
        """Move through all items again, instead of the part that was chosen."""
        key = self.editor.key
        self.editor.restrict(None)
        self.index = self.editor.source.index(key)

    def go_to_step(self, name: str) -> None:
        """Switch to another step."""
        self.step = Step(name).value

    def done(self) -> None:
        """Mark the item as done, and show the next one to do; where something is still missing, say what instead."""
        self.editor.check_writable()
        if not self.is_complete():
            return
        annotation = self.current
        self.editor.set_state("done")
        self.events.emit("submit", annotation)
        self.go_to_todo()

    def is_complete(self) -> bool:
        """Tell whether the item has all that is required of its objects; else say what is missing, and select that."""
        editor = self.editor
        if not checking.requires(editor.schema):
            return True
        judged = (obj.record for obj in self.current.objects if obj.origin != "model")
        lacking = checking.missing(judged, editor.schema)
        if lacking:
            self.events.emit("notice", "warning", checking.words(lacking))
            self.view.point_at([each.object for each in lacking])
        return not lacking

    def skip(self) -> None:
        """Mark the item as skipped, and show the next one to do."""
        self.editor.check_writable()
        self.editor.set_state("skipped")
        self.go_to_todo()

    def flag(self, note: str | None = None) -> None:
        """Flag the item, with a note; without a note, a flagged item goes back to being to do."""
        self.editor.check_writable()
        flagged = self.current.state == "flagged"
        self.editor.set_state("todo" if flagged and note is None else "flagged", note=note)

    def undo(self) -> None:
        """Take back your latest change on the item on screen. Raise `NothingToUndo` or `Conflict`."""
        self.editor.check_writable()
        self.editor.undo()

    def redo(self) -> None:
        """Bring back what your latest undo took away. Raise `NothingToUndo` or `Conflict`."""
        self.editor.check_writable()
        self.editor.redo()

    def save(self) -> str:
        """Write the JSON file in the original's form (the database is saved at every edit); return its path."""
        self.editor.check_writable()
        self.view.save()
        path = exchange.save(self.editor, self._opened.json, self._opened.folder)
        self.events.emit("notice", "info", f"Written to {path}")
        return str(path)

    def use_new_class(self, name: str) -> None:
        """Add a class that somebody typed, and take it into use."""
        self.view.line.active_class = self.editor.add_class(name)

    def _found(self, text: str) -> int:
        text = text.strip()
        source = self.editor.shown
        try:
            return source.index(text)
        except KeyError:
            pass
        if text.isdecimal():
            return int(text) - 1
        # From here on and around, so that asking again finds the next one.
        for offset in range(1, len(source) + 1):
            at = (self.index + offset) % len(source)
            if text.casefold() in source.name(source.key(at)).casefold():
                return at
        raise InvalidValue("The item", text, f"a number from 1 to {len(source)}, or part of a name")
