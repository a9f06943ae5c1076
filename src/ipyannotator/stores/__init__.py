"""What keeps the annotations: SQLite and its in-memory twin."""

from ipyannotator.stores.backups import restore_backup
from ipyannotator.stores.base import STORES, Annotated, Counts, Store
from ipyannotator.stores.leases import Claim, Lease, layer_of
from ipyannotator.stores.memory import MemoryStore
from ipyannotator.stores.sql import SqlStore

__all__ = [
    "STORES",
    "Annotated",
    "Claim",
    "Counts",
    "Lease",
    "MemoryStore",
    "SqlStore",
    "Store",
    "layer_of",
    "restore_backup",
]
