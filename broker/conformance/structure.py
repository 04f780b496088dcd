"""The items of an answer against FHIR's own structure: heavy models, so only the kit loads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from broker.conformance.findings import Finding, kind_of
from broker.domain.resource import Resource

_MEMBER = re.compile(r"_?[a-z][A-Za-z]{1,39}", re.ASCII)


def judge_structure(items: Iterable[Resource]) -> Iterator[Finding]:
    """One finding for each kind of item and member that R4B's models refuse.

    R4B stands for R4 4.0.1: it differs in no type that a record here may hold.
    """
    found: Counter[str] = Counter()
    for item in items:
        found.update(set(_refused(item)))
    for where, times in sorted(found.items()):
        yield Finding("structure", where, times)


def _refused(item: Resource) -> Iterator[str]:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - a third of a second to load
    from pydantic import ValidationError  # noqa: PLC0415 - as above

    kind = kind_of(item)
    try:
        get_fhir_model_class(kind).model_validate_json(item.raw)
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False, include_context=False):
            members = [part for part in error["loc"] if isinstance(part, str)]
            yield ".".join([kind, *(part if _MEMBER.fullmatch(part) else "…" for part in members)])
    except (ValueError, RecursionError):
        yield kind
