"""The mutants that are no fault, read from `equivalent.yaml`, each with why nobody could tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

LISTED = Path(__file__).with_name("equivalent.yaml")
ARGUMENT_CHARACTERS_MIN = 40


@dataclass(frozen=True, slots=True)
class Equivalent:
    """One mutant by its place and words, and the argument. `nth` tells apart those that read the same."""

    file: str
    function: str
    was: str
    becomes: str
    because: str
    nth: int = 1

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """As a mutant's."""
        return (self.file, self.function, self.was, self.becomes, self.nth)

    def __str__(self) -> str:
        """Where it is said to stand."""
        return f"{self.file}: {self.function}: `{self.was}` -> `{self.becomes}` ({self.nth})"


def equivalents(path: Path = LISTED) -> tuple[Equivalent, ...]:
    """Every entry. ValueError for one without an argument, and for one that stands there twice."""
    found = tuple(Equivalent(**entry) for entry in YAML(typ="safe").load(path) or ())
    for one in found:
        if len(one.because) < ARGUMENT_CHARACTERS_MIN:
            raise ValueError(f"{one} needs its argument")
    if len({one.key for one in found}) < len(found):
        raise ValueError(f"{path.name} lists a mutant twice")
    return found
