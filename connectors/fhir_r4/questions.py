"""What is wanted of one person, into the reads that ask a FHIR R4 server for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from broker.domain.category import SUPPORTING_TYPES, Category, category_of, types_in
from broker.domain.identity import NHS_NUMBER_SYSTEM
from broker.domain.query import PartnerAsk
from broker.ports.connector import HttpRequest
from connectors.fhir_r4.manner import EVERYTHING, POST, TYPED, Manner

Parameters = tuple[tuple[str, str], ...]

# Epic refuses these types without a category, so each is asked for once for each category of FHIR's own
# code systems (condition-category with US Core's health-concern, observation-category).
_EPIC_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "Condition": ("problem-list-item", "encounter-diagnosis", "health-concern"),
    "Observation": (
        "laboratory",
        "vital-signs",
        "social-history",
        "imaging",
        "procedure",
        "survey",
        "exam",
        "therapy",
        "activity",
    ),
}
# A Medication has no patient of its own: it comes along with what refers to it.
MEDICATION = "Medication"
REFERS_TO_MEDICATION = frozenset(
    {"MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"}
)
_NOT_SEARCHED_FOR = frozenset({"Patient", MEDICATION})


def find_patient(ask: PartnerAsk, manner: Manner) -> HttpRequest:
    """Search for the person by NHS number; under every number, where one was superseded."""
    numbers = sorted(ask.patient.numbers | {ask.patient.number})
    wanted = ",".join(f"{NHS_NUMBER_SYSTEM}|{number.digits}" for number in numbers)
    return _search("Patient", (("identifier", wanted),), manner)


def questions(ask: PartnerAsk, local_id: str, manner: Manner) -> tuple[HttpRequest, ...]:
    """Everything that this ask permits, as reads that may be sent at once. None is empty."""
    wanted = types_wanted(ask)
    if manner.ask == EVERYTHING:
        return (_everything(ask, local_id, wanted, manner),)
    reference = f"Patient/{local_id}" if manner.reference == TYPED else local_id
    return tuple(
        _search(name, (("patient", reference), *more, ("_count", str(manner.count))), manner)
        for name in sorted((wanted & manner.types) - _NOT_SEARCHED_FOR)
        for more in _searches_of(name, ask.categories, manner)
    )


def medications(ids: Iterable[str], manner: Manner) -> HttpRequest:
    """Search for exactly these drugs."""
    return _search(MEDICATION, (("_id", ",".join(ids)),), manner)


def cannot_be_asked(ask: PartnerAsk, manner: Manner) -> bool:
    """True when a category that the partner supplies has no type that its server is registered with.

    An answer without it is not the whole, however well every search went.
    """
    if manner.ask == EVERYTHING:
        return False
    wanted = types_wanted(ask) - _NOT_SEARCHED_FOR
    return any(
        (types := types_in({category}) & wanted) and types.isdisjoint(manner.types)
        for category in ask.categories - {Category.DEMOGRAPHICS}
    )


def types_wanted(ask: PartnerAsk) -> frozenset[str]:
    """The types that may hold what is permitted; of those, the ones that were asked for."""
    permitted = types_in(ask.categories)
    return permitted & ask.resource_types if ask.resource_types else permitted


def _everything(ask: PartnerAsk, local_id: str, wanted: frozenset[str], manner: Manner) -> HttpRequest:
    parameters: Parameters = (("_count", str(manner.count)),)
    if manner.narrow_everything and Category.UNCLASSIFIED not in ask.categories:
        types = sorted(wanted | SUPPORTING_TYPES | {"Patient"})
        parameters += (("_type", ",".join(types)),)
    path = f"Patient/{local_id}/$everything"
    return HttpRequest(method="GET", path=path, query=parameters, headers=_headers(manner))


def _searches_of(name: str, permitted: Iterable[Category], manner: Manner) -> Iterator[Parameters]:
    """The parameters of each search that this type needs, beside the patient."""
    include = MEDICATION in manner.types and name in REFERS_TO_MEDICATION
    included: Parameters = (("_include", f"{name}:medication"),) if include else ()
    if not manner.is_epic or name not in _EPIC_CATEGORIES:
        yield included
        return
    for code in _EPIC_CATEGORIES[name]:
        if category_of(name, [code]) in frozenset(permitted):
            yield (("category", code), *included)


def _search(name: str, parameters: Parameters, manner: Manner) -> HttpRequest:
    if manner.search_by == POST:
        return HttpRequest(method="POST", path=f"{name}/_search", form=parameters, headers=_headers(manner))
    return HttpRequest(method="GET", path=name, query=parameters, headers=_headers(manner))


def _headers(manner: Manner) -> dict[str, str]:
    headers = {"Accept": "application/fhir+json"}
    if manner.strict:
        headers["Prefer"] = "handling=strict"
    return headers
