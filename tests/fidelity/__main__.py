"""Whether translation loses anything: every supplier's record judged fact by fact by a judge that shares no
code with the translators, with faults planted to prove the judge.

Prints a line for each record and ends with one line of figures; writes `build/fidelity.json`; exit 0 only
where every aim is met.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from connectors.hl7v2.translating import translate_message
from tests.fidelity import agreement_hl7v2, agreement_stu3
from tests.fidelity.measuring import measured, total
from tests.fidelity.placing_hl7v2 import judged_message
from tests.fidelity.plants import PLANTS
from tests.fidelity.reading import Source
from tests.fidelity.records import record
from tests.fidelity.reporting import Report, lines, write
from tests.fidelity.sample import sample
from tests.fidelity.sources import sources
from tests.fidelity.translating import from_stu3
from tests.fidelity.validating import Validation
from tests.fidelity.validating_others import of_a_council, of_compositions, of_messages
from tests.support.real_data import PROJECT, VARIABLE, real_data_folder

WRITTEN = PROJECT / "build" / "fidelity.json"


def said(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)  # noqa: T201 - this is a command


def material(folder: Path, report: Report) -> Iterator[Source]:
    """Every record, and at the end our own small one."""
    yield from sources(folder, report.left_out)
    yield sample()


def run(folder: Path) -> Report:
    """Everything that is judged."""
    report = Report()
    from_records = report.validations.setdefault("stu3", Validation())
    for source in material(folder, report):
        held = record(source, from_stu3)
        report.rows.append(measured(held, from_stu3, PLANTS))
        for output in held.outputs:
            from_records.show(source.name, output.tree)
    report.agreements["stu3-to-r4"] = agreement_stu3.agreement(folder, from_stu3)
    report.agreements["hl7v2"] = agreement_hl7v2.agreement(folder, translate_message)
    report.validations["hl7v2"] = of_messages(folder, translate_message)
    report.validations["openehr"] = of_compositions(folder)
    report.validations["rest_json"] = of_a_council(folder)
    done: Counter[str] = Counter()
    found = agreement_hl7v2.messages(folder)
    report.messages = total("hl7v2", (judged_message(*each, translate_message, done) for each in found))
    return report


def main() -> int:
    """The exit status."""
    folder = real_data_folder()
    if not (folder / "MANIFEST.tsv").is_file():
        said(f"fidelity: the real material is not at {folder}. Set {VARIABLE} to its folder.")
        return 1
    report = run(folder)
    for line in lines(report):
        said(line)
    write(report, WRITTEN)
    return 1 if any(report.failures()) else 0


if __name__ == "__main__":
    sys.exit(main())
