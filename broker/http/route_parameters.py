"""The parameters that addresses take, each with its words for the reference page and the capabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from broker.domain.named_views import WITHIN_DAYS, WITHIN_DAYS_MAX
from broker.domain.search_parameters import DATE, TOKEN, parameters_of

COUNT_MAX = 1_000
_SEARCH_TYPE_WORDS = {TOKEN: "Codes", DATE: "Dates"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter's name, its FHIR search type (empty for one that FHIR does not count as a search
    parameter), what it does, and whether it may come again: all of them are to be satisfied then.
    """

    name: str
    kind: str
    words: str
    repeats: bool = False


IDENTIFIER = Parameter(
    "identifier",
    "token",
    "The person's NHS number: `https://fhir.nhs.uk/Id/nhs-number|` and ten digits. Exactly one.",
)
PATIENT = Parameter("patient", "reference", "The person: `Patient/{id}` or the id, from a Patient search.")
PATIENT_IDENTIFIER = Parameter(
    "patient:identifier", "", "The person by NHS number, instead of `patient`; as `identifier`."
)
CHAINED_IDENTIFIER = Parameter("patient.identifier", "", "The same, in the chained spelling.")
_ID_WORDS = "Items of this person by their ids in an earlier answer, by comma; of Consents, one."
ID = Parameter("_id", "token", _ID_WORDS, repeats=True)
CONSENT_ID = Parameter("_id", "token", _ID_WORDS)
SORT = Parameter(
    "_sort",
    "",
    "The order of what matches: date parameters of the type by comma, `-` before one for the latest first. "
    "What has no such date comes last.",
)
INCLUDE = Parameter(
    "_include",
    "",
    "What matches name by a reference comes along: `Type:parameter`, or `Type:parameter:Target`; never `*`.",
    repeats=True,
)
SINCE = Parameter(
    "_since",
    "",
    "What changed at or after a moment. What does not say when it changed is shown too.",
)
START = Parameter(
    "start",
    "",
    "Care on or after a date. What is not over goes on; what says no date is shown too.",
)
END = Parameter("end", "", "Care on or before a date. What says no date is shown too.")
COUNT = Parameter("_count", "", f"Matches on a page, 1 to {COUNT_MAX}; more is taken as {COUNT_MAX}.")
STATUS = Parameter(
    "status", "token", "Consents of this status, or of several by comma: `active` binds, `inactive` does not."
)
PAGE = Parameter("_page", "", "A page, from the `next` link of the one before. Never built by hand.")
AGAIN = Parameter(
    "_again",
    "",
    "Only those that did not answer in full, from an earlier answer. Never built by hand; not with pages.",
)
TYPE = Parameter("_type", "", "Resource types, separated by commas; without it, all.")
DAYS = Parameter("within_days", "", f"Days back that are lately, 1 to {WITHIN_DAYS_MAX}; else {WITHIN_DAYS}.")
FORMAT = Parameter(
    "_format",
    "",
    "`json`, `application/json` or `application/fhir+json`; of a summary also `html` or `text/html`. "
    "Goes before Accept.",
)


def parameters_of_type(kind: str) -> Iterator[Parameter]:
    """The search parameters that one type has of its own."""
    for name, row in parameters_of(kind).items():
        words = f"{_SEARCH_TYPE_WORDS[row.search_type]} at {', '.join(row.elements)}."
        yield Parameter(name, row.search_type, words, repeats=True)
