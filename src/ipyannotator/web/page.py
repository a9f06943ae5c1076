"""The page itself: what the served notebook's only cell shows to people who never see code.

How this works. The server names the visitor in the kernel's environment (`visit.py`); `show` opens the project's task
for them, `present` takes out of the annotator what is for those who run it (steps, Save, where results are written), and
puts a `Page` beside it, which looks after the connection and speaks in plain words. The template around it, in
`jupyter/`, has Voilà's place in the search path for templates by `JUPYTER_PATH`.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any, Final

from ipyannotator.editor.today import Done, Today
from ipyannotator.errors import IpyannotatorError, SourceError, StoreError
from ipyannotator.pairs.base import BaseAnnotator
from ipyannotator.web.visit import Visit
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.instructions import read
from ipyannotator.widgets.navigation import History
from ipyannotator.widgets.page import Page
from ipyannotator.widgets.status import Status

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
        today: what the person did today.
    """

    def __init__(self, annotator: BaseAnnotator, title: str = "") -> None:
        self.annotator = annotator
        editor = annotator.editor
        annotator.frame.add_class("ipya-page")
        annotator.frame.title = title or annotator.title
        self.page = Page(session=annotator.frame.session, title=annotator.frame.title)
        self._simplify()
        self.today = Today(editor, self._show_today)
        self.page.on_alive(self._alive)
        annotator.wire("task", self._show_finished)
        self._show_today()
        self._show_finished()

    def _simplify(self) -> None:
        """Take away what is for those who run the project."""
        parts, settings = self.annotator.parts, self.annotator.settings
        parts.steps = None
        if isinstance(parts.history, History):
            parts.history.save.layout.display = "none"  # it saves by itself
        if isinstance(parts.footer, Footer):
            parts.footer.location = ""
        if isinstance(parts.status, Status):
            parts.status.instructions = read(settings.instructions, settings.project_path)

    def _alive(self, midnight: float | None) -> None:
        if midnight is not None:
            self.today.begin(midnight)

    def _show_today(self) -> None:
        footer = self.annotator.parts.footer
        if isinstance(footer, Footer):
            words = today_words(self.today.done)
            with footer.hold_trait_notifications():
                footer.today, footer.today_detail = words
        if self.page.finished:
            self._show_finished()

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
        self.page.finished = (
            finished(counts, total, editor.author.name, self.today.done) if over and total else {}
        )


def today_words(done: Done) -> tuple[str, str]:
    """Return what a person did today in a word or two, and at length."""
    text = f"You: {done.items:,} today"
    if not done.items:
        return text, "What you do today is counted here."
    parts = [_count(done.items, "item"), f"{done.finished:,} finished"]
    if done.objects:
        parts.append(f"{_count(done.objects, 'object')} made")
    return text, f"Today you worked on {', '.join(parts)}."


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

    annotator = Annotator.open(visit.project)
    annotator.settings.author = visit.author
    return present(annotator.create())


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
