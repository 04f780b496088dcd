"""`partners/<id>.yaml` and `index.yaml` into registrations; credentials by reference, never by value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from broker.domain.category import Category
from broker.domain.leads import KINDS
from broker.domain.limits import PartnerLimits
from broker.domain.registration import Organisation, PartnerRegistration, PartnerStatus
from broker.files import FileFault, Section, read_file
from broker.settings.address import ENDPOINT_SCHEMES, read_root
from broker.settings.bounds import optional_section, read_partner_limits
from broker.settings.endpoints import read_credentials, read_services
from broker.settings.switches import ODS, read_switches

INDEX_KIND = "index"

# Item ids are `<partner>-<keyed hash>` within FHIR's 64 characters, so a partner's id stays short.
ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
ID_CHARS_MAX = 30


def read_partners(
    folder: Path, *, environment: str, shipped: PartnerLimits
) -> tuple[PartnerRegistration, ...]:
    """Every `*.yaml` of `folder`, by name. Raises FileFault for a wrong one, or when there is none."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise FileFault(folder, 1, 1, "holds no registration.", "Write one `<id>.yaml` for each partner.")
    return tuple(read_partner(path, environment=environment, shipped=shipped) for path in files)


def read_partner(path: Path, *, environment: str, shipped: PartnerLimits) -> PartnerRegistration:
    """One partner; `shipped` are the limits that it does not name. Raises FileFault."""
    top = read_file(path)
    supplies = frozenset(Category(word) for word in top.words("supplies", tuple(Category)))
    if not supplies:
        raise top.fault("`supplies` is empty.", "List the categories that it holds.", at="supplies")
    return _registration(top, environment, shipped, supplies, KINDS)


def read_index(path: Path, *, environment: str, shipped: PartnerLimits) -> PartnerRegistration:
    """The patient index. It supplies who a person is and nothing else. Raises FileFault."""
    return _registration(
        read_file(path), environment, shipped, frozenset({Category.DEMOGRAPHICS}), (INDEX_KIND,)
    )


def _registration(
    top: Section,
    environment: str,
    shipped: PartnerLimits,
    supplies: frozenset[Category],
    kinds: tuple[str, ...],
) -> PartnerRegistration:
    registration = PartnerRegistration(
        partner_id=_id(top, named_by_id=INDEX_KIND not in kinds),
        organisation=_organisation(top.section("organisation"), kinds),
        connector=top.text("connector"),
        endpoint=read_root(top, "endpoint", environment, schemes=ENDPOINT_SCHEMES),
        supplies=supplies,
        status=PartnerStatus(top.word("status", tuple(PartnerStatus))),
        contact=top.words("contact"),
        settings=_settings(top),
        credentials=read_credentials(top),
        limits=_limits(top, shipped),
        services=read_services(top, environment),
        switches=read_switches(top),
    )
    top.finish()
    return registration


def _id(top: Section, *, named_by_id: bool) -> str:
    written = top.text("id")
    if not ID_PATTERN.fullmatch(written) or len(written) > ID_CHARS_MAX:
        remedy = f"Use small letters, digits and single hyphens, at most {ID_CHARS_MAX} characters."
        raise top.fault("`id` is not an id.", remedy, at="id")
    # Two files can then never claim one id. The index's file is named after its role instead.
    if named_by_id and top.path.stem != written:
        raise top.fault("`id` differs from the file's name.", f"Name the file `{written}.yaml`.", at="id")
    return written


def _organisation(section: Section, kinds: tuple[str, ...]) -> Organisation:
    organisation = Organisation(
        name=section.text("name"),
        ods_codes=frozenset(section.words("ods_codes")),
        kind=section.word("kind", kinds),
    )
    section.finish()
    if not organisation.ods_codes or not all(ODS.fullmatch(code) for code in organisation.ods_codes):
        remedy = "List at least one code of capital letters and digits, such as `D99001`."
        raise section.fault("`ods_codes` does not hold ODS codes.", remedy, at="ods_codes")
    return organisation


def _settings(top: Section) -> Mapping[str, object]:
    """What only the connector understands; it checks its own names when it is made."""
    section = optional_section(top, "settings")
    return {} if section is None else section.plain()


def _limits(top: Section, shipped: PartnerLimits) -> PartnerLimits:
    section = optional_section(top, "limits")
    return shipped if section is None else read_partner_limits(section, shipped)
