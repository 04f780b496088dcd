"""The route table to the CapabilityStatement: what this server does, and nothing that it does not."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from broker import __version__
from broker.domain.include_parameters import include_names
from broker.http.negotiation import FHIR_JSON
from broker.http.route_parameters import COUNT_MAX, Parameter
from broker.http.routes import FHIR_ROOT, ROUTES, SEARCHABLE_TYPES, Route, parameters_at

# When the statement's content last changed; FHIR requires a date of the statement, not of the reply.
STATEMENT_DATE = "2026-11-26"

_DOCUMENTATION = (
    "Read only. One person for each request. Every answer names which partners answered and which did not; "
    "an empty answer is not evidence that nothing is recorded. A parameter that is not listed is refused, "
    "whatever Prefer says. Filters are applied to what the caller may see, once it is put together; values "
    "by comma are alternatives, and a parameter that comes again must hold too. _sort takes date parameters. "
    f"_count is 1 to {COUNT_MAX}; pages are followed by their next link. "
    "An attachment's url, where it has one, is an address of this server that gives the document's own bytes "
    "to the same user until it expires; a transfer that ends without its last chunk is not the document."
)
_SUMMARY = (
    "By GET or POST, of one person by the sealed id. A document Bundle in JSON, or a page in text/html by "
    "Accept or _format. It is made for each request and kept by nobody; it claims no profile, because what "
    "partners wrote is carried as it is."
)
_REGISTER = (
    "The register of objections, one Consent for each, in its newest state. It is read by governance staff "
    "alone, whose tokens open no record; everybody else hears the neutral refusal."
)
_SECURITY = (
    "OAuth 2.0 bearer tokens of a named user in a role at an organisation for a purpose. "
    "What a caller may see is decided for each request and each partner."
)


@lru_cache(maxsize=8)
def capability_statement(base_url: str) -> bytes:
    """The statement's JSON bytes (FHIR R4, CapabilityStatement, kind `instance`)."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": STATEMENT_DATE,
            "kind": "instance",
            "software": {"name": "Watersmeet", "version": __version__},
            "implementation": {"description": "One person's shared care record, live", "url": base_url},
            "fhirVersion": "4.0.1",
            "format": [FHIR_JSON, "json"],
            "rest": [_rest()],
        }
    )


def _rest() -> dict[str, Any]:
    return {
        "mode": "server",
        "documentation": _DOCUMENTATION,
        "security": {
            "cors": False,
            "service": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                            "code": "OAuth",
                        }
                    ]
                }
            ],
            "description": _SECURITY,
        },
        "resource": [_patient(), _consent(), *(_searchable(name) for name in sorted(SEARCHABLE_TYPES))],
    }


def _patient() -> dict[str, Any]:
    return {
        "type": "Patient",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": _search_parameters("/Patient"),
        "operation": [
            {
                "name": "everything",
                "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
                "documentation": f"By GET, or by POST with a Parameters resource, with {_everything()}.",
            },
            {
                "name": "summary",
                "definition": "http://hl7.org/fhir/uv/ips/OperationDefinition/summary",
                "documentation": _SUMMARY,
            },
        ],
    }


def _everything() -> str:
    return _names(_route("/Patient/{id}/$everything").parameters)


def _consent() -> dict[str, Any]:
    return {
        "type": "Consent",
        "documentation": _REGISTER,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": _search_parameters("/Consent"),
    }


def _searchable(resource_type: str) -> dict[str, Any]:
    return {
        "type": resource_type,
        "interaction": [{"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": _search_parameters("/{type}", resource_type),
        "searchInclude": list(include_names(resource_type)),
    }


def _search_parameters(path: str, resource_type: str | None = None) -> list[dict[str, str]]:
    return [
        {"name": parameter.name, "type": parameter.kind, "documentation": parameter.words}
        for parameter in parameters_at(_route(path), resource_type)
        if parameter.kind
    ]


def _route(path: str) -> Route:
    return next(route for route in ROUTES if (route.root, route.path) == (FHIR_ROOT, path))


def _names(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(parameter.name for parameter in parameters)
