"""Objections, intents and disclosures in one SQLite file: the ReleaseStore port and its trail."""

from broker.adapters.release_store.accesses import Access
from broker.adapters.release_store.judged import JudgedRecord
from broker.adapters.release_store.proved import NotProved
from broker.adapters.release_store.store import SqliteReleaseStore
from broker.adapters.release_store.verification import Anchor, Fault, Verification, verify_store

__all__ = [
    "Access",
    "Anchor",
    "Fault",
    "JudgedRecord",
    "NotProved",
    "SqliteReleaseStore",
    "Verification",
    "verify_store",
]
