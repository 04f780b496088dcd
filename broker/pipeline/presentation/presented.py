"""What goes out: its bytes, and exactly what of the view stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

JSON = "application/json; charset=utf-8"
FHIR_JSON = "application/fhir+json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """An answer in order of writing. The disclosure names what stands in it, no more and no less.

    `shown` are indexes into `View.items`; `person` is the index's Patient as written, None where the answer
    does not hold it. `headers` go with it besides its media type.
    """

    body: tuple[bytes, ...] = field(repr=False)
    shown: Sequence[int] = ()
    person: bytes | None = field(repr=False, default=None)
    media_type: str = FHIR_JSON
    headers: Mapping[str, str] = field(default_factory=dict)
