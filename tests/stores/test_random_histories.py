"""Random histories give the same state in both stores, after replay, after compaction and when opened again."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Author, Op, encode, invert, new_id
from ipyannotator.stores import MemoryStore, SqlStore
from ipyannotator.testing.making import TASK, box, change, everything, field, klass

PLACES = ((TASK, "main"), (TASK, "second"), ("other", "main"))
KEYS = ("a", "b", "ü/😀.jpg")
AUTHORS = ("ann", "ben")

keys = st.sampled_from(KEYS)
ids = st.sampled_from(["1", "2", "3"])
class_ids = st.sampled_from([None, "car", "dog"])
numbers = st.one_of(st.integers(-5, 5), st.floats(-1e6, 1e6, allow_nan=False))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
places = st.sampled_from(PLACES)


@st.composite
def operations(draw):
    """An operation that often, but not always, fits what is stored."""
    key, name = draw(keys), draw(ids)
    what = draw(
        st.sampled_from(
            ["create", "delete", "move", "class", "attribute", "state", "field", "schema", "drop"]
        )
    )
    if what == "create":
        return box(
            name,
            key,
            class_id=draw(class_ids),
            order=draw(st.integers(-3, 3)),
            score=draw(st.none() | st.floats(0, 1)),
        )
    return {
        "delete": lambda: Op("delete", "object", name, key),
        "move": lambda: Op(
            "set", "object", name, key, "shape/x", draw(st.sampled_from([1, 2, 3.5])), draw(numbers)
        ),
        "class": lambda: Op("set", "object", name, key, "class_id", draw(class_ids), draw(class_ids)),
        "attribute": lambda: Op("set", "object", name, key, "attributes/colour", None, draw(json_values)),
        "state": lambda: Op("set", "item", key, key, "state", draw(states), draw(states)),
        "field": lambda: field(draw(st.sampled_from(["f", "g"])), None, draw(json_values), key),
        "schema": lambda: klass(
            draw(st.sampled_from(["car", "dog", "cow"])), draw(st.sampled_from(["Car", "Dog"]))
        ),
        "drop": lambda: Op("delete", "class", draw(st.sampled_from(["car", "dog"]))),
    }[what]()


states = st.sampled_from(["todo", "done", "skipped", "flagged"])


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.made = []

    @initialize()
    def begin(self):
        self.sql = SqlStore(Path(self.folder.name))
        self.memory = MemoryStore()
        self.time = 0.0

    def both(self, made):
        self.time += 1.0
        outcomes = []
        for store in (self.sql, self.memory):
            try:
                outcomes.append(store.commit(made))
            except InvalidValue as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
        self.made.append(made)
        return outcomes[0]

    @rule(
        place=places,
        ops=st.lists(operations(), min_size=1, max_size=3),
        author=st.sampled_from(AUTHORS),
        item=keys,
    )
    def commit(self, place, ops, author, item):
        task, layer = place
        self.both(change(*ops, task=task, layer=layer, author=Author(author), item=item, time=self.time))

    @rule(place=places, key=keys, name=ids, author=st.sampled_from(AUTHORS))
    def draw_a_box(self, place, key, name, author):
        task, layer = place
        self.both(change(box(name, key), task=task, layer=layer, author=Author(author), time=self.time))

    @rule(place=places, key=keys, name=ids, value=numbers)
    def move_what_is_there(self, place, key, name, value):
        task, layer = place
        for record in self.sql.annotated(task, key, layer).objects:
            if record.id == name:
                now = encode(record)["shape"]
                op = Op("set", "object", name, key, "shape", now, {**now, "x": value})
                assert self.both(change(op, task=task, layer=layer, time=self.time)).status == "ok"

    @rule(place=places, key=keys, author=st.sampled_from(AUTHORS), redo=st.booleans())
    def undo_or_redo(self, place, key, author, redo):
        task, layer = place
        offers = [
            (store.to_redo if redo else store.to_undo)(task, key, author, layer)
            for store in (self.sql, self.memory)
        ]
        assert offers[0] == offers[1]
        if offers[0] is not None:
            ops = invert(offers[0].ops)
            values = {"task": task, "layer": layer, "author": Author(author), "item": key, "time": self.time}
            self.both(change(*ops, undoes=offers[0].id, id=new_id(), **values))

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def resend(self, data):
        made = data.draw(st.sampled_from(self.made))
        head = self.sql.head()
        known = self.sql.answer(made.id)
        answer = self.both(made)
        if known is not None:
            assert answer == known
            assert self.sql.head() == head

    @rule()
    def reopen(self):
        self.sql.close()
        self.sql = SqlStore(Path(self.folder.name))

    @rule(back=st.integers(0, 5))
    def compact(self, back):
        assert self.sql.compact(self.time - back) == self.memory.compact(self.time - back)

    @invariant()
    def all_are_equal(self):
        if not hasattr(self, "sql"):
            return
        state = everything(self.sql, PLACES)
        assert everything(self.memory, PLACES) == state
        assert everything(self.sql.replay(), PLACES) == state
        for task, layer in PLACES:
            for key in (*KEYS, ""):
                for author in AUTHORS:
                    where = (task, key, author, layer)
                    assert self.sql.to_undo(*where) == self.memory.to_undo(*where)
                    assert self.sql.to_redo(*where) == self.memory.to_redo(*where)

    def teardown(self):
        if hasattr(self, "sql"):
            self.sql.close()
        self.folder.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
