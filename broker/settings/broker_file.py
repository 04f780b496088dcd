"""`broker.yaml` into the broker's own settings: where it listens, what it keeps and how far it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from broker.domain.limits import BrokerLimits, PartnerLimits, TransientCacheLimits
from broker.domain.loopback import is_loopback
from broker.files import Section, read_file
from broker.settings.address import DEMONSTRATION, PRODUCTION, read_root
from broker.settings.bounds import (
    optional_section,
    read_broker_limits,
    read_partner_limits,
    read_transient_cache,
)

ENVIRONMENTS = (PRODUCTION, DEMONSTRATION)
PORT_MAX = 65_535
FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFile:
    """`broker.yaml`, paths resolved beside it.

    In the demonstration alone, `listen_port` 0 is any free port and `base_url` "" the bound address.
    """

    environment: str
    listen_host: str
    listen_port: int
    base_url: str
    store_path: Path
    policies_path: Path
    contact: tuple[str, ...]
    limits: BrokerLimits
    partner_limits: PartnerLimits
    policy_signers: tuple[str, ...] = ()
    transient_cache: TransientCacheLimits = field(default_factory=TransientCacheLimits)


def read_broker_file(path: Path) -> BrokerFile:
    """Read one `broker.yaml`. Raises FileFault with file, line, column and remedy."""
    top = read_file(path)
    environment = top.word("environment", ENVIRONMENTS)
    host, port = _listen(top.section("listen"), environment)
    settings = BrokerFile(
        environment=environment,
        listen_host=host,
        listen_port=port,
        base_url=_base_url(top, environment),
        store_path=_beside(path, top.text("store")),
        policies_path=_beside(path, top.text("policies")),
        contact=_contact(top),
        limits=_broker_limits(top),
        partner_limits=_partner_limits(top),
        policy_signers=_policy_signers(top),
        transient_cache=_transient_cache(top),
    )
    top.finish()
    return settings


def _listen(section: Section, environment: str) -> tuple[str, int]:
    host, port = section.text("host"), section.integer("port", least=0)
    section.finish()
    if port > PORT_MAX or (port == 0 and environment != DEMONSTRATION):
        raise section.fault(f"`port` must lie between 1 and {PORT_MAX}.", at="port")
    if environment == DEMONSTRATION and not is_loopback(host):
        raise section.fault("The demonstration listens on loopback alone.", "Write `127.0.0.1`.", at="host")
    return host, port


def _base_url(top: Section, environment: str) -> str:
    if environment == DEMONSTRATION and "base_url" not in top:
        return top.text("base_url", "")
    return read_root(top, "base_url", environment)


def _contact(top: Section) -> tuple[str, ...]:
    routes = top.words("contact")
    if not routes:
        raise top.fault("`contact` is empty.", "Say whom to call when the broker is down.", at="contact")
    return routes


def _broker_limits(top: Section) -> BrokerLimits:
    section = optional_section(top, "limits")
    return BrokerLimits() if section is None else read_broker_limits(section)


def _partner_limits(top: Section) -> PartnerLimits:
    section = optional_section(top, "partner_limits")
    return PartnerLimits() if section is None else read_partner_limits(section, PartnerLimits())


def _transient_cache(top: Section) -> TransientCacheLimits:
    section = optional_section(top, "transient_cache")
    return TransientCacheLimits() if section is None else read_transient_cache(section)


def _policy_signers(top: Section) -> tuple[str, ...]:
    found = top.words("policy_signers", default=())
    for fingerprint in found:
        if not FINGERPRINT.fullmatch(fingerprint):
            remedy = "`watersmeet keys signer` prints it: `sha256:` and 64 hex digits."
            raise top.fault(f"`{fingerprint}` is no fingerprint of a key.", remedy, at="policy_signers")
    return found


def _beside(file: Path, written: str) -> Path:
    """A path as written in `file`: absolute, or beside the file."""
    return (file.parent / Path(written).expanduser()).resolve()
