"""The leases of the store in memory; `leases.py` has the rules."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager

from ipyannotator.stores.leases import KEPT, Claim, Lease, counted, first_free


class MemoryLeases:
    """The part of the store in memory that knows of leases; the store itself tells what is finished."""

    _lock: threading.RLock

    def __init__(self) -> None:
        self._leases: dict[tuple[str, str, str], Lease] = {}

    def _writing(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def layers(self, task: str) -> list[str]:
        """Return the layers of a task; see `Store.layers`."""
        raise NotImplementedError

    def finished(self, task: str, keys: Iterable[str], layer: str = "main") -> set[str]:
        """Return those of the keys that are finished; see `Store.finished`."""
        raise NotImplementedError

    def lease(self, claim: Claim, keys: Iterable[str], now: float) -> str | None:
        """Take the first free item; see `Store.lease`."""
        with self._writing():
            self._settle(claim.task, now)
            key = self._free(claim, list(keys), now)
            if key is not None:
                self.release(claim)
                self._take(claim, key, now)
            return key

    def renew(self, claim: Claim, key: str, now: float) -> bool:
        """Renew a lease; see `Store.renew`."""
        with self._writing():
            self._settle(claim.task, now)
            found = self._leases.get((claim.task, claim.layer, key))
            if found is None or found.page != claim.page:
                return False
            if not found.in_force(now) and self._free(claim, [key], now) is None:
                return False
            self._take(claim, key, now)
            return True

    def release(self, claim: Claim) -> None:
        """Let go what a page has; see `Store.release`."""
        with self._writing():
            self._leases = {
                address: lease
                for address, lease in self._leases.items()
                if (*address[:2], lease.page) != (claim.task, claim.layer, claim.page)
            }

    def leases(self, task: str) -> list[Lease]:
        """Return the leases of a task; see `Store.leases`."""
        with self._lock:
            return [lease for (its, *_), lease in sorted(self._leases.items()) if its == task]

    def _free(self, claim: Claim, keys: list[str], now: float) -> str | None:
        layers = counted(claim, self.layers(claim.task))
        finished = {layer: self.finished(claim.task, keys, layer) for layer in layers}
        return first_free(claim, keys, finished, self.leases(claim.task), now)

    def _take(self, claim: Claim, key: str, now: float) -> None:
        self._leases[claim.task, claim.layer, key] = Lease(
            key, claim.layer, claim.page, claim.holder, claim.author, now, claim.seconds
        )

    def _settle(self, task: str, now: float) -> None:
        for address, lease in list(self._leases.items()):
            if address[0] == task and lease.renewed > now:
                self._leases[address] = lease._replace(renewed=now)
            elif address[0] == task and lease.renewed < now - KEPT:
                del self._leases[address]
