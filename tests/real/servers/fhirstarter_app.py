"""A folder of resources, one JSON file each, into an R4B server on fhirstarter: `app`, for uvicorn.

Every type is read strictly, searched for by `patient` (Patient: by `identifier`) and answered in pages of
`_count` with a `next` link. The folder is `resources` below the working directory. Annotations stay
evaluated here: fhirstarter compares them.
"""

import importlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhirstarter import (  # type: ignore[import-not-found] # in the server's environment
    FHIRProvider,
    FHIRStarter,
    InteractionContext,
)

Held = list[dict[str, Any]]
COUNT = 20
# FHIR has no search of these by patient.
WHO_AND_WHERE = {"Organization", "Practitioner"}


def page(context: InteractionContext, found: Held) -> Bundle:
    """One page of what was found, checked as R4B. `page` in the link says which one."""
    request = context.request
    count, number = (
        int(request.query_params.get(name, usual)) for name, usual in (("_count", COUNT), ("page", 0))
    )
    links = [{"relation": "self", "url": str(request.url)}]
    if (number + 1) * count < len(found):
        links.append({"relation": "next", "url": str(request.url.include_query_params(page=number + 1))})
    base = str(request.base_url)
    entries = [
        {"fullUrl": f"{base}{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found[number * count : (number + 1) * count]
    ]
    return Bundle.model_validate(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": links,
            "entry": entries,
        }
    )


def about(resource: dict[str, Any], patient: str) -> bool:
    """The person stands in `subject` or `patient`, as an id or behind their type."""
    reference = (resource.get("subject") or resource.get("patient") or {}).get("reference", "")
    return bool(reference.removeprefix("Patient/") == patient.removeprefix("Patient/"))


def by_patient(held: Held) -> Callable[..., Awaitable[Bundle]]:
    """A search for one type's resources of one person."""

    async def search(context: InteractionContext, patient: str | None) -> Bundle:
        return page(context, [one for one in held if patient and about(one, patient)])

    return search


def by_identifier(held: Held) -> Callable[..., Awaitable[Bundle]]:
    """A search for people, by any of `system|value,system|value`."""

    async def search(context: InteractionContext, identifier: str | None) -> Bundle:
        wanted = {tuple(one.split("|")) for one in (identifier or "").split(",")}
        return page(context, [one for one in held if wanted & identifiers(one)])

    return search


def identifiers(patient: dict[str, Any]) -> set[tuple[str, ...]]:
    """System and value of each."""
    return {(one.get("system", ""), one.get("value", "")) for one in patient.get("identifier", [])}


def provider(folder: Path) -> FHIRProvider:
    """The search for the type that the folder is named for."""
    held = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    kind = getattr(importlib.import_module(f"fhir.resources.R4B.{folder.name.lower()}"), folder.name)
    made = FHIRProvider()
    made.search_type(kind)((by_identifier if folder.name == "Patient" else by_patient)(held))
    return made


app = FHIRStarter(title="A trust", openapi_url=None)
folders = [folder for folder in sorted(Path("resources").iterdir()) if folder.name not in WHO_AND_WHERE]
app.add_providers(*map(provider, folders))
