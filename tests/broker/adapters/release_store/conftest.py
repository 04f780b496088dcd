"""Where the store of a test is, and the keys that seal it."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.adapters.keys import KeyRing
from tests.support.stores import demonstration_ring


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """Fresh keys of a demonstration."""
    return demonstration_ring(tmp_path / "keys")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of a test is."""
    return tmp_path / "release.db"
