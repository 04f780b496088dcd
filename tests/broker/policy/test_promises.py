"""What no file can change, whatever cases stand beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from broker.domain.objection import ObjectionState
from broker.domain.policy import PolicySet
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import LEGAL, SensitiveRules
from broker.files import FileFault
from broker.policy.holding import PromiseBroken, load_proved
from broker.policy.promises import PROMISES, broken_promises
from tests.support.commands import watersmeet
from tests.support.plain_policies import write_policies
from tests.support.policies import NETWORK, copy_policies, shipped_policies

# Of cases no more than the reader wants of each topic: every other one was deleted.
BARE = "cases:\n  - name: nothing is known here\n    given: {roles: []}\n    expect: {effect: deny}\n"


class Breach(NamedTuple):
    """`old` becomes `new` in one topic's policy, and so does `more`, which breaks `promise`."""

    promise: str
    topic: str
    old: str
    new: str
    more: tuple[str, str] = ("", "")


BREACHES = {
    "a class that takes in mental health": Breach(
        "emergency-department",
        "sensitive-information",
        "  - act-code|MH\n",
        "",
        ("law closes\n    labels: []", "law closes\n    labels: [act-code|MH]"),
    ),
    "a hospital of which doctors see no alerts": Breach(
        "emergency-department",
        "sharing-agreement",
        "    hides:\n      - from: [receptionist, clinical-admin]\n        categories: [appointments]",
        "    hides:\n      - from: [doctor]\n        categories: [alerts]",
    ),
    "nurses who see no plans": Breach(
        "emergency-department",
        "roles",
        "local_words: [nurse, midwife, community-nurse]\n    sees: [everything]",
        "local_words: [nurse, midwife, community-nurse]\n    sees: [alerts, medicines]",
    ),
    "doctors without a national code": Breach(
        "emergency-department", "roles", "national_codes: [R8000]", "national_codes: []"
    ),
    "an emergency refused": Breach(
        "emergency-department",
        "purposes",
        "  - code: ETREAT\n    title: Emergency treatment\n",
        "",
        ("refused:\n", "refused:\n  - code: ETREAT\n    title: Emergency treatment\n"),
    ),
    "lithium among the codes of a class": Breach(
        "emergency-department",
        "sensitive-information",
        '      - code: "63487001"\n        title: Assisted fertilisation',
        '      - code: "387095003"\n        title: Lithium',
    ),
    "a care board that looks": Breach(
        "board-sees-nothing",
        "sharing-agreement",
        "organisations: [QX9]\n    phase: one\n    from: 2023-05-16\n    views: false",
        "organisations: [QX9]\n    phase: one\n    from: 2023-05-16\n    views: true",
    ),
    "a care board by another name": Breach(
        "board-sees-nothing",
        "sharing-agreement",
        "party: integrated-care-board\n    name: Fenland Integrated Care Board\n    organisations: [QX9]\n"
        "    phase: one\n    from: 2023-05-16\n    views: false",
        "party: planners\n    name: Planners\n    organisations: [QX9]\n"
        "    phase: one\n    from: 2023-05-16\n    views: true",
    ),
}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES.keys())
def test_a_broken_promise_is_named_though_every_case_was_deleted(breach: Breach, tmp_path: Path) -> None:
    """The files can be read, and the policies are refused all the same."""
    folder = copy_policies(tmp_path)
    for cases in folder.glob("*/cases.yaml"):
        cases.write_text(BARE)
    agreement = folder / "sharing-agreement" / "policy.yaml"  # its reconstruction must have a case of its own
    agreement.write_text(agreement.read_text().replace("    reconstruction: permitted\n", ""))
    load_proved(folder, NETWORK)
    path = folder / breach.topic / "policy.yaml"
    text = path.read_text()
    assert text.count(breach.old) == 1
    path.write_text(text.replace(breach.old, breach.new).replace(*breach.more, 1))
    with pytest.raises(PromiseBroken, match=f"breaks the promise `{breach.promise}`"):
        load_proved(folder, NETWORK)


def test_policy_check_names_the_promise_and_what_shows_it(tmp_path: Path) -> None:
    """With the sentence, the first request that breaks it, and what to do."""
    folder = copy_policies(tmp_path)
    breach = BREACHES["a care board that looks"]
    path = folder / breach.topic / "policy.yaml"
    path.write_text(path.read_text().replace(breach.old, breach.new))
    config = Path(__file__).parents[3] / "config"
    done = watersmeet("policy", "check", "--config", str(config), "--policies", str(folder))
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "breaks the promise `board-sees-nothing`" in said
    assert (
        "An integrated care board has no access to records. At integrated-care-board (QX9): doctor, " in said
    )
    assert "No policy may do that" in said


def _broken(policies: PolicySet) -> set[str]:
    return {promise.word for promise, _ in broken_promises(policies)}


def _without_legal(rules: SensitiveRules) -> SensitiveRules:
    return SensitiveRules(
        classes={name: rule for name, rule in rules.classes.items() if name not in LEGAL},
        ordinary=rules.ordinary,
    )


def _by_hand(policies: PolicySet) -> dict[str, PolicySet]:
    """Sets that no reader would make: what the reader refuses, a promise finds too."""
    received = frozenset({ObjectionState.RECEIVED})
    rules, grounds = policies.objections, policies.relationships
    none = replace(grounds[RelationshipGround.BOOKING], ground=RelationshipGround.NONE)
    return {
        "objection-stops": replace(
            policies, objections=replace(rules, binds=rules.binds - received, ends=rules.ends | received)
        ),
        "direct-care-alone": replace(
            policies,
            purposes=policies.purposes | {"HRESCH"},
            refused_purposes=policies.refused_purposes - {"HRESCH"},
        ),
        "law-closes": replace(policies, sensitive=_without_legal(policies.sensitive)),
        "care-relationship": replace(policies, relationships={**grounds, RelationshipGround.NONE: none}),
    }


@pytest.mark.parametrize("word", sorted(_by_hand(shipped_policies())))
def test_what_the_reader_refuses_a_promise_finds_by_deciding(word: str) -> None:
    """Neither stands alone; nobody looks without a relationship even then."""
    assert _broken(_by_hand(shipped_policies())[word]) == ({word} - {"care-relationship"})


def test_policies_of_other_parties_are_held_to_the_same_promises(tmp_path: Path) -> None:
    """No name of the demonstration is in a promise."""
    folder = write_policies(tmp_path / "policies", {"alder": "RX901", "beech": "RX902"})
    load_proved(folder, {"alder": frozenset({"RX901"}), "beech": frozenset({"RX902"})})
    written = Path(__file__).parents[3] / "broker/policy/promises.py"
    assert not re.search("|".join(NETWORK), written.read_text())


@pytest.mark.parametrize("purpose", ["PATRQT", "FAMRQT"])
def test_a_request_by_the_person_or_the_family_can_never_be_permitted(purpose: str, tmp_path: Path) -> None:
    """So nothing that must not be told to them has a way there: the reader refuses the word itself."""
    folder = copy_policies(tmp_path)
    path = folder / "purposes" / "policy.yaml"
    path.write_text(
        path.read_text().replace("permitted:\n", f"permitted:\n  - code: {purpose}\n    title: Own\n", 1)
    )
    with pytest.raises(FileFault, match=f"`{purpose}` is not a word that `code` knows"):
        load_proved(folder, NETWORK)
    policies = shipped_policies()
    assert _broken(
        replace(policies, purposes=policies.purposes | {purpose}, refused_purposes=frozenset())
    ) == {"direct-care-alone"}


def test_every_promise_has_a_word_of_its_own() -> None:
    """A fault names it, and the vocabulary lists it."""
    assert len({promise.word for promise in PROMISES}) == len(PROMISES)
