"""The `governance` of the objections policy into who reads the register itself: without it, nobody."""

from __future__ import annotations

import re

from broker.domain.governance import Governance
from broker.domain.policy import DIRECT_CARE, Purpose
from broker.files import Section
from broker.pipeline.decision.rules import SENTENCES
from broker.policy.reading import Places, Vocabulary, read_groups, some_words

# A token that opens records never opens the register as well.
REGISTER_PURPOSES = tuple(sorted(set(Purpose) - DIRECT_CARE))
ODS_CODE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
_RULES = ("reads-register", "not-a-register-reader", "purpose-not-of-register")


def read_governance(top: Section, places: Places, vocabulary: Vocabulary) -> Governance:
    """Read `governance`. Raises FileFault, also for a role group that opens a record."""
    rules = {rule: SENTENCES[places.topic, rule] for rule in _RULES}
    if "governance" not in top:
        places.add_fixed(top, "states", rules)
        return Governance()
    section = top.section("governance")
    readers = section.section("readers")
    governance = Governance(
        kept_by=_ods_code(section),
        roles=read_who_see_nothing(readers, "roles", vocabulary),
        purposes=frozenset(some_words(readers, "purposes", REGISTER_PURPOSES)),
    )
    readers.finish()
    section.finish()
    places.add_fixed(section, "readers", rules)
    return governance


def _ods_code(section: Section) -> str:
    code = section.text("kept_by")
    if not ODS_CODE.fullmatch(code):
        remedy = "Write the code of the organisation that keeps the register, such as `QX9`."
        raise section.fault(f"`{code}` is not an ODS code.", remedy, at="kept_by")
    return code


def read_who_see_nothing(section: Section, member: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Role groups that open no record. Raises FileFault for any other."""
    groups = read_groups(section, member, vocabulary)
    seeing = sorted(name for name in groups if vocabulary.groups[name].categories)
    if seeing:
        remedy = "This is for whoever opens no record: name role groups with `sees: []`."
        raise section.fault(f"`{seeing[0]}` sees records.", remedy, at=member)
    return groups
