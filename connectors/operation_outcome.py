"""An OperationOutcome, of any FHIR release, into its issues: what every connector over FHIR reads of one."""

from __future__ import annotations

import msgspec


class Coding(msgspec.Struct, gc=False):
    """One coding of an issue's details."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class _Details(msgspec.Struct, gc=False):
    coding: list[Coding] = []


class Issue(msgspec.Struct, gc=False):
    """One issue. `code` is FHIR's own word for its kind."""

    severity: str = ""
    code: str = ""
    details: _Details | None = None

    @property
    def codings(self) -> list[Coding]:
        """The server's own codes for it."""
        return self.details.coding if self.details else []


class _Outcome(msgspec.Struct, gc=False, tag_field="resourceType", tag="OperationOutcome"):
    issue: list[Issue] = []


_OUTCOME = msgspec.json.Decoder(_Outcome)


def issues_in(body: bytes) -> list[Issue] | None:
    """The issues of an OperationOutcome; None for a body that is none."""
    try:
        return _OUTCOME.decode(body).issue
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
