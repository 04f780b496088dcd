"""The strict reader of each kind of file, by the name of its schema: what the broker says of a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from broker.adapters.keys.reading import read_key_ring
from broker.adapters.plugins import load_plugins
from broker.adapters.tokens.trust_file import read_trust
from broker.conformance.people import read_unsigned
from broker.domain.limits import PartnerLimits
from broker.domain.policy import Topic
from broker.domain.registration import PartnerRegistration
from broker.files import FileFault, Section, read_file
from broker.policy.cases import _read_topic
from broker.policy.loading import load_policies
from broker.policy.reading import Places, Vocabulary, read_heading
from broker.policy.reading_agreement import read_agreement
from broker.policy.reading_emergency import read_emergency
from broker.policy.reading_people import read_purposes, read_relationships, read_roles
from broker.policy.reading_sensitive import read_sensitive
from broker.policy.reading_withholding import read_disclosure, read_objections
from broker.policy.revision_file import read_revision
from broker.policy.situation import read_usual
from broker.policy.snapshot import Snapshot
from broker.ports.manifest import read_manifest
from broker.settings.broker_file import read_broker_file
from broker.settings.registrations import read_index, read_partner
from connectors.rest_json.reading import read_mapping
from tests.support.policies import NETWORK, copy_policies, shipped_policies

ROOT = Path(__file__).resolve().parents[2]


def refusal(name: str, text: str, folder: Path, *, called: str) -> str | None:
    """What the broker complains of in a file of this kind named `called`; None when it takes it."""
    try:
        if name.startswith("policy-"):
            _READ_POLICIES.get(name, _policy)(name, text, folder)
        else:
            path = folder / called
            path.write_text(text, encoding="utf-8")
            _READ[name](path)
    except FileFault as fault:
        return fault.problem
    except ValueError as fault:  # a connector's own settings are refused when it is made
        return str(fault)
    return None


def _policy(name: str, text: str, folder: Path) -> None:
    """One topic beside the others as they ship; a topic that has no line below is read with them all."""
    topic = Topic(name.removeprefix("policy-"))
    policies = folder / "policies" if (folder / "policies").is_dir() else copy_policies(folder)
    path = policies / topic / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    if topic not in _TOPICS:
        load_policies(policies, NETWORK)
        return
    top, words = read_file(path), Vocabulary(partners=NETWORK, groups=shipped_policies().groups)
    read_heading(top, topic)
    _TOPICS[topic](top, Places(topic), words)
    top.finish()


def _cases(_: str, text: str, folder: Path) -> None:
    (folder / Topic.ROLES).mkdir(exist_ok=True)
    (folder / Topic.ROLES / "cases.yaml").write_text(text, encoding="utf-8")
    policies = shipped_policies()
    usual = read_usual(ROOT / "policies", policies)
    if not list(_read_topic(folder, Topic.ROLES, usual, policies)):
        raise ValueError("a policy without cases")


def _usual(_: str, text: str, folder: Path) -> None:
    (folder / "usual-case.yaml").write_text(text, encoding="utf-8")
    read_usual(folder, shipped_policies())


def _revision(_: str, text: str, folder: Path) -> None:
    read_revision(Snapshot(folder, {"revision.yaml": text.encode()}))


def _registration(registration: PartnerRegistration) -> None:
    """Read by the broker, and its settings by the connector that it names when that is installed."""
    plugin = load_plugins(["watersmeet"]).get(registration.connector)
    if plugin is not None:
        mappings = ROOT / "config" / "partners"
        settings = dict(registration.settings)
        for name in plugin.manifest.files & settings.keys():
            settings[name] = str(mappings / str(settings[name]))
        plugin.create(settings)


_TOPICS: Mapping[Topic, Callable[[Section, Places, Vocabulary], object]] = {
    Topic.ROLES: lambda top, places, _: read_roles(top, places),
    Topic.PURPOSES: lambda top, places, _: read_purposes(top, places),
    Topic.RELATIONSHIPS: read_relationships,
    Topic.SHARING_AGREEMENT: read_agreement,
    Topic.OBJECTIONS: read_objections,
    Topic.DISCLOSURE: read_disclosure,
    Topic.EMERGENCY_ACCESS: read_emergency,
    Topic.SENSITIVE_INFORMATION: read_sensitive,
}
_READ_POLICIES = {"policy-cases": _cases, "policy-usual-case": _usual, "policy-revision": _revision}
_READ: Mapping[str, Callable[[Path], object]] = {
    "broker": read_broker_file,
    "partner": lambda path: _registration(
        read_partner(path, environment="production", shipped=PartnerLimits())
    ),
    "index": lambda path: _registration(read_index(path, environment="production", shipped=PartnerLimits())),
    "trust": lambda path: read_trust(path, environment="production"),
    "keys": lambda path: read_key_ring(path, environment=None),
    "test-people": read_unsigned,
    "manifest": read_manifest,
    "rest_json-mapping": read_mapping,
}
