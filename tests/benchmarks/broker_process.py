"""The whole broker in a process of its own, over the stub partners, under one collector policy.

Run as `python -m tests.benchmarks.broker_process FOLDER STUB_ORIGIN DELAY_MS ours|default`; prints its
FHIR base and a token, and mints another token for each line on standard input.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from pathlib import Path

import structlog
import uvloop

from broker.adapters.development_issuer import DevelopmentIssuer
from broker.http.running import running
from broker.settings import load_settings
from tests.benchmarks.stub import PARTNERS
from tests.support.network import Partner, write_config


async def main(folder: Path, stub: str, delay_ms: str, collector: str) -> None:
    """Serve until standard input closes."""
    issuer = await DevelopmentIssuer.start()
    limits = {"calls_per_s_max": 10_000, "calls_at_once_max": 64}
    partners = {
        name: Partner(endpoint=f"{stub}/{delay_ms}/{name}", settings={"ask": "everything"}, limits=limits)
        for name in PARTNERS
    }
    config = write_config(folder, partners, f"{stub}/{delay_ms}/pds", issuer, limits={})
    async with running(load_settings(config)) as door:
        if collector == "default":
            gc.unfreeze()
            gc.set_threshold(700, 10, 10)
        token = issuer.token(role="doctor", organisation="RX901", relationship="booking", lifetime_s=900)
        sys.stdout.write(f"{door.url} {token}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await issuer.aclose()


if __name__ == "__main__":
    # A deployed broker's log goes to a file; what a line costs is part of the whole.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=Path("/dev/null").open("w")),  # noqa: SIM115 - held open
    )
    uvloop.run(main(Path(sys.argv[1]), *sys.argv[2:5]))
