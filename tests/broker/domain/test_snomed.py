"""A SNOMED CT identifier is told from a slip of the pen by its check digit."""

from __future__ import annotations

import itertools
import string

import pytest

from broker.domain.snomed import is_snomed_identifier

KNOWN = ("138875005", "404684003", "86406008", "38341003", "10231000132102", "900000000000207008")


@pytest.mark.parametrize("identifier", KNOWN)
def test_an_identifier_of_a_release_is_one(identifier: str) -> None:
    """The root, two findings, an extension's concept and a module."""
    assert is_snomed_identifier(identifier)


@pytest.mark.parametrize("identifier", KNOWN)
def test_no_identifier_with_one_digit_changed_is_one(identifier: str) -> None:
    """Every single slip is found, at every place."""
    for place, digit in enumerate(identifier):
        for other in set(string.digits) - {digit}:
            assert not is_snomed_identifier(identifier[:place] + other + identifier[place + 1 :])


@pytest.mark.parametrize("identifier", KNOWN)
def test_no_identifier_with_two_neighbours_swapped_is_one(identifier: str) -> None:
    """The other common slip."""
    for place, (one, other) in enumerate(itertools.pairwise(identifier)):
        swapped = identifier[:place] + other + one + identifier[place + 2 :]
        assert one == other or not is_snomed_identifier(swapped)


@pytest.mark.parametrize("text", ["", "86406", "8640600 8", "8640600A", "٨٦٤٠٦٠٠٨", "8" * 19])
def test_what_is_no_row_of_digits_is_none(text: str) -> None:
    """Six to eighteen of them, and nothing else."""
    assert not is_snomed_identifier(text)
