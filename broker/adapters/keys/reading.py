"""`config/keys.yaml` to a KeyRing: references read strictly, every complaint with its line."""

from __future__ import annotations

import re
from pathlib import Path

from broker.adapters.keys.partner_secret import PARTNER, PartnerSecret
from broker.adapters.keys.ring import KEY_BYTES, KeyEntry, KeyRing, KeyState, Purpose
from broker.files import FileFault, Section, read_file

DEMONSTRATION = "demonstration"
KEY_ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


def read_key_ring(path: Path, *, environment: str | None) -> KeyRing:
    """The ring at `path`. Raises FileFault for what is wrong with the file itself.

    What is wrong with a key that it names (missing, short, readable by others) is in `complaints()` for
    the start, and ServiceDown("keys") at use. A demonstration's ring serves nothing else; None takes the
    ring's own word, for a command that was given the ring outright.
    """
    top = read_file(path)
    written_for = top.text("environment")
    wanted = written_for if environment is None else environment
    if (written_for == DEMONSTRATION) != (wanted == DEMONSTRATION):
        raise top.fault(
            f"these keys are for `{written_for}`, and this configuration is `{wanted}`.",
            "Make keys of its own: `watersmeet keys new`.",
            at="environment",
        )
    read = [_entry(section) for section in top.sections("keys")]
    top.finish()
    _refuse_repeated(top, read)
    entries = tuple(entry for entry in read if isinstance(entry, KeyEntry))
    _refuse_incomplete(top, entries)
    return KeyRing(path, wanted, entries, tuple(one for one in read if isinstance(one, PartnerSecret)))


def _entry(section: Section) -> KeyEntry | PartnerSecret:
    key_id = section.text("id")
    if not KEY_ID_PATTERN.fullmatch(key_id):
        raise section.fault("`id` is not a key id.", "Use a-z, 0-9 and `-`, at most 40.", at="id")
    word = section.word("purpose", [*(purpose.value for purpose in Purpose), PARTNER])
    return _partner(section, key_id) if word == PARTNER else _key(section, key_id, Purpose(word))


def _partner(section: Section, key_id: str) -> PartnerSecret:
    secret = PartnerSecret(
        key_id=key_id,
        retired=section.word("state", list(KeyState)) == KeyState.RETIRED,
        file=_file(section),
        variable=section.text("variable", None),
        line=section.position("id")[0],
    )
    section.finish()
    _refuse_reference(section, secret)
    return secret


def _key(section: Section, key_id: str, purpose: Purpose) -> KeyEntry:
    entry = KeyEntry(
        key_id=key_id,
        purpose=purpose,
        state=KeyState(section.word("state", [state.value for state in KeyState])),
        file=_file(section),
        variable=section.text("variable", None),
        public=_public(section, purpose),
        line=section.position("id")[0],
    )
    section.finish()
    _refuse_reference(section, entry)
    return entry


def _file(section: Section) -> Path | None:
    """A relative file stands beside the ring."""
    return section.path.parent / section.text("file") if "file" in section else None


def _public(section: Section, purpose: Purpose) -> bytes | None:
    if purpose is not Purpose.PROOF:
        return None
    try:
        public = bytes.fromhex(section.text("public"))
    except ValueError:
        public = b""
    if len(public) != KEY_BYTES[Purpose.PROOF]:
        raise section.fault(
            "`public` is not a sealing key.", "It has 64 hexadecimal digits; governance has it.", at="public"
        )
    return public


def _refuse_reference(section: Section, entry: KeyEntry | PartnerSecret) -> None:
    references = (entry.file is not None) + (entry.variable is not None)
    may_be_elsewhere = isinstance(entry, KeyEntry) and entry.purpose is Purpose.PROOF
    if references > 1 or (references == 0 and not may_be_elsewhere):
        raise section.fault(
            f"key `{entry.key_id}` needs one reference.",
            "Give `file` or `variable`, and never the key itself.",
        )


def _refuse_repeated(top: Section, entries: list[KeyEntry | PartnerSecret]) -> None:
    ids = [entry.key_id for entry in entries]
    for entry in entries:
        if ids.count(entry.key_id) > 1:
            raise FileFault(top.path, entry.line, 1, f"`{entry.key_id}` is listed twice.", "Ids are unique.")


def _refuse_incomplete(top: Section, entries: tuple[KeyEntry, ...]) -> None:
    for purpose in Purpose:
        active = [e for e in entries if e.purpose is purpose and e.state is KeyState.ACTIVE]
        if len(active) != 1:
            raise top.fault(
                f"purpose `{purpose}` has {len(active)} active keys and needs exactly one.",
                f"Run `watersmeet keys rotate {purpose}` for a new one.",
                at="keys",
            )
