"""Numbered revisions of the policies, real keys that sign them, and a keeper on a real store."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.adapters.release_store import SqliteReleaseStore
from broker.domain.decision import PartnerFacts
from broker.domain.policy_revision import PolicyStep, Signer
from broker.policy.accepting import Rules
from broker.policy.changing import Changing, PolicyPlace
from broker.policy.keeping import PolicyKeeper
from broker.policy.kept import kept_beside
from broker.policy.loading import load_policies
from broker.policy.revision_file import read_revision
from broker.policy.signing import signature
from broker.policy.situation import partners_of
from broker.policy.snapshot import read_snapshot
from tests.support.clocks import HandClock
from tests.support.plain_policies import write_policies
from tests.support.policies import shipped_policies
from tests.support.stores import demonstration_ring

SMALL = {"addenbury": "RX901"}
FROM, UNTIL = dt.date(2026, 1, 1), dt.date(2027, 1, 1)


@dataclass(frozen=True)
class Hand:
    """Somebody who signs: a private key and what a revision says of it."""

    key_id: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    valid_from: dt.date = FROM
    valid_until: dt.date = UNTIL

    @property
    def signer(self) -> Signer:
        """As the revision has it."""
        return Signer(
            key_id=self.key_id,
            role=self.key_id,
            public_key=self.private.public_key().public_bytes_raw(),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


ADA, BEN, CLEO = Hand("guardian"), Hand("governance-lead"), Hand("chair")


def write_revision(
    folder: Path, number: int, signers: Iterable[Hand] = (ADA, BEN), previous: str = ""
) -> Path:
    """Write `revision.yaml` of `number`, after the whole digest `previous`."""
    lines = [
        f"number: {number}",
        f"previous: {'sha256:' + previous if previous else 'none'}",
        "change: what was decided",
        "approved_by: the board, decision 1",
        "signers:",
    ]
    for hand in signers:
        key = base64.b64encode(hand.signer.public_key).decode()
        lines += [
            f"  - key_id: {hand.key_id}",
            f"    role: {hand.key_id}",
            f"    public_key: {key}",
            f"    valid_from: {hand.valid_from}",
            f"    valid_until: {hand.valid_until}",
        ]
    (folder / "revision.yaml").write_text("\n".join(lines) + "\n")
    return folder


def sign(folder: Path, *hands: Hand, opening: bool = True) -> None:
    """Each signs what the folder holds now, in the file of its own key."""
    snapshot = read_snapshot(folder)
    (folder / "signatures").mkdir(exist_ok=True)
    for hand in hands:
        made = signature(hand.private, read_revision(snapshot), snapshot.digest, opening=opening)
        (folder / "signatures" / f"{hand.key_id}.sig").write_bytes(made)


def digest_of(folder: Path) -> str:
    """Whole, in hex."""
    return read_snapshot(folder).digest


def small_policies(folder: Path) -> Path:
    """Policies of one hospital, which are compared in a second."""
    return write_policies(folder / "policies", SMALL)


def change(folder: Path, old: str, new: str, topic: str = "sharing-agreement") -> None:
    """One edit of one policy."""
    path = folder / topic / "policy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def small_partners(folder: Path) -> tuple[PartnerFacts, ...]:
    """The hospital as registered."""
    return partners_of(load_policies(folder, {name: frozenset({ods}) for name, ods in SMALL.items()}))


@dataclass
class Desk:
    """A store that stays open, and keepers on one folder of policies: each as a process of its own."""

    store: SqliteReleaseStore
    place: PolicyPlace
    clock: HandClock

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        folder: Path,
        policies: Path,
        *,
        partners: tuple[PartnerFacts, ...] | None = None,
        demonstration: bool = True,
        anchors: Iterable[Hand] = (ADA, BEN),
        within_s: float = 600,
    ) -> AsyncIterator[Desk]:
        """The store and its keys are in `folder`; the clock stands in the middle of the signers' time."""
        clock = HandClock()
        store = SqliteReleaseStore.open(folder / "releases.sqlite", demonstration_ring(folder), clock)
        place = PolicyPlace(
            folder=policies,
            kept=kept_beside(folder / "releases.sqlite"),
            partners=partners_of(shipped_policies()) if partners is None else partners,
            rules=Rules(
                demonstration=demonstration, anchors=frozenset(one.signer.fingerprint for one in anchors)
            ),
            within_s=within_s,
        )
        try:
            yield cls(store, place, clock)
        finally:
            await store.aclose()

    async def keeper(self, **changes: Any) -> PolicyKeeper:
        """As a start makes one."""
        return await PolicyKeeper.open(replace(self.place, **changes), self.store.policy_steps, self.clock)

    @property
    def changing(self) -> Changing:
        """What judges the folder, as the command that forces has it."""
        return Changing(self.place, self.store.policy_steps, self.clock)

    async def last(self) -> PolicyStep:
        """What came into force last."""
        found = (await self.store.policy_steps.policy_trail()).last
        assert found is not None
        return found
