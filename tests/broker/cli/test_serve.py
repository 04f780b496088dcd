from __future__ import annotations

import json
import re
import shutil
import socket
from pathlib import Path

import pytest

from broker.adapters.development_issuer import AUDIENCE
from broker.adapters.keys import make_development_keys
from broker.adapters.keys.development import make_keys
from broker.demonstration.network import POLICIES
from tests.support.commands import serving, watersmeet, watersmeet_here

TRUST = f"""\
connector_distributions: [watersmeet]
issuers:
  - issuer: urn:watersmeet:development
    audience: {AUDIENCE}
    key_set: http://127.0.0.1:1/keys
    algorithms: [ES256]
    development: true
    purpose: {{claim: [purpose]}}
    claims:
      user_id: [sub]
      user_name: [name]
      organisation: [organisation]
      roles: {{form: list, claim: [roles]}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A whole folder for a broker of its own, whose partners are not there."""
    folder = tmp_path / "config"
    shutil.copytree(Path(__file__).resolve().parents[3] / "config", folder)
    for path in (*folder.glob("partners/*.yaml"), folder / "index.yaml"):
        text = path.read_text(encoding="utf-8").partition("credentials:")[0]
        path.write_text(_on_loopback(text), encoding="utf-8")
    (folder / "keys.yaml").unlink()
    make_development_keys(folder)
    (folder / "trust.yaml").write_text(TRUST, encoding="utf-8")
    (folder / "broker.yaml").write_text(
        "environment: demonstration\nlisten: {host: 127.0.0.1, port: 0}\n"
        f"store: releases.sqlite\npolicies: {json.dumps(str(POLICIES))}\ncontact: [Desk]\n",
        encoding="utf-8",
    )
    return folder


def _on_loopback(text: str) -> str:
    """The endpoint, and every further service's, on this machine."""
    return re.sub(r"endpoint: \S+", "endpoint: http://127.0.0.1:1", text)


def test_it_serves_until_stopped_and_logs_json(config: Path, tmp_path: Path) -> None:
    """One JSON object a line, from the start to the stop; Ctrl-C ends it with 0."""
    with serving("serve", "--config", str(config), cwd=tmp_path) as broker:
        printed = broker.read_until("started")
        assert all(json.loads(line) for line in printed.splitlines())
        assert broker.stop() == 0


def test_the_folder_can_come_from_the_environment(config: Path, tmp_path: Path) -> None:
    """WATERSMEET_CONFIG names it."""
    environment = {"WATERSMEET_CONFIG": str(config)}
    with serving("serve", environment=environment, cwd=tmp_path) as broker:
        broker.read_until("started")
        assert broker.stop() == 0


def test_a_mistake_in_a_file_stops_the_start_with_its_place(config: Path) -> None:
    """Exit code 1, file, line and column, and no traceback."""
    path = config / "broker.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "limts: {}\n", encoding="utf-8")
    done = watersmeet("serve", "--config", str(config))
    assert done.returncode == 1
    assert "broker.yaml:6:1: `limts` is not a setting here. Did you mean `limits`?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_store_that_cannot_be_opened_stops_the_start_with_its_place(config: Path) -> None:
    """The operator reads where it was looked for, and nothing that is meant for whoever asks for a record."""
    path = config / "broker.yaml"
    text = path.read_text(encoding="utf-8").replace("releases.sqlite", "nowhere/releases.sqlite")
    path.write_text(text, encoding="utf-8")
    done = watersmeet_here("serve", "--config", str(config))
    assert done.returncode == 1
    assert "nowhere/releases.sqlite is not available. Check that the folder is there" in done.stderr
    assert "Contact the services" not in done.stderr


def test_a_connector_that_is_not_installed_stops_the_start(config: Path) -> None:
    """The partner, the connector and those that there are, in one sentence."""
    path = config / "partners" / "addenbury.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("fhir_r4", "fhir_r9"), encoding="utf-8")
    done = watersmeet_here("serve", "--config", str(config))
    assert done.returncode == 1
    assert "`fhir_r9`" in done.stderr
    assert "Loaded: fhir_r4" in done.stderr


def test_a_port_that_is_taken_stops_the_start(config: Path) -> None:
    """The address is named, in one sentence."""
    path = config / "broker.yaml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = path.read_text(encoding="utf-8").replace("port: 0", f"port: {port}")
        path.write_text(text, encoding="utf-8")
        done = watersmeet_here("serve", "--config", str(config))
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}: it is taken. Change `listen`" in done.stderr


REHEARSED = """\
id: rehearsed
organisation: {name: A rehearsal, ods_codes: [RX999], kind: acute}
connector: replay
endpoint: http://127.0.0.1:1
status: live
supplies: [alerts]
contact: [Desk]
settings: {recordings: ../recordings}
"""
RECORDING = '{"number": "9990000018", "pages": [[{"resourceType": "Patient", "id": "p1"}]]}'


def for_production(config: Path) -> None:
    """Give the folder keys, addresses and issuers as production demands them."""
    broker = (config / "broker.yaml").read_text(encoding="utf-8").replace("demonstration", "production")
    broker = broker.replace("port: 0", "port: 8080") + "base_url: https://watersmeet.example\n"
    (config / "broker.yaml").write_text(broker, encoding="utf-8")
    for path in (*config.glob("partners/*.yaml"), config / "index.yaml"):
        text = path.read_text(encoding="utf-8").replace("http://127.0.0.1:1", "https://partner.example")
        path.write_text(text, encoding="utf-8")
    trust = TRUST.replace("urn:watersmeet:development", "https://issuer.example")
    trust = trust.replace("http://127.0.0.1:1/", "https://issuer.example/")
    (config / "trust.yaml").write_text(trust.replace("    development: true\n", ""), encoding="utf-8")
    (config / "keys.yaml").unlink()
    make_keys(config, environment="production", governance=config.parent)


def test_a_rehearsal_serves_a_demonstration_and_stops_the_start_of_production(config: Path) -> None:
    """Recorded answers of invented people never stand among those of real ones."""
    (config / "partners" / "rehearsed.yaml").write_text(REHEARSED, encoding="utf-8")
    (config / "recordings").mkdir()
    (config / "recordings" / "thurlow.json").write_text(RECORDING, encoding="utf-8")
    with serving("serve", "--config", str(config), cwd=config.parent) as broker:
        broker.read_until("started")
        assert broker.stop() == 0
    for_production(config)
    done = watersmeet_here("serve", "--config", str(config))
    assert (done.returncode, done.stdout) == (1, "")
    assert "partner `rehearsed` names connector `replay`" in done.stderr
    assert "never runs in production" in done.stderr
