"""The list of people: what is kept, and what two processes make of it."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ipyannotator.errors import InvalidValue, NewerVersion, StoreError
from ipyannotator.model import Author, Op
from ipyannotator.web import People, Visit
from ipyannotator.web.address import find
from ipyannotator.web.people import Tickets
from ipyannotator.widgets.line import _unsigned

ADD = "import sys; from pathlib import Path; from ipyannotator.web import People\nPeople(Path(sys.argv[1])).add(sys.argv[2])"


def test_the_file_holds_no_token_and_is_its_owners_only(tmp_path: Path) -> None:
    known = People(tmp_path / "results")
    token = known.add("Ann")
    session = known.session(known.listed()[0])
    content = known.path.read_bytes()
    assert token.encode() not in content
    assert session.encode() not in content
    assert len(token) >= 43
    if sys.platform != "win32":
        assert stat.S_IMODE(known.path.stat().st_mode) == 0o600


def test_a_token_is_one_persons(tmp_path: Path) -> None:
    known = People(tmp_path)
    ann, ben = known.add("Ann"), known.add("Ben")
    assert ann != ben
    assert [person.name for person in known.listed()] == ["Ann", "Ben"]
    assert known.whose(ann).author == Author("Ann", "Ann")
    assert known.whose(ben).name == "Ben"
    for wrong in ("", ann[:-1], ann + "x", ann.upper(), "\udc80", known.listed()[0].key):
        assert known.whose(wrong) is None


def test_nobody_is_there_before_somebody_is_added(tmp_path: Path) -> None:
    known = People(tmp_path / "results")
    assert known.listed() == []
    assert known.whose("x") is None
    assert known.recall("port") is None
    assert not known.path.exists()


def test_names_are_told_apart_as_people_do(tmp_path: Path) -> None:
    known = People(tmp_path)
    known.add("  Zoë   Ångström ")
    assert known.listed()[0].name == "Zoë Ångström"
    # The same name in another case, or with its accents written as characters of their own.
    for same in ("zoë ångström", "Zoe\u0308 A\u030angstro\u0308m"):
        with pytest.raises(InvalidValue, match="nobody has yet"):
            known.add(same)
        assert known.known(same) is not None
    for bad in ("", "  ", "a\x00b", "x" * 81, "a\u202eb"):
        with pytest.raises(InvalidValue, match="printable"):
            known.add(bad)
    assert known.add("<img onerror=x> 'Ann'; DROP TABLE people")
    assert len(known.listed()) == 2


def test_who_is_unknown_is_named_with_who_is_known(tmp_path: Path) -> None:
    known = People(tmp_path)
    with pytest.raises(InvalidValue, match="nobody was added"):
        known.revoke("Ann")
    known.add("Ann")
    with pytest.raises(InvalidValue, match="one of Ann"):
        known.renew("Ben")


def test_what_is_revoked_stays_revoked(tmp_path: Path) -> None:
    known = People(tmp_path)
    token = known.add("Ann")
    (person,) = known.listed()
    tickets = Tickets(known)
    session, ticket = known.session(person), tickets.issue(person)
    known.revoke("ann")
    known.add("Ann")
    assert known.whose(token) is known.whose(session) is tickets.take(ticket) is None


def test_a_ticket_may_be_for_once(tmp_path: Path) -> None:
    known = People(tmp_path)
    known.add("Ann")
    (person,) = known.listed()
    tickets = Tickets(known)
    once, always = tickets.issue(person, once=True), tickets.issue(person)
    assert [tickets.take(once), tickets.take(once)] == [person, None]
    assert [tickets.take(always), tickets.take(always), tickets.take("x")] == [person, person, None]


def test_only_so_many_browsers_are_remembered(tmp_path: Path) -> None:
    known = People(tmp_path)
    link = known.add("Ann")
    (person,) = known.listed()
    sessions = [known.session(person) for _ in range(40)]
    assert [known.whose(session) is not None for session in sessions] == [False] * 8 + [True] * 32
    assert known.whose(link) == person


def test_two_processes_add_at_once(tmp_path: Path) -> None:
    names = [f"Person {number}" for number in range(6)]
    adding = [subprocess.Popen([sys.executable, "-c", ADD, str(tmp_path), name]) for name in names]
    assert [process.wait(60) for process in adding] == [0] * len(names)
    assert [person.name for person in People(tmp_path).listed()] == names


def test_a_file_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    known = People(tmp_path)
    known.path.write_bytes(b"not a database, though long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match="move it away"):
        known.listed()
    known.path.unlink()
    known.add("Ann")
    connection = sqlite3.connect(known.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerVersion, match="Update Ipyannotator"):
        known.listed()


def test_a_visit_goes_through_the_environment() -> None:
    visit = Visit(Path("/a b"), Author("Zoë", "Zoë <b>"), "f00", overlap=2, trust=True)
    assert Visit.from_environment(visit.environment()) == visit
    assert Visit.from_environment({**visit.environment(), "IPYANNOTATOR_TRUST": ""}).trust is False
    for name in ("IPYANNOTATOR_PROJECT", "IPYANNOTATOR_AUTHOR", "IPYANNOTATOR_HOLDER"):
        with pytest.raises(InvalidValue, match=name):
            Visit.from_environment({**visit.environment(), name: ""})
    with pytest.raises(InvalidValue, match="an author and a number"):
        Visit.from_environment({**visit.environment(), "IPYANNOTATOR_AUTHOR": "Ann"})


def test_the_browser_signs_nothing() -> None:
    """Who sends a change is known by the kernel; what the browser says of it is taken out or refused."""
    made = Op("create", "object", "o", "a.jpg", new={"id": "o", "author": "Ben"})
    assert _unsigned(made).new == {"id": "o"}
    for path in ("author", "author/x"):
        with pytest.raises(InvalidValue, match="can be changed on the screen"):
            _unsigned(Op("set", "object", "o", "a.jpg", path, "Ann", "Ben"))


@pytest.mark.parametrize(
    ("host", "base_url", "tls", "home"),
    [
        ("127.0.0.1", "/", False, "http://127.0.0.1:8866/"),
        ("localhost", "a", True, "https://localhost:8866/a/"),
        ("::1", "/a/b/", False, "http://[::1]:8866/a/b/"),
        ("127.0.0.1", "http://annotate.test:8866", False, "http://annotate.test:8866/"),
        ("127.0.0.1", "https://example.org:443/x/", False, "https://example.org/x/"),
    ],
)
def test_where_it_is_found(host: str, base_url: str, tls: bool, home: str) -> None:
    assert find(host, 8866, base_url, tls=tls).home == home
