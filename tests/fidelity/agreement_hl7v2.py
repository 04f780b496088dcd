"""HL7 v2 messages and the R4 of a converter that this project did not write, into how far ours agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.fidelity.explained import Agreement, Difference, explain, reasons
from tests.fidelity.pairing import Elements, by_name, elements, pairs
from tests.fidelity.places import HERE
from tests.fidelity.reading import Tree, exact
from tests.fidelity.sayings import Sayings, of_resources

MESSAGES, EXPECTED = "hl7v2/ms", "hl7v2/ms-expected-r4"
# What a difference is, found out by asking the message and our whole R4 of it for the value.
WHOLE_OURS, WHOLE_THEIRS = "a resource of ours", "a resource of theirs"
FROM_MESSAGE, ADDED = "ours, from the message", "ours, not in the message"
KEPT, LOST = "theirs, kept elsewhere by us", "theirs, from the message and not ours"
MADE = "theirs, not in the message"
MARK = b"\xef\xbb\xbf"
TranslateMessage = Callable[[bytes], Sequence[bytes]]


def messages(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every message by its file's name, without the byte order mark, which is the file's."""
    for path in sorted((folder / MESSAGES).glob("*.hl7")):
        yield path.stem, path.read_bytes().removeprefix(MARK)


def agreement(folder: Path, translate: TranslateMessage) -> Agreement:
    """Every message of which the other converter's R4 is there."""
    result, known = Agreement(), reasons(HERE / "differences/hl7v2.yaml")
    for name, message in messages(folder):
        expected = folder / EXPECTED / f"{name}.json"
        if expected.is_file():
            ours = [exact(raw) for raw in translate(message)]
            theirs = [entry["resource"] for entry in _tree(expected).get("entry", ()) if "resource" in entry]
            explain(_differences(name, message, ours, theirs, result), known, result)
            result.files += 1
    result.idle = [reason for reason in known if not reason.used]
    return result


def _tree(path: Path) -> Any:
    return exact(path.read_bytes().removeprefix(MARK))


def _differences(
    file: str, message: bytes, ours: list[Tree], theirs: list[Tree], result: Agreement
) -> Iterator[Difference]:
    our_names, their_names = by_name(ours), by_name(theirs)
    kept, given = of_resources(ours), Sayings([message.decode("utf-8", "replace")])
    for kind in sorted({str(one["resourceType"]) for one in (*ours, *theirs)}):
        here = [elements(one, our_names) for one in ours if one["resourceType"] == kind]
        there = [elements(one, their_names) for one in theirs if one["resourceType"] == kind]
        for one, other in pairs(here, there):
            mine = here[one] if one is not None else Counter()
            other_s = there[other] if other is not None else Counter()
            if one is None or other is None:
                yield Difference(file, kind, WHOLE_THEIRS if one is None else WHOLE_OURS)
            result.alike += sum((mine & other_s).values())
            for path in _paths(mine - other_s):
                yield Difference(
                    file,
                    f"{kind}.{path[0]}",
                    FROM_MESSAGE if given.has(path[1]) or given.has_words(path[1]) else ADDED,
                )
            for path in _paths(other_s - mine):
                side = KEPT if kept.has(path[1]) else LOST if given.has(path[1]) else MADE
                yield Difference(file, f"{kind}.{path[0]}", side)


def _paths(more: Elements) -> list[tuple[str, str]]:
    return sorted(more.elements())
