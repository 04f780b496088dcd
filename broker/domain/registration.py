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
class Credentials:
    """By reference only: `certificate`, `key` and `authority` are files, `token` names an entry of purpose
    `partner` in `config/keys.yaml`. All empty is none.
    """

    certificate: str = ""
    key: str = ""
    authority: str = ""
    token: str = ""


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

    @property
    def facts(self) -> PartnerFacts:
        """What a decision may know of this partner."""
        return PartnerFacts(
            partner_id=self.partner_id,
            ods_codes=self.organisation.ods_codes,
            kind=self.organisation.kind,
            status=self.status,
            supplies=self.supplies,
        )
