"""Who may hold a disclosure on file against its partners, and which parties let themselves be asked."""

from __future__ import annotations

from collections.abc import Iterable

from broker.domain.policy import Topic
from broker.domain.reconstruction import Reconstruction
from broker.files import Section
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import Places, Vocabulary, some_words
from broker.policy.reading_governance import REGISTER_PURPOSES, read_who_see_nothing

PERMITTED = ("permitted",)
_RULES = ("reconstructs", "not-a-reconstructor", "purpose-not-of-reconstruction", "not-reconstructed")


def permits_reconstruction(party: Section) -> bool:
    """The party's own word; left out, it does not."""
    return "reconstruction" in party and party.word("reconstruction", PERMITTED) == PERMITTED[0]


def read_reconstruction(
    top: Section, places: Places, vocabulary: Vocabulary, partners: Iterable[str]
) -> Reconstruction:
    """Read `reconstruction`; without it nobody may, whatever a party says. `partners` are of the parties that
    permit it. Raises FileFault, also for a role group that opens a record.
    """
    rules = {rule: SENTENCES[Topic.SHARING_AGREEMENT, rule] for rule in _RULES}
    if "reconstruction" not in top:
        places.add_fixed(top, "parties", rules)
        return Reconstruction()
    section = top.section("reconstruction")
    found = Reconstruction(
        roles=read_who_see_nothing(section, "by", vocabulary),
        purposes=frozenset(some_words(section, "purposes", REGISTER_PURPOSES)),
        partners=frozenset(partners),
    )
    section.finish()
    places.add_fixed(top, "reconstruction", rules)
    return found
