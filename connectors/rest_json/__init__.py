"""Systems with a REST API of their own, such as councils' social care, by a mapping file."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.rest_json.connector import create
from connectors.rest_json.shapes import mapping_files
from connectors.rest_json.simulator import simulator

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")),
    create=create,
    simulator=simulator,
    files=mapping_files,
)
