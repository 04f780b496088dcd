"""fhirpy asks the broker as its readme says to; what it saw goes out as JSON.

Stdin: one JSON object with `base`, `token`, `number`, `count` and `gone`, the path of a page that is over.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qsl

from fhirpy import AsyncFHIRClient

NHS = "https://fhir.nhs.uk/Id/nhs-number"


def names(entries: list[dict[str, Any]]) -> list[str]:
    """`Type/id` of each entry's resource."""
    return [f"{one['resource']['resourceType']}/{one['resource'].get('id', '')}" for one in entries]


async def followed(client: AsyncFHIRClient, link: str) -> Any:
    """The library follows the pages of a search by itself, and an operation's only in its own parts."""
    path, _, asked = link.partition("?")
    return await client.execute(path, method="get", params=dict(parse_qsl(asked)))


async def refused(asked: Any) -> str:
    """What it raises."""
    try:
        await asked
    except Exception as error:  # noqa: BLE001 - whatever the library raises is what is looked at
        return f"{type(error).__name__}: {error}"
    return ""


async def asks(client: AsyncFHIRClient, given: dict[str, Any]) -> dict[str, Any]:
    """Everything, in the library's own words."""
    found = await client.resources("Patient").search(identifier=f"{NHS}|{given['number']}").fetch()
    [patient] = found
    everything = await patient.execute("$everything")  # by POST unless told otherwise
    page, pages = await patient.execute("$everything", params={"_count": given["count"]}), []
    while True:
        pages.append(names(page["entry"]))
        link = next((one["url"] for one in page["link"] if one["relation"] == "next"), None)
        if link is None:
            break
        page = await followed(client, link.removeprefix(f"{given['base']}/"))
    search = client.resources("Observation").search(patient=patient)
    observations = [one["id"] async for one in search.limit(given["count"])]
    narrow = client.resources("Observation").search(patient=patient, status="final", date__ge="2020")
    narrowed = [one["id"] async for one in narrow.sort("-date")]
    # Not by `get`, which takes what comes along with a match for a second match.
    one = await client.resources("Observation").search(patient=patient, _id=observations[0]).fetch()
    summary = await patient.execute("$summary", method="get")
    return {
        "found": [one["resourceType"] for one in found],
        "read": (await client.reference("Patient", patient["id"]).to_resource())["id"],
        "everything": names(everything["entry"]),
        "pages": pages,
        "observations": observations,
        "one": one[0]["id"],
        "narrowed": narrowed,
        "metadata": (await client.execute("metadata", method="get"))["fhirVersion"],
        "summary": summary["type"],
        "gone": await refused(followed(client, given["gone"])),
        "item read": await refused(client.reference("Observation", observations[0]).to_resource()),
        "total": await refused(search.count()),
    }


def main() -> None:
    """From stdin to stdout."""
    given = json.load(sys.stdin)
    client = AsyncFHIRClient(given["base"], authorization=f"Bearer {given['token']}")
    json.dump(asyncio.run(asks(client, given)), sys.stdout)


main()
