"""The sharing agreement as JSON Schema, from the words that its reader knows."""

from __future__ import annotations

from broker.domain.leads import KINDS
from broker.domain.policy import Asked
from broker.policy.reading import ID_PATTERN
from broker.policy.reading_agreement import LEAST_IN_A_NETWORK
from broker.policy.reading_governance import REGISTER_PURPOSES
from broker.policy.reading_reconstruction import PERMITTED
from broker.policy.shapes_of_words import categories, partner_id, relationships, role_groups
from broker.ports import shapes
from broker.ports.shapes import Shape


def sharing_agreement() -> dict[str, Shape]:
    """The members of its file beside the heading."""
    phase = {
        "id": shapes.text("The phase's own word.", ID_PATTERN),
        "title": shapes.text("Who is in it."),
        "live_from": shapes.date("The day on which it begins for all its parties."),
    }
    network = {
        "id": shapes.text("The network's own word.", ID_PATTERN),
        "title": shapes.text("Who it is, and what it gives."),
        "practices": shapes.words("ODS codes of practices that signed.", least=LEAST_IN_A_NETWORK),
        "relationships": relationships("In which care relationship they see each other's records.", least=1),
    }
    return {
        "phases": shapes.sections(
            "A phase begins for all its parties on one day.", shapes.section("One phase.", phase)
        ),
        "parties": shapes.sections("Everybody who signed.", _party()),
        "leads?": _leads(),
        "networks?": shapes.sections(
            "Practices that see each other's records; none when it is left out.",
            shapes.section("One network.", network),
        ),
        "reconstruction?": _reconstruction(),
    }


def _leads() -> Shape:
    lead = {
        "categories": categories("Of what."),
        "kinds": shapes.words("Kinds of partner that hold the record of it, best first.", KINDS, least=1),
    }
    return shapes.sections(
        "Whose wording stands first where several sources say one thing. It opens nothing.",
        shapes.section("Some categories, each in one entry. What is not named stays as it ships.", lead),
    )


def _reconstruction() -> Shape:
    return shapes.section(
        "Who holds a disclosure on file against its partners. Left out, nobody does.",
        {
            "by": role_groups("Role groups that see nothing."),
            "purposes": shapes.words(
                "For which purpose: none that opens a record.", REGISTER_PURPOSES, least=1
            ),
        },
    )


def _supplying() -> dict[str, Shape]:
    """What only a party that supplies says."""
    supply = {
        "to": role_groups("Who may see it."),
        "categories": categories("What they may see of this partner."),
    }
    hiding = {
        "from": role_groups("From whom."),
        "categories": categories("What they do not see of this partner, whatever it supplies."),
        "because": shapes.text("Why, and by which decision."),
    }
    return {
        "asked?": shapes.word("When it is asked.", Asked),
        "supplies?": shapes.sections("What it supplies to whom.", shapes.section("One part of it.", supply)),
        "hides?": shapes.sections(
            "What it hides from whom all the same.", shapes.section("One line.", hiding)
        ),
    }


def _suspension() -> Shape:
    return shapes.section(
        "One suspension.",
        {
            "from": shapes.date("The first day on which it neither supplies nor sees."),
            "until?": shapes.date("The day after the last; left out until further notice."),
            "because": shapes.text("Why."),
        },
    )


def _party() -> Shape:
    return shapes.section(
        "One party: a partner that supplies and is asked, or a party that supplies nothing.",
        {
            "partner?": partner_id(),
            "party?": shapes.text("An id for a party that supplies nothing.", ID_PATTERN),
            "also?": shapes.words("Further registrations of the same organisation.", partner_id()),
            "name": shapes.text("The name that readers see."),
            "organisations": shapes.words("Its ODS codes, as its registration has them.", least=1),
            "phase": shapes.text("One of the phases above.", ID_PATTERN),
            "from": shapes.date("The first day."),
            "until?": shapes.date("The day after the last; left out while there is no end."),
            "views": shapes.flag("Whether its staff may look."),
            "reconstruction?": shapes.word(
                "Whether it may be asked again for what was disclosed.", PERMITTED
            ),
            "suspended?": shapes.sections("When it is suspended.", _suspension()),
            **_supplying(),
        },
        shapes.when(
            shapes.has("partner"),
            {"required": ["asked", "supplies"], **shapes.only(party=False)},
            {"required": ["party"], **shapes.only(asked=False, supplies=False, also=False, hides=False)},
        ),
    )
