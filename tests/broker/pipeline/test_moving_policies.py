"""A policy that changes at any moment of a request: whatever the moment, what is closed is not shown."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broker.domain.errors import ServiceDown
from broker.domain.policy import PolicySet
from broker.domain.query import Interaction
from broker.policy.loading import load_policies
from broker.ports.sealer import Sealer
from tests.support.connector_scripts import well
from tests.support.network import labels, resources
from tests.support.pipeline_alone import Alone, Script, pipeline_over

PARTNERS = {"alder": frozenset({"RX901"}), "beech": frozenset({"RX902"})}


class Moving:
    """The policies in force, which others replace after they were looked at `times`."""

    def __init__(self, old: PolicySet, new: PolicySet, times: int) -> None:
        self.looks, self._old, self._new, self._times = 0, old, new, times

    def __call__(self) -> PolicySet:
        """As the pipeline asks for them."""
        self.looks += 1
        return self._old if self.looks <= self._times else self._new


def changed(folder: Path, old: str, new: str) -> PolicySet:
    """The pipeline's own policies with one edit."""
    path = folder / "policies" / "sharing-agreement" / "policy.yaml"
    text = path.read_text()
    head, mark, rest = text.partition("- partner: beech\n")
    assert old in rest
    path.write_text(head + mark + rest.replace(old, new, 1))
    made = load_policies(folder / "policies", PARTNERS)
    path.write_text(text)
    return made


async def shown_by(alone: Alone) -> set[str]:
    """Whose Conditions are shown, and that each line fits."""
    reply = await alone.ask(interaction=Interaction.EVERYTHING)
    record = json.loads(b"".join(reply.body))
    found = {one["meta"]["source"] for one in resources(record) if one["resourceType"] == "Condition"}
    assert set(labels(record)) == set(PARTNERS)
    return {source.rpartition(":")[2] for source in found}


async def test_at_whatever_look_a_policy_closes_nothing_of_it_is_shown(tmp_path: Path) -> None:
    """Before the first judgement, after it, while the view is made, and at the last look before release."""
    async with pipeline_over(tmp_path, {name: Script(well) for name in PARTNERS}) as alone:
        old = alone.services.policies()
        new = changed(tmp_path, "[everything]", "[allergies]")
        still = Moving(old, new, times=1_000)
        alone.services = dataclasses.replace(alone.services, policies=still)
        assert await shown_by(alone) == {"alder", "beech"}
        assert still.looks > 2
        for times in range(still.looks):
            alone.services = dataclasses.replace(alone.services, policies=Moving(old, new, times))
            assert await shown_by(alone) == {"alder"}, times


class Telltale:
    """A sealer that says when it digests the first item: the view stands, and nothing is released yet."""

    def __init__(self, sealer: Sealer, tell: Callable[[], None]) -> None:
        self._sealer, self._tell = sealer, tell

    def digest(self, raw: bytes, /) -> bytes:
        """As the real one."""
        self._tell()
        return self._sealer.digest(raw)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the real one's."""
        return getattr(self._sealer, name)


async def test_a_policy_that_closes_when_the_view_stands_already_holds(tmp_path: Path) -> None:
    """The view is made again before anything is released."""
    async with pipeline_over(tmp_path, {name: Script(well) for name in PARTNERS}) as alone:
        in_force = [alone.services.policies()]
        new = changed(tmp_path, "[everything]", "[allergies]")
        alone.services = dataclasses.replace(
            alone.services,
            policies=lambda: in_force[-1],
            sealer=Telltale(alone.services.sealer, lambda: in_force.append(new)),  # type: ignore[arg-type] # it is one by delegation
        )
        assert await shown_by(alone) == {"alder"}


async def test_at_whatever_look_a_policy_opens_nothing_is_opened_that_was_closed_before(
    tmp_path: Path,
) -> None:
    """Only a request that began under it sees more."""
    async with pipeline_over(tmp_path, {name: Script(well) for name in PARTNERS}) as alone:
        new = alone.services.policies()
        old = changed(tmp_path, "[everything]", "[allergies]")
        for times in range(3, 8):
            alone.services = dataclasses.replace(alone.services, policies=Moving(old, new, times))
            assert await shown_by(alone) == {"alder"}, times


async def test_policies_that_never_rest_release_nothing(tmp_path: Path) -> None:
    """After a few tries it is our own fault, and said so."""
    async with pipeline_over(tmp_path, {name: Script(well) for name in PARTNERS}) as alone:
        standing, looks = alone.services.policies(), itertools.count()

        def restless() -> PolicySet:
            return dataclasses.replace(standing, revision=f"{next(looks)}")

        alone.services = dataclasses.replace(alone.services, policies=restless)
        with pytest.raises(ServiceDown):
            await shown_by(alone)
