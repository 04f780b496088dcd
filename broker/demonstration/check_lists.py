"""Each partner's signed list of invented people, so that `partner check` runs on the demonstration."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from broker.conformance.people import Standing, sign
from broker.demonstration.partners import ADDENBURY, DemonstrationPartner
from broker.demonstration.people.person import Story, Tree
from broker.domain.category import SUPPORTING_TYPES, Category, category_of

PUBLIC_KEY = "test-people.pub.pem"
_PRIVATE_KEY = "test-people.pem"
FOLDER = "test-people"
_NOBODY = "9990000999"
_PATIENT = "Patient"


def write_check_lists(
    config: Path, partners: tuple[DemonstrationPartner, ...], stories: tuple[Story, ...]
) -> None:
    """Write and sign `test-people/<partner>.yaml` for each; the key that signs is made here and stays."""
    folder = config / FOLDER
    folder.mkdir(mode=0o700)
    key = Ed25519PrivateKey.generate()
    private = config / _PRIVATE_KEY
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (config / PUBLIC_KEY).write_bytes(public)
    for partner in partners:
        path = folder / f"{partner.partner_id}.yaml"
        path.write_text(_list(partner, stories), encoding="utf-8")
        sign(path, private)


def _list(partner: DemonstrationPartner, stories: tuple[Story, ...]) -> str:
    """JSON is YAML: whoever the partner knows well, and one whom nobody knows."""
    known = [_known(partner, story) for story in stories if _may_be_tried(partner, story)]
    practice = partner.ods if partner.kind == "gp" else ""
    nobody = {"number": _NOBODY, "birth_date": "1970-01-01", "family": "Nobody", "given": ["At", "All"]}
    unknown = {**nobody, **({"practice": practice} if practice else {}), "is": Standing.UNKNOWN.value}
    return json.dumps({"asked_from": ADDENBURY.ods, "people": [*known, unknown]}, indent=1) + "\n"


def _may_be_tried(partner: DemonstrationPartner, story: Story) -> bool:
    """Not those whose story is that this partner fails, or holds somebody else under their number."""
    chart = story.charts.get(partner.partner_id)
    return chart is not None and partner.partner_id not in story.down and not _is_somebody_else(story, chart)


def _is_somebody_else(story: Story, chart: tuple[Tree, ...]) -> bool:
    return bool(chart[0]["birthDate"] != story.demographics.birth_date)


def _known(partner: DemonstrationPartner, story: Story) -> dict[str, object]:
    who = story.demographics
    person = {
        "number": who.number,
        "birth_date": who.birth_date,
        "family": who.family,
        "given": [who.given],
        "is": Standing.KNOWN.value,
        "holds": _holds(partner, story.charts[partner.partner_id]),
    }
    return {**person, **({"practice": who.practice} if partner.kind == "gp" else {})}


def _holds(partner: DemonstrationPartner, chart: tuple[Tree, ...]) -> dict[str, int]:
    """At least so many of each category; who and where are no items."""
    kinds = [one for one in chart if one["resourceType"] not in SUPPORTING_TYPES | {_PATIENT}]
    counted = Counter(category_of(one["resourceType"], _codes(one)) for one in kinds)
    return {str(category): count for category, count in counted.items() if _is_told(partner, category)}


def _is_told(partner: DemonstrationPartner, category: Category) -> bool:
    return category in partner.supplies


def _codes(resource: Tree) -> list[str]:
    concepts = resource.get("category") or []
    concepts = concepts if isinstance(concepts, list) else [concepts]
    return [coding["code"] for one in concepts if isinstance(one, dict) for coding in one.get("coding", ())]
