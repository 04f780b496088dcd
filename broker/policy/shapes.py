"""Each topic's policy, from the vocabulary and the forms that its reader holds it to, as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from broker.domain.decision import Naming
from broker.domain.objection import ObjectionState
from broker.domain.policy import (
    DIRECT_CARE,
    PLACELESS,
    Decider,
    Differences,
    Ground,
    Purpose,
    ToldFirst,
    Topic,
)
from broker.domain.requester import RelationshipGround
from broker.policy.reading import GROUP_WORDS, ID_PATTERN, VERSION_PATTERN
from broker.policy.reading_people import NATIONAL_CODE
from broker.policy.reading_withholding import ALWAYS_BIND, BINDS, EFFECTS, ENDS, RESTRICTIONS
from broker.policy.shapes_of_access import emergency_access, governance
from broker.policy.shapes_of_agreement import sharing_agreement
from broker.policy.shapes_of_classes import sensitive_information
from broker.policy.shapes_of_words import categories, partner_id, relationships, role_groups
from broker.ports import shapes
from broker.ports.shapes import Shape


def _contact() -> Shape:
    return shapes.words("Whom to call instead.", shapes.text("One route."), least=1)


def policy(topic: Topic) -> Shape:
    """The whole file of one topic. Raises LookupError for a topic that nobody described here."""
    if topic not in MEMBERS:
        raise LookupError(f"Topic `{topic}` has no shape. Add it to MEMBERS in broker/policy/shapes.py.")
    members, *rules = MEMBERS[topic]()
    about = f"`policies/{topic}/policy.yaml`. Every member is read strictly; nothing else may stand here."
    return shapes.document(f"Policy: {topic}", shapes.section(about, {**_heading(topic), **members}, *rules))


def _heading(topic: Topic) -> Mapping[str, Shape]:
    return {
        "id": shapes.word("The topic, as the folder is named.", (topic,)),
        "version": shapes.text(
            "Raise the first number when somebody gains or loses access, the second for a new option.",
            VERSION_PATTERN,
            "1.0.0",
        ),
        "title": shapes.text("What the policy says, in one line."),
        "rationale": shapes.text("Why, in the words of those who decided."),
        "approved_by": shapes.text("Who approved it, as a role, and by which decision."),
        "effective_from": shapes.date("The day from which it is in force. Before it nothing is permitted."),
    }


def _roles() -> tuple[dict[str, Shape], *tuple[Shape, ...]]:
    group = {
        "id": {
            **shapes.text("Its own word, such as `ward-clerk`.", ID_PATTERN),
            "not": {"enum": [*GROUP_WORDS]},
        },
        "title": shapes.text("Who they are."),
        "clinical": shapes.flag("Whether `clinical` or `non-clinical` stands for them."),
        "national_codes": shapes.words(
            "The last part of national job role codes.",
            shapes.text("Such as `R8000`.", NATIONAL_CODE),
        ),
        "local_words": shapes.words(
            "Words of local identity providers.",
            {"type": "string", "not": {"pattern": shapes.whole(NATIONAL_CODE)}},
        ),
        "sees": categories("The most that they may see, whatever a partner agreed to share."),
    }
    about = "Who is who. Whoever holds several roles sees only what every one of them may see."
    return ({"groups": shapes.sections(about, shapes.section("One role group.", group))},)


def _purposes() -> tuple[dict[str, Shape], *tuple[Shape, ...]]:
    def coded(valid: Iterable[str]) -> Shape:
        code = shapes.word("A code of HL7 v3-ActReason.", valid)
        return shapes.section("One purpose.", {"code": code, "title": shapes.text("What it means.")})

    never = [purpose for purpose in Purpose if purpose not in DIRECT_CARE]
    sorted_somewhere = [
        {"anyOf": [shapes.only(permitted=one), shapes.only(refused=one)]}
        for one in ({"contains": shapes.has("code", purpose)} for purpose in sorted(DIRECT_CARE))
    ]
    members = {
        "permitted": shapes.sections(
            "Purposes that may open a record: direct care alone.", coded(DIRECT_CARE)
        ),
        "refused": shapes.sections(
            "Every other purpose, by name.", coded(Purpose), *shapes.speaks_of("code", never)
        ),
        "care_ends_days_after_death": shapes.integer("Days after a death for which the record stays open."),
    }
    return (members, *sorted_somewhere)


def _relationships() -> tuple[dict[str, Shape], *tuple[Shape, ...]]:
    ground = shapes.section(
        "One ground.",
        {
            "ground": shapes.word("By what right. `none` is never permitted.", RelationshipGround),
            "title": shapes.text("What it means."),
            "permitted": shapes.flag("Whether it opens a record."),
            "alert?": shapes.flag("Whether a privacy officer hears of each use."),
            "only_roles?": role_groups("For whom alone it opens one."),
        },
        shapes.when(shapes.has("ground", RelationshipGround.NONE), shapes.only(permitted={"const": False})),
    )
    spoken_of = shapes.speaks_of("ground", RelationshipGround)
    return ({"grounds": shapes.sections("Every ground is spoken of.", ground, *spoken_of)},)


def _objections() -> tuple[dict[str, Shape], *tuple[Shape, ...]]:
    state = shapes.section(
        "One state.",
        {
            "state": shapes.word("A state of an objection.", ObjectionState),
            "title": shapes.text("What it means."),
            "effect": shapes.word("What it does.", EFFECTS),
        },
        shapes.when(shapes.has("state", *sorted(ALWAYS_BIND)), shapes.only(effect={"const": BINDS})),
        shapes.when(shapes.has("effect", ENDS), shapes.only(state={"const": str(ObjectionState.WITHDRAWN)})),
    )
    telling = {
        **_telling(),
        "named_staff": shapes.flag("Whether staff hear that a person objected to them by name."),
        "words": shapes.text("What is said of an objection."),
        "contact": _contact(),
    }
    spoken_of = shapes.speaks_of("state", ObjectionState)
    members = {
        "states": shapes.sections("Every state has an effect.", state, *spoken_of),
        "grounds": shapes.sections(
            "The only grounds on which an objection may not be upheld.", _ground_not_to_uphold()
        ),
        "telling": shapes.section("Who hears that there is an objection.", telling),
        "governance?": governance(),
    }
    return (members,)


def _ground_not_to_uphold() -> Shape:
    return shapes.section(
        "One ground. A decision on it opens to whom and what both name.",
        {
            "ground": shapes.word("Why.", Ground),
            "title": shapes.text("What it means."),
            "decided_by": shapes.words("Who may decide so.", Decider, least=1),
            "to": role_groups("Whom it may open to at most."),
            "opens": categories("What it may open at most."),
            "review_within_days": shapes.integer("Days within which it is reviewed.", least=1),
            "told_first": shapes.word("Whether the person is told before it takes effect.", ToldFirst),
        },
    )


def _telling() -> dict[str, Shape]:
    return {
        "roles": role_groups("Who hears of it."),
        "relationships": relationships("In which care relationship."),
    }


def _disclosure() -> tuple[dict[str, Shape], *tuple[Shape, ...]]:
    neutral = {"words": shapes.text("The same words whoever the person is."), "contact": _contact()}
    restricted = {
        "words": shapes.text("What those hear who may hear it."),
        "contact": _contact(),
        "telling": shapes.section("Who hears that a person is protected.", _telling()),
        "emergency?": _emergency(),
    }
    members = {
        "notice": shapes.text("Stands on every view, whether anything is held back or not."),
        "medicines_notice": shapes.text("Stands on every view of medicines, whether any came or not."),
        "demographic_differences": shapes.word(
            "Whether a Patient is shown that says of gender, title or name what the index does not.",
            Differences,
        ),
        "naming": _naming(),
        "neutral": shapes.section("Said to everybody who has no right to look.", neutral),
        "restricted": shapes.section("People whose whereabouts are protected.", restricted),
    }
    return (members,)


def _naming() -> Shape:
    partner = {
        "partner": partner_id(),
        "naming": shapes.word("How it is named.", Naming),
        "because": shapes.text("Why."),
    }
    about = (
        "plain: name and answer are shown. veiled: nothing is told apart. folded: part of a nameless line."
    )
    return shapes.section(
        about,
        {
            "otherwise": shapes.word("How every other partner is named.", Naming),
            "partners?": shapes.sections(
                "Partners named otherwise.", shapes.section("One partner.", partner)
            ),
        },
    )


def _emergency() -> Shape:
    return shapes.section(
        "What an emergency opens of a protected person; nothing when it is left out.",
        {
            "restrictions": shapes.words("Whose record it opens.", RESTRICTIONS),
            "purposes": shapes.words("For which purpose.", (str(Purpose.EMERGENCY_TREATMENT),)),
            "roles": role_groups("For whom."),
            "categories": shapes.words("Categories without a place.", sorted(PLACELESS)),
        },
    )


MEMBERS: Mapping[Topic, Callable[[], tuple[dict[str, Shape], *tuple[Shape, ...]]]] = MappingProxyType(
    {
        Topic.ROLES: _roles,
        Topic.PURPOSES: _purposes,
        Topic.RELATIONSHIPS: _relationships,
        Topic.SHARING_AGREEMENT: lambda: (sharing_agreement(),),
        Topic.OBJECTIONS: _objections,
        Topic.EMERGENCY_ACCESS: lambda: (emergency_access(),),
        Topic.SENSITIVE_INFORMATION: lambda: (sensitive_information(),),
        Topic.DISCLOSURE: _disclosure,
    }
)
