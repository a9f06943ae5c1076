"""Both built-in stores pass the suite that a stranger's passes, check by check and as a whole."""

import itertools

import pytest

from ipyannotator.stores import STORES, MemoryStore, SqlStore
from ipyannotator.testing import check_store
from ipyannotator.testing import stores as suite


@pytest.fixture(params=["sql", "memory"])
def kind(request):
    return STORES.get(request.param)


@pytest.mark.parametrize("check", suite.STORE_CHECKS, ids=lambda check: check.__name__)
def test_one_check(kind, check, tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "STORE_CHECKS", (check,))

    def reopen(store):
        store.close()
        return SqlStore(tmp_path)

    check_store(lambda: kind(tmp_path), reopen if kind is SqlStore else None)


def test_the_whole_suite_as_a_stranger_calls_it(tmp_path):
    numbers = itertools.count()
    check_store(lambda: SqlStore(tmp_path / str(next(numbers))))
    check_store(MemoryStore)


def test_the_suite_finds_a_store_that_loses_work(tmp_path):
    class Forgetful(MemoryStore):
        def commit(self, change, status="ok"):
            answer = super().commit(change, status)
            layer = self._records.layer(change.task, change.layer)
            layer.objects.clear()
            return answer

    with pytest.raises(AssertionError):
        check_store(Forgetful)
