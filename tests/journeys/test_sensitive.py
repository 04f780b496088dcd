"""What is of a sensitivity class, asked for through the API by those who may see it and those who may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import trail
from tests.support.network import NHS, resources, simulated
from tests.support.sensitive import ACT_CODE, CONFIDENTIALITY, HIV_CODE, coded, labelled
from tests.support.small_network import NUMBER, indexed, patient, small_network

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
MINE = {"subject": {"reference": "Patient/1"}, "status": "completed"}
VISIT = {
    "resourceType": "Procedure",
    "id": "r1",
    "code": coded("71388002"),
    "reasonReference": [{"reference": "Condition/c1"}],
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">For HIV.</div>'},
    **MINE,
}
HIV = {"resourceType": "Condition", "id": "c1", "code": coded(HIV_CODE), "subject": MINE["subject"]}
# What names a request or an instant, and is another each time.
EACH_TIME = frozenset({"id", "fullUrl", "lastUpdated", "timestamp", "valueInstant", "link", "source"})


async def answered(folder: Path, *held: dict[str, Any], **facts: Any) -> list[dict[str, Any]]:
    """The whole record of the person of whom one practice, their own, holds these."""
    practice = [{"identifier": {"system": ODS, "value": "RX901"}}]
    index = simulated("pds", {NUMBER: [indexed(generalPractitioner=practice)]}, calls_per_s=1000)
    apps = {"alder": simulated("fhir_r4", {NUMBER: [patient(), *held]})}
    async with small_network(folder, apps, index=index) as small:
        status, record = await small.client.record(NUMBER, **facts)
        assert status == 200, record
        await trail.all_ended(small.client.settings)
        trail.assert_whole(small.client.settings)
    return resources(record)


def steady(node: Any) -> Any:
    """An answer without what is another in every answer: the sealed names and the instants."""
    if isinstance(node, dict):
        return {name: steady(value) for name, value in node.items() if name not in EACH_TIME}
    if isinstance(node, list):
        return [steady(one) for one in node]
    return "Patient/sealed" if isinstance(node, str) and node.startswith("Patient/") else node


def kinds(record: list[dict[str, Any]]) -> list[str]:
    """The types of the items."""
    return sorted(
        one["resourceType"] for one in record if one["resourceType"] not in {"Patient", "OperationOutcome"}
    )


def state_of(record: list[dict[str, Any]], category: str) -> str:
    """What is said of one section."""
    [outcome] = [one for one in record if one["resourceType"] == "OperationOutcome"]
    sections = [
        {part["url"]: part.get("valueCode") for part in extension["extension"]}
        for issue in outcome["issue"]
        for extension in issue.get("extension", [])
    ]
    [state] = [one["state"] for one in sections if one.get("category") == category]
    return str(state)


@pytest.mark.parametrize("mark", [{}, labelled("HIV", ACT_CODE), {"meta": labelled("hiv")["meta"]}])
async def test_a_hidden_item_leaves_no_trace_in_the_answer(mark: dict[str, Any], tmp_path: Path) -> None:
    """The whole answer to a physiotherapist is that of a world in which the item never was."""
    with_it = await answered(tmp_path / "with", {**HIV, **mark}, VISIT, role="physiotherapist")
    without = await answered(tmp_path / "without", VISIT, role="physiotherapist")
    assert kinds(with_it) == ["Procedure"]
    assert steady(with_it) == steady(without)
    assert "HIV" not in str(with_it)


async def test_whoever_may_see_the_class_sees_all_of_it(tmp_path: Path) -> None:
    """A doctor has the item, the reference to it and the words, as the practice wrote them."""
    record = await answered(tmp_path, HIV, VISIT, role="doctor")
    assert kinds(record) == ["Condition", "Procedure"]
    assert "For HIV." in str(record)


@pytest.mark.parametrize(
    ("role", "problems"), [("doctor", "none-recorded"), ("physiotherapist", "not-known")]
)
async def test_none_recorded_is_said_where_nothing_could_be_hidden(
    role: str, problems: str, tmp_path: Path
) -> None:
    """No class stands among allergies, so everybody hears that there are none; problems are another thing."""
    record = await answered(tmp_path, role=role)
    assert (state_of(record, "allergies"), state_of(record, "problems")) == ("none-recorded", problems)


async def test_an_emergency_opens_what_the_relationship_did_not(tmp_path: Path) -> None:
    """A doctor whom nobody but she herself vouches for sees it then, and only then."""
    claimed = {"role": "doctor", "relationship": "self-claimed"}
    ordinary = await answered(tmp_path / "ordinary", HIV, VISIT, **claimed)
    emergency = await answered(tmp_path / "emergency", HIV, VISIT, purpose="ETREAT", **claimed)
    assert (kinds(ordinary), kinds(emergency)) == (["Procedure"], ["Condition", "Procedure"])


@pytest.mark.parametrize(("code", "shown"), [("N", ["DocumentReference"]), ("V", [])])
async def test_a_very_restricted_pointer_is_not_shown_to_everybody_who_sees_documents(
    code: str, shown: list[str], tmp_path: Path
) -> None:
    """Nobody says why it is restricted, and not knowing is a no."""
    document = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "subject": {"reference": "Patient/1", "identifier": {"system": NHS, "value": NUMBER}},
        "securityLabel": [coded(code, CONFIDENTIALITY)],
        "content": [{"attachment": {"title": "A plan"}}],
    }
    record = await answered(tmp_path, document, role="doctor", relationship="self-claimed")
    assert kinds(record) == shown
