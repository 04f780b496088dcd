"""What was sent against what is presented: every entry looked for by its mark, in the bytes that go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from broker.domain.outcome import Cause, OutcomeLabel, PartnerOutcome
from broker.domain.view import View
from tests.conservation.fates import Fate, Fated, fates, may_be_withheld, references
from tests.conservation.marking import marks_in, numbers_in
from tests.conservation.playing import Played
from tests.conservation.splitting import Answer


class _Entry(msgspec.Struct):
    resource: msgspec.Raw


class _Bundle(msgspec.Struct):
    entry: list[_Entry]


_BUNDLE = msgspec.json.Decoder(_Bundle)


def presented(body: bytes) -> dict[str, list[bytes]]:
    """The resources that stand in a body, by their marks."""
    found: dict[str, list[bytes]] = {}
    for entry in _BUNDLE.decode(body).entry:
        for mark in marks_in(bytes(entry.resource)):
            found.setdefault(mark, []).append(bytes(entry.resource))
    return found


def unmarked(body: bytes) -> list[bytes]:
    """The resources that no partner sent, in order: the completeness statement, and the index's Patient."""
    entries = (bytes(entry.resource) for entry in _BUNDLE.decode(body).entry)
    return [raw for raw in entries if not marks_in(raw)]


def faults(answers: Sequence[Answer], played: Played) -> Iterator[str]:
    """Everything that does not add up, in words."""
    shown = presented(played.body)
    outcomes = {one.partner_id: one for one in played.view.outcomes}
    beside = _beside_a_lead(played.view)
    known = {sent.mark for answer in answers for sent in answer.received}
    yield from (f"{mark}: presented, and nobody sent it" for mark in shown.keys() - known)
    for answer in answers:
        outcome = outcomes[answer.partner_id]
        for said in _of_partner(answer, outcome, shown, beside):
            yield f"{answer.partner_id}: {said}"


def _beside_a_lead(view: View) -> Counter[str]:
    """How many shown items of each partner stand in a group and do not lead it."""
    at = {index for group in view.groups for index in group.members[1:]}
    return Counter(view.items[index].partner_id for index in at)


def _of_partner(
    answer: Answer, outcome: PartnerOutcome, shown: Mapping[str, list[bytes]], beside: Counter[str]
) -> Iterator[str]:
    if outcome.cause is Cause.CONNECTOR_ERROR:
        yield "the conversation broke"
    if outcome.label is OutcomeLabel.IDENTITY_MISMATCH:
        yield from _set_aside(answer, outcome, shown)
        return
    fated = fates(answer)
    yield from _each(answer, fated, shown)
    counted = _counted(fated, shown)
    tally = outcome.tally
    told = {
        Fate.SHOWN: tally.shown,
        Fate.WITHHELD: tally.withheld,
        Fate.UNREADABLE: tally.unreadable,
        Fate.QUARANTINED: tally.quarantined,
        Fate.REPEATED: tally.repeated,
    }
    yield from (
        f"{fate}: {counted[fate]} counted, {number} told"
        for fate, number in told.items()
        if counted[fate] != number
    )
    if tally.received != len(answer.received):
        yield f"{len(answer.received)} sent, {tally.received} received"
    if tally.grouped != beside[answer.partner_id]:
        yield f"{beside[answer.partner_id]} stand beside a lead, {tally.grouped} told"
    leading = counted[Fate.SHOWN] - tally.grouped
    rest = tally.withheld + tally.unreadable + tally.quarantined + tally.repeated
    if tally.received != leading + tally.grouped + rest:
        yield "received is not shown + grouped + withheld + unreadable + quarantined + repeated"


def _set_aside(answer: Answer, outcome: PartnerOutcome, shown: Mapping[str, list[bytes]]) -> Iterator[str]:
    """A whole answer that is somebody else's: none of it is shown."""
    yield from (f"{one.mark}: shown of another person" for one in answer.received if one.mark in shown)
    if outcome.tally.received != len(answer.received) or outcome.tally.shown:
        yield "an answer that was set aside is not wholly counted"


def _each(answer: Answer, fated: Sequence[Fated], shown: Mapping[str, list[bytes]]) -> Iterator[str]:
    """Each entry: shown once and whole, or not at all and for a reason."""
    names = _names(fated, shown)
    all_of_it = all(one.sent.mark in shown for one in fated if one.tree)
    for one in fated:
        copies = shown.get(one.sent.mark, [])
        if len(copies) > 1:
            yield f"{one.sent.mark}: shown {len(copies)} times"
        if one.fate is Fate.REPEATED:
            continue
        if copies and (one.fate is not Fate.EITHER or one.sent.planted):
            yield f"{one.sent.mark}: {one.sent.planted or one.fate}, and shown"
        if copies:
            yield from _numbers(one, copies[0], all_of_it=all_of_it)
        elif one.fate is Fate.EITHER and not may_be_withheld(one, answer.ruling, names):
            yield f"{one.sent.mark}: {one.tree['resourceType']} lost"


def _numbers(one: Fated, copy: bytes, *, all_of_it: bool) -> Iterator[str]:
    """Each number keeps its characters. One may go only with a reference that is cut, and a reference is cut
    only where something is withheld.
    """
    sent, left = numbers_in(one.sent.raw), numbers_in(copy)
    if left - sent:
        yield f"{one.sent.mark}: numbers are written otherwise"
    uncut = all_of_it or not any(references(one.tree))
    if sent - left and uncut and not one.tree.get("contained"):
        yield f"{one.sent.mark}: numbers are gone"


def _names(fated: Sequence[Fated], shown: Mapping[str, list[bytes]]) -> dict[str, bool]:
    """Of each name by which an entry may be meant, whether it is shown; and who is referred to by what is."""
    names: dict[str, bool] = {}
    for one in fated:
        if not one.tree or one.fate is Fate.REPEATED:
            continue
        is_shown = one.sent.mark in shown
        local = f"{one.tree['resourceType']}/{one.tree['id']}"
        for name in (local, one.sent.full_url):
            if name:
                names[name] = names.get(name, False) or is_shown
        if is_shown:
            names.update({f"referred to {said}": True for said in references(one.tree)})
    by_url = {one.sent.full_url: f"{one.tree['resourceType']}/{one.tree['id']}" for one in fated if one.tree}
    for url, local in by_url.items():
        if url and names.get(f"referred to {url}"):
            names[f"referred to {local}"] = True
    return names


def _counted(fated: Sequence[Fated], shown: Mapping[str, list[bytes]]) -> Counter[Fate]:
    found: Counter[Fate] = Counter()
    for one in fated:
        if one.fate is Fate.EITHER:
            found[Fate.SHOWN if one.sent.mark in shown else Fate.WITHHELD] += 1
        else:
            found[one.fate] += 1
    return found
