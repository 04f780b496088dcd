"""Log lines from an allow-list: what is not in the catalogue is dropped and counted, never printed.

A block-list of patterns always loses (base64, URL encoding, a number with spaces), so nothing free is
ever written: an event is a name of the catalogue, a field is a closed word, a bounded number or an opaque
id, and an error is its class and our own places. Everything that other libraries would write comes
through the same gate, as one event that names the library and nothing that it said.

    log = structlog.get_logger()
    log.info("connector-failed", partner="granta", outcome="complete", elapsed_ms=41)
"""

from broker.logs.capture import follow_loop
from broker.logs.gate import dropped
from broker.logs.setup import configure, quieten

__all__ = ["configure", "dropped", "follow_loop", "quieten"]
