"""The development issuer opens the demonstration and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.adapters.development_issuer import DevelopmentIssuer, DevelopmentIssuerFault
from broker.adapters.tokens.authenticator import JwtAuthenticator
from broker.adapters.tokens.key_sets import KeySets
from broker.adapters.tokens.trust import Trust
from broker.cli.token import command
from broker.domain.errors import Unauthenticated
from broker.domain.identity import NhsNumber
from tests.support.clocks import START, HandClock
from tests.support.patients import number_outside_999

REAL_RANGE = NhsNumber(number_outside_999())


def _now_s() -> float:
    return START.timestamp()


async def test_its_tokens_open_the_demonstration() -> None:
    """The key set is read over a real socket, the token through every check."""
    issuer = await DevelopmentIssuer.start(now_s=_now_s)
    trust, clock = issuer.trust("watersmeet"), HandClock()
    broker = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)
    token = issuer.token(role="R8000", organisation="RGT", patient=NhsNumber("9990000018"))
    requester = await broker.authenticate(f"Bearer {token}")
    assert requester.roles == ("R8000",)
    assert requester.only_patient == NhsNumber("9990000018")
    assert trust.connector_distributions == ("watersmeet",)
    await broker.aclose()
    await issuer.aclose()


async def test_production_refuses_its_tokens_and_its_keys() -> None:
    """The very same trust under another environment opens nothing."""
    issuer = await DevelopmentIssuer.start(now_s=_now_s)
    trust = Trust(environment="production", issuers=issuer.trust().issuers)
    clock = HandClock()
    broker = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)
    with pytest.raises(Unauthenticated) as caught:
        await broker.authenticate(f"Bearer {issuer.token(role='R8000', organisation='RGT')}")
    assert type(caught.value.__cause__).__name__ == "DevelopmentIssuerRefused"
    await broker.aclose()
    await issuer.aclose()


async def test_it_names_no_real_patient_and_no_long_life() -> None:
    """Refused before anything is signed."""
    issuer = await DevelopmentIssuer.start()
    with pytest.raises(DevelopmentIssuerFault, match="999"):
        issuer.token(role="R8000", organisation="RGT", patient=REAL_RANGE)
    for lifetime_s in (0, 901):
        with pytest.raises(DevelopmentIssuerFault, match="900"):
            issuer.token(role="R8000", organisation="RGT", lifetime_s=lifetime_s)
    await issuer.aclose()
    with pytest.raises(DevelopmentIssuerFault, match="not serving"):
        _ = issuer.key_set_url


async def test_the_command_mints_for_a_running_demonstration(tmp_path: Path) -> None:
    """`watersmeet token` reads the saved key; the running broker believes what it mints."""
    issuer = await DevelopmentIssuer.start()
    folder = tmp_path / "run"
    issuer.save(folder)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    arguments = ["--as", "R8001", "--organisation", "RBA", "--patient", "--run", str(folder)]
    ran = await asyncio.to_thread(CliRunner().invoke, command, arguments, "999 000 0018\n")
    assert (ran.exit_code, ran.stderr) == (0, "")
    trust, clock = issuer.trust(), _wall_clock()
    broker = JwtAuthenticator(trust, KeySets(trust.issuers.values(), clock), clock)
    requester = await broker.authenticate(f"Bearer {ran.stdout.strip()}")
    assert (requester.roles, requester.organisation_ods) == (("R8001",), "RBA")
    await broker.aclose()
    await issuer.aclose()
    await asyncio.get_running_loop().shutdown_default_executor()


def _wall_clock() -> HandClock:
    import datetime as dt  # noqa: PLC0415 - only here

    return HandClock(wall=dt.datetime.now(dt.UTC))


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    """No demonstration, a wrong number, an unknown relationship: exit 1 or 2, a sentence, no echo."""
    runner = CliRunner()
    none_running = runner.invoke(command, ["--as", "R8000", "--run", str(tmp_path / "none")])
    assert none_running.exit_code == 1
    assert "make demo" in none_running.stderr
    wrong = runner.invoke(command, ["--as", "R8000", "--patient"], "9990000019\n")
    assert wrong.exit_code == 2
    assert "9990000019" not in wrong.output
    assert runner.invoke(command, ["--as", "R8000", "--relationship", "boss"]).exit_code == 2


async def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The folder and both files must be this user's alone; a broken key says so."""
    issuer = await DevelopmentIssuer.start()
    await issuer.aclose()
    for opened in ("", "development-issuer.pem", "development-issuer.json"):
        folder = tmp_path / f"run-{opened}"
        issuer.save(folder)
        (folder / opened).chmod(0o755)
        with pytest.raises(DevelopmentIssuerFault, match="other users"):
            DevelopmentIssuer.load(folder)
    folder = tmp_path / "broken"
    issuer.save(folder)
    (folder / "development-issuer.pem").write_text("not a key")
    with pytest.raises(DevelopmentIssuerFault, match="cannot be read"):
        DevelopmentIssuer.load(folder)
