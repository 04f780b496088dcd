"""What somebody says of a new partner into the text of its registration, ready to be read back.

Every setting of its connector stands there as a comment, with the sentence that describes it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broker.domain.category import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPartner:
    """The least that a registration needs. Its status is `draft`: nobody is asked yet."""

    partner_id: str
    name: str
    ods_codes: tuple[str, ...]
    kind: str
    connector: str
    endpoint: str
    supplies: tuple[Category, ...]
    contact: str


def registration_text(new: NewPartner, settings: Mapping[str, str], services: tuple[str, ...] = ()) -> str:
    """The text of `partners/<id>.yaml`; `settings` and `services` are the connector's manifest's."""
    return "\n".join(_lines(new, settings, services)) + "\n"


def agreement_text(new: NewPartner, today: dt.date) -> str:
    """The party that governance adds to the sharing agreement, to be completed by them."""
    return f"""\
  - partner: {new.partner_id}
    name: {_quoted(new.name)}
    organisations: [{_listed(new.ods_codes)}]
    phase: one
    from: {today.isoformat()}
    views: true
    asked: {"registered-practice" if new.kind == "gp" else "always"}
    supplies:
      - to: [clinical]
        categories: [{_listed(new.supplies)}]
"""


def _lines(new: NewPartner, settings: Mapping[str, str], services: tuple[str, ...]) -> Iterator[str]:
    yield "# Nobody is asked while this is a draft. Then: testing (`watersmeet partner check`), then live."
    yield f"id: {new.partner_id}"
    yield "organisation:"
    yield f"  name: {_quoted(new.name)}"
    yield f"  ods_codes: [{_listed(new.ods_codes)}]"
    yield f"  kind: {new.kind}"
    yield f"connector: {new.connector}"
    yield f"endpoint: {_quoted(new.endpoint)}"
    yield "status: draft"
    yield f"supplies: [{_listed(new.supplies)}]"
    yield f"contact: [{_quoted(new.contact)}]"
    yield from _commented("settings", settings)
    yield from _commented("services", dict.fromkeys(services, "Its `endpoint`, and `credentials`."))
    yield "# Credentials go by reference, never by value."
    yield "# credentials:"
    yield "#   certificate: client.pem"
    yield "#   key: client.key"
    yield "#   authority: authority.pem"


def _commented(name: str, members: Mapping[str, str]) -> Iterator[str]:
    if members:
        yield f"# {name}:"
        yield from (f"#   {member}:  # {meaning}" for member, meaning in members.items())


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(_quoted(str(word)) if not str(word).isidentifier() else str(word) for word in words)


def _quoted(text: str) -> str:
    """JSON is YAML: whatever stands in the text, it stays one value."""
    return json.dumps(text, ensure_ascii=False)
