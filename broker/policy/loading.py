"""The `policies/` folder into one PolicySet, or one complaint with file, line, column and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from broker.domain.policy import PolicySet, Topic
from broker.files import FileFault, Section, nearest, read_file
from broker.policy.reading import Places, Vocabulary, read_heading
from broker.policy.reading_agreement import read_agreement
from broker.policy.reading_emergency import read_emergency
from broker.policy.reading_people import read_purposes, read_relationships, read_roles
from broker.policy.reading_sensitive import read_sensitive
from broker.policy.reading_withholding import read_disclosure, read_objections
from broker.policy.revision_file import read_revision
from broker.policy.snapshot import FOLDERS, read_snapshot

POLICY, CASES, USUAL_CASE = "policy.yaml", "cases.yaml", "usual-case.yaml"


def load_policies(folder: Path, partners: Mapping[str, frozenset[str]]) -> PolicySet:
    """Read every topic. `partners` is each registered partner's id with its ODS codes.

    Raises FileFault for the first thing that is wrong: a topic that is missing, unknown or without
    cases, a word that is not of the vocabulary, an unknown partner, a rule that contradicts a promise.
    """
    snapshot = read_snapshot(folder)
    check_folders(folder)
    read_revision(snapshot)
    tops = {topic: read_file(folder / topic / POLICY) for topic in Topic}
    in_force_from = max(read_heading(top, topic) for topic, top in tops.items())
    places = {topic: Places(topic) for topic in Topic}
    roles = read_roles(tops[Topic.ROLES], places[Topic.ROLES])
    words = Vocabulary(partners=partners, groups=roles.groups)
    purposes = read_purposes(tops[Topic.PURPOSES], places[Topic.PURPOSES])
    agreement = read_agreement(tops[Topic.SHARING_AGREEMENT], places[Topic.SHARING_AGREEMENT], words)
    policies = PolicySet(
        revision=snapshot.revision,
        in_force_from=in_force_from,
        national_roles=roles.national,
        local_roles=roles.local,
        purposes=purposes.permitted,
        refused_purposes=purposes.refused,
        care_ends_days_after_death=purposes.days_after_death,
        relationships=read_relationships(tops[Topic.RELATIONSHIPS], places[Topic.RELATIONSHIPS], words),
        parties=agreement.parties,
        party_of_organisation=agreement.of_organisation,
        party_of_partner=agreement.of_partner,
        networks=agreement.networks,
        leads=agreement.leads,
        reconstruction=agreement.reconstruction,
        objections=read_objections(tops[Topic.OBJECTIONS], places[Topic.OBJECTIONS], words),
        disclosure=read_disclosure(tops[Topic.DISCLOSURE], places[Topic.DISCLOSURE], words),
        emergency_access=read_emergency(tops[Topic.EMERGENCY_ACCESS], places[Topic.EMERGENCY_ACCESS], words),
        sensitive=read_sensitive(
            tops[Topic.SENSITIVE_INFORMATION], places[Topic.SENSITIVE_INFORMATION], words
        ),
        places={key: place for topic in Topic for key, place in places[topic].found.items()},
    )
    for top in tops.values():
        top.finish()
    if read_snapshot(folder).digest != snapshot.digest:
        raise FileFault(folder, 1, 1, "changed while it was read.", "Load it again.")
    return policies


def check_folders(folder: Path) -> None:
    """Exactly one folder for each topic, each with its cases. Raises FileFault."""
    if not folder.is_dir():
        raise FileFault(folder, 1, 1, "is not a folder.", "It holds one folder for each policy.")
    for found in sorted(path for path in folder.iterdir() if path.is_dir()):
        if found.name not in FOLDERS:
            raise FileFault(found, 1, 1, "is not a topic of the policies.", nearest(found.name, FOLDERS))
    for topic in Topic:
        if not (folder / topic / POLICY).is_file():
            raise FileFault(folder / topic / POLICY, 1, 1, "is missing.", "Every topic has its policy.")
        if not (folder / topic / CASES).is_file():
            remedy = "A policy without cases is refused: say what it does in one case at least."
            raise FileFault(folder / topic / CASES, 1, 1, "is missing.", remedy)
        _check_cases(read_file(folder / topic / CASES))


def _check_cases(top: Section) -> None:
    if not top.sections("cases"):
        raise top.fault("`cases` lists none.", "A policy without cases is refused.", at="cases")
