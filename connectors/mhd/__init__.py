"""Document sharing by IHE's Mobile access to Health Documents: lists by ITI-67, opens by ITI-68."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.mhd.connector import create
from connectors.mhd.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=simulator
)
