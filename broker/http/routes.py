"""The one route table: from it come the routes, the CapabilityStatement and the API's reference page."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from broker.domain.category import TRANSLATED_TYPES, Category, types_in
from broker.domain.named_views import VIEWS
from broker.domain.query import Form, Interaction
from broker.http.route_parameters import (
    AGAIN,
    CHAINED_IDENTIFIER,
    CONSENT_ID,
    COUNT,
    DAYS,
    END,
    FORMAT,
    ID,
    IDENTIFIER,
    INCLUDE,
    PAGE,
    PATIENT,
    PATIENT_IDENTIFIER,
    SINCE,
    SORT,
    START,
    STATUS,
    TYPE,
    Parameter,
    parameters_of_type,
)

FHIR_ROOT = "/fhir"
EMERGENCY_ROOT = "/emergency-access"
STREAM_ROOT = "/stream"
VIEWS_ROOT = "/views"

# These two have no `patient` search parameter in FHIR R4.
_WITHOUT_PATIENT = frozenset({"Patient", "Medication"})
EVERYTHING_TYPES = types_in(Category) | TRANSLATED_TYPES
SEARCHABLE_TYPES = EVERYTHING_TYPES - _WITHOUT_PATIENT

_ID = "[A-Za-z0-9.-]+"
_TYPES = "|".join(sorted(SEARCHABLE_TYPES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address: `path` below `root`, with `{id}` and `{type}` as placeholders.

    `interaction` is None for what is answered without a person. `forms` are those that its answer can have,
    the first one where the caller does not mind.
    """

    method: str
    path: str
    interaction: Interaction | None
    words: str
    parameters: tuple[Parameter, ...] = (FORMAT,)
    root: str = FHIR_ROOT
    forms: tuple[Form, ...] = (Form.JSON,)

    @property
    def template(self) -> str:
        """The whole path as people read it, and as logs name it."""
        return self.root + self.path

    @property
    def is_operation(self) -> bool:
        """Whether it is a FHIR operation, whose body by POST is no form."""
        return "$" in self.path

    @property
    def pattern(self) -> str:
        """The whole path as aiohttp's router reads it."""
        return self.template.replace("{id}", f"{{id:{_ID}}}").replace("{type}", f"{{type:{_TYPES}}}")


# At most one person matches; a client that wants exactly one may say so with `_count`.
_FIND = (IDENTIFIER, COUNT, FORMAT)
_SEARCH = (PATIENT, PATIENT_IDENTIFIER, CHAINED_IDENTIFIER, ID, SORT, INCLUDE, COUNT, PAGE, FORMAT)
_SEARCH_CONSENTS = (PATIENT, PATIENT_IDENTIFIER, CHAINED_IDENTIFIER, STATUS, CONSENT_ID, COUNT, PAGE, FORMAT)

_TABLE = (
    Route(
        method="POST",
        path="/Patient/_search",
        interaction=Interaction.FIND_PATIENT,
        words="Find one person by NHS number. Preferred: the number stays out of the address.",
        parameters=_FIND,
    ),
    Route(
        method="GET",
        path="/Patient",
        interaction=Interaction.FIND_PATIENT,
        words="The same, with the number in the address.",
        parameters=_FIND,
    ),
    Route(
        method="GET",
        path="/Patient/{id}/$everything",
        interaction=Interaction.EVERYTHING,
        words="The person's whole record, from every partner that may be asked.",
        parameters=(TYPE, SINCE, START, END, COUNT, PAGE, AGAIN, FORMAT),
    ),
    Route(
        method="GET",
        path="/Patient/{id}/$summary",
        interaction=Interaction.SUMMARY,
        words="The person's record on a page or two, as an International Patient Summary; JSON or HTML.",
        forms=(Form.JSON, Form.HTML),
    ),
    Route(
        method="GET",
        path="/Patient/{id}",
        interaction=Interaction.STREAM,
        words="The same record as an event stream: partner by partner as they answer. Not FHIR.",
        parameters=(TYPE, AGAIN),
        root=STREAM_ROOT,
        forms=(Form.EVENTS,),
    ),
    Route(
        method="GET",
        path="/Patient/{id}",
        interaction=Interaction.READ_PATIENT,
        words="The person, by the id that a Patient search gave. The id expires.",
    ),
    Route(
        method="POST",
        path="/{type}/_search",
        interaction=Interaction.SEARCH,
        words="One kind of item of one person, as a form.",
        parameters=_SEARCH,
    ),
    Route(
        method="GET",
        path="/documents/{id}",
        interaction=Interaction.OPEN_DOCUMENT,
        words="A document's own bytes, by the address that its item gives. The address expires.",
        parameters=(),
    ),
    Route(
        method="GET",
        path="/{type}",
        interaction=Interaction.SEARCH,
        words="The same, by address.",
        parameters=_SEARCH,
    ),
    Route(
        method="POST",
        path="/Consent/_search",
        interaction=Interaction.SEARCH_CONSENTS,
        words="The objections of one person as Consents, for governance alone, as a form. Preferred.",
        parameters=_SEARCH_CONSENTS,
    ),
    Route(
        method="GET",
        path="/Consent",
        interaction=Interaction.SEARCH_CONSENTS,
        words="The same, by address.",
        parameters=_SEARCH_CONSENTS,
    ),
    Route(
        method="GET",
        path="/Consent/{id}",
        interaction=Interaction.READ_CONSENT,
        words="One objection as a Consent, for governance alone.",
    ),
    Route(
        method="GET",
        path="/metadata",
        interaction=None,
        words="What this API offers, as a CapabilityStatement. Needs no token.",
    ),
    Route(
        method="POST",
        path="",
        interaction=Interaction.OPEN_GRANT,
        words="Open emergency access to one person's record, by a statement in JSON. Not FHIR.",
        parameters=(),
        root=EMERGENCY_ROOT,
    ),
    Route(
        method="POST",
        path="/{id}/end",
        interaction=Interaction.END_GRANT,
        words="End it before its time, by the user who opened it. No body.",
        parameters=(),
        root=EMERGENCY_ROOT,
    ),
    *(
        Route(
            method="GET",
            path=f"/{{id}}/{named.name}",
            interaction=interaction,
            words=f"{named.words} JSON, not FHIR.",
            parameters=(DAYS,) if interaction is Interaction.VIEW_RESULTS else (),
            root=VIEWS_ROOT,
        )
        for interaction, named in VIEWS.items()
    ),
)

# Whatever an operation answers by GET it answers by POST too (FHIR R4 4.0.1, operations.html).
ROUTES = (
    *_TABLE,
    *(
        dataclasses.replace(
            route, method="POST", words="The same, with a Parameters resource or nothing as its body."
        )
        for route in _TABLE
        if route.is_operation
    ),
)


def _matcher(route: Route) -> str:
    return re.escape(route.template).replace(r"\{id\}", _ID).replace(r"\{type\}", f"(?:{_TYPES})")


def parameters_at(route: Route, kind: str | None) -> tuple[Parameter, ...]:
    """What an address takes; a search for a type takes that type's own too."""
    if route.interaction is not Interaction.SEARCH or kind is None:
        return route.parameters
    return (*parameters_of_type(kind), *route.parameters)


def is_watched(path: str) -> bool:
    """Whether somebody who is refused at this address tried a record, and not just some address."""
    return path.startswith((f"{FHIR_ROOT}/", f"{STREAM_ROOT}/", f"{VIEWS_ROOT}/", EMERGENCY_ROOT))


PROBES = frozenset({"/healthz", "/readyz"})

_MATCHERS = tuple((re.compile(_matcher(route)), route.method) for route in ROUTES)


def methods_at(path: str) -> tuple[str, ...]:
    """The methods that the table has for `path`, for the Allow header of a 405."""
    found = {method for matcher, method in _MATCHERS if matcher.fullmatch(path)}
    return ("GET",) if path in PROBES else tuple(sorted(found))
