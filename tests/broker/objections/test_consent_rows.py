from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from broker.domain.category import Category
from broker.domain.objection import Direction, Scope
from broker.domain.objection_life import IdentityCheck
from broker.objections import consent_rows, consent_scope
from broker.objections.consent_rows import consent_lines, consents_in_file
from broker.objections.reading import NO_ID, NOBODY, UNREADABLE_DATE, Reading, UnreadableFile
from tests.support.real_data import need_real_data
from tests.support.stores import ADA, NOON

NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
TYPES = "http://hl7.org/fhir/resource-types"
PARTNERS = frozenset({"acute", "RX901", "RX902"})


def consent(**members: Any) -> dict[str, Any]:
    """A plain denial of Ada's, with `members` in place of its own."""
    return {
        "resourceType": "Consent",
        "id": "c-1",
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"identifier": {"system": NUMBER_SYSTEM, "value": "9990000018"}},
        "dateTime": "2026-05-01",
        "policy": [{"uri": "urn:example:objection"}],
        "provision": {"type": "deny"},
        **members,
    }


def denial(**members: Any) -> dict[str, Any]:
    """A Consent with these members in its provision."""
    return consent(provision={"type": "deny", **members})


def actor(code: str, ods: str) -> dict[str, Any]:
    """An organisation in a role."""
    return {
        "role": {"coding": [{"system": ROLES, "code": code}]},
        "reference": {"identifier": {"system": ODS, "value": ods}},
    }


def lines(folder: Path, *rows: Any) -> list[Reading]:
    """Each row on a line of its own; bytes as they are."""
    path = folder / "rows.ndjson"
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows))
    return list(consent_lines(path, partners=PARTNERS, now=NOON))


def whole(folder: Path, tree: Any) -> list[Reading]:
    """All of it as one value."""
    path = folder / "rows.json"
    path.write_bytes(json.dumps(tree, indent=1).encode())
    return list(consents_in_file(path, partners=PARTNERS, now=NOON))


def one(folder: Path, tree: Any) -> Reading:
    """The reading of one Consent."""
    (reading,) = lines(folder, tree)
    return reading


def test_a_plain_denial_is_an_objection_to_the_whole_record(tmp_path: Path) -> None:
    """Without a doubt."""
    reading = one(tmp_path, consent())
    assert (reading.row, reading.row_id, reading.numbers) == (1, "c-1", frozenset({ADA}))
    assert (reading.scope, reading.withdrawn, reading.doubts) == (Scope(), False, ())
    assert reading.received_at is not None


@pytest.mark.parametrize(
    ("members", "scope"),
    [
        (
            {"actor": [actor("CST", "RX901"), actor("CST", "RX902")]},
            Scope(partners=frozenset({"RX901", "RX902"}), direction=Direction.SOURCE),
        ),
        (
            {"actor": [actor("IRCP", "RX901")]},
            Scope(partners=frozenset({"RX901"}), direction=Direction.VIEWER),
        ),
        (
            {"class": [{"system": TYPES, "code": "Observation"}]},
            Scope(categories=frozenset({Category.RESULTS, Category.OBSERVATIONS})),
        ),
        (
            {"code": [{"coding": [{"system": consent_scope.CATEGORY_SYSTEM, "code": "plans"}]}]},
            Scope(categories=frozenset({Category.PLANS})),
        ),
        (
            {"dataPeriod": {"start": "2016", "end": "2016-02-29"}},
            Scope(period_start="2016-01-01", period_end="2016-03-01"),
        ),
        (
            {"dataPeriod": {"start": "2016-03", "end": "2016-12"}},
            Scope(period_start="2016-03-01", period_end="2017-01-01"),
        ),
        (
            {"dataPeriod": {"start": "2016-03-01T23:30:00-05:00"}},
            Scope(period_start="2016-02-29"),
        ),
        (
            {"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]},
            Scope(),
        ),
    ],
)
def test_closed_words_narrow_as_they_say(tmp_path: Path, members: dict[str, Any], scope: Scope) -> None:
    """A day and a type that can mean several things mean all of them."""
    reading = one(tmp_path, denial(**members))
    assert (reading.scope, reading.doubts) == (scope, ())


@pytest.mark.parametrize(
    ("members", "doubt"),
    [
        ({"provision": [{"type": "permit"}], "class": [{"system": TYPES, "code": "Flag"}]}, "EXCEPTION"),
        ({"actor": [actor("CST", "RX999")]}, "ACTORS"),
        ({"actor": [actor("AUT", "RX901")]}, "ACTORS"),
        ({"actor": [actor("CST", "RX901"), actor("IRCP", "RX902")]}, "ACTORS"),
        ({"class": [{"system": TYPES, "code": "Flag"}, {"system": TYPES, "code": "Zebra"}]}, "KINDS"),
        ({"code": [{"text": "HIV"}]}, "KINDS"),
        ({"dataPeriod": {"start": "long ago"}}, "PERIOD"),
        ({"dataPeriod": {"start": "2017", "end": "2016"}}, "PERIOD"),
        ({"period": {"end": "2020-01-01"}}, "NARROWER"),
        ({"securityLabel": [{"code": "R"}]}, "NARROWER"),
        ({"purpose": [{"code": "HRESCH"}]}, "NARROWER"),
    ],
)
def test_what_is_not_known_of_a_provision_binds_more(
    tmp_path: Path, members: dict[str, Any], doubt: str
) -> None:
    """Here each time all of it; and the reason is given."""
    reading = one(tmp_path, denial(**members))
    assert reading.scope.is_whole_record
    assert reading.doubts == (getattr(consent_scope, doubt),)


@pytest.mark.parametrize(
    ("members", "doubts"),
    [
        ({"status": "Entered-in-error"}, (consent_rows.STATUS,)),
        ({"status": "draft"}, (consent_rows.STATUS,)),
        ({"scope": {"coding": [{"code": "research"}]}}, (consent_rows.NOT_PRIVACY,)),
        ({"modifierExtension": [{"url": "urn:example:not"}]}, (consent_rows.MODIFIED,)),
        ({"provision": {"type": "permit"}}, (consent_scope.NOT_A_DENIAL,)),
        ({"provision": None}, (consent_scope.NOT_A_DENIAL,)),
        ({"provision": [{"type": "deny"}]}, (consent_rows.SHAPE,)),
        ({"provision": {"type": "deny", "actor": [{}]}}, (consent_rows.SHAPE,)),
        ({"scope": "patient-privacy"}, (consent_rows.SHAPE,)),
        ({"dateTime": "yesterday"}, (UNREADABLE_DATE,)),
        ({"id": None}, (NO_ID,)),
    ],
)
def test_a_consent_that_is_not_a_plain_denial_binds_the_whole_record(
    tmp_path: Path, members: dict[str, Any], doubts: tuple[str, ...]
) -> None:
    """Whoever it names is bound until somebody has looked."""
    reading = one(tmp_path, consent(**members))
    assert reading.numbers == {ADA}
    assert (reading.scope, reading.withdrawn, reading.doubts) == (Scope(), False, doubts)


def test_an_inactive_consent_withdraws(tmp_path: Path) -> None:
    """Whatever is left of its provision."""
    reading = one(tmp_path, consent(status="inactive", provision={"type": "permit"}))
    assert (reading.withdrawn, reading.doubts) == (True, ())


def test_its_business_identifiers_come_before_the_servers_id(tmp_path: Path) -> None:
    """In whatever order they stand."""
    names = [{"system": "urn:b", "value": "2"}, {"system": "urn:a", "value": "1"}]
    ids = {one(tmp_path, consent(identifier=order)).row_id for order in (names, names[::-1])}
    assert ids == {"urn:a|1 urn:b|2"}


def test_a_verification_that_failed_is_no_check(tmp_path: Path) -> None:
    """One that succeeded leaves it to what is agreed with the source."""
    assert one(tmp_path, consent(verification=[{"verified": True}])).identity_check is None
    failed = consent(verification=[{"verified": True}, {"verified": False}])
    assert one(tmp_path, failed).identity_check is IdentityCheck.NONE


def test_the_person_may_be_in_the_consent(tmp_path: Path) -> None:
    """As a contained Patient that the Consent is about, and no other."""
    inside = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NUMBER_SYSTEM, "value": "9990000018"}],
    }
    assert one(tmp_path, consent(contained=[inside], patient={"reference": "#p"})).numbers == {ADA}
    assert one(tmp_path, consent(contained=[inside], patient={"reference": "#q"})).fault == NOBODY


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (consent(patient={"reference": "Patient/1"}), NOBODY),
        (consent(patient={"identifier": {"system": "urn:local", "value": "9990000018"}}), NOBODY),
        (consent(patient={"identifier": {"system": NUMBER_SYSTEM, "value": "9990000019"}}), NOBODY),
        (consent(patient={"identifier": {"system": NUMBER_SYSTEM, "value": 9990000018}}), NOBODY),
        ({"resourceType": "Patient"}, consent_rows.NOT_A_CONSENT),
        ([], consent_rows.NOT_A_CONSENT),
        (b'{"resourceType": "Consent"', consent_rows.NOT_JSON),
        (b'{"resourceType": "Consent", "patient": {}, "patient": {}}', consent_rows.NOT_JSON),
        (b"[" * 100_000, consent_rows.NOT_JSON),
        (b'"' + b"x" * 5_000_000 + b'"', consent_rows.NOT_JSON),
    ],
)
def test_a_row_that_names_nobody_is_told_and_takes_no_other_with_it(
    tmp_path: Path, row: Any, fault: str
) -> None:
    """The rows about it are read, under their own line numbers."""
    before, broken, after = lines(tmp_path, consent(), row, b"", consent())
    assert (broken.row, broken.fault, broken.numbers) == (2, fault, frozenset())
    assert (before.row, after.row) == (1, 4)
    assert before.numbers == after.numbers == {ADA}


def test_a_bundle_is_read_entry_by_entry(tmp_path: Path) -> None:
    """What is no Consent is told of; a single Consent is a file of one row."""
    entries = [{"resource": consent()}, {"resource": {"resourceType": "OperationOutcome"}}, {}]
    rows = whole(tmp_path, {"resourceType": "Bundle", "total": 3, "entry": entries})
    assert [(row.row, row.fault) for row in rows] == [
        (1, ""),
        (2, consent_rows.NOT_A_CONSENT),
        (3, consent_rows.NOT_A_CONSENT),
    ]
    assert [row.row for row in whole(tmp_path, consent())] == [1]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"link": [{"relation": "next", "url": "urn:x"}]}, "one page of several"),
        ({"total": 2}, "more Consents than it holds"),
        ({"entry": {}}, "shape of an R4 Bundle"),
    ],
)
def test_a_part_of_a_bundle_is_refused(tmp_path: Path, members: dict[str, Any], said: str) -> None:
    """The rest of it would be missed without a word."""
    with pytest.raises(UnreadableFile, match=said):
        whole(tmp_path, {"resourceType": "Bundle", "entry": [{"resource": consent()}], **members})


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    """With how to write a large one."""
    path = tmp_path / "rows.json"
    path.write_bytes(b'{"resourceType": "Bundle", "entry": [')
    with pytest.raises(UnreadableFile, match="ndjson"):
        list(consents_in_file(path, partners=PARTNERS, now=NOON))


def test_real_consents_that_name_nobody_are_refused_and_bind_when_they_name_somebody(tmp_path: Path) -> None:
    """IHE's own examples refer to a Patient elsewhere; with a number, not one of them opens anything."""
    found = sorted((need_real_data() / "ihe" / "pcf-consents").glob("Consent-*.json"))
    trees = [json.loads(path.read_bytes()) for path in found]
    assert len(trees) >= 9
    assert {row.fault for row in lines(tmp_path, *trees)} == {NOBODY}
    named = [
        {**tree, "patient": {"identifier": {"system": NUMBER_SYSTEM, "value": "9990000018"}}}
        for tree in trees
    ]
    rows = lines(tmp_path, *named)
    assert len(rows) == len(trees)
    for tree, row in zip(trees, rows, strict=True):
        assert (row.row_id, row.numbers, row.scope) == (tree["id"], {ADA}, Scope())
        denies = tree["provision"]["type"] == "deny"
        assert row.doubts[0] == (consent_scope.EXCEPTION if denies else consent_scope.NOT_A_DENIAL)
