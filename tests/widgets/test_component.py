"""The base of the browser components."""

from __future__ import annotations

import pytest

from ipyannotator.errors import IpyannotatorError
from ipyannotator.widgets import component
from ipyannotator.widgets.classes import ClassPicker
from ipyannotator.widgets.component import Component
from ipyannotator.widgets.frame import Keeper
from ipyannotator.widgets.objects import ObjectList
from ipyannotator.widgets.status import Status
from ipyannotator.widgets.tools import Tools

CLASSES = (ClassPicker, Keeper, ObjectList, Status, Tools)


@pytest.fixture
def static(tmp_path, monkeypatch):
    monkeypatch.setattr(component, "STATIC", tmp_path)
    return tmp_path


def test_the_files_are_those_of_the_module(static):
    (static / "thing.js").write_text("export default {} // ü", "utf-8")
    (static / "thing.css").write_text("p {}", "utf-8")

    class Thing(Component):
        pass

    class Special(Thing):
        pass

    for kind in (Special, Thing):
        made = kind(session={"id": "s"})
        assert (made._esm, made._css) == ("export default {} // ü", "p {}")
        assert made.get_state()["session"] == {"id": "s"}
        made.close()


def test_a_subclass_may_bring_its_own(static):
    class Own(Component):
        _esm = "export default { render() {} }"

    made = Own()
    assert made._esm == "export default { render() {} }"
    made.close()


def test_without_the_browser_side_the_remedy_is_named(static):
    class Absent(Component):
        module = "not_there"

    with pytest.raises(IpyannotatorError, match=r"not_there\.js.*pip install"):
        Absent()


@pytest.mark.parametrize("kind", CLASSES)
def test_no_component_hides_what_every_widget_has(kind):
    plain = type("Plain", (Component,), {})
    own = {name for name in vars(kind) if not name.startswith("__")} - set(
        vars(plain)
    )  # without what traitlets writes into every class
    assert not own & set(dir(plain))


def test_the_picker_takes_open_as_a_word(static):
    (static / "classes.js").write_text("export default {}", "utf-8")
    picker = type("Picker", (ClassPicker,), {"_esm": "export default {}"})(open=True)
    assert picker.extensible
    assert callable(picker.open)
    picker.close()
