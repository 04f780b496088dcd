"""A practice's ODS code into its service root and ASID, as the Spine Directory Service has them now.

What it says of a practice is no patient's data: each connector keeps it in memory for a bounded time,
judged by the moment of each ask. Doubt is refused: two answers, or another organisation's, reach nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable
from typing import Any, TypeAlias

import msgspec

from broker.domain.identity import ODS_SYSTEM
from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import (
    Answer,
    Ending,
    Entry,
    HttpRequest,
    Pause,
    Requests,
    TransportFault,
)
from broker.ports.searchset import NotABundle, Searchset, read_searchset
from connectors.gpconnect.access import ASID, ROOT, Provider
from connectors.gpconnect.calls import correlation_of
from connectors.gpconnect.errors import MALFORMED, refusal_of

SERVICE = "sds"
INTERACTION_SYSTEM = "https://fhir.nhs.uk/Id/nhsServiceInteractionId"
ASID_SYSTEM = "https://fhir.nhs.uk/Id/nhsSpineASID"
_KEPT_MAX = 4_000

Looking = Generator[Requests | Pause, Any, dict[str, Provider] | Ending]
_NONE_THERE = Ending(OutcomeLabel.NOT_AVAILABLE, Cause.NOT_OFFERED)
_SEVERAL = Ending(OutcomeLabel.INVALID, Cause.SEVERAL_MATCHES)
_FOREIGN = Ending(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
_MALFORMED = Ending(*MALFORMED)


class _Identifier(msgspec.Struct, gc=False):
    system: str | None = None
    value: str | None = None


class _Named(msgspec.Struct, gc=False):
    identifier: _Identifier | None = None


class _Device(msgspec.Struct, gc=False, tag_field="resourceType", tag="Device"):
    owner: _Named | None = None
    identifier: list[_Identifier] = []

    @property
    def found(self) -> list[str]:
        return [one.value or "" for one in self.identifier if one.system == ASID_SYSTEM]


class _Endpoint(msgspec.Struct, gc=False, tag_field="resourceType", tag="Endpoint"):
    managingOrganization: _Named | None = None  # noqa: N815 - FHIR's own name
    address: str = ""
    status: str = ""

    @property
    def owner(self) -> _Named | None:
        return self.managingOrganization

    @property
    def found(self) -> list[str]:
        return [self.address.rstrip("/")] if self.status == "active" else []


_Decoder: TypeAlias = msgspec.json.Decoder[_Device] | msgspec.json.Decoder[_Endpoint]
_DEVICE = msgspec.json.Decoder(_Device)
_ENDPOINT = msgspec.json.Decoder(_Endpoint)


class Directory:
    """What one connector knows of practices' services, for `keep_minutes` after it was asked."""

    def __init__(self, keep_minutes: int) -> None:
        """Nothing is known at first."""
        self._keep = dt.timedelta(minutes=keep_minutes)
        self._known: dict[tuple[str, str], tuple[dt.datetime, Provider]] = {}

    def find(self, ask: PartnerAsk, ods: str, interactions: Iterable[str]) -> Looking:
        """A Provider for each interaction, asked for all at once; an Ending when one of them is not sure."""
        known = {one: self._recall(ods, one, ask.asked_at) for one in interactions}
        missing = [one for one, provider in known.items() if provider is None]
        answers = (yield tuple(_requests(ask, ods, missing))) if missing else ()
        found = {one: provider for one, provider in known.items() if provider is not None}
        for place, interaction in enumerate(missing):
            provider = yield from _read(ods, answers[2 * place], answers[2 * place + 1])
            if isinstance(provider, Ending):
                return provider
            self._keep_known(ods, interaction, ask.asked_at, provider)
            found[interaction] = provider
        return found

    def _recall(self, ods: str, interaction: str, now: dt.datetime) -> Provider | None:
        known_at, provider = self._known.get((ods, interaction), (None, None))
        if known_at is None or not dt.timedelta(0) <= now - known_at <= self._keep:
            return None
        return provider

    def _keep_known(self, ods: str, interaction: str, now: dt.datetime, provider: Provider) -> None:
        self._known.pop((ods, interaction), None)
        if len(self._known) >= _KEPT_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[ods, interaction] = now, provider


def _requests(ask: PartnerAsk, ods: str, interactions: Iterable[str]) -> Iterable[HttpRequest]:
    """Device and Endpoint of each interaction."""
    headers = {"Accept": "application/fhir+json", "X-Correlation-Id": str(correlation_of(ask))}
    for interaction in interactions:
        query = (
            ("organization", f"{ODS_SYSTEM}|{ods}"),
            ("identifier", f"{INTERACTION_SYSTEM}|{interaction}"),
        )
        for path in ("Device", "Endpoint"):
            yield HttpRequest(method="GET", path=path, query=query, headers=headers, service=SERVICE)


def _read(ods: str, device: Answer, endpoint: Answer) -> Generator[Pause, None, Provider | Ending]:
    asid = yield from _only(ods, device, _DEVICE)
    if isinstance(asid, Ending):
        return asid
    root = yield from _only(ods, endpoint, _ENDPOINT)
    if isinstance(root, Ending):
        return root
    # The proxy calls no practice but over TLS.
    if not ASID.fullmatch(asid) or not ROOT.fullmatch(root) or not root.startswith("https://"):
        return _MALFORMED
    return Provider(root=root, asid=asid, prefix=f"{root}/")


def _only(ods: str, answer: Answer, decoder: _Decoder) -> Generator[Pause, None, str | Ending]:
    """The one value that the directory gives for this practice."""
    if isinstance(answer, TransportFault):
        return Ending(answer.label, answer.cause)
    refusal = refusal_of(answer)
    if refusal is not None:
        return Ending(*refusal)
    try:
        read = yield from read_searchset(answer.body)
        things = [_decoded(entry, decoder) for entry in read.entries]
    except (NotABundle, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _MALFORMED
    if any(_owner_of(thing) != ods for thing in things):
        return _FOREIGN
    return _one_of({value for thing in things for value in thing.found}, read)


def _one_of(values: set[str], read: Searchset) -> str | Ending:
    if len(values) > 1 or read.next_link is not None or read.cut:
        return _SEVERAL
    return values.pop() if values else _NONE_THERE


def _decoded(entry: Entry, decoder: _Decoder) -> _Device | _Endpoint:
    """Raises msgspec.DecodeError for an entry of another kind."""
    return decoder.decode(entry.raw)


def _owner_of(thing: _Device | _Endpoint) -> str | None:
    owner = thing.owner.identifier if thing.owner else None
    return owner.value if owner is not None and owner.system == ODS_SYSTEM else None
