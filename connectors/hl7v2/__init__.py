"""Hospitals that answer queries in HL7 v2 over MLLP: results and encounters."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.hl7v2.connector import create
from connectors.hl7v2.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=simulator
)
