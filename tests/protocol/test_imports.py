"""An import, which changes any number of items at once, and what is on screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipyannotator.transfer import foreign
from tests.protocol.line import Line
from tests.transfer.test_import import coco


def test_it_is_on_screen_at_once_and_gone_when_taken_back(
    line: Line, eventually: Callable[..., Any], tmp_path: Path
) -> None:
    line.hello(eventually)
    path = coco(tmp_path, {line.editor.key: [("car", [1, 2, 30, 40]), ("car", [5, 6, 70, 80])]})

    def shown() -> tuple[str, int]:
        message, buffers = line.all("show")[-1]
        return message["item"]["state"], len(json.loads(bytes(buffers[0])))

    assert shown() == ("todo", 0)
    foreign.import_(line.editor, "coco", path)
    assert eventually(lambda: shown() == ("done", 2))
    foreign.take_back(line.editor)
    assert eventually(lambda: shown() == ("todo", 0))
