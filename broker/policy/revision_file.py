"""`policies/revision.yaml` into a Revision: its number, what it follows, and who may sign the next one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from broker.domain.policy_revision import Revision, Signer
from broker.files import FileFault, Section, read_bytes
from broker.policy.reading import read_id, refuse_repeats
from broker.policy.snapshot import Snapshot

REVISION_FILE: Final = "revision.yaml"
NONE: Final = "none"
KEY_BYTES: Final = 32
DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)
PREFIX: Final = "sha256:"


def read_revision(snapshot: Snapshot) -> Revision:
    """What the file says; an unnumbered Revision where there is none. Raises FileFault."""
    raw = snapshot.files.get(REVISION_FILE)
    if raw is None:
        return Revision()
    top = read_bytes(snapshot.folder / REVISION_FILE, raw)
    revision = Revision(
        number=top.integer("number", least=1),
        previous=_previous(top),
        change=top.text("change"),
        approved_by=top.text("approved_by"),
        signers=_signers(top),
    )
    top.finish()
    return revision


def fault_at(snapshot: Snapshot, name: str, problem: str, remedy: str) -> FileFault:
    """A fault of the revision at member `name` of its file, or at the file's place where there is none."""
    path, raw = snapshot.folder / REVISION_FILE, snapshot.files.get(REVISION_FILE)
    if raw is None:
        return FileFault(path, 1, 1, problem, remedy)
    return read_bytes(path, raw).fault(problem, remedy, at=name)


def _previous(top: Section) -> str:
    written = top.text("previous")
    if written == NONE:
        return ""
    if not DIGEST.fullmatch(written):
        remedy = f"Write `{PREFIX}` and 64 hex digits, as `watersmeet policy status` shows them, or `{NONE}`."
        raise top.fault("`previous` is no digest.", remedy, at="previous")
    return written.removeprefix(PREFIX)


def _signers(top: Section) -> tuple[Signer, ...]:
    sections = top.sections("signers")
    refuse_repeats(sections, "key_id")
    refuse_repeats(sections, "public_key")
    return tuple(_signer(section) for section in sections)


def _signer(section: Section) -> Signer:
    signer = Signer(
        key_id=read_id(section, "key_id"),
        role=section.text("role"),
        public_key=_public_key(section),
        valid_from=section.date("valid_from"),
        valid_until=section.date("valid_until"),
    )
    section.finish()
    if signer.valid_until <= signer.valid_from:
        raise section.fault("`valid_until` is not after `valid_from`.", at="valid_until")
    return signer


def _public_key(section: Section) -> bytes:
    """Written in the one way that there is, so that one key cannot stand here twice in two spellings."""
    written = section.text("public_key")
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or base64.b64encode(key).decode() != written:
        remedy = "`watersmeet keys signer` prints it: 44 characters of base64."
        raise section.fault("`public_key` is no Ed25519 public key.", remedy, at="public_key")
    return key
