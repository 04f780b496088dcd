"""A store that files of objections are imported into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.objection_files import Intake, intake_over
from tests.support.stores import demonstration_ring


@pytest.fixture
async def intake(tmp_path: Path) -> AsyncIterator[Intake]:
    """Over a real store."""
    async with intake_over(tmp_path / "s.db", demonstration_ring(tmp_path / "keys")) as made:
        yield made
