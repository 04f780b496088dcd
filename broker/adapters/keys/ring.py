"""A ring of keys by purpose: which one is active, which still open, and what each reference holds."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import structlog

from broker.adapters.keys.partner_secret import PartnerSecret
from broker.adapters.keys.reference import KeyFault, read_reference
from broker.domain.errors import ServiceDown
from broker.files import FileFault

_log = structlog.get_logger(__name__)


class Purpose(enum.StrEnum):
    """What a key is for. One key never serves two purposes."""

    INDEX = "index"
    SEAL = "seal"
    TOKEN = "token"  # noqa: S105 - a purpose, not a token
    ITEM = "item"
    DIGEST = "digest"
    PROOF = "proof"
    CHAIN = "chain"


class KeyState(enum.StrEnum):
    """Active writes; retired still opens and looks up. A purpose has exactly one active key."""

    ACTIVE = "active"
    RETIRED = "retired"


KEY_BYTES: Mapping[Purpose, int] = MappingProxyType(
    {purpose: 64 if purpose is Purpose.TOKEN else 32 for purpose in Purpose}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One line of the ring. Either `file` or `variable` is the reference to the key, never its value.

    A proof key has its sealing half in `public`; the reference to its opening half, which belongs to
    governance, may be absent.
    """

    key_id: str
    purpose: Purpose
    state: KeyState
    file: Path | None = None
    variable: str | None = None
    public: bytes | None = None
    line: int = 1


@dataclass(frozen=True, slots=True)
class Key:
    """A usable key. Its repr never shows the secret."""

    key_id: str
    secret: bytes = field(repr=False)


class KeyRing:
    """Keys are read when first needed and kept in memory; `check` reads every one of them again.

    Raises ServiceDown("keys") wherever a key is missing, short, or readable by others.
    """

    def __init__(
        self,
        path: Path,
        environment: str,
        entries: tuple[KeyEntry, ...],
        partner_secrets: tuple[PartnerSecret, ...] = (),
    ) -> None:
        """`path` is the ring file that complaints name."""
        self.path, self.environment, self.entries = path, environment, entries
        self.partner_secrets = {secret.key_id: secret for secret in partner_secrets}
        self.generation = 0
        self._keys: dict[str, Key] = {}
        self._missed: set[str] = set()

    def __repr__(self) -> str:
        """Ids only."""
        return f"KeyRing({', '.join(entry.key_id for entry in self.entries)})"

    def active(self, purpose: Purpose) -> Key:
        """The key that writes. Not for `proof`, whose opening half may be elsewhere."""
        return self._key(self._active_entry(purpose))

    def every(self, purpose: Purpose) -> tuple[Key, ...]:
        """Every key of a purpose, the active one first."""
        entries = [entry for entry in self.entries if entry.purpose is purpose]
        entries.sort(key=lambda entry: entry.state is not KeyState.ACTIVE)
        return tuple(self._key(entry) for entry in entries)

    def named(self, purpose: Purpose, key_id: str) -> Key:
        """The key that a sealed value names."""
        for entry in self.entries:
            if entry.purpose is purpose and entry.key_id == key_id:
                return self._key(entry)
        raise ServiceDown("keys")

    def proof_seal(self) -> Key:
        """The sealing half of the active proof key: it cannot open what it seals."""
        entry = self._active_entry(Purpose.PROOF)
        if entry.public is None:
            raise ServiceDown("keys")
        return Key(entry.key_id, entry.public)

    def proof_opener(self, key_id: str) -> Key | None:
        """The opening half, or None where this place does not hold it."""
        for entry in self.entries:
            if entry.purpose is Purpose.PROOF and entry.key_id == key_id and _has_reference(entry):
                return self._key(entry)
        return None

    def complaints(self) -> tuple[FileFault, ...]:
        """What is wrong with any reference now, each with its line in the ring file and a remedy."""
        everything: tuple[KeyEntry | PartnerSecret, ...] = (*self.entries, *self.partner_secrets.values())
        return tuple(fault for entry in everything if (fault := self._complaint(entry)) is not None)

    def check(self) -> None:
        """Read every key of ours again, so that one that was taken away is missed. For readiness.

        A partner's secret is not among them: without it that partner is not asked, and everybody else is.
        """
        keys: dict[str, Key] = {}
        for entry in self.entries:
            try:
                if _has_reference(entry):
                    keys[entry.key_id] = Key(entry.key_id, _read(entry))
            except KeyFault:
                self._forget({})
                raise self._down(entry) from None
        self._missed.clear()
        if keys != self._keys:
            self._forget(keys)

    def _down(self, entry: KeyEntry) -> ServiceDown:
        """One line when a key is first missed, and none until it has come back."""
        if entry.key_id not in self._missed:
            self._missed.add(entry.key_id)
            _log.error("keys-failed", key_id=entry.key_id)
        return ServiceDown("keys")

    def _forget(self, keys: dict[str, Key]) -> None:
        self._keys = keys
        self.generation += 1

    def _active_entry(self, purpose: Purpose) -> KeyEntry:
        for entry in self.entries:
            if entry.purpose is purpose and entry.state is KeyState.ACTIVE:
                return entry
        raise ServiceDown("keys")

    def _key(self, entry: KeyEntry) -> Key:
        known = self._keys.get(entry.key_id)
        if known is None:
            try:
                known = Key(entry.key_id, _read(entry))
            except KeyFault:
                raise self._down(entry) from None
            self._keys[entry.key_id] = known
            self._missed.discard(entry.key_id)
        return known

    def _complaint(self, entry: KeyEntry | PartnerSecret) -> FileFault | None:
        if not _has_reference(entry):
            return None
        try:
            _ = entry.text() if isinstance(entry, PartnerSecret) else _read(entry)
        except KeyFault as fault:
            problem = f"key `{entry.key_id}`: {fault.problem}"
            return FileFault(self.path, entry.line, 1, problem, fault.remedy)
        return None


def _has_reference(entry: KeyEntry | PartnerSecret) -> bool:
    return entry.file is not None or entry.variable is not None


def _read(entry: KeyEntry) -> bytes:
    """The key's bytes: hexadecimal text in a file or an environment variable. Raises KeyFault."""
    text = read_reference(entry.file, entry.variable)
    wanted = KEY_BYTES[entry.purpose]
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        raise KeyFault("is not hexadecimal text.", f"Write {wanted * 2} hexadecimal digits.") from None
    if len(secret) != wanted:
        raise KeyFault(
            f"has {len(secret)} bytes where {wanted} are needed.", "Make a new one: `watersmeet keys rotate`."
        )
    return secret
