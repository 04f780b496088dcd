"""The oracle keeps practices apart: those of no common network, and those of one registration."""

from __future__ import annotations

import dataclasses

import pytest

from tests.prove.oracle import Case, Objected, Registered, Words, judge_all, words_of
from tests.prove.oracle.closed import CATEGORIES
from tests.prove.oracle.reading import read_topics
from tests.prove.test_oracle import POLICIES, WORDS
from tests.prove.test_oracle_days import USUAL_CASE

NETWORK = [{"id": "net", "practices": ["D99001", "D99002"], "relationships": ["booking"]}]
ANOTHER = ("sharing-agreement", "another-practice")


def networked(networks: list[dict[str, object]]) -> Words:
    """The shipped words with these networks alone."""
    topics = read_topics(POLICIES)
    topics["sharing-agreement"]["networks"] = networks
    return words_of(topics)


def elsewhere(**edits: object) -> Case:
    """The usual doctor, for a person whose practice is the other one."""
    return dataclasses.replace(USUAL_CASE, **{"practice": "D99002"} | edits)


@pytest.mark.parametrize(
    ("networks", "relationship", "because"),
    [
        (NETWORK, "booking", ("roles", "doctor")),
        (NETWORK, "referral", ANOTHER),
        ([], "booking", ANOTHER),
        (
            [NETWORK[0] | {"practices": ["D99001"]}, NETWORK[0] | {"practices": ["D99002"]}],
            "booking",
            ANOTHER,
        ),
    ],
)
def test_the_oracle_opens_another_practice_only_by_one_network(
    networks: list[dict[str, object]], relationship: str, because: tuple[str, str]
) -> None:
    """One network lists both practices and the relationship; else that partner alone is denied, in scope."""
    whole = judge_all(elsewhere(relationship=relationship), networked(networks))
    other = whole.partners["castle-hill-practice"]
    assert (whole.effect, other.because, other.in_scope) == ("permit", because, True)


def test_the_oracle_rules_out_no_practice_before_the_index_has_answered() -> None:
    """What is not known yet of the person's practice is judged when it is."""
    whole = judge_all(elsewhere(restriction="not-yet-known", practice=None), networked([]))
    assert whole.partners["castle-hill-practice"].effect == "permit"


def test_the_oracle_asks_no_network_of_a_hospital() -> None:
    """A requester who is no practice sees the person's practice."""
    case = elsewhere(organisation="RX901", relationship="booking")
    assert judge_all(case, networked([])).partners["castle-hill-practice"].effect == "permit"


def shared_registration() -> tuple[Words, tuple[Registered, ...]]:
    """Two practices behind one registration."""
    topics = read_topics(POLICIES)
    parties = topics["sharing-agreement"]["parties"]
    parties[0]["organisations"] = ["D99001", "D99003"]
    both = frozenset({"D99001", "D99003"})
    one = Registered(partner="fen-edge-practice", organisations=both, supplies=CATEGORIES)
    return words_of(topics), (one, *USUAL_CASE.partners[2:])


@pytest.mark.parametrize(
    ("named", "practice", "restriction", "effect"),
    [
        ("D99003", "D99001", "none", "permit"),
        ("D99001", "D99001", "none", "deny"),
        ("D99003", None, "not-yet-known", "deny"),
        ("fen-edge-practice", "D99001", "none", "deny"),
    ],
)
def test_the_oracle_holds_a_practices_objection_to_its_own_people(
    named: str, practice: str | None, restriction: str, effect: str
) -> None:
    """A code reaches those whose practice it is, and everybody before that is known; a name reaches all."""
    words, partners = shared_registration()
    objected = (Objected(state="upheld", partners=frozenset({named}), direction="source"),)
    case = elsewhere(practice=practice, restriction=restriction, partners=partners, objections=objected)
    assert judge_all(case, words).partners["fen-edge-practice"].effect == effect


def test_the_oracle_reaches_every_registration_of_an_organisation() -> None:
    """An objection to a hospital holds at its letters, whichever of its names it has."""
    for name in ("nenewest", "nenewest-letters", "RX903"):
        objected = (Objected(state="upheld", partners=frozenset({name}), direction="source"),)
        partners = judge_all(elsewhere(objections=objected), WORDS).partners
        assert {partners["nenewest"].effect, partners["nenewest-letters"].effect} == {"deny"}
