"""What a finding is worth, what it says and what to do about it: the form of a row of the table."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Weight(enum.StrEnum):
    """What a finding is worth: a fault keeps a partner from going live."""

    FAULT = "fault"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table. `area` is what the kit was looking at."""

    area: str
    weight: Weight
    said: str
    remedy: str
