"""A folder of JSON files into recordings: each of one invented person, read strictly, kept as bytes.

{"number": "9990000018", "label": "partial", "cause": "page-failed", "pages": [[{resource}, ...], ...]}

`label` and `cause` are words of broker.domain.outcome; left out, they are `complete` and `none`. The
Patient stands among the resources, as in any answer: it is what proves the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from broker.domain.errors import InvalidNhsNumber
from broker.domain.identity import NhsNumber
from broker.domain.json_bytes import UnreadableJson, parse_strict
from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from connectors.settings import SettingFault


@dataclass(frozen=True, slots=True)
class Recording:
    """What one partner once answered about one person, or what somebody wrote for a rehearsal."""

    pages: tuple[tuple[bytes, ...], ...] = field(repr=False)
    ending: Ending

    @property
    def ambiguous(self) -> Ending:
        """Two recordings of one person: nobody chooses between them."""
        return Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    number: str
    pages: list[list[msgspec.Raw]]
    label: OutcomeLabel = OutcomeLabel.COMPLETE
    cause: Cause = Cause.NONE


_FILE = msgspec.json.Decoder(_File)


def read_recordings(folder: Path) -> Mapping[str, Recording]:
    """By NHS number. Raises SettingFault, which names the file and never what stands in it."""
    recordings: dict[str, Recording] = {}
    for path in sorted(folder.glob("*.json")):
        number, recording = _read(path)
        if number.digits in recordings:
            raise _fault(path, "records a person whom another file records", "Keep one of the two")
        recordings[number.digits] = recording
    if not recordings:
        raise SettingFault("`recordings` names a folder that holds no recording (`*.json`).")
    return recordings


def _read(path: Path) -> tuple[NhsNumber, Recording]:
    try:
        parse_strict(raw := path.read_bytes())
        written = _FILE.decode(raw)
        number = NhsNumber.parse(written.number)
    except UnreadableJson as fault:
        raise _fault(path, f"is not JSON that can be carried ({fault})", "Write it anew") from None
    except msgspec.ValidationError:
        shape = "Write `number`, `pages` and, if wanted, `label` and `cause`, as the connector's page says"
        raise _fault(path, "is not of a recording's shape", shape) from None
    except InvalidNhsNumber:
        raise _fault(path, "has no valid NHS number", "Use one of the 999 range") from None
    if not number.is_synthetic:
        raise _fault(path, "is of a number that may be somebody's", "Record people of the 999 range alone")
    pages = tuple(tuple(bytes(resource) for resource in page) for page in written.pages)
    return number, Recording(pages, Ending(written.label, written.cause))


def _fault(path: Path, problem: str, remedy: str) -> SettingFault:
    return SettingFault(f"`recordings`: {path.name} {problem}. {remedy}.")
