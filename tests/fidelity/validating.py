"""R4 resources into how many pass structural validation by two judges, and what is wrong with the others.

`fhirkit` reads true R4 4.0.1; the models of `fhir.resources` are R4B's. What either refuses is refused:
nothing is forgiven, also where R4B is stricter than R4.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import fhirkit
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from tests.fidelity.reading import Tree, plain, written

# What of a message is the same for every resource.
_FIGURES = re.compile(r"\d+")


@dataclass(slots=True)
class Validation:
    """How many resources were shown to both judges, how many passed both, and what was said of the others."""

    shown: int = 0
    passed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    where: dict[str, str] = field(default_factory=dict)

    def show(self, name: str, resource: Tree) -> None:
        """One resource more. `name` says whence it came."""
        self.shown += 1
        said = [*_by_fhirkit(resource), *_by_models(resource)]
        self.passed += not said
        for complaint in dict.fromkeys(said):
            self.refused[complaint] += 1
            self.where.setdefault(complaint, name)


def _by_fhirkit(resource: Tree) -> list[str]:
    issues = fhirkit.validate(written(resource))
    return [
        f"fhirkit: {_FIGURES.sub('n', issue.path)}: {issue.message.partition(';')[0][:90]}"
        for issue in issues
        if issue.severity == "error"
    ]


def _by_models(resource: Tree) -> list[str]:
    kind = str(resource.get("resourceType"))
    try:
        model = get_fhir_model_class(kind)
    except (KeyError, ValueError):
        return [f"models: {kind}: no such type"]
    try:
        model.model_validate(plain(resource))
    except ValidationError as refused:
        return [
            f"models: {kind}.{'.'.join(str(step) for step in error['loc'] if not isinstance(step, int))}: "
            f"{error['msg'][:90]}"
            for error in refused.errors()
        ]
    return []
