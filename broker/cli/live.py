"""A stream of a record for a terminal: a line for each partner as it comes, then the page of the whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from broker.cli.bundle_pages import read_pages, refusal_sentences
from broker.cli.table import printable, render_record

_TAGS = "https://watersmeet.example/fhir/CodeSystem/"
_MARKS = (("group", "groups"), ("contradiction", "contradictions"))


class Live:
    """Hears each event once, in order. `is_record` is True when the last one was a ledger."""

    def __init__(self, *, as_json: bool) -> None:
        """With `as_json` each event is one line of JSON, and there is no page."""
        self._as_json = as_json
        self._person: list[Any] = []
        self._entries: dict[str, Any] = {}
        self._groups: dict[str, Any] = {}
        self._outcome: Any = None
        self.is_record = False

    def told(self, name: str, data: bytes) -> None:
        """Say it at once. A fraction stays the text that was sent."""
        if self._as_json:
            click.echo(b'{"event":"%b","data":%b}' % (name.encode(), data.replace(b"\n", b" ")))
        said = json.loads(data, parse_float=str)
        for line in self._heard(name, said):
            if not self._as_json:
                click.echo(printable(line), err=name == "closed")

    def _heard(self, name: str, said: Any) -> Iterator[str]:
        if name == "open":
            asked = ", ".join(str(one["name"]) for one in said["asked"]) or "services that are not named"
            yield f"Asked: {asked}. The end comes within {said['ends_within_s']} s."
        elif name == "person":
            self._person = said["entry"]
        elif name == "items":
            self._entries |= {_name(one): one for one in said["entry"]}
            yield f"  {len(said['entry'])} items came"
        elif name == "partner":
            yield from (f"  {issue['details']['text']}" for issue in said["outcome"]["issue"])
        elif name == "groups":
            self._groups = said
        elif name == "ledger":
            self._outcome, self.is_record = said["outcome"], True
        elif name == "closed":
            yield "The record was closed. Take nothing from what stands above:"
            yield from refusal_sentences(json.dumps(said["outcome"]).encode())

    def page(self, *, colour: bool) -> str:
        """The whole, as a record that came at once."""
        entries = [{"resource": self._outcome}, *self._person, *self._marked()]
        bundle = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()
        return "\n" + render_record(read_pages([bundle]), colour=colour)

    def _marked(self) -> Iterator[Any]:
        """Each entry with the newest marks of the groups and contradictions that it stands in."""
        for kind, several in _MARKS:
            for one in self._groups.get(several, ()):
                for name in one["items"]:
                    tags = self._entries[name]["resource"]["meta"]["tag"]
                    tags.append({"system": _TAGS + kind, "code": one["code"]})
        yield from self._entries.values()
        yield from self._groups.get("entry", ())


def _name(entry: Any) -> str:
    return f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
