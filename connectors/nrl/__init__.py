"""The National Record Locator, version 3: pointers to documents, and through them to who holds a record."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.nrl.connector import create
from connectors.nrl.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=simulator
)
