"""An edit on an image with very many boxes, as the kernel sees it: message in, answer out, and everybody told."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from benchmarks.figures import Budget, Row, Sample, timed
from benchmarks.places import Places, boxes, change, photographs, schema
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
from ipyannotator.model import Box, Op, new_id
from ipyannotator.model.change import Change
from ipyannotator.stores import SqlStore

BUDGET = Budget(50.0)


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    for count in (3, 1_000) if quick else (3, 1_000, 10_000):
        answered, told, deleted = _edits(places, count, 20 if quick else 100)
        size = f"an image with {count:,} boxes"
        beside: tuple[tuple[str, Sample | str], ...] = (("of it, until the answer is sent", answered),)
        yield Row("a drawn and selected box, all done in the kernel", size, told, BUDGET, beside)
        if count >= 1_000:
            yield _bulk(places, count)
            yield Row("select 100 boxes and delete them", size, deleted, BUDGET)


def _edits(places: Places, count: int, times: int) -> tuple[Sample, Sample, Sample]:
    pictures, project = places.folder("pictures"), places.folder("edited")
    (photo,) = photographs(pictures, 1)
    store = SqlStore(project / "results")
    store.commit(schema())
    ops = boxes(photo.name, count)
    store.commit(change(photo.name, ops))
    store.close()
    settings = Settings(project, author="ann")
    annotator = Annotator(InputImage(pictures), OutputImageBbox(["car"]), settings).create()
    try:
        answered, told = _draw(annotator, photo.name, times)
        deleted = _delete(annotator, photo.name, [op.id for op in ops], min(10, count // 100))
    finally:
        annotator.close()
    return answered, told, deleted


def _bulk(places: Places, count: int) -> Row:
    """Put boxes on the item on screen from a cell, in one call; see what goes to the page for it."""
    photographs(pictures := places.folder("pictures"), 1)
    settings = Settings(places.folder("bulk"), author="ann")
    annotator = Annotator(InputImage(pictures), OutputImageBbox(["car"]), settings).create()
    sent: list[tuple[str, int]] = []

    def note(content: dict[str, Any], buffers: Any = None) -> None:
        if content["type"] == "patch":
            sent.append((content["type"], sum(len(each) for each in buffers or ())))

    try:
        annotator.canvas.receive({"v": 1, "type": "hello", "width": 1280, "height": 720})
        annotator.canvas.send = note
        shapes = [Box(at % 100 * 10, at // 100 * 5, 8, 4) for at in range(count)]
        taken = timed(lambda: annotator.current.extend(shapes, ["car"] * count))
    finally:
        annotator.canvas.__dict__.pop("send", None)
        annotator.close()
    told = Sample((sum(size for _, size in sent) / 1e6,), "MB")
    messages = Sample((len(sent),), "messages")
    beside: tuple[tuple[str, Sample | str], ...] = (("to the page", messages), ("its binary buffer", told))
    return Row(
        "a.current.extend(boxes), stored and sent", f"{count:,} boxes at once", Sample((taken,)), None, beside
    )


def _draw(annotator: Any, key: str, times: int) -> tuple[Sample, Sample]:
    """Give the canvas the messages that a browser sends for drawn boxes."""
    canvas = annotator.canvas
    at: list[float] = []
    send = canvas.send

    def sent(content: dict[str, Any], buffers: Any = None) -> None:
        send(content, buffers)
        if content["type"] == "answer":
            if content["status"] != "ok":
                raise RuntimeError(f"An edit was not stored: {content}")
            at.append(time.perf_counter())

    canvas.send = sent
    answered, told = [], []
    for number in range(times):
        (op,) = boxes(key, 1)
        message = _message(key, [op], [op.id], number)
        began = time.perf_counter()
        canvas.receive(message)
        told.append((time.perf_counter() - began) * 1000)
        answered.append((at.pop() - began) * 1000)
    del canvas.send
    return Sample(tuple(answered)), Sample(tuple(told))


def _delete(annotator: Any, key: str, ids: list[str], times: int) -> Sample:
    places = random.Random(1)  # noqa: S311 - nothing is to be kept secret
    found = []
    for number in range(max(times, 1)):
        chosen = places.sample(ids, min(100, len(ids)))
        ids = [each for each in ids if each not in set(chosen)]
        ops = [Op("delete", "object", each, key) for each in chosen]
        began = time.perf_counter()
        annotator.canvas.receive({"v": 1, "type": "select", "ids": chosen})
        annotator.canvas.receive(_message(key, ops, [], number))
        found.append((time.perf_counter() - began) * 1000)
    return Sample(tuple(found))


def _message(key: str, ops: list[Op], selected: list[str], seq: int) -> dict[str, Any]:
    made = Change(id=new_id(), task="bbox", item=key, ops=tuple(ops), time=time.time())
    return {"v": 1, "type": "change", "seq": seq, "change": msgspec.to_builtins(made), "selected": selected}
