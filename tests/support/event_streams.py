"""An event stream as a browser reads it (WHATWG HTML, EventSource), and what a viewer makes of its events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_SYSTEM = "https://watersmeet.example/fhir/CodeSystem/"


@dataclass(frozen=True, slots=True)
class Heard:
    """One event."""

    number: str
    name: str
    text: str

    @property
    def data(self) -> Any:
        """Its JSON; a fraction is the text that was sent."""
        return json.loads(self.text, parse_float=str)


def events_in(raw: bytes) -> list[Heard]:
    """Every whole event; a comment is none."""
    return [found for block in raw.decode().split("\n\n")[:-1] if (found := _event(block)) is not None]


def _event(block: str) -> Heard | None:
    fields: dict[str, list[str]] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
    if "data" not in fields:
        return None
    return Heard(fields["id"][-1], fields["event"][-1], "\n".join(fields["data"]))


@dataclass(slots=True)
class Reader:
    """What a viewer would show after these events."""

    person: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=lambda: {"groups": [], "contradictions": []})
    partners: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, Any] | None = None
    closed: dict[str, Any] | None = None

    @classmethod
    def of(cls, events: Iterable[Heard]) -> Reader:
        """Take them in order; whatever comes behind the end is a fault."""
        reader = cls()
        for event in events:
            assert reader.ledger is None
            assert reader.closed is None
            reader._take(event.name, event.data)
        return reader

    def _take(self, name: str, data: dict[str, Any]) -> None:
        if name == "person":
            self.person = data["entry"]
        elif name == "items":
            self.entries |= {_name(one): one for one in data["entry"]}
        elif name == "groups":
            self.groups = data
        elif name == "partner":
            self.partners[data["partner"]] = data["outcome"]
        elif name == "ledger":
            self.ledger = data
        elif name == "closed":
            self.closed, self.person, self.entries = data, [], {}

    def marked(self) -> dict[str, dict[str, Any]]:
        """The entries with the marks of the newest groups, and its own, as the searchset has them."""
        made: dict[str, dict[str, Any]] = json.loads(json.dumps(self.entries))
        for kind, members in (("group", "groups"), ("contradiction", "contradictions")):
            for one in self.groups[members]:
                for name in one["items"]:
                    tags = made[name]["resource"]["meta"]["tag"]
                    _insert(tags, {"system": _SYSTEM + kind, "code": one["code"]})
        return made | {_name(one): one for one in self.groups.get("entry", ())}


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['resource']['resourceType']}/{entry['resource']['id']}"


def _insert(tags: list[dict[str, Any]], mark: dict[str, Any]) -> None:
    """Behind the broker's own tags, and before the partner's."""
    at = max(place for place, tag in enumerate(tags) if str(tag.get("system", "")).startswith(_SYSTEM))
    tags.insert(at + 1, mark)
