"""A whole `config/` folder into one frozen Settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from broker.domain.limits import BrokerLimits, TransientCacheLimits
from broker.domain.registration import PartnerRegistration
from broker.files import FileFault
from broker.settings.broker_file import read_broker_file
from broker.settings.registrations import read_index, read_partners

CONFIG_VARIABLE = "WATERSMEET_CONFIG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that operations decide. All paths are absolute; addresses end without a slash.

    `trust_path` and `keys_path` are read by the adapters that own them. `contact` are the routes given
    when one of our own services is down. `partners` are in the order of their ids. `base_url` has no
    `/fhir`, and is empty for the bound address (demonstration only).
    """

    environment: str
    config_dir: Path
    listen_host: str
    listen_port: int
    base_url: str
    store_path: Path
    policies_path: Path
    trust_path: Path
    keys_path: Path
    contact: tuple[str, ...]
    limits: BrokerLimits
    partners: tuple[PartnerRegistration, ...]
    index: PartnerRegistration
    policy_signers: tuple[str, ...] = ()
    transient_cache: TransientCacheLimits = field(default_factory=TransientCacheLimits)


def load_settings(config_dir: Path) -> Settings:
    """Read the folder once, whole. Raises FileFault for the first thing that is wrong with it."""
    folder = config_dir.expanduser().resolve()
    if not folder.is_dir():
        remedy = f"Name the folder with `--config` or {CONFIG_VARIABLE}."
        raise FileFault(folder, 1, 1, "is not a folder of settings.", remedy)
    broker = read_broker_file(folder / "broker.yaml")
    shipped, environment = broker.partner_limits, broker.environment
    partners = read_partners(folder / "partners", environment=environment, shipped=shipped)
    index = read_index(folder / "index.yaml", environment=environment, shipped=shipped)
    if any(partner.partner_id == index.partner_id for partner in partners):
        raise FileFault(folder / "index.yaml", 1, 1, "has the id of a partner.", "Give it its own.")
    return Settings(
        environment=environment,
        config_dir=folder,
        listen_host=broker.listen_host,
        listen_port=broker.listen_port,
        base_url=broker.base_url,
        store_path=broker.store_path,
        policies_path=broker.policies_path,
        trust_path=_present(folder / "trust.yaml"),
        keys_path=_present(folder / "keys.yaml"),
        contact=broker.contact,
        limits=broker.limits,
        partners=partners,
        index=index,
        policy_signers=broker.policy_signers,
        transient_cache=broker.transient_cache,
    )


def _present(path: Path) -> Path:
    if not path.is_file():
        raise FileFault(path, 1, 1, "is missing.", "The broker does not start without it.")
    return path
