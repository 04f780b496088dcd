"""`audit replay` on the running demonstration: what was shown is held against who holds it now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from broker.demonstration.client import ask_for_record
from broker.demonstration.network import Network, demonstration_network
from broker.demonstration.users import USERS, token_for
from broker.domain.audit import RecordKind
from broker.domain.identity import NhsNumber
from broker.settings import load_settings
from tests.support.commands import at_the_desk
from tests.support.trail import Row, assert_whole, of_kind, outcomes, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARGARET = NhsNumber.parse("9990000018")
OFFICER = ("--by-role", "privacy-officer", "--actor", "Imaginary Ash", "--purpose", "HOPERAT")
APPROVED = ("--approved-by", "caldicott-guardian 2026-031")


class Desk:
    """A running network in which a doctor has opened Margaret's record once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.settings = load_settings(network.config_dir)

    async def replay(self, *more: str, record: int | None = None) -> tuple[int, str, str]:
        """Of the doctor's disclosure, unless another record is named."""
        number = str(self.shown.sequence if record is None else record)
        return await at_the_desk(
            self.network.config_dir, "audit", "replay", "--record", number, *(more or (*OFFICER, *APPROVED))
        )

    @property
    def shown(self) -> Row:
        """The disclosure of everything to the doctor."""
        return next(
            row
            for row in of_kind(self.settings, RecordKind.DISCLOSURE)
            if row.body.interaction == "everything"
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    """One network for all of them; the last test objects."""
    async with demonstration_network() as network:
        token = token_for(USERS["doctor"], network.issuer)
        assert (await ask_for_record(network.fhir_url, token, MARGARET)).is_record
        yield Desk(network)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(desk: Desk) -> str:
    """What a replay that may be says, for a script."""
    code, out, err = await desk.replay(*OFFICER, *APPROVED, "--json")
    assert (code, err) == (0, "")
    return out


def verdicts(out: str) -> Counter[tuple[str, str, str]]:
    """How often each partner's items came to what, and why."""
    items: list[dict[str, Any]] = json.loads(out)["items"]
    return Counter((one["partner"], one["verdict"], one["why"] or "") for one in items)


async def test_what_was_shown_is_what_its_partners_hold(desk: Desk, told: str) -> None:
    """Where the agreement lets them be asked; a practice never is, whatever anybody writes there."""
    found = verdicts(told)
    by_partner = {partner: (verdict, why) for partner, verdict, why in found}
    assert by_partner["addenbury"] == by_partner["ousebank"] == ("match", "")
    assert by_partner["fen-edge-practice"] == ("not-asked", "direct-care-only")
    others = {name: said for name, said in by_partner.items() if said[0] != "match"}
    assert set(others.values()) <= {
        ("not-asked", why) for why in ("direct-care-only", "not-reconstructed", "as-shown")
    }
    assert ("not-asked", "not-reconstructed") in others.values()
    assert len(by_partner) == len(found)
    assert sum(found.values()) == sum(desk.shown.body.released.values())


async def test_it_is_a_request_of_its_own_on_record(desk: Desk) -> None:
    """Intent, disclosure and ending, with what was reconstructed and by whose decision."""
    assert (await desk.replay())[0] == 0
    mine = [row for row in rows(desk.settings) if row.body.interaction == "reconstruct"][-3:]
    assert [row.body.kind for row in mine] == ["intent", "disclosure", "outcome"]
    assert {(row.body.reconstructs, row.body.approved_by) for row in mine} == {
        (desk.shown.sequence, "caldicott-guardian 2026-031")
    }
    asked = {name for name, one in outcomes(mine[1]).items() if one.label != "not-asked"}
    assert asked <= {"addenbury", "ousebank", "fenland-community"}
    assert "addenbury" in asked
    assert_whole(desk.settings)


async def test_nothing_of_an_item_is_told(desk: Desk, told: str) -> None:
    """Partner, type, id and version, as the trail has them, and the verdict."""
    kept = {"partner", "type", "id", "version", "verdict", "why"}
    assert {frozenset(one) for one in json.loads(told)["items"]} == {frozenset(kept)}
    table = (await desk.replay())[1]
    assert table.splitlines()[0].split() == ["partner", "type", "id", "version", "verdict", "why"]


async def test_whoever_may_not_is_refused(desk: Desk) -> None:
    """Another role or purpose; an approval that names a person is not even tried."""
    for wrong in (("--purpose", "TREAT"), ("--by-role", "doctor")):
        code, out, err = await desk.replay(*OFFICER, *APPROVED, *wrong)
        assert (code, out) == (1, ""), wrong
        assert "the refusal is on record" in err
    code, _, err = await desk.replay(*OFFICER, "--approved-by", "Imaginary Ash")
    assert (code, "write a role" in err) == (2, True)


async def test_a_record_that_proves_nothing_says_so(desk: Desk) -> None:
    """An intent, and a number that the trail does not have."""
    [intent, *_] = of_kind(desk.settings, RecordKind.INTENT)
    code, _, err = await desk.replay(record=intent.sequence)
    assert (code, "only a disclosure proves" in err) == (1, True)
    code, _, err = await desk.replay(record=99_999)
    assert (code, "no record 99999" in err) == (1, True)


async def test_an_objection_refuses_it(desk: Desk) -> None:
    """From its acknowledgement on."""
    checked = ("--channel", "phone", "--identity-check", "questions", "--identifier", "birth-date")
    who = ("--by-role", "Caldicott Guardian", "--by-name", "Imaginary Ash")
    code, _, err = await at_the_desk(
        desk.network.config_dir,
        "objection",
        "record",
        *checked,
        "--consequences-explained",
        *who,
        typed=MARGARET.digits,
    )
    assert code == 0, err
    code, out, err = await desk.replay()
    assert (code, out) == (1, "")
    assert of_kind(desk.settings, RecordKind.REFUSAL)[-1].body.interaction == "reconstruct"
