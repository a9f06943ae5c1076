"""Who may enter, and by which tokens.

`results/web.db` holds names, and SHA-256 hashes of tokens of 32 random bytes: who reads the file cannot enter with
it. It is readable by its owner only. Every question goes to the file, so what another process adds or revokes holds
from the next request on.

A person has *links*, made with the person and shown once, and *sessions*: what a browser keeps that came in by a link
of this run of the server (see `Tickets`). Both end when the person is revoked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ipyannotator.errors import InvalidValue, NewerVersion, StoreError
from ipyannotator.model import Author

VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS people (key TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES people (key) ON DELETE CASCADE, kind TEXT NOT NULL,
    made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_SESSIONS = 32
"""Browsers of one person that are remembered; the one that came first is forgotten first."""

_LONGEST_NAME = 80


class Person(NamedTuple):
    """Somebody who may enter.

    Attributes:
        key: names this record; a person who is revoked and added again has another one.
        name: as given; it is the author's id as well.
        made: when the person was added, in seconds since 1970.
    """

    key: str
    name: str
    made: float

    @property
    def author(self) -> Author:
        """The author of this person's changes."""
        return Author(id=self.name, name=self.name)


class People:
    """The people of a project.

    Args:
        results: the project's folder of results; made when the first person is added.
    """

    def __init__(self, results: Path) -> None:
        self.path = results / "web.db"

    def add(self, name: str) -> str:
        """Let somebody in, and return the token of their link. It is kept hashed, so this is the only time to see it.

        Raises:
            InvalidValue: the name cannot be one, or somebody has it already (`renew` makes a new link).
            StoreError: the file cannot be written.
        """
        name = named(name)
        token = secrets.token_urlsafe(32)
        with self._open() as connection:
            person = Person(secrets.token_hex(8), name, time.time())
            try:
                connection.execute(
                    "INSERT INTO people VALUES (?, ?, ?, ?)", (person.key, name, name.casefold(), person.made)
                )
            except sqlite3.IntegrityError as error:
                remedy = "Give another name, or make a new link for the one there is."
                raise InvalidValue("The name", name, "a name that nobody has yet", remedy) from error
            _keep(connection, person, token, "link")
        return token

    def renew(self, name: str) -> str:
        """Return a new token for somebody who is known; every older link and browser of theirs ends.

        Raises:
            InvalidValue: nobody has this name.
        """
        token = secrets.token_urlsafe(32)
        with self._open() as connection:
            person = self._called(connection, name)
            connection.execute("DELETE FROM tokens WHERE person = ?", (person.key,))
            _keep(connection, person, token, "link")
        return token

    def revoke(self, name: str) -> None:
        """Let somebody in no longer; what they annotated stays, under their name.

        Raises:
            InvalidValue: nobody has this name.
        """
        with self._open() as connection:
            person = self._called(connection, name)
            connection.execute("DELETE FROM people WHERE key = ?", (person.key,))

    def listed(self) -> list[Person]:
        """Return everybody who may enter, by name."""
        if not self.path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute("SELECT key, name, made FROM people ORDER BY folded")
            return [Person(*row) for row in rows]

    def known(self, name: str) -> Person | None:
        """Return the person of this name; case and accents' encoding do not matter."""
        folded = named(name).casefold()
        return next((person for person in self.listed() if person.name.casefold() == folded), None)

    def whose(self, token: str) -> Person | None:
        """Return whose token this is, None where it is nobody's (any more)."""
        return self._one(
            "SELECT key, name, people.made FROM people JOIN tokens ON person = key WHERE hash = ?",
            _hashed(token),
        )

    def by_key(self, key: str) -> Person | None:
        """Return the person of this record, None where it was revoked."""
        return self._one("SELECT key, name, made FROM people WHERE key = ?", key)

    def session(self, person: Person) -> str:
        """Return a token for a browser that came in by a ticket, to be remembered by it."""
        token = secrets.token_urlsafe(32)
        with self._open() as connection:
            _keep(connection, person, token, "session")
            connection.execute(
                "DELETE FROM tokens WHERE kind = 'session' AND person = ? AND hash NOT IN (SELECT hash FROM tokens "
                "WHERE kind = 'session' AND person = ? ORDER BY made DESC LIMIT ?)",
                (person.key, person.key, _SESSIONS),
            )
        return token

    def recall(self, key: str) -> str | None:
        """Return what `remember` kept under this name."""
        if not self.path.exists():
            return None
        with self._open() as connection:
            row = connection.execute("SELECT value FROM remembered WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, key: str, value: str) -> None:
        """Keep a fact of the web app, such as its port."""
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (key, value))

    def _one(self, query: str, value: str) -> Person | None:
        if not self.path.exists():
            return None
        with self._open() as connection:
            row = connection.execute(query, (value,)).fetchone()
        return None if row is None else Person(*row)

    def _called(self, connection: sqlite3.Connection, name: str) -> Person:
        query = "SELECT key, name, made FROM people WHERE folded = ?"
        row = connection.execute(query, (named(name).casefold(),)).fetchone()
        if row is None:
            there = [name for (name,) in connection.execute("SELECT name FROM people ORDER BY folded")]
            raise InvalidValue(
                "The name", name, f"one of {', '.join(there)}" if there else "somebody's; nobody was added"
            )
        return Person(*row)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the file; two processes wait for each other."""
        try:
            if not self.path.exists():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                # Made by us, so that it is never readable by others, not even until a chmod.
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._failed(error) from error
        with contextlib.closing(connection):
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("BEGIN IMMEDIATE")
                self._prepare(connection)
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._failed(error) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerVersion(
                f"{self.path} was written by a later version of Ipyannotator (its form is {version}, this one reads "
                f"{VERSION}). Update Ipyannotator."
            )
        if version < VERSION:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _failed(self, error: Exception) -> StoreError:
        return StoreError(
            f"{self.path}, the list of people who may enter, cannot be used: {error}. See that its folder is writable; "
            "if the file is damaged, move it away and add the people again. The annotations are not in it."
        )


class Tickets:
    """Tokens of one run of the server, kept in memory: what it opens the browser with, and prints for who runs it.

    A browser that enters by one is given a session, so that it is known again after a restart.
    """

    def __init__(self, people: People) -> None:
        self._people = people
        self._keys: dict[str, str] = {}
        self._once: set[str] = set()

    def issue(self, person: Person, *, once: bool = False) -> str:
        """Return a token that lets this person in for as long as the server runs, or only once."""
        token = secrets.token_urlsafe(32)
        self._keys[_hashed(token)] = person.key
        if once:
            self._once.add(_hashed(token))
        return token

    def take(self, token: str) -> Person | None:
        """Return whose ticket this is; one for once is used by it."""
        hashed = _hashed(token)
        key = self._keys.get(hashed)
        if hashed in self._once:
            self._once.discard(hashed)
            del self._keys[hashed]
        return None if key is None else self._people.by_key(key)


def _keep(connection: sqlite3.Connection, person: Person, token: str, kind: str) -> None:
    row = (_hashed(token), person.key, kind, time.time())
    connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?)", row)


def _hashed(token: str) -> str:
    """A plain hash is enough: the token is random, not a password that could be guessed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def named(name: str) -> str:
    """Return a name in the one way it is kept.

    Raises:
        InvalidValue: it cannot be one.
    """
    plain = " ".join(unicodedata.normalize("NFC", name).split()) if isinstance(name, str) else ""
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise InvalidValue("The name", name, f"1 to {_LONGEST_NAME} printable characters")
    return plain
