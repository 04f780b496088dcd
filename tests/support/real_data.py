"""Where the material lies that this project did not write, for the tests that run against it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
VARIABLE = "WATERSMEET_REAL_DATA"


def real_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder, existing or not: `WATERSMEET_REAL_DATA`, by default `../shared/data` from the project."""
    named = environment.get(VARIABLE)
    return Path(named) if named else PROJECT.parent / "shared" / "data"


def need_real_data(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder. Where it is missing the test is skipped and says so; under CI it fails."""
    folder = real_data_folder(environment)
    if (folder / "MANIFEST.tsv").is_file():
        return folder
    said = f"The real material is not at {folder}. Set {VARIABLE} to its folder."
    if environment.get("CI"):
        pytest.fail(said)
    pytest.skip(said)  # the only skip in this project: the material cannot be shipped with it
