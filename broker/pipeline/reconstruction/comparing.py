"""What a disclosure proves and what its partners sent now, item by item, into verdicts. Pure, in slices."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field

from broker.domain.audit import ReleasedItem
from broker.domain.reconstruction import Compared, Verdict
from broker.pipeline.normalisation import Normalised

_ITEMS_IN_A_SLICE = 200
# A digest of bytes, under the key that the proof names.
Digest = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Held:
    """What one partner sent now."""

    whole: bool
    label: str
    raws: dict[tuple[str, str], list[bytes]] = field(repr=False)


def compared(
    items: Iterable[ReleasedItem],
    not_asked: Mapping[str, str],
    answers: Iterable[Normalised],
    digest: Digest,
) -> Generator[None, None, tuple[Compared, ...]]:
    """One verdict for each item, in their order. `not_asked` says of a partner why nobody asked it.

    The bytes are compared whatever the partner calls their version.
    """
    held = {one.partner_id: _held(one) for one in answers}
    found = []
    for count, item in enumerate(items, start=1):
        why = not_asked.get(item.partner_id)
        answer = held.get(item.partner_id)
        if why is not None or answer is None:
            found.append(_compared(item, Verdict.NOT_ASKED, why or "policy"))
        else:
            found.append(_judged(item, answer, digest))
        if count % _ITEMS_IN_A_SLICE == 0:
            yield
    return tuple(found)


def _held(answer: Normalised) -> _Held:
    raws: dict[tuple[str, str], list[bytes]] = {}
    for resource in answer.resources:
        raws.setdefault((resource.header.resourceType, resource.header.id or ""), []).append(resource.raw)
    return _Held(answer.ending.label.answered_fully, answer.ending.label.value, raws)


def _judged(item: ReleasedItem, answer: _Held, digest: Digest) -> Compared:
    raws = answer.raws.get((item.resource_type, item.local_id), [])
    if any(digest(raw) == item.digest for raw in raws):
        return _compared(item, Verdict.MATCH)
    if not answer.whole:
        return _compared(item, Verdict.NOT_ANSWERED, answer.label)
    return _compared(item, Verdict.MISMATCH if raws else Verdict.GONE)


def _compared(item: ReleasedItem, verdict: Verdict, why: str = "") -> Compared:
    return Compared(
        partner_id=item.partner_id,
        resource_type=item.resource_type,
        local_id=item.local_id,
        version=item.version,
        verdict=verdict,
        why=why,
    )
