"""What several journeys look at."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from tests.support.logs_in_memory import logs_in_memory


@pytest.fixture
def written() -> Iterator[io.BytesIO]:
    """What this process logs."""
    with logs_in_memory("debug") as stream:
        yield stream
