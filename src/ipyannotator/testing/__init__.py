"""Suites that every part of a kind passes, the built-in ones and a stranger's.

    from ipyannotator.testing import check_store

    def test_my_store(tmp_path):
        numbers = itertools.count()
        check_store(lambda: MyStore(tmp_path / str(next(numbers))))

A suite raises `AssertionError`, which says what was found, what was expected and which check it was.
"""

from ipyannotator.testing.formats import check_format
from ipyannotator.testing.stores import check_store

__all__ = ["check_format", "check_store"]
