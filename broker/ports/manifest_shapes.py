"""A connector's `manifest.yaml` and `quality.yaml` as JSON Schema, from the words that it may use."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from broker.ports import shapes
from broker.ports.manifest import FLAGS, METHODS, PROOFS, ROLES, SEGMENT_PATTERN
from broker.ports.shapes import Shape

# What every connector owes, each held by a test of its own.
RULES = (
    "pure-generator",
    "settings-validated",
    "right-person-only",
    "several-matches-refused",
    "pages-followed",
    "page-loops-ended",
    "limits-honoured",
    "later-page-failures-partial",
    "partner-warnings-heeded",
    "empties-told-apart",
    "refusals-told-apart",
    "malformed-answers-refused",
    "cancellation-ends-calls",
    "reads-only",
    "no-person-in-errors",
    "simulator",
)
DONE, EXEMPT = "done", "exempt"
_REASON = r"\s*\S+(?:\s+\S+){3,}\s*"  # four words at least
_ABOUT_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "reads_from_settings": "What may be read stands in the registration.",
        "writes_authorization": "The connector itself writes an Authorization header that holds no secret.",
        "documents": "It opens what it lists.",
        "locates": "Its items name further holders.",
        "rehearsal": "Never in production.",
        "versions": "It can ask for one version of an item.",
        "direct_care_only": "Its terms are care alone: no disclosure is reconstructed by it.",
    }
)


def manifest_file() -> Shape:
    """The whole of `manifest.yaml`."""
    described = shapes.named("Every setting, each described in one line.", shapes.text("What it is for."))
    members = {
        "name": shapes.text("The connector's name, as its entry point has it."),
        "api": shapes.integer("The contract that it is written for.", least=1),
        "role": shapes.word("`index` for a patient index.", ROLES),
        "proof": shapes.word("What proves that a record is the person's.", PROOFS),
        "filters_categories": shapes.flag("The partner can be asked for some categories alone."),
        "summary": shapes.text("What it speaks to, in one line."),
        "reads?": shapes.sections("The only calls that the transport lets through.", _read()),
        "settings?": described,
        "files?": shapes.words("Settings that name a file."),
        **{f"{flag}?": shapes.flag(_ABOUT_FLAGS[flag]) for flag in FLAGS},
    }
    rule = {"anyOf": [_some_read(), _true("reads_from_settings"), _true("rehearsal")]}
    return shapes.document("Manifest of a connector", shapes.section("`manifest.yaml`.", members, rule))


def _some_read() -> Shape:
    return {"required": ["reads"], **shapes.only(reads={"contains": {"not": {"required": ["service"]}}})}


def _true(member: str) -> Shape:
    return {"required": [member], "properties": {member: {"const": True}}}


def _read() -> Shape:
    segment = rf"(?!\.{{1,2}}(?:/|$))(?:{SEGMENT_PATTERN.pattern})"
    path = rf"\{{base\}}|{segment}(?:/{segment})*"
    members = {
        "method": shapes.word("`QUERY` is a message over MLLP.", METHODS),
        "path": shapes.text("Relative to the endpoint; `{id}` is one segment, `{base}` the endpoint.", path),
        "service?": shapes.text("The further endpoint of which it is a read."),
    }
    return shapes.section("One call.", members)


def quality_file() -> Shape:
    """The whole of `quality.yaml`."""
    exempt = {
        "status": shapes.word("It does not apply.", (EXEMPT,)),
        "reason": shapes.text("Why, in four words at least.", _REASON),
    }
    done = {"const": DONE, "description": "A test of the connector shows it."}
    rule = shapes.either("Whether it holds.", done, shapes.section("Exempt.", exempt))
    rules = shapes.section("What every connector owes.", dict.fromkeys(RULES, rule))
    return shapes.document("Quality of a connector", shapes.section("`quality.yaml`.", {"rules": rules}))
