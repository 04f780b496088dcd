"""pds keeps what every connector owes."""

from __future__ import annotations

from connectors.pds import PLUGIN
from tests.connectors.conformance_index import IndexConformance


class TestPds(IndexConformance):
    plugin = PLUGIN
