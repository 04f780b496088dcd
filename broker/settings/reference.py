"""Every setting, with its meaning, into the page `docs/reference/settings.md`.

Write the page anew with `python -m broker.settings.reference > docs/reference/settings.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from broker.domain.category import Category
from broker.domain.leads import KINDS
from broker.domain.limits import BrokerLimits, PartnerLimits, TransientCacheLimits
from broker.domain.registration import PartnerStatus
from broker.settings.bounds import BROKER_BOUNDS, PARTNER_BOUNDS, TRANSIENT_CACHE_BOUNDS, Bound
from broker.settings.broker_file import ENVIRONMENTS


class Described(NamedTuple):
    """What a setting takes, and what it is for. `section.name` stands for a setting in a section."""

    takes: str
    meaning: str


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


BROKER_FILE: Mapping[str, Described] = MappingProxyType(
    {
        "environment": Described(
            _words(ENVIRONMENTS),
            "`demonstration` takes loopback addresses alone and is the only place where the development "
            "issuer works; `production` takes `https` alone.",
        ),
        "listen": Described("section", "Where the broker itself listens."),
        "listen.host": Described("address", "The address to listen on; TLS ends in front of the broker."),
        "listen.port": Described("1 to 65535", "The port. The demonstration may write 0 for any free one."),
        "base_url": Described(
            "address",
            "The broker's own address as callers know it, without `/fhir`. The demonstration may leave it "
            "out: it is then the bound address.",
        ),
        "store": Described("path", "The release store: objections, audit trail. Relative to this file."),
        "policies": Described("path", "The folder of policies that governance keeps. Relative to this file."),
        "policy_signers": Described(
            "list of fingerprints, optional",
            "The keys whose signatures let a first revision of the policies, or a forced one, come into "
            "force: two of them outside the demonstration.",
        ),
        "contact": Described("list of text", "Whom to call when one of the broker's own services is down."),
        "limits": Described("section, optional", "What one request, caller and process may cost: see below."),
        "partner_limits": Described(
            "section, optional", "What any one partner may cost, unless its own file says otherwise."
        ),
        "transient_cache": Described(
            "section, optional",
            "Whether the same user's same question is answered from memory for some seconds: see below.",
        ),
    }
)

_REGISTRATION: Mapping[str, Described] = MappingProxyType(
    {
        "id": Described("id", "Small letters, digits, hyphens; at most 30. A partner's file has this name."),
        "organisation": Described("section", "Who stands behind the endpoint."),
        "organisation.name": Described("text", "The name that readers see beside each item."),
        "organisation.ods_codes": Described("list of ODS codes", "Every organisation that it answers for."),
        "organisation.kind": Described(_words(KINDS), "What kind of service it is; `index` in `index.yaml`."),
        "connector": Described("name", "The installed connector that speaks its language."),
        "endpoint": Described("address", "The root of its service; nothing outside it is ever called."),
        "status": Described(_words(tuple(PartnerStatus)), "Only `live` is asked for real people."),
        "contact": Described("list of text", "How to reach it when its part of a record is missing."),
        "settings": Described("section, optional", "The connector's own; see the connector's page."),
        "credentials": Described("section, optional", "References to secrets, never the secrets."),
        "credentials.certificate": Described("path", "Client certificate (PEM), for mutual TLS."),
        "credentials.key": Described("path", "Its private key (PEM)."),
        "credentials.authority": Described("path", "Certificate authority (PEM) that its server must have."),
        "credentials.token": Described(
            "key name", "The key of purpose `partner` in `keys.yaml` whose secret is sent to it as `Bearer`."
        ),
        "credentials.token_header": Described(
            "header", "The header that carries that secret bare, such as `apikey`, instead of `Bearer`."
        ),
        "services": Described(
            "section, optional", "Further endpoints by the name that the connector knows them by."
        ),
        "services.<name>.endpoint": Described("address", "The root of that service."),
        "services.<name>.credentials": Described("section, optional", "As `credentials`, for it alone."),
        "switches": Described("section, optional", "Where a live partner is not live, or not yet."),
        "switches.categories": Described(
            "section, optional", "A status by category. What is not live is not asked for, and said to be so."
        ),
        "switches.consumers": Described(
            "section, optional",
            "A status by the ODS code of the organisation that asks; `others` is everybody not named.",
        ),
        "limits": Described("section, optional", "Any of the partner limits, for this partner alone."),
    }
)

INDEX_FILE = _REGISTRATION
PARTNER_FILE: Mapping[str, Described] = MappingProxyType(
    {
        **_REGISTRATION,
        "supplies": Described(
            f"list of {_words(tuple(Category))}",
            "What it can hold. A category that it lacks is not asked for.",
        ),
    }
)


def settings_reference() -> str:
    """The whole page, ending with a newline."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Everything that operations decide stands in one folder: `--config DIR`, or `WATERSMEET_CONFIG`, or"
    yield "`config`. Names that are not listed here stop the start, with file, line, column and the nearest"
    yield "valid name. Secrets are named, never written. `trust.yaml` (who may issue tokens) and `keys.yaml`"
    yield "(where keys come from) stand in the same folder."
    yield from _table("`broker.yaml`", BROKER_FILE)
    yield from _table("`partners/<id>.yaml`", PARTNER_FILE)
    yield from _table("`index.yaml`, the patient index", INDEX_FILE)
    yield from _limits("Limits: `limits` in `broker.yaml`", BROKER_BOUNDS, BrokerLimits())
    title = "Partner limits: `partner_limits` in `broker.yaml`, `limits` in a registration"
    yield from _limits(title, PARTNER_BOUNDS, PartnerLimits())
    title = "The same question again: `transient_cache` in `broker.yaml`"
    yield from _limits(title, TRANSIENT_CACHE_BOUNDS, TransientCacheLimits())


def _table(title: str, described: Mapping[str, Described]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| setting | takes | meaning |", "| --- | --- | --- |")
    for name, (takes, meaning) in described.items():
        yield f"| `{name}` | {takes} | {meaning} |"


def _limits(title: str, bounds: Mapping[str, Bound], shipped: object) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| limit | ships as | least | most | meaning |")
    yield "| --- | --- | --- | --- | --- |"
    for name, bound in bounds.items():
        ships = getattr(shipped, name)
        yield f"| `{name}` | {ships:,} | {bound.least:,} | {bound.most:,} | {bound.meaning} |"


if __name__ == "__main__":
    sys.stdout.write(settings_reference())
