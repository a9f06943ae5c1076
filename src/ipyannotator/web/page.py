"""The page itself: what the served notebook's only cell shows to people who never see code.

How this works. The server names the visitor in the kernel's environment (`visit.py`); `show` opens the project's task
for them, `present` takes out of the annotator what is for those who run it (steps, Save, where results are written), and
puts a `Page` beside it, which looks after the connection and speaks in plain words. The template around it, in
`jupyter/`, has Voilà's place in the search path for templates by `JUPYTER_PATH`.
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from ipyannotator.editor.today import Done
from ipyannotator.errors import IpyannotatorError, SourceError, StoreError
from ipyannotator.pairs.base import BaseAnnotator
from ipyannotator.stores.leases import Claim
from ipyannotator.web.visit import Visit
from ipyannotator.widgets.footer import Footer, today_words
from ipyannotator.widgets.navigation import History
from ipyannotator.widgets.page import Page

TEMPLATE: Final = "ipyannotator"
"""The name of the page's template, for Voilà's option `--template`."""
TEMPLATES: Final = Path(__file__).parent / "jupyter"
"""Where it lies; Voilà finds it there when this is in `JUPYTER_PATH`."""


def show() -> None:
    """Show this visitor's page: the project's task, at their next item; what goes wrong is said on the page."""
    from IPython.display import display

    try:
        page: Any = _opened(Visit.from_environment())
    except Exception as error:  # noqa: BLE001 - whatever it is, a person who never saw code looks at this page
        traceback.print_exc(file=sys.__stderr__)  # the server's log
        page = Page(problem=problem(error))
    display(page)  # type: ignore[no-untyped-call]


def present(annotator: BaseAnnotator, *, title: str = "") -> Any:
    """Make a page of an annotator.

    Args:
        annotator: one that was opened by `create()` or `explore()`.
        title: what stands in its header; the annotator's own where empty.

    Returns:
        An ipywidget to display instead of the annotator.
    """
    from ipywidgets import VBox

    return VBox([annotator, Presented(annotator, title).page])


class Presented:
    """An annotator on a page, and what keeps the two in step.

    Attributes:
        page: the widget to show beside the annotator.
    """

    def __init__(self, annotator: BaseAnnotator, title: str = "") -> None:
        self.annotator = annotator
        editor = annotator.editor
        annotator.frame.add_class("ipya-page")
        annotator.frame.title = title or annotator.title
        self.page = Page(
            lambda: "" if editor.place else editor.key,
            session=annotator.frame.session,
            title=annotator.frame.title,
            holder=annotator.settings.holder,
        )
        self.page.on_return(self._return)
        self._simplify()
        self.page.on_alive(self._alive)
        # All that leads on to the next item ends in this method, by a button, a key, or Done.
        annotator.go_to_todo = self._go_on  # type: ignore[method-assign]
        shared = annotator.settings.shared and not editor.read_only and not editor.place
        self._rest = editor.leases.why_none() if shared and editor.leases.held is None else ""
        self._asked = 0
        annotator.wire("task", self._show_finished)
        self._show_finished()

    def _simplify(self) -> None:
        """Take away what is for those who run the project."""
        parts = self.annotator.parts
        parts.steps = None
        if isinstance(parts.history, History):
            parts.history.save.layout.display = "none"  # it saves by itself
        if isinstance(parts.footer, Footer):
            parts.footer.location = ""
        if self.annotator.keymap.get("Ctrl+s") == "save":
            self.annotator.keymap["Ctrl+s"] = saved

    @property
    def _today(self) -> Done:
        counter = self.annotator.view.today
        return Done() if counter is None else counter.done

    def _go_on(self) -> None:
        """Show the next item to do; where there is none, the page says so."""
        annotator, editor = self.annotator, self.annotator.editor
        found = editor.leases.next(min(annotator.index + 1, len(editor.shown)))
        if found is None:
            self._rest = editor.leases.why_none()
            self._asked += 1
        else:
            self._rest = ""
            if found == annotator.index and annotator.current.state != "todo":
                annotator.events.emit("notice", "info", "This is the last one to do.")
            else:
                annotator.go(found)
        self._show_finished()

    def _return(self, was: str, item: str) -> None:
        """Take up where this tab was before it was loaded anew: its page's lease ends, and its item is shown."""
        editor = self.annotator.editor
        if was and not editor.read_only:
            for lease in editor.store.leases(editor.task):
                mine = (lease.holder, lease.layer, lease.author.id) == (was, editor.layer, editor.author.id)
                if mine and was != self.page.holder:
                    editor.store.release(
                        Claim(editor.task, lease.layer, lease.page, lease.holder, lease.author)
                    )
                    left = editor.store.finished(editor.task, [lease.key], editor.layer)
                    item = item or ("" if left else lease.key)
        if item and item != editor.key:
            with contextlib.suppress(KeyError):  # it is there no more
                self.annotator.go(editor.shown.index(item))

    def _alive(self, midnight: float | None) -> None:
        self.annotator.editor.leases.alive()
        counter = self.annotator.view.today
        if midnight is not None and counter is not None:
            counter.begin(midnight)

    def _show_finished(self) -> None:
        editor = self.annotator.editor
        counts = editor.store.counts(editor.task, editor.layer).states
        total = len(editor.shown)
        over = (
            editor.shown is editor.source
            and not editor.read_only
            and sum(counts.get(state, 0) for state in ("done", "skipped", "flagged")) >= total
            and editor.next_todo(0) is None  # the counts know of files that are no longer there
        )
        name, today = editor.author.name, self._today
        said: dict[str, Any] = {}
        if over and total:
            self._rest = ""
            said = finished(counts, total, name, today)
        elif self._rest:
            said = nothing_left(self._rest, name, today)
        # Said once, so that it stays closed for somebody who looks through what is done; again where they ask again.
        said = {**said, "asked": self._asked} if said else {}
        if any(said.get(name) != self.page.finished.get(name) for name in ("title", "asked")):
            self.page.finished = said


def saved(annotator: BaseAnnotator) -> None:
    """Not needed: everything is saved by itself."""
    annotator.events.emit("notice", "info", "Everything is saved by itself.")


def finished(counts: dict[str, int], total: int, name: str, today: Done) -> dict[str, Any]:
    """Return what the page says when nothing is left to do."""
    done = counts.get("done", 0)
    rest = [f"{counts[state]:,} {state}" for state in ("skipped", "flagged") if counts.get(state)]
    title = f"All {total:,} done" if not rest else "Nothing is left to do"
    lines = [f"Thank you, {name}." if name else "Thank you."]
    if rest:
        lines.append(f"{done:,} done, {', '.join(rest)}.")
    if today.items:
        lines.append(today_words(today)[1])
    return {"title": title, "lines": [*lines, "You can close this page."]}


def nothing_left(why: str, name: str, today: Done) -> dict[str, Any]:
    """Return what the page says when others have what is left."""
    lines = [why, f"Thank you, {name}." if name else "Thank you."]
    if today.items:
        lines.append(today_words(today)[1])
    return {
        "title": "Nothing to do at the moment",
        "lines": [*lines, "You can close this page, or look again later."],
    }


def problem(error: BaseException) -> dict[str, Any]:
    """Return what the page says where it could not be opened; the detail is for whoever looks after it."""
    what = "Something went wrong while your work was opened."
    if isinstance(error, SourceError):
        what = "The pictures could not be found or read."
    elif isinstance(error, StoreError):
        what = "The place where the work is saved could not be opened."
    remedy = "Please try again in a minute; if it goes on, tell whoever sent you the link."
    detail = str(error) if isinstance(error, IpyannotatorError) else f"{type(error).__name__}: {error}"
    return {
        "title": "The page could not be opened",
        "lines": [what, "Everything that was saved is safe.", remedy],
        "detail": detail,
    }


def _opened(visit: Visit) -> Any:
    from ipyannotator.annotator import Annotator

    front = Annotator.open(visit.project, trust=visit.trust)
    settings = front.settings
    settings.author = visit.author
    settings.shared, settings.holder = True, visit.holder
    settings.overlap = max(settings.overlap, visit.overlap)
    return present(front.create(), title=settings.title)
