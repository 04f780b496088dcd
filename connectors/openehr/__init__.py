"""openEHR servers over ITS-REST: what a mental health trust holds, asked for in AQL."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.openehr.connector import create
from connectors.openehr.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=simulator
)
