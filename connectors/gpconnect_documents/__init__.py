"""GP practices' documents over GP Connect (STU3, 1.6.2), through the Spine Secure Proxy."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.gpconnect_documents.connector import create
from connectors.gpconnect_documents.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=simulator
)
