"""The segments of a message into items: what stands alone, what belongs to it, and what introduced it.

An order stands before its report, results stand under their report, a specimen after it, comments and
details behind what they are about. Which segment begins, joins or follows is the closed table below.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from connectors.hl7v2.reading import SEGMENTS_IN_A_SLICE, Segment

# What a message says of itself and of the conversation: nothing of it is part of anybody's record.
CONTROL = frozenset(
    ["MSH", "SFT", "UAC", "EVN", "MSA", "ERR", "QAK", "QPD", "QRD", "QRF", "RCP", "DSC", "BHS", "BTS"]
)
_FOLLOWING = frozenset(
    ["NTE", "PD1", "PV2", "RXR", "RXC", "TQ1", "TQ2", "PRT", "ROL", "CTD", "CTI", "ARV", "ACC", "DB1"]
)
# What joins an open item of one of these kinds instead of beginning its own.
_RESULTS = frozenset({"OBR", "SPM", "RXA"})
_JOINING = {
    "NK1": frozenset({"PID"}),
    "OBX": _RESULTS,
    "SPM": frozenset({"OBR"}),
    **dict.fromkeys(["RGS", "AIS", "AIG", "AIL", "AIP"], frozenset({"SCH"})),
}
# What stays open when another item begins: an appointment's person stands before its resources.
_LONG_OPEN = frozenset({"PID", "SCH"})
# What may stand among an item's members and leaves it open.
_ASIDE = frozenset({"DG1", "PR1", "AL1", "IAM", "FT1", "BLG"})


@dataclass(slots=True)
class Item:
    """One segment with what follows it, the order before it, and the items that are part of it."""

    head: Segment
    order: Item | None = None
    following: list[Segment] = field(default_factory=list)
    members: list[Item] = field(default_factory=list)

    def followed_by(self, name: str) -> list[Segment]:
        """The segments of this name behind it."""
        return [segment for segment in self.following if segment.name == name]

    @property
    def written(self) -> str:
        """All of it as it was given, a line for each segment: the order, the item, its members."""
        before = [self.order.written] if self.order else []
        own = [segment.raw for segment in (self.head, *self.following)]
        return "\n".join([*before, *own, *(member.written for member in self.members)])


def items_of(segments: Iterable[Segment]) -> Generator[None, None, list[Item]]:
    """In the message's order, in slices. An order that introduces nothing is an item of its own."""
    found: list[Item] = []
    latest: Item | None = None  # what a comment is about
    opened: dict[str, Item] = {}  # what others may join, by its kind
    order: Item | None = None  # what waits for the item that it introduces
    for number, segment in enumerate(segments):
        if number % SEGMENTS_IN_A_SLICE == 0:
            yield
        if segment.name in CONTROL or not segment.raw.strip():
            continue
        if segment.name in _FOLLOWING and latest is not None:
            latest.following.append(segment)
            continue
        latest = Item(segment)
        holder = _holder_of(segment.name, opened)
        if holder is not None:
            holder.members.append(latest)
            # What is observed after a specimen is observed of the specimen (HL7 v2.5.1, 7.3.1).
            opened = {"SPM": latest, **_without_specimen(opened)} if segment.name == "SPM" else opened
        elif segment.name == "ORC":
            found += [order] if order else []
            order, opened = latest, _still_open(opened)
        else:
            if segment.name not in _ASIDE:
                latest.order, order = order, None
                opened = {**_still_open(opened), segment.name: latest}
            found.append(latest)
    return [*found, order] if order else found


def _holder_of(name: str, opened: dict[str, Item]) -> Item | None:
    return next((item for kind, item in opened.items() if kind in _JOINING.get(name, ())), None)


def _still_open(opened: dict[str, Item]) -> dict[str, Item]:
    return {kind: item for kind, item in opened.items() if kind in _LONG_OPEN}


def _without_specimen(opened: dict[str, Item]) -> dict[str, Item]:
    return {kind: item for kind, item in opened.items() if kind != "SPM"}
