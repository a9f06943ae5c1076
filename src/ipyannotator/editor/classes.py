"""The classes of a task as a user's code holds them: names in their order, and by name what can be changed of each.

What is annotated names its class by an id. So a class that gets another name, colour or place takes all of its objects
with it, in every step and on every screen; and one that is no longer on offer stays with the objects that have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Attribute, ClassRecord, ObjectClass, Op, SkeletonTemplate
from ipyannotator.model.schema import name_of

if TYPE_CHECKING:
    from ipyannotator.editor.core import Editor


class ClassView:
    """One class, live: reading asks for it anew, and each value that is set is one change, on every open screen at once.

    Setting raises `InvalidValue` where the value is none, `ReadOnly` in explore, and `Rejected` where a hook refuses it.
    """

    def __init__(self, editor: Editor, class_id: str) -> None:
        self._editor = editor
        self.id = class_id

    @property
    def record(self) -> ClassRecord:
        """What is stored of it."""
        found = self._editor.schema.by_id(self.id)
        if found is None:
            known = ", ".join(map(repr, Classes(self._editor))) or "none yet"
            raise InvalidValue("The class", self.id, f"one that is still there: {known}")
        return found

    @property
    def name(self) -> str:
        """What stands on the screen and in files; settable: its objects keep it."""
        return self.record.name

    @name.setter
    def name(self, name: str) -> None:
        self.update(name=name)

    @property
    def color(self) -> str:
        """`#rrggbb`; settable, also to a name such as `orange`."""
        return self.record.color

    @color.setter
    def color(self, color: str) -> None:
        self.update(color=color)

    @property
    def key(self) -> str:
        """The key that chooses it, empty for none; settable."""
        return self.record.key

    @key.setter
    def key(self, key: str) -> None:
        self.update(key=key)

    @property
    def shapes(self) -> tuple[str, ...]:
        """The kinds of shape that it takes, empty for all that are on offer; settable: what is there stays."""
        return self.record.shapes

    @shapes.setter
    def shapes(self, shapes: Sequence[str]) -> None:
        self.update(shapes=tuple(shapes) if not isinstance(shapes, str) else shapes)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is said of its objects; settable: values that were given stay, also of attributes that are gone."""
        return tuple(Attribute(**values) for values in self.record.attributes)

    @attributes.setter
    def attributes(self, attributes: Sequence[Attribute]) -> None:
        self.update(attributes=tuple(attributes))

    @property
    def skeleton(self) -> SkeletonTemplate | None:
        """The joints of its skeletons; settable, as long as it has none with other joints."""
        return None if self.record.skeleton is None else SkeletonTemplate(**self.record.skeleton)

    @skeleton.setter
    def skeleton(self, skeleton: SkeletonTemplate | None) -> None:
        self.update(skeleton=skeleton)

    @property
    def retired(self) -> bool:
        """Whether it is no longer on offer; settable."""
        return self.record.retired

    @retired.setter
    def retired(self, retired: bool) -> None:
        self._change({"retired": bool(retired)})

    @property
    def count(self) -> int:
        """How many objects have it."""
        return self._editor.store.counts(self._editor.task, self._editor.layer).classes.get(self.id, 0)

    def __repr__(self) -> str:
        return f"<class {self.name!r}, {self.color}, {self.count:,} objects>"

    def update(self, **values: Any) -> None:
        """Set several values as one change: `a.classes["car"].update(color="orange", key="o")`."""
        record = self.record
        given = {
            "name": record.name, "color": record.color, "key": record.key, "shapes": record.shapes,
            "attributes": self.attributes, "skeleton": self.skeleton,
        }  # fmt: skip
        made = ObjectClass(**(given | values))
        _check_alone(self._editor, made, self.id)
        every = made.values() | {"name": made.name, "key": made.key, "color": made.color or record.color}
        self._change({name: every[name] for name in values})

    def _change(self, values: dict[str, Any]) -> None:
        record, ops = self.record, []
        for path, new in values.items():
            old = getattr(record, path)
            old = list(old) if isinstance(old, tuple) else old
            if old != new:
                ops.append(Op("set", "class", self.id, path=path, old=old, new=new))
        if ops:
            self._editor.do(ops, item="")


class Classes(Sequence[str]):
    """The names of the classes on offer, in their order; by name, what can be changed of each.

    `a.classes["car"].color = "orange"`, `a.classes.add("van")`, `a.classes.move("van", 0)`, `del a.classes["bus"]`.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def _names(self) -> list[str]:
        return [record.name for record in self._editor.schema.active]

    def __len__(self) -> int:
        return len(self._editor.schema.active)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    @overload
    def __getitem__(self, at: str) -> ClassView: ...

    def __getitem__(self, at: int | slice | str) -> str | list[str] | ClassView:
        if isinstance(at, str):
            return ClassView(self._editor, str(self._editor.schema.id_of(at)))
        return self._names()[at]

    def __delitem__(self, name: str) -> None:
        """Offer a class no longer; what has it, keeps it."""
        self[name].retired = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Classes, list, tuple)) and self._names() == list(other)

    __hash__ = None  # type: ignore[assignment] # as a list

    def __repr__(self) -> str:
        return repr(self._names())

    def add(self, given: str | ObjectClass, **values: Any) -> ClassView:
        """Add a class, or offer a retired one again.

        Args:
            given: its name, or all of it.
            values: with a name, what else an `ObjectClass` has: `add("van", color="orange", key="v")`.

        Raises:
            InvalidValue: it is on offer already, or a value is none.
        """
        name = name_of(given)
        if name in self._names():
            raise InvalidValue(
                "The class", name, "one that is not there yet", f"It is `a.classes[{name!r}]`."
            )
        made = ObjectClass(name, **values) if values and isinstance(given, str) else given
        if isinstance(made, ObjectClass):
            _check_alone(self._editor, made)
        view = ClassView(self._editor, self._editor.add_class(made))
        if isinstance(made, ObjectClass):  # it may have been there, and retired
            view.update(**{
                each: value for each in ("color", "key", "shapes", "attributes", "skeleton") if (value := getattr(made, each))
            })  # fmt: skip
        return view

    def move(self, name: str, to: int) -> None:
        """Put a class at another place among those on offer, counted from 0."""
        self._editor.schema.id_of(name)
        names = [each for each in self._names() if each != name]
        names.insert(to, name)
        self.order(names)

    def order(self, names: Sequence[str]) -> None:
        """Put all classes on offer into an order; raise `InvalidValue` where it is not these."""
        if sorted(names) != sorted(self._names()):
            raise InvalidValue("The order of the classes", list(names), f"each of {self._names()} once")
        ops = []
        for order, name in enumerate(names, 1):
            record = self[name].record
            if record.order != order:
                ops.append(Op("set", "class", record.id, path="order", old=record.order, new=order))
        if ops:
            self._editor.do(ops, item="")


def _check_alone(editor: Editor, made: ObjectClass, class_id: str = "") -> None:
    """Raise `InvalidValue` where another class on offer has the name or the key."""
    for other in editor.schema.active:
        if other.id != class_id and other.name == made.name:
            raise InvalidValue("The class name", made.name, "one that no other class has")
        if other.id != class_id and made.key and other.key == made.key:
            expected = f"one that no other class has; {other.name!r} has it"
            raise InvalidValue(f"The key of {made.name!r}", made.key, expected)
