"""A folder of policies for partners that a test invents: everything permitted to a doctor at RX901.

Roles, purposes, relationships and objections are governance's own files; the agreement and what is said
of partners are written for these partners, and none of them is wholly of a sensitivity class. A partner's
own Patient is shown, whatever the test's index does not say of the person. Each topic has one case, because
a policy without one is refused.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

OWN = Path(__file__).resolve().parents[2] / "policies"
_KEPT = ("roles", "purposes", "relationships", "objections", "emergency-access")
_CASE = "cases:\n  - name: a doctor who was booked may look\n    expect: {effect: permit}\n"
_USUAL = """\
title: A doctor at the first hospital opens the record of a person booked there
given:
  roles: [doctor]
  organisation: RX901
  user: user-1
  purpose: TREAT
  relationship: booking
  scopes: []
  day: 2026-11-02
  practice: none
  restriction: none
  not_live: []
  objections: []
"""
_HEAD = """\
id: {topic}
version: 1.0.0
title: For a test
rationale: For a test.
approved_by: a test
effective_from: 2026-01-01
"""
_PARTY = """\
  - partner: {partner_id}
    name: {partner_id}
    organisations: [{ods}]
    phase: one
    from: 2023-05-16
    views: true
    asked: {asked}
    supplies:
      - to: [everyone]
        categories: [{categories}]
"""


def write_policies(
    folder: Path,
    ods_codes: Mapping[str, str],
    *,
    categories: str = "everything",
    asked: Mapping[str, str] | None = None,
) -> Path:
    """Write policies for partners by id, each with one ODS code; the first one's is RX901. `asked` says of
    a partner when it is, where that is not `always`.
    """
    when = asked or {}
    folder.mkdir(parents=True)
    for topic in _KEPT:
        (folder / topic).mkdir()
        shutil.copy(OWN / topic / "policy.yaml", folder / topic)
    (folder / "usual-case.yaml").write_text(_USUAL)
    parties = "".join(
        _PARTY.format(
            partner_id=partner_id, ods=ods, categories=categories, asked=when.get(partner_id, "always")
        )
        for partner_id, ods in ods_codes.items()
    )
    phases = "phases:\n  - id: one\n    title: Everybody\n    live_from: 2023-05-16\n"
    _write(folder, "sensitive-information", _classes())
    _write(folder, "sharing-agreement", phases + "parties:\n" + parties)
    disclosure = (OWN / "disclosure" / "policy.yaml").read_text()
    disclosure = disclosure.replace("demographic_differences: hidden", "demographic_differences: shown")
    naming = disclosure.index("naming:")
    after = disclosure.index("neutral:")
    _write(
        folder,
        "disclosure",
        disclosure[disclosure.index("notice:") : naming]
        + "naming:\n  otherwise: plain\n  partners: []\n"
        + disclosure[after:],
    )
    for topic in folder.iterdir():
        if topic.is_dir():
            (topic / "cases.yaml").write_text(_CASE)
    return folder


def _classes() -> str:
    sensitive = (OWN / "sensitive-information" / "policy.yaml").read_text()
    body = sensitive[sensitive.index("label_systems:") :]
    return body.replace("sources: [harbour-clinic]", "sources: []")


def _write(folder: Path, topic: str, body: str) -> None:
    (folder / topic).mkdir()
    (folder / topic / "policy.yaml").write_text(_HEAD.format(topic=topic) + body)
