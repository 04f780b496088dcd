"""One partner's registration, as read from `config/partners/<id>.yaml`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.category import Category
from broker.domain.decision import PartnerFacts
from broker.domain.limits import PartnerLimits


class PartnerStatus(enum.StrEnum):
    """Only `live` is asked for real people; `testing` is asked by the conformance kit alone."""

    DRAFT = "draft"
    TESTING = "testing"
    LIVE = "live"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A registration may cover many organisations: `ods_codes` lists them all."""

    name: str
    ods_codes: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Where a live partner is not live: by category, and by the organisation that asks.

    `consumers` are ODS codes; `others`, where it is set, is the status for everybody who is not named.
    """

    categories: Mapping[Category, PartnerStatus] = field(default_factory=dict)
    consumers: Mapping[str, PartnerStatus] = field(default_factory=dict)
    others: PartnerStatus = PartnerStatus.LIVE

    @property
    def closed(self) -> frozenset[Category]:
        """Categories that nobody is shown from here now."""
        live = PartnerStatus.LIVE
        return frozenset(category for category, status in self.categories.items() if status is not live)

    def consumers_where(self, *, live: bool) -> frozenset[str]:
        """The named organisations for which it is live, or is not."""
        return frozenset(
            ods for ods, status in self.consumers.items() if (status is PartnerStatus.LIVE) is live
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """By reference only: `certificate`, `key` and `authority` are files, `token` names an entry of purpose
    `partner` in `config/keys.yaml`, sent as `Bearer` or bare in `token_header`. All empty is none.
    """

    certificate: str = ""
    key: str = ""
    authority: str = ""
    token: str = ""
    token_header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A further endpoint of the same partner, such as the directory of its proxy."""

    endpoint: str
    credentials: Credentials = Credentials()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRegistration:
    """A partner as operations registered it. `endpoint` ends without a slash."""

    partner_id: str
    organisation: Organisation
    connector: str
    endpoint: str
    supplies: frozenset[Category]
    status: PartnerStatus
    contact: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    credentials: Credentials = Credentials()
    limits: PartnerLimits = field(default_factory=PartnerLimits)
    services: Mapping[str, Service] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)

    @property
    def facts(self) -> PartnerFacts:
        """What a decision may know of this partner."""
        everybody = self.switches.others is PartnerStatus.LIVE
        return PartnerFacts(
            partner_id=self.partner_id,
            ods_codes=self.organisation.ods_codes,
            kind=self.organisation.kind,
            status=self.status,
            supplies=self.supplies,
            closed=self.switches.closed,
            closed_to=self.switches.consumers_where(live=False),
            open_to=None if everybody else self.switches.consumers_where(live=True),
        )
