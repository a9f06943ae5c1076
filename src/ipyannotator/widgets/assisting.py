"""Asking an assistant while the person points: on a thread of its own, and the latest question only.

How this works. A question that comes while the assistant is at work waits; one that comes then takes its place. What
the assistant says to a question that is not the latest any more is dropped: the page has forgotten it. The item's
picture is kept from one question to the next.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ipyannotator.assist.prompt import Assistant, Prompt, prompt_of
from ipyannotator.editor import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Shape, encode_shape


class Question(NamedTuple):
    """What a page asks: its id, the key of the item, the prompt."""

    id: str
    item: str
    prompt: Prompt


class Assisting:
    """Answers what a page asks an assistant.

    Args:
        editor: whose items.
        tell: sends a message to the page.

    Attributes:
        assistant: what is asked; None where there is none.
    """

    def __init__(self, editor: Editor, tell: Callable[[dict[str, Any]], None]) -> None:
        self._editor = editor
        self._tell = tell
        self._assistant: Assistant | None = None
        self._wake = threading.Condition()
        self._question: Question | None = None
        self._latest = ""
        self._ended = False
        self._thread: threading.Thread | None = None
        self._item: tuple[str, Item] | None = None

    @property
    def assistant(self) -> Assistant | None:
        """What is asked; None where there is none."""
        return self._assistant

    @assistant.setter
    def assistant(self, assistant: Assistant | None) -> None:
        if assistant is not None and (not callable(assistant) or inspect.iscoroutinefunction(assistant)):
            raise InvalidValue("The assistant", assistant, "a plain function of an item and a prompt")
        self._assistant = assistant

    def ask(self, content: Mapping[str, Any]) -> None:
        """Take a message `assist`; the answer is told later. Raise `InvalidValue` where it is none."""
        question = Question(
            str(content["id"]), str(content["item"]), prompt_of(content.get("points"), content.get("box"))
        )
        self._editor.source.index(question.item)  # raises KeyError
        with self._wake:
            if self._ended:
                return
            self._question, self._latest = question, question.id
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ipyannotator-assist", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def close(self) -> None:
        """End it; what runs ends unheard. Closing twice is harmless."""
        with self._wake:
            self._ended = True
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._question is not None or self._ended)
                question, self._question = self._question, None
                if self._ended or question is None:
                    return
            shape, problem = self._answer(question)
            with self._wake:
                heard = not self._ended and self._latest == question.id
            if heard:
                self._tell(
                    {
                        "type": "assisted", "id": question.id, "item": question.item,
                        "shape": None if shape is None else encode_shape(shape), "problem": problem,
                    }
                )  # fmt: skip

    def _answer(self, question: Question) -> tuple[Shape | None, str | None]:
        assistant = self._assistant
        if assistant is None:
            return None, "Nothing assists here. Give a function: `a.assist(fn)`."
        name = getattr(assistant, "__name__", type(assistant).__name__)
        try:
            shape = assistant(self._item_of(question.item), question.prompt)
            if shape is not None and not isinstance(shape, Shape):
                raise InvalidValue("What it returned", shape, "a shape such as Mask.from_array(…), or None")  # noqa: TRY301
        except BaseException as error:  # noqa: BLE001 - it is somebody's function: `exit()` is a failure as well
            if not self._ended:
                self._editor.events.emit("error", Failure.of(error, f"{name} failed"))
            return None, f"{name} failed: {type(error).__name__}: {error}"
        return shape, None

    def _item_of(self, key: str) -> Item:
        stamp = f"{key}\0{self._editor.source.stamp(key)}"
        if self._item is None or self._item[0] != stamp:
            self._item = (stamp, Item(self._editor.source, key))
        return self._item[1]
