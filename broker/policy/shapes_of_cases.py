"""`cases.yaml` and `usual-case.yaml` as JSON Schema, from the words that their readers know."""

from __future__ import annotations

from broker.domain.category import Category
from broker.domain.decision import Effect, Naming, Told
from broker.domain.grant import EmergencyGround
from broker.domain.objection import Direction, ObjectionState
from broker.domain.policy import DIRECT_CARE, Purpose, Topic
from broker.domain.requester import RelationshipGround
from broker.domain.sensitivity import SensitivityClass
from broker.pipeline.decision.rules import DECISION, SENTENCES
from broker.policy.granting import MINUTES_AHEAD_MAX, NOBODY, PEOPLE
from broker.policy.reading import ID_PATTERN
from broker.policy.shapes_of_words import categories
from broker.policy.situation import RESTRICTION_WORDS
from broker.ports import shapes
from broker.ports.shapes import Shape

# What the usual case must say, since every case says only what is different.
USUAL = ("roles", "organisation", "user", "purpose", "relationship", "day", "restriction")


def cases() -> Shape:
    """The whole of `cases.yaml`."""
    case = {
        "name": shapes.text("One sentence of what the policy does; no two the same."),
        "given?": shapes.section("What is different from the usual case.", _situation()),
        "expect": _expected(),
    }
    about = "What the policies do, a sentence each: a policy without cases is refused."
    listed = shapes.sections(about, shapes.section("One case.", case), least=1)
    return shapes.document(
        "Cases of a policy", shapes.section("`policies/<topic>/cases.yaml`.", {"cases": listed})
    )


def usual_case() -> Shape:
    """The whole of `usual-case.yaml`."""
    given = {
        name if name.removesuffix("?") not in USUAL else name[:-1]: one for name, one in _situation().items()
    }
    members = {
        "title": shapes.text("The usual case in one line."),
        "given": shapes.section("The situation that every case starts from.", given),
    }
    return shapes.document("The usual case", shapes.section("`policies/usual-case.yaml`.", members))


def _situation() -> dict[str, Shape]:
    return {
        "roles?": shapes.words("National codes or local words of whoever asks."),
        "organisation?": shapes.text("The ODS code of the organisation that asks."),
        "user?": shapes.text("The user's id."),
        "purpose?": shapes.text("Why.", None, *Purpose),
        "relationship?": shapes.word("By what right.", RelationshipGround),
        "scopes?": shapes.words("The token's scopes."),
        "day?": shapes.date("The day of the question."),
        "practice?": shapes.text("The ODS code of the person's practice, or `none`.", None, "none"),
        "restriction?": shapes.word("What the patient index says of protection.", RESTRICTION_WORDS),
        "died?": shapes.text("The day of death as the index writes it, in quotes."),
        "not_live?": shapes.words("Partners that are suspended.", shapes.text("A partner's id.", ID_PATTERN)),
        "objections?": shapes.sections("Objections of the person.", _objection()),
        "grant?": _grant(),
    }


def _grant() -> Shape:
    return shapes.section(
        "Emergency access that the request names. What it leaves out fits the request.",
        {
            "ground": shapes.text("What was stated.", None, *EmergencyGround),
            "partners?": shapes.words("Registration ids; every partner when left out."),
            "person?": shapes.word("Whom it was made for.", PEOPLE),
            "user?": shapes.text("The id of the user who made it."),
            "organisation?": shapes.text("The ODS code of the organisation it was made at."),
            "session?": shapes.text("The session that it was made in."),
            "purpose?": shapes.text("What it was made for.", None, *sorted(DIRECT_CARE)),
            "minutes_ago?": shapes.integer("Minutes since it was made.", least=-MINUTES_AHEAD_MAX),
            "minutes?": shapes.integer("Minutes for which it was made."),
            "text?": shapes.text("The user's own words why."),
            "witness?": shapes.text("Who heard the person ask, or `none`.", None, NOBODY),
            "ended?": shapes.flag("Whether somebody ended it."),
        },
    )


def _objection() -> Shape:
    return shapes.section(
        "One objection. What it leaves out is not narrowed.",
        {
            "state": shapes.word("Its newest state.", ObjectionState),
            "verified?": shapes.flag("Whether whoever objected was checked."),
            "partners?": shapes.words("Registration ids or ODS codes."),
            "direction?": shapes.word("Which side of a partner; `both` when left out.", Direction),
            "staff?": shapes.words("User ids."),
            "categories?": shapes.words("Categories.", Category),
            "items?": shapes.words("Identifiers of items, `system|value`."),
            "period_from?": shapes.date("The first day that it covers."),
            "period_until?": shapes.date("The first day that it no longer covers."),
            "carve_out?": _carve_out(),
        },
    )


def _carve_out() -> Shape:
    return shapes.section(
        "What a decision not to uphold opens. A part that is left out opens nothing.",
        {
            "ground": shapes.text("One of the grounds of the objections policy."),
            "roles?": shapes.words("Role groups."),
            "categories?": shapes.words("Categories.", Category),
            "partners?": shapes.words("Registration ids or ODS codes."),
            "review_on?": shapes.date("The day on which it closes again."),
        },
    )


def _expected() -> Shape:
    partner = {
        "effect?": shapes.word("Whether it is asked.", Effect),
        "because?": _because(),
        "shows?": categories("At least these are shown."),
        "hides?": categories("These are held back."),
        "only?": categories("Exactly these are shown."),
        "opens_classes?": shapes.words("These sensitive classes are open.", SensitivityClass),
        "hides_classes?": shapes.words("These are not.", SensitivityClass),
        "holds_back_part?": shapes.flag("Whether a part is held back within what is shown."),
        "naming?": shapes.word("How it is named.", Naming),
        "shows_differences?": shapes.flag("Whether a Patient is shown whose demographics differ."),
        "reconstructs?": shapes.flag("Whether it may be asked again for what was disclosed."),
        "in_scope?": shapes.flag("Whether it may hold a record of the person."),
    }
    return shapes.section(
        "What must come of it.",
        {
            "effect": shapes.word("Deny overrides; no permit is a deny.", Effect),
            "because?": _because(),
            "told?": shapes.word("What a refused caller is told.", Told),
            "alert?": shapes.flag("Whether a privacy officer hears."),
            "placeless?": shapes.flag("Whether everything is shown without a place."),
            "confirms_medicines?": shapes.flag("Whether a view says to confirm medicines with the person."),
            "reads_register?": shapes.flag("Whether the register of objections may be read."),
            "partners?": shapes.named("By partner.", shapes.section("One partner.", partner), ID_PATTERN),
        },
    )


def _because() -> Shape:
    fixed = {"type": "string", "enum": ["/".join(key) for key in SENTENCES]}
    topics = "|".join((*Topic, DECISION))
    named = shapes.text(
        "A rule that a policy names: a role group, a purpose, a party, a state.", rf"(?:{topics})/\S+"
    )
    return shapes.either("The reason, as `topic/rule`.", fixed, named)
