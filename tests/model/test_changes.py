"""Changes: what operations do to records, what clashes, and the way back."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipyannotator.errors import Conflict, InvalidValue
from ipyannotator.model import (
    Author,
    Box,
    Change,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Op,
    Ref,
    encode,
    invert,
    items,
    perform,
    refs,
    trace,
)

BOX = ObjectRecord(id="o", item="a", shape=Box(1, 2, 3, 4), class_id="car", author="ann", order=7, revision=3)
CAR = ClassRecord(id="car", name="Car", attributes=({"name": "colour"},))
STORED = {
    Ref("object", "o", "a"): BOX,
    Ref("class", "car", ""): CAR,
    Ref("item", "a", "a"): ItemRecord(id="a", state="done", objects=1, revision=2),
}


def setting(path, old, new, record="object", name="o", item="a"):
    return Op("set", record, name, item, path, old, new)


def after(*ops):
    return {ref: pair[1] for ref, pair in perform(ops, STORED.get).items()}


def test_create_set_delete_within_one_change():
    new = {"id": "n", "item": "a", "shape": {"kind": "box", "x": 0, "y": 0, "width": 1, "height": 1}}
    made = after(Op("create", "object", "n", "a", new=new), setting("shape/x", 0, 5, name="n"))
    assert made[Ref("object", "n", "a")].shape == Box(5, 0, 1, 1)
    gone = after(Op("create", "object", "n", "a", new=new), Op("delete", "object", "n", "a"))
    assert gone == {Ref("object", "n", "a"): None}


def test_what_is_not_named_stays():
    moved = after(setting("shape/x", 1.0, 9.5))[Ref("object", "o", "a")]
    assert moved == msgspec.structs.replace(BOX, shape=Box(9.5, 2, 3, 4))
    item = after(setting("note", "", "blurred", "item", "a"))[Ref("item", "a", "a")]
    assert item == ItemRecord(id="a", state="done", note="blurred", objects=1, revision=2)


def test_items_and_fields_need_no_creation():
    made = after(
        setting("state", "todo", "done", "item", "b", "b"), setting("value", None, 3, "field", "f", "b")
    )
    assert made == {
        Ref("item", "b", "b"): ItemRecord(id="b", state="done"),
        Ref("field", "f", "b"): FieldRecord(id="f", item="b", value=3),
    }


def test_attributes_by_key():
    op = setting("attributes/colour", None, "red")
    assert after(op)[Ref("object", "o", "a")].attributes == {"colour": "red"}
    assert after(op, *invert((op,)))[Ref("object", "o", "a")].attributes == {}


@pytest.mark.parametrize(
    ("op", "value"),
    [
        (setting("class_id", "dog", "cat"), "car"),
        (setting("class_id", None, "cat"), "car"),
        (setting("shape/x", 2, 3), 1),
        (setting("score", 0.5, 0.6), None),
        (setting("note", "x", "y", "item", "a"), ""),
        (setting("attributes/colour", "red", "blue"), None),
        (Op("delete", "object", "o", "a", old={"class_id": "dog"}), encode(BOX)),
        (Op("create", "object", "o", "a", new=encode(BOX)), encode(BOX)),
        (setting("class_id", "car", "cat", name="gone"), None),
        (Op("delete", "object", "gone", "a"), None),
    ],
)
def test_an_old_value_that_is_not_the_stored_one_clashes(op, value):
    with pytest.raises(Conflict) as caught:
        after(op)
    assert [clash["value"] for clash in caught.value.current] == [value]
    assert caught.value.current[0]["id"] == op.id


def test_all_clashes_are_listed():
    with pytest.raises(Conflict, match="the class of an object") as caught:
        after(setting("class_id", "x", "y"), setting("score", 1, 0.5), setting("shape/x", 1, 2))
    assert [clash["path"] for clash in caught.value.current] == ["class_id", "score"]


@pytest.mark.parametrize(
    "op",
    [
        Op("create", "ghost", "g", "a", new={"id": "g"}),
        Op("create", "object", "", "a", new=encode(BOX)),
        Op("create", "object", "n", "", new={**encode(BOX), "id": "n", "item": ""}),
        Op("create", "object", "n", "a", new={**encode(BOX), "id": "other"}),
        Op("create", "object", "n", "a", new={**encode(BOX), "id": "n", "item": "b"}),
        Op("create", "object", "n", "a", new={"id": "n", "item": "a"}),
        Op("create", "object", "n", "a", new={**encode(BOX), "id": "n", "order": 2**63}),
        Op("create", "object", "n", "a", new=None),
        Op("create", "item", "b", "b", new={"id": "b"}),
        Op("delete", "field", "f", "a"),
        Op("delete", "object", "o", "a", old="all of it"),
        Op("set", "item", "a", "b", "state", "todo", "done"),
        Op("set", "class", "car", "a", "name", "Car", "Auto"),
        setting("state", "done", "perhaps", "item", "a"),
        setting("id", "o", "p"),
        setting("revision", 3, 4),
        setting("objects", 1, 2, "item", "a"),
        setting("", None, 1),
        setting("nowhere", None, 1),
        setting("class_id/x", None, "y"),
        setting("attributes/0", None, 1, "class", "car", ""),
        setting("shape/x", 1, "left"),
        setting("shape/width", 3, 0),
        setting("shape/nowhere", None, 1),
    ],
)
def test_malformed_operations_are_refused(op):
    with pytest.raises(InvalidValue):
        after(op)


def test_the_log_keeps_the_whole_of_what_was_deleted():
    ops = (setting("score", None, 0.5), Op("delete", "object", "o", "a", old={"id": "o"}))
    done = trace(ops, STORED.get)
    assert done.ops[0] == ops[0]
    assert done.ops[1].old == encode(msgspec.structs.replace(BOX, score=0.5))
    here = {ref: pair[1] for ref, pair in done.records.items()}
    back = perform(invert(done.ops), here.get)
    assert encode(back[Ref("object", "o", "a")][1]) == encode(BOX)


def test_what_a_change_names():
    made = Change(
        id="1",
        task="t",
        item="z",
        author=Author("ann"),
        ops=(setting("score", None, 1), setting("class_id", "car", None), setting("state", "todo", "done", "item", "b", "b"),
             Op("delete", "class", "car")),
    )  # fmt: skip
    assert items(made) == ["z", "a", "b"]
    assert refs(made.ops) == [Ref("object", "o", "a"), Ref("item", "b", "b"), Ref("class", "car", "")]
    assert msgspec.json.decode(msgspec.json.encode(made), type=Change) == made


names = st.sampled_from(["1", "2", "3"])
numbers = st.integers(-9, 9) | st.floats(-1e9, 1e9)
texts = st.text(max_size=3)
values = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    texts,
    st.lists(numbers, max_size=2),
    st.dictionaries(texts, texts, max_size=2),
)


@st.composite
def histories(draw):
    """Operations that fit each other, from an empty store; and the records that they lead to."""
    ops: list[Op] = []
    records: dict[Ref, Any] = {}
    for _ in range(draw(st.integers(1, 5))):
        name = draw(names)
        ref = Ref("object", name, "a")
        here = records.get(ref)
        kind = draw(st.sampled_from(["object", "object", "item", "field", "shape"]))
        if kind == "item":
            ref = Ref("item", "a", "a")
            old = records.get(ref, ItemRecord(id="a"))
            op = setting("note", old.note, draw(texts), "item", "a")
        elif kind == "field":
            ref = Ref("field", name, "a")
            old = records.get(ref, FieldRecord(id=name, item="a"))
            op = setting("value", old.value, draw(values), "field", name)
        elif here is None:
            shape = Box(draw(numbers), draw(numbers), draw(st.floats(0.1, 99)), 4)
            made = ObjectRecord(
                id=name, item="a", shape=shape, attributes=draw(st.dictionaries(texts, values, max_size=2))
            )
            op = Op("create", "object", name, "a", new=encode(made))
        elif kind == "shape":
            op = setting("shape/x", here.shape.x, draw(numbers), name=name)
        else:
            op = Op("delete", "object", name, "a")
        ops.append(op)
        records.update({r: pair[1] for r, pair in perform((op,), records.get).items()})
    return tuple(ops), records


@settings(max_examples=30, deadline=None)
@given(histories(), histories())
def test_a_change_backwards_restores_what_was(first, second):
    _, before = first
    ops = second[0]
    # What the second history meets need not be empty: keep the operations that fit.
    fitting, now = [], dict(before)
    for op in ops:
        try:
            now.update({ref: pair[1] for ref, pair in perform((op,), now.get).items()})
        except Conflict:
            continue
        fitting.append(op)
    done = trace(tuple(fitting), before.get)
    changed = {**before, **{ref: pair[1] for ref, pair in done.records.items()}}
    assert changed == now
    back = perform(invert(done.ops), changed.get)
    for ref, (_, restored) in back.items():
        was = before.get(ref)
        if was is None and ref.record in ("item", "field"):
            was = (ItemRecord(id="a") if ref.record == "item" else FieldRecord(id=ref.id, item="a"))  # fmt: skip
        assert (restored and encode(restored)) == (was and encode(was))
    again = perform(invert(invert(done.ops)), before.get)
    assert {ref: pair[1] for ref, pair in again.items()} == {
        ref: pair[1] for ref, pair in done.records.items()
    }
