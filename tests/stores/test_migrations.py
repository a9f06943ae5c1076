"""Versions of the database."""

import sqlite3

import pytest
from sqlalchemy import MetaData, create_engine, inspect
from sqlalchemy.dialects import sqlite

from ipyannotator.errors import StoreError
from ipyannotator.stores import SqlStore, migrations
from ipyannotator.stores.tables import metadata
from ipyannotator.testing.making import TASK, box, change, everything


def described(found: MetaData):
    return {
        table.name: (
            [
                (c.name, c.type.compile(sqlite.dialect()), bool(c.nullable), bool(c.primary_key))
                for c in table.columns
            ],
            sorted((index.name, [c.name for c in index.columns]) for index in table.indexes),
        )
        for table in found.tables.values()
    }


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path):
    SqlStore(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'annotations.db'}")
    made = MetaData()
    made.reflect(engine)
    assert described(made) == described(metadata)
    with engine.connect() as connection:
        uniques = inspect(connection).get_unique_constraints("log")
    engine.dispose()
    assert [unique["column_names"] for unique in uniques] == [["id"]]


def test_an_older_database_is_upgraded_once(tmp_path, monkeypatch):
    store = SqlStore(tmp_path)
    store.commit(change(box("o")))
    state = everything(store)
    store.close()
    ran = []

    def second(connection):
        ran.append(2)
        connection.exec_driver_sql("CREATE TABLE extra (x TEXT)")

    def third(connection):
        ran.append(3)
        connection.exec_driver_sql("INSERT INTO extra VALUES ('made by the second')")

    monkeypatch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, second, third])
    with pytest.raises(StoreError, match="older"):
        SqlStore(tmp_path, read_only=True)
    for _ in range(2):
        store = SqlStore(tmp_path)
        assert everything(store) == state
        store.close()
    assert ran == [2, 3]
    raw = sqlite3.connect(tmp_path / "annotations.db")
    assert raw.execute("SELECT * FROM extra").fetchall() == [("made by the second",)]
    raw.close()


def test_a_migration_that_fails_changes_nothing(tmp_path, monkeypatch):
    store = SqlStore(tmp_path)
    store.commit(change(box("o")))
    store.close()

    def broken(connection):
        connection.exec_driver_sql("CREATE TABLE extra (x TEXT)")
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, broken])
        with pytest.raises(StoreError, match="nowhere"):
            SqlStore(tmp_path)
    store = SqlStore(tmp_path)
    assert len(store.annotated(TASK, "a").objects) == 1
    with store._db._engine("rw").connect() as connection:
        assert not inspect(connection).has_table("extra")
    store.close()
