"""What holds at every instant: models, theorems about them, and their tie to the code."""

from __future__ import annotations
