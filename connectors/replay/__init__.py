"""Answers from recordings, so that people can rehearse without any partner."""

from __future__ import annotations

from pathlib import Path

from broker.ports.connector import Plugin
from broker.ports.manifest import read_manifest
from connectors.replay.connector import create

PLUGIN = Plugin(
    manifest=read_manifest(Path(__file__).with_name("manifest.yaml")), create=create, simulator=None
)
