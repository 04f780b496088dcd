"""The parameters of a search and of the whole record, read to criteria over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
import pytest

from broker.domain.criteria import Criteria, DateValue, Filter, Include, Prefix, SortKey, TokenValue
from broker.domain.spans import span_of
from broker.http.standard_names import STANDARD_MODIFIERS, STANDARD_NAMES
from tests.support.http_door import NUMBER, SYSTEM, TOKEN, Answers, open_door

LOINC = "http://loinc.org"
SENTINEL = "zzsentinelzz"


class Asking:
    """A door, and what it asked the pipeline."""

    def __init__(self, url: str, client: aiohttp.ClientSession, answers: Answers) -> None:
        self._url, self._client, self._answers = url, client, answers

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        async with self._client.get(f"{self._url}/{path}") as response:
            return response.status, await response.read()

    async def criteria(self, path: str) -> Criteria:
        """What the pipeline was asked."""
        status, body = await self.get(path)
        assert status == 200, body
        return self._answers.asked[-1].criteria

    async def refusal(self, path: str) -> tuple[str, str]:
        """Code and sentence of a 400, before the pipeline heard anything."""
        asked = len(self._answers.asked)
        status, body = await self.get(path)
        assert status == 400, path
        assert len(self._answers.asked) == asked
        issue = json.loads(body)["issue"][0]
        return issue["code"], issue["details"]["text"]


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    """A door without a pipeline behind it."""
    answers = Answers()
    async with open_door(answers) as door, aiohttp.ClientSession(headers=TOKEN) as client:
        yield Asking(door.url, client, answers)


def date(prefix: Prefix, written: str) -> DateValue:
    """A date to compare with."""
    span = span_of(written)
    assert span is not None
    return DateValue(prefix, span, written)


async def test_every_kind_of_criterion_reaches_the_pipeline(asking: Asking) -> None:
    """Codes, dates, ids, order and what comes along; a comma is or, a parameter again is and."""
    found = await asking.criteria(
        f"Observation?patient=token&code={LOINC}%7C2160-0,%7Clocal,29463-7,{LOINC}%7C&code=x"
        "&date=ge2020-01&date=lt2021&_lastUpdated=2026-01-01T00:00:00%2B01:00&status=final"
        "&_id=a-1,b-2&_id=b-2,c-3&_sort=-date,_lastUpdated"
        "&_include=Observation:encounter:Encounter&_include=Observation:performer&_include=Observation:subject"
    )
    codes = (
        TokenValue(LOINC, "2160-0"),
        TokenValue("", "local"),
        TokenValue(None, "29463-7"),
        TokenValue(LOINC, ""),
    )
    assert set(found.filters) == {
        Filter("code", codes),
        Filter("code", (TokenValue(None, "x"),)),
        Filter("date", (date(Prefix.GE, "2020-01"),)),
        Filter("date", (date(Prefix.LT, "2021"),)),
        Filter("_lastUpdated", (date(Prefix.EQ, "2026-01-01T00:00:00+01:00"),)),
        Filter("status", (TokenValue(None, "final"),)),
    }
    assert found.ids == {"b-2"}
    assert found.sort == (SortKey("date", descending=True), SortKey("_lastUpdated"))
    assert Include("Observation", "encounter", "Encounter") in found.includes
    assert found.included_types >= {"Encounter", "Practitioner", "Organization"}
    assert not {"EpisodeOfCare", "Patient"} & found.included_types
    assert found.includes_person


async def test_a_form_says_the_same_as_an_address(asking: Asking) -> None:
    """POST `_search` keeps codes out of addresses and logs."""
    by_address = await asking.criteria("Condition?patient=token&clinical-status=active&onset-date=sa2019")
    form = {"patient": "token", "clinical-status": "active", "onset-date": "sa2019"}
    async with asking._client.post(f"{asking._url}/Condition/_search", data=form) as response:
        assert response.status == 200
    assert asking._answers.asked[-1].criteria == by_address


async def test_the_whole_record_takes_its_own_bounds(asking: Asking) -> None:
    """`_since`, `start` and `end`, each one date."""
    found = await asking.criteria(
        "Patient/token/$everything?_since=2026-01-01T10:00:00Z&start=2020&end=2021-06"
    )
    assert found.since == date(Prefix.EQ, "2026-01-01T10:00:00Z")
    assert (found.start, found.end) == (date(Prefix.EQ, "2020"), date(Prefix.EQ, "2021-06"))
    assert not found.filters


async def test_an_escaped_mark_is_part_of_the_value(asking: Asking) -> None:
    r"""`\,`, `\|`, `\$` and `\\` are a code's own, and a link says them so again."""
    asked = r"a\,b\|c\$d\\e"
    found = await asking.criteria(f"Observation?patient=token&code={quote(asked)}")
    assert found.filters == (Filter("code", (TokenValue(None, r"a,b|c$d\e"),)),)
    assert found.pairs == (("code", asked),)


@pytest.mark.parametrize(
    "parameter",
    [
        "code=", "code=%7C", "code=a,", "code=a%7Cb%7Cc", "code=a%5C", "code=a%5Cb", "date=", "date=xx2020",
        "date=2020-13", "date=ge", "date=ge2020,", "date=2026-01-01T10:00:00+01:00", "date=yesterday",
        "_lastUpdated=GE2020", f"code={NUMBER}", f"code=%7C{NUMBER}", "code=999%20000%200018",
        f"code={NUMBER}%7C", f"code={NUMBER}%7Cx", f"code={SYSTEM}%7C{NUMBER}", f"code={SYSTEM}%7C",
        "code=" + ",".join(str(n) for n in range(65)),
        f"code={SENTINEL}%7C%7C", f"date={SENTINEL}",
    ],
)  # fmt: skip
async def test_a_value_that_cannot_be_one_is_refused_and_not_said_again(
    asking: Asking, parameter: str
) -> None:
    """400, with the parameter's name and its form; a person is never named by a code."""
    name = parameter.partition("=")[0]
    code, text = await asking.refusal(f"Observation?patient=token&{parameter}")
    assert code == "invalid"
    assert f"`{name}`" in text or "at most" in text
    assert SENTINEL not in text
    assert NUMBER not in text


@pytest.mark.parametrize(
    "path",
    ["_since=ge2020", "start=2020-02-30", "end=soon", "start=2021&end=2020", "start=", "_since=2020,2021"],
)
async def test_a_bound_is_one_date_in_order(asking: Asking, path: str) -> None:
    """No prefix, no list, no start after the end."""
    code, _ = await asking.refusal(f"Patient/token/$everything?{path}")
    assert code == "invalid"


REFUSED_ON_THE_WHOLE_RECORD = [
    "_include=Observation:encounter", "_revinclude=Provenance:target", "_sort=date", "_id=a",
    "_lastUpdated=2020", "code=1", "date=2020", "_summary=true", "_elements=id", "_total=none",
    "_contained=true", "_filter=x", "_text=x", "_content=x", "_list=x",
    "_has:Observation:patient:code=1", "_query=x", "_since:missing=true",
    "_since=2020&_since=2021", "start=2020&start=2021",
]  # fmt: skip


@pytest.mark.parametrize("parameter", REFUSED_ON_THE_WHOLE_RECORD)
async def test_what_the_whole_record_does_not_take_is_refused(asking: Asking, parameter: str) -> None:
    """An ignored parameter would widen the answer or narrow it unseen."""
    code, text = await asking.refusal(f"Patient/token/$everything?{parameter}")
    assert code == "not-supported"
    assert "_since, start, end" in text or "once" in text


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("_has:Observation:patient:code=1", "`_has` is not supported."),
        ("_summary=count", "`_summary` is not supported here."),
        ("onset-date=2020", "`onset-date` is not supported here."),
        ("code:not=1", "The modifier `:not` is not supported."),
        ("encounter.status=x", "Chained parameters are not supported."),
        (f"{SENTINEL}=1", "A parameter is not one that this address supports."),
        (f"code:{SENTINEL}=1", "A parameter is not one that this address supports."),
        (f"{NUMBER}=1", "A parameter is not one that this address supports."),
    ],
)
async def test_a_standard_name_is_said_in_the_refusal_and_no_other(
    asking: Asking, parameter: str, said: str
) -> None:
    """What one may not ask is named from a closed list; a caller's own words are not said again."""
    code, text = await asking.refusal(f"Observation?patient=token&{parameter}")
    assert (code, text.startswith(said)) == ("not-supported", True), text
    assert "A search for Observation has: category, code," in text
    assert SENTINEL not in text


async def test_every_standard_name_and_modifier_is_taken_or_refused_by_it(asking: Asking) -> None:
    """None is ignored: it is among the parameters of the type, or the refusal says its name."""
    taken = {"category", "code", "combo-code", "component-code", "date", "method", "status", "value-concept"}
    taken |= {
        "value-date",
        "_lastUpdated",
        "_id",
        "_sort",
        "_include",
        "_count",
        "_format",
        "_page",
        "patient",
    }
    for name in sorted(STANDARD_NAMES - taken):
        _, text = await asking.refusal(f"Observation?patient=token&{name}=1")
        assert text.startswith(f"`{name}` is not supported"), name
    for modifier in sorted(STANDARD_MODIFIERS):
        _, text = await asking.refusal(f"Observation?patient=token&code:{modifier}=1")
        assert text.startswith(f"The modifier `:{modifier}` is not supported"), modifier


async def test_a_refused_order_or_include_says_what_there_is(asking: Asking) -> None:
    """The caller need not guess."""
    _, text = await asking.refusal("Condition?patient=token&_sort=code")
    assert "`abatement-date`, `onset-date`, `recorded-date`" in text
    _, text = await asking.refusal("Condition?patient=token&_include=*")
    assert "`Condition:encounter`, `Condition:patient`, `Condition:subject`" in text


@pytest.mark.parametrize(
    "kind", ["MedicationRequest", "MedicationStatement", "MedicationDispense", "MedicationAdministration"]
)
async def test_a_search_by_a_medicines_code_asks_for_what_is_named_by_reference(
    asking: Asking, kind: str
) -> None:
    """As if the medicine had been asked for to come along; without a code nothing is added."""
    found = await asking.criteria(f"{kind}?patient=token&code=387207008")
    assert found.includes == (Include(kind, "medication"),)
    assert found.included_types == {"Medication"}
    assert found == await asking.criteria(f"{kind}?patient=token&code=387207008&_include={kind}:medication")
    assert not (await asking.criteria(f"{kind}?patient=token&status=active")).includes
