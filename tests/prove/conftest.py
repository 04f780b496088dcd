"""The policies in every revision, read once for all tests of the proof."""

from __future__ import annotations

import pytest

from tests.prove.revisions import revisions
from tests.prove.walking import Walk


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The shipped revision and the altered ones, read by product and oracle."""
    return Walk.of(revisions(tmp_path_factory.mktemp("revisions")))
