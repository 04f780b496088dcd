"""The closed vocabulary of the policies into their reference page, from the code that enforces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from broker.domain.category import Category
from broker.domain.decision import Effect, Naming, Told
from broker.domain.grant import EmergencyGround
from broker.domain.leads import KINDS
from broker.domain.objection import Direction, ObjectionState
from broker.domain.policy import (
    DIRECT_CARE,
    PLACELESS,
    Asked,
    Decider,
    Differences,
    Ground,
    Purpose,
    ToldFirst,
    Topic,
)
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import LEGAL, OWN_SYSTEM, SensitivityClass
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.promises import PROMISES
from broker.policy.reading import EVERYTHING, GROUP_WORDS
from broker.policy.reading_reconstruction import PERMITTED
from broker.policy.reading_withholding import ALWAYS_BIND, EFFECTS, RESTRICTIONS
from broker.policy.situation import RESTRICTION_WORDS

PAGE = "docs/reference/policy-vocabulary.md"

_OPENING = """# The words of the policies

Every word that a file under `policies/` may use, and every rule that may be given as a reason. A file with
another word is refused, with its line and the nearest valid word. Written by
`watersmeet policy vocabulary`, from the code that enforces it; a test compares the two.
"""


def reference_page() -> str:
    """The whole page, as Markdown, ending in a newline."""
    return "\n".join((_OPENING, *_word_lists(), *_promises(), *_rules(), ""))


def _word_lists() -> Iterator[str]:
    yield from _list("Topics", "One folder each, in the order of reading.", Topic)
    yield from _list("Effects of a rule", "Deny overrides; no permit is a deny.", Effect)
    yield from _list("Categories", f"`{EVERYTHING}` is all of them but `unclassified`.", Category)
    yield from _list("Purposes", "Codes of HL7 v3-ActReason. All are permitted or refused by name.", Purpose)
    yield from _list("Purposes that may be permitted", "Direct care alone.", sorted(DIRECT_CARE))
    yield from _list("Care relationships", "`none` is never permitted.", RelationshipGround)
    yield from _list(
        "Words for several role groups", "Role groups themselves are named by the roles policy.", GROUP_WORDS
    )
    yield from _list("When a partner is asked", "In the sharing agreement.", Asked)
    yield from _list("Kinds of partner", "In `leads` of the sharing agreement.", KINDS)
    yield from _list(
        "Whether a partner may be asked again for what was disclosed", "In its entry.", PERMITTED
    )
    yield from _list("States of an objection", "Each has an effect in the objections policy.", ObjectionState)
    yield from _list("States that always bind", "No file can say otherwise.", sorted(ALWAYS_BIND))
    yield from _list("Effects of a state", "In the objections policy.", EFFECTS)
    yield from _list("Directions of an objection to a partner", "`both` when it says nothing.", Direction)
    yield from _list("Grounds not to uphold", "No other ground opens anything.", Ground)
    yield from _list("Who decides not to uphold", "Each ground names who of them may.", Decider)
    yield from _list("Whether the person is told first", "For each ground not to uphold.", ToldFirst)
    yield from _list("Grounds of emergency access", "No other ground opens anything.", EmergencyGround)
    yield from _list("Naming of partners", "In the disclosure policy.", Naming)
    yield from _list("Demographics that differ", "In the disclosure policy.", Differences)
    yield from _list("What a refused caller is told", "In cases.", Told)
    yield from _list("Protected people", "In the disclosure policy.", RESTRICTIONS)
    yield from _list("Protected people, in cases", "What the index says.", RESTRICTION_WORDS)
    yield from _list(
        "Sensitivity classes",
        f"A label of `{OWN_SYSTEM}` is one of these words.",
        SensitivityClass,
    )
    yield from _list("Classes that the law closes", "No file can open them.", sorted(LEGAL))
    yield from _list(
        "Categories without a place",
        "All that an emergency may open of a protected person.",
        sorted(PLACELESS),
    )


def _list(title: str, remark: str, words: Iterable[str]) -> Iterator[str]:
    yield from (f"## {title}", "", remark, "")
    yield from (f"- `{word}`" for word in words)
    yield ""


def _promises() -> Iterator[str]:
    yield from ("## Promises", "")
    yield "No file can break one, whatever its cases say: policies that do are refused."
    yield from ("", "| promise | what it says |", "| --- | --- |")
    yield from (f"| `{promise.word}` | {promise.sentence} |" for promise in PROMISES)
    yield ""


def _rules() -> Iterator[str]:
    yield from ("## Rules that need no line of their own", "")
    yield "All other rules are words that a file itself names: a role group, a purpose, a party, a state."
    yield from ("", "| reason | what it says |", "| --- | --- |")
    yield from (f"| `{topic}/{rule}` | {sentence} |" for (topic, rule), sentence in SENTENCES.items())
