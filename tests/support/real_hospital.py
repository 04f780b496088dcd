"""People of a hospital that another maker's library plays: reports of our writing, and one of others'.

`make setup-real` gives the server its environment. `hospital(folder)` runs it on loopback.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from broker.domain.identity import NhsNumber
from tests.support.patients import ASHA, OLD
from tests.support.real_data import PROJECT
from tests.support.real_servers import launched, program, running

SCRIPT = PROJECT / "tests" / "real" / "servers" / "hl7_hospital.py"
_MESSAGE = "LAB-ORU-1.hl7"
_REPORT = "OBR|{n}||26-N-{n}^LAB|24323-8^Profile {n}^LN|||2026021109300{n}+0000" + "|" * 15
_RESULT = "OBX|1|{kind}|{code}^{name}^LN||{value}|{units}|||||F"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """One person there: the PID, and the segments of each report."""

    number: NhsNumber
    birth_date: str
    person: str = field(repr=False)
    records: tuple[tuple[str, ...], ...] = field(repr=False)

    @property
    def as_held(self) -> dict[str, object]:
        """What hl7_hospital.py reads."""
        return {"person": self.person, "records": self.records}


def asha() -> Admitted:
    """Five reports of our writing, with everything that a delimiter or a character set could spoil."""
    values = [
        {"kind": "NM", "code": "2951-2", "name": "Sodium", "value": "139.10", "units": "mmol/L"},
        {"kind": "NM", "code": "2823-3", "name": "Potassium \\T\\ more", "value": "5.0", "units": "mmol/L"},
        {"kind": "ST", "code": "1-8", "name": "Comment", "value": "Müller\\F\\Łódź\\S\\50 µg", "units": ""},
        {"kind": "TX", "code": "2-6", "name": "Text", "value": "first\\.br\\second \\E\\T\\E\\", "units": ""},
        {"kind": "NM", "code": "2160-0", "name": "Creatinine", "value": "0.070", "units": "mmol/L"},
    ]
    return Admitted(
        number=ASHA,
        birth_date="1951-04-09",
        person=f"PID|1||{ASHA.digits}^^^NHS^NH~A1^^^PAS^MR||Rao^Asha||19510409|F",
        records=tuple(
            (_REPORT.format(n=n) + "20260211120000+0000||LAB|F", _RESULT.format(**value))
            for n, value in enumerate(values, start=1)
        ),
    )


def of_others(real_data: Path) -> Admitted:
    """A laboratory message that this project did not write, under an NHS number that is never issued."""
    text = (real_data / "hl7v2" / "ms" / _MESSAGE).read_text(encoding="utf-8-sig")
    _, person, *rest = text.splitlines()
    fields = person.split("|")
    fields[3] = f"{OLD.digits}^^^NHS^NH~{fields[3]}"
    records: list[list[str]] = []
    for segment in filter(None, rest):
        if segment.startswith("OBR"):
            records.append([])
        records[-1].append(segment)
    return Admitted(
        number=OLD,
        birth_date=f"{fields[7][:4]}-{fields[7][4:6]}-{fields[7][6:8]}",
        person="|".join(fields),
        records=tuple(map(tuple, records)),
    )


@contextmanager
def hospital(
    folder: Path,
    *people: Admitted,
    characters: str = "UNICODE UTF-8",
    certificate: Path | None = None,
) -> Iterator[int]:
    """The server with these people; yields its port. With a certificate it speaks TLS alone."""
    held: Mapping[str, object] = {one.number.digits: one.as_held for one in people}
    world = folder / "hospital.json"
    world.write_text(json.dumps(held), encoding="utf-8")

    def launch(port: int) -> subprocess.Popen[str]:
        command = [program("hl7", "python"), str(SCRIPT), str(port), str(world), characters]
        settings = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        return launched([*command, *([str(certificate)] if certificate else [])], folder, settings)

    with running(launch) as port:
        yield port
