"""The section `switches` of a registration: where a live partner is not live, or not yet."""

from __future__ import annotations

import re

from broker.domain.category import Category
from broker.domain.registration import PartnerStatus, Switches
from broker.files import Section
from broker.settings.bounds import optional_section

ODS = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
OTHERS = "others"
_STATUSES = tuple(PartnerStatus)


def read_switches(top: Section) -> Switches:
    """By category, and by the organisation that asks; live where nothing is said. Raises FileFault."""
    section = optional_section(top, "switches")
    if section is None:
        return Switches()
    categories = optional_section(section, "categories")
    consumers = optional_section(section, "consumers")
    switches = Switches(
        categories={} if categories is None else _by_category(categories),
        consumers={} if consumers is None else _by_consumer(consumers),
        others=_status(consumers, OTHERS),
    )
    for part in (categories, consumers):
        if part is not None:
            part.finish()
    section.finish()
    return switches


def _by_category(section: Section) -> dict[Category, PartnerStatus]:
    valid = tuple(Category)
    found = {}
    for name in section.names():
        if name not in valid:
            remedy = f"Valid: {', '.join(f'`{word}`' for word in valid)}."
            raise section.fault(f"`{name}` is no category.", remedy, at=name)
        found[Category(name)] = _status(section, name)
    return found


def _by_consumer(section: Section) -> dict[str, PartnerStatus]:
    found = {}
    for name in section.names():
        if name == OTHERS:
            continue
        if not ODS.fullmatch(name):
            remedy = f"Write an ODS code such as `RX901`, or `{OTHERS}` for everybody who is not named."
            raise section.fault(f"`{name}` is no ODS code.", remedy, at=name)
        found[name] = _status(section, name)
    return found


def _status(section: Section | None, name: str) -> PartnerStatus:
    if section is None or name not in section:
        return PartnerStatus.LIVE
    return PartnerStatus(section.word(name, _STATUSES))
