from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from broker.adapters.keys import read_key_ring
from broker.adapters.tokens.trust_file import read_trust
from broker.domain.category import Category
from broker.domain.limits import BrokerLimits, PartnerLimits, TransientCacheLimits
from broker.files import FileFault
from broker.settings import load_settings
from broker.settings.bounds import BROKER_BOUNDS, PARTNER_BOUNDS, TRANSIENT_CACHE_BOUNDS
from tests.support.settings_folders import BROKER, INDEX, PARTNER, write_folder

CONFIG = Path(__file__).resolve().parents[2] / "config"


def refused(folder: Path) -> str:
    """What the start says of the folder."""
    with pytest.raises(FileFault) as caught:
        load_settings(folder)
    return str(caught.value)


def test_a_folder_becomes_settings_with_paths_beside_it(tmp_path: Path) -> None:
    """Relative paths stand beside their file, and addresses lose their trailing slash."""
    settings = load_settings(write_folder(tmp_path / "config"))
    assert settings.store_path == tmp_path / "config" / "state" / "releases.sqlite"
    assert settings.policies_path == tmp_path / "policies"
    assert settings.trust_path == tmp_path / "config" / "trust.yaml"
    assert settings.base_url == "https://watersmeet.example"
    (partner,) = settings.partners
    assert partner.endpoint == "https://fhir.addenbury.example/r4"
    assert partner.supplies == {Category.ALLERGIES, Category.MEDICINES}
    assert settings.index.partner_id == "pds"
    assert settings.index.supplies == {Category.DEMOGRAPHICS}
    assert settings.limits == BrokerLimits()
    assert partner.limits == PartnerLimits()


def test_a_partners_limits_go_before_the_brokers_which_go_before_those_that_ship(tmp_path: Path) -> None:
    """The nearest file wins, limit by limit."""
    broker = BROKER + "partner_limits: {connect_s: 2, pages_max: 7}\n"
    partner = PARTNER + "limits: {pages_max: 9}\n"
    (read,) = load_settings(write_folder(tmp_path, broker=broker, partner=partner)).partners
    assert (read.limits.connect_s, read.limits.pages_max) == (2, 9)
    assert read.limits.entries_max == PartnerLimits().entries_max


def test_the_example_in_the_repository_loads_whole() -> None:
    """Its settings, its trust and its keys are accepted, and nothing in it is a secret."""
    settings = load_settings(CONFIG)
    assert settings.environment == "production"
    assert len(settings.partners) == 12
    assert all(".example" in partner.endpoint for partner in (*settings.partners, settings.index))
    read_trust(settings.trust_path, environment=settings.environment)
    read_key_ring(settings.keys_path, environment=settings.environment)


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (
            "broker",
            BROKER.replace("store:", "stoer:"),
            "broker.yaml:6:1: `stoer` is not a setting here. Did you mean `store`?",
        ),
        (
            "broker",
            BROKER + "contcat: []\n",
            "broker.yaml:9:1: `contcat` is not a setting here. Did you mean `contact`?",
        ),
        (
            "broker",
            BROKER + "limits: {deadline: 8}\n",
            "`deadline` is not a setting here. Did you mean `deadline_s`?",
        ),
        ("broker", BROKER + "limits: {deadline_s: 0}\n", "`deadline_s` must be at least 0.5"),
        ("broker", BROKER + "limits: {deadline_s: 9000}\n", "must lie between 0.5 and 60. It ships as 8.0."),
        ("broker", BROKER + "limits: {deadline_s: .nan}\n", "must lie between"),
        ("broker", BROKER + "limits: {deadline_s: 1, reserve_s: 0.9}\n", "more than half of `deadline_s`"),
        ("broker", BROKER + "transient_cache: {seconds: 61}\n", "`seconds` must lie between 0 and 60."),
        ("broker", BROKER.replace("production", "producton"), "Did you mean `production`?"),
        ("broker", BROKER.replace("port: 8080", "port: 0"), "`port` must lie between 1 and 65535"),
        ("broker", BROKER.replace("https://w", "http://w"), "`base_url` must start with `https://`"),
        ("partner", PARTNER.replace("medicines", "medcines"), "addenbury.yaml:9:23: `medcines`"),
        ("partner", PARTNER.replace("id: addenbury", "id: addenbrook"), "Name the file `addenbrook.yaml`"),
        ("partner", PARTNER.replace("id: addenbury", "id: Adden bury"), "is not an id"),
        ("partner", PARTNER.replace("https://", "http://"), "`endpoint` must start with `https://`"),
        ("partner", PARTNER.replace("https://fhir", "https://me:secret@fhir"), "more than an address"),
        ("partner", PARTNER.replace("/r4/", "/r4?key=1"), "more than an address"),
        ("partner", PARTNER.replace("https://fhir.addenbury.example/r4/", "fhir"), "is not a web address"),
        ("partner", PARTNER.replace("[RX901]", "[rx901]"), "`ods_codes` does not hold ODS codes"),
        ("partner", PARTNER.replace("[allergies, medicines]", "[]"), "`supplies` is empty"),
        ("partner", PARTNER + "credentials: {token: 'a b/c+d=='}\n", "never the secret itself"),
        ("partner", PARTNER + 'credentials: {key: "-----BEGIN KEY-----"}\n', "never its content"),
        ("partner", PARTNER + "limits: {breaker_open_s: 400}\n", "is over `breaker_open_max_s`"),
        ("partner", PARTNER + "limits: {retries_max: 3}\n", "`retries_max` must lie between 0 and 1"),
        ("index", INDEX.replace("id: pds", "id: addenbury"), "has the id of a partner"),
        ("index", INDEX.replace("kind: index", "kind: gp"), "`gp` is not a word that `kind` knows"),
    ],
)
def test_what_is_wrong_stops_the_start_and_is_named(
    tmp_path: Path, file: str, text: str, complaint: str
) -> None:
    """The file, the place, the problem and the remedy are in one sentence."""
    assert complaint in refused(write_folder(tmp_path, **{file: text}))


@pytest.mark.parametrize("missing", ["trust.yaml", "keys.yaml", "index.yaml", "broker.yaml"])
def test_a_missing_file_stops_the_start(tmp_path: Path, missing: str) -> None:
    """No file of the folder may be left out."""
    folder = write_folder(tmp_path)
    (folder / missing).unlink()
    assert missing in refused(folder)


def test_a_folder_that_is_not_there_names_the_variable(tmp_path: Path) -> None:
    """The complaint says how to name another one."""
    assert "WATERSMEET_CONFIG" in refused(tmp_path / "nowhere")


def test_a_secret_that_was_pasted_is_not_repeated(tmp_path: Path) -> None:
    """The complaint about a credential does not hold it."""
    pasted = PARTNER + "credentials: {token: 'hunter2/hunter2'}\n"
    assert "hunter2" not in refused(write_folder(tmp_path, partner=pasted))


class TestTheDemonstration:
    """Nothing of it can reach a real service."""

    BROKER = BROKER.replace("production", "demonstration").replace(
        "https://watersmeet.example/", "http://127.0.0.1:1"
    )
    PARTNER = PARTNER.replace("https://fhir.addenbury.example/r4/", "http://127.0.0.1:8001/r4")
    INDEX = INDEX.replace("https://index.example/fhir", "http://[::1]:8002")

    def test_takes_plain_loopback_addresses(self, tmp_path: Path) -> None:
        """Plain http is enough where nobody else listens."""
        settings = load_settings(
            write_folder(tmp_path, broker=self.BROKER, partner=self.PARTNER, index=self.INDEX)
        )
        assert settings.partners[0].endpoint == "http://127.0.0.1:8001/r4"

    def test_refuses_an_endpoint_elsewhere(self, tmp_path: Path) -> None:
        """Even over https, no made-up person is asked for at a real service."""
        folder = write_folder(tmp_path, broker=self.BROKER, partner=PARTNER, index=self.INDEX)
        assert "`endpoint` must be a loopback address" in refused(folder)

    def test_refuses_to_listen_for_others(self, tmp_path: Path) -> None:
        """Its issuer signs for anyone, so nobody else may reach it."""
        broker = self.BROKER.replace("host: 127.0.0.1", "host: 0.0.0.0")
        assert "listens on loopback alone" in refused(write_folder(tmp_path, broker=broker))


def test_every_limit_of_the_domain_can_be_set_and_ships_within_its_bounds() -> None:
    """A limit without bounds could not be set; one that ships outside them would be nonsense."""
    pairs = [
        (BrokerLimits(), BROKER_BOUNDS),
        (PartnerLimits(), PARTNER_BOUNDS),
        (TransientCacheLimits(), TRANSIENT_CACHE_BOUNDS),
    ]
    for shipped, bounds in pairs:
        assert {one.name for one in dataclasses.fields(shipped)} == set(bounds)
        assert all(bound.least <= getattr(shipped, name) <= bound.most for name, bound in bounds.items())
