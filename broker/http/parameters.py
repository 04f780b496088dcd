"""A query string or a form to the parameters of one route: each known, each once, each a plain value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from broker.domain.errors import BadRequest, InvalidNhsNumber, NotSupported
from broker.domain.identity import NHS_NUMBER_SYSTEM, NhsNumber
from broker.domain.named_views import WITHIN_DAYS, WITHIN_DAYS_MAX
from broker.http.refusals import Malformed
from broker.http.route_parameters import COUNT_MAX, Parameter
from broker.http.routes import EVERYTHING_TYPES, Route
from broker.http.standard_names import why_refused

_CONSENT_STATES = "http://hl7.org/fhir/consent-state-codes"
# Every code that R4 has; the register knows `active` and `inactive` alone.
CONSENT_STATUSES = frozenset({"draft", "proposed", "active", "rejected", "inactive", "entered-in-error"})
_FIELDS_MAX = 32
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
# What the sealer writes for a caller to carry; the longest names whom to ask again.
_SEALED = re.compile(r"[A-Za-z0-9.-]{1,512}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read_pairs(text: str) -> list[tuple[str, str]]:
    """Name and value of each parameter, decoded. Raises Malformed, never with the text in it."""
    if not text:
        return []
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_FIELDS_MAX
        )
    except ValueError:
        raise Malformed("The parameters are malformed, or too many.") from None
    if any(_CONTROL.search(name) or _CONTROL.search(value) for name, value in pairs):
        raise Malformed("A parameter holds a control character.")
    return pairs


def known_once(pairs: Iterable[tuple[str, str]], route: Route) -> dict[str, str]:
    """The parameters by name, each once. Raises NotSupported for one that `route` does not have."""
    return {name: values[0] for name, values in known(pairs, route.parameters).items()}


def known(
    pairs: Iterable[tuple[str, str]], parameters: Iterable[Parameter], kind: str = ""
) -> dict[str, list[str]]:
    """The values of each parameter by its name. Raises NotSupported for one that is not among `parameters`,
    and for one that comes twice and may not. `kind` is the type searched for, if any.

    An ignored filter would widen the answer, so `Prefer: handling=lenient` changes nothing here.
    """
    own = {parameter.name: parameter for parameter in parameters}
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in own:
            raise NotSupported(f"{why_refused(name)} {_has(kind)}: {', '.join(own) or 'none'}.")
        if name in found and not own[name].repeats:
            raise NotSupported("A parameter is given more than once. Each is taken once.")
        found.setdefault(name, []).append(value)
    return found


def _has(kind: str) -> str:
    return f"A search for {kind} has" if kind else "This address has"


def number_text(value: str | None) -> str:
    """The NHS number, as typed, of `system|value`. Raises BadRequest unless there is exactly one."""
    if value is None:
        raise BadRequest(f"One person is asked for, as `identifier={NHS_NUMBER_SYSTEM}|` and the number.")
    system, bar, number = value.partition("|")
    if not bar or system != NHS_NUMBER_SYSTEM or not number or "|" in number:
        raise BadRequest(f"A person is named by `{NHS_NUMBER_SYSTEM}|` and the NHS number.")
    if "," in number:
        raise NotSupported("Exactly one person is asked for at a time: lists are not supported.")
    return number


def patient_token(value: str, base_url: str) -> str:
    """The id in `Patient/{id}`, in the same below our own base, or the id alone. Raises BadRequest."""
    return fhir_id(value.removeprefix(base_url + "/").removeprefix("Patient/"), "`patient`")


def fhir_id(value: str, name: str) -> str:
    """A FHIR id. Raises BadRequest naming the parameter only."""
    if not _FHIR_ID.fullmatch(value):
        raise BadRequest(f"{name} is not an id that this broker gave.")
    return value


def item_ids(lists: Iterable[str]) -> frozenset[str] | None:
    """The ids that every list names; None without a list. Raises BadRequest."""
    found: frozenset[str] | None = None
    for value in lists:
        ids = frozenset(fhir_id(one, "`_id`") for one in value.split(","))
        if any(is_number(one) for one in ids):
            raise BadRequest("`_id` is not an id that this broker gave.")
        found = ids if found is None else found & ids
    return found


def is_number(text: str) -> bool:
    """Whether a text could be a person's NHS number, which stands in no link of ours."""
    try:
        NhsNumber.parse(text)
    except InvalidNhsNumber:
        return False
    return True


def count(value: str | None) -> int | None:
    """Items on a page, never above COUNT_MAX. Raises BadRequest for what is not a positive number."""
    if value is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(value) or int(value) == 0:
        raise BadRequest(f"`_count` is a whole number from 1 to {COUNT_MAX}.")
    return min(int(value), COUNT_MAX)


def within_days(value: str | None) -> int:
    """How far back is lately. Raises BadRequest for what is no number of days within the limit."""
    if value is None:
        return WITHIN_DAYS
    if not _WHOLE_NUMBER.fullmatch(value) or not 0 < int(value) <= WITHIN_DAYS_MAX:
        raise BadRequest(f"`within_days` is a whole number from 1 to {WITHIN_DAYS_MAX}.")
    return int(value)


def page(value: str | None) -> str | None:
    """An opaque page. Raises BadRequest when it cannot be one of ours."""
    if value is not None and not _SEALED.fullmatch(value):
        raise BadRequest("`_page` is not a page that this broker gave.")
    return value


def again(given: Mapping[str, str]) -> str | None:
    """What names whom to ask again. Raises BadRequest when it cannot be ours, NotSupported beside a page."""
    value = given.get("_again")
    if value is None:
        return None
    if not _SEALED.fullmatch(value):
        raise BadRequest("`_again` is not one that this broker gave.")
    if not given.keys().isdisjoint({"_count", "_page"}):
        raise NotSupported("Those that are asked again answer in one: `_again` goes without pages.")
    return value


def consent_statuses(value: str | None) -> frozenset[str]:
    """The codes of a `status` list, with R4's system or without; empty without one. Raises BadRequest."""
    if value is None:
        return frozenset()
    codes = frozenset(one.removeprefix(f"{_CONSENT_STATES}|") for one in value.split(","))
    if not codes <= CONSENT_STATUSES:
        raise BadRequest(f"`status` lists codes by comma. R4 has: {', '.join(sorted(CONSENT_STATUSES))}.")
    return codes


def resource_types(value: str | None) -> frozenset[str]:
    """The types of a `_type` list; empty without one. Raises NotSupported for a type that we never have."""
    if value is None:
        return frozenset()
    wanted = frozenset(value.split(","))
    if not wanted <= EVERYTHING_TYPES:
        raise NotSupported(
            f"`_type` lists resource types by comma. It knows: {', '.join(sorted(EVERYTHING_TYPES))}."
        )
    return wanted
