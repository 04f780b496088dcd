"""The name of a medicine to the product and its strength: "Bisoprolol 2.5mg tablets" is 2.5 mg of bisoprolol
tablets.

Each strength of a product has a code of its own in dm+d, and what is raised or lowered is mostly the
strength: "one each morning" stays. Names of dm+d give the strength as number and
unit before the form; other names that do so are read as well, and all else tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

_NANOGRAM, _MICROGRAM, _MILLIGRAM, _GRAM = map(Decimal, ("0.001", "1", "1000", "1000000"))
# Masses in micrograms, to be compared and never shown; other units are compared as they are.
_MASSES: Mapping[str, Decimal] = MappingProxyType(
    {
        **dict.fromkeys(("nanogram", "nanograms", "ng"), _NANOGRAM),
        **dict.fromkeys(("microgram", "micrograms", "mcg", "ug", "µg", "μg"), _MICROGRAM),
        **dict.fromkeys(("milligram", "milligrams", "mg"), _MILLIGRAM),
        **dict.fromkeys(("gram", "grams", "g"), _GRAM),
    }
)
_OTHERS: Mapping[str, str] = MappingProxyType(
    {"unit": "unit", "units": "unit", "iu": "unit", "mmol": "mmol", "%": "%"}
)
_UNITS = "|".join(sorted(map(re.escape, (*_MASSES, *_OTHERS)), key=len, reverse=True))
_STRENGTH = re.compile(
    rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*(?P<unit>{_UNITS})(?!\w)"
)
# Behind the form, so many grams are the size of a tube.
_TUBE = re.compile(r"\d\s*g(?:rams?)?$")
Strength = tuple[tuple[str, Decimal], ...]


class Product(NamedTuple):
    """What a medicine is but for how strong it is, and how strong, in the order of its name."""

    name: str
    strength: Strength


def product_of(term: str) -> Product | None:
    """None where the name gives no strength, or nothing else."""
    said = " ".join(term.casefold().split())
    if _TUBE.search(said):
        return None
    strength = tuple(_amount(found["number"], found["unit"]) for found in _STRENGTH.finditer(said))
    # The plural of a form is the form: "tablets", "tablet".
    name = " ".join(word.removesuffix("s") for word in _STRENGTH.sub(" ", said).split())
    return Product(name, strength) if strength and name else None


class Products:
    """The products that names tell, each name read once: a record has few, many times."""

    def __init__(self) -> None:
        """Nothing is read yet, and nothing is kept after the view."""
        self._known: dict[str, Product | None] = {}

    def of(self, terms: Iterable[str]) -> list[Product]:
        """Of each name that tells one."""
        found = []
        for term in terms:
            if term not in self._known:
                self._known[term] = product_of(term)
            product = self._known[term]
            if product is not None:
                found.append(product)
        return found


def _amount(number: str, unit: str) -> tuple[str, Decimal]:
    amount = Decimal(number.replace(",", ""))
    return ("mass", amount * _MASSES[unit]) if unit in _MASSES else (_OTHERS[unit], amount)
