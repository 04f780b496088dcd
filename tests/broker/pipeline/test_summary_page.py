"""The page of a summary: it stands alone, and nothing that a partner wrote can act on it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest

from broker.domain.query import Form
from broker.domain.view import CompletenessLine
from broker.pipeline.presentation.summary.absence import SYSTEM
from broker.pipeline.presentation.summary.markup import element
from broker.pipeline.presentation.summary.narrative import NOT_FOR_THE_PERSON
from tests.support.records import item, patient, person, readable
from tests.support.summaries import document, page, presented, view

HOSTILE = (
    "<script>alert(1)</script>",
    "</td></table><h1>x</h1>",
    '" onmouseover="alert(1)',
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "]]><!--",
    "</style><style>*{display:none}</style>",
)
# What turns the direction of the words after it, what XML cannot hold, and what ends a string early.
UNFIT = ("\u202egnorw", "a\u2066b", "a\x00b", "a\x1bb", "a\ufeffb")


class Tags(HTMLParser):
    """Every element and attribute of a page, as a browser's parser finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        self.found.append((tag, tuple(name for name, _ in attrs)))


def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page."""
    parser = Tags()
    parser.feed(text)
    return parser.found


def everywhere(words: str) -> list[dict[str, Any]]:
    """Items that say `words` in each place from which a summary takes some."""
    concept = {"text": words, "coding": [{"display": words, "code": words}]}
    return [
        item("AllergyIntolerance", "a1", code=concept, recordedDate=words, note=[{"text": words}]),
        item(
            "MedicationRequest", "m1", medicationCodeableConcept=concept, dosageInstruction=[{"text": words}]
        ),
        item("Observation", "o1", code=concept, valueString=words, effectiveDateTime=words),
        item("CarePlan", "p2", title=words, activity=[{"detail": {"description": words}}], status=words),
    ]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_a_partner_writes_becomes_markup(words: str) -> None:
    """The elements are the same as for plain words, on the page and in each narrative of the document."""
    whom = person(resource=orjson.dumps(patient(name=[{"text": words}])))
    plain = person(resource=orjson.dumps(patient(name=[{"text": "x"}])))
    line = CompletenessLine(partner_id="addenbury", name=words, label="timed-out")
    calm = dataclasses.replace(line, name="x")
    hostile = view(readable(everywhere(words))[1:], patient=whom, lines=(line,))
    usual = view(readable(everywhere("x"))[1:], patient=plain, lines=(calm,))
    names = {"addenbury": words}
    assert tags(page(hostile, names=names)) == tags(page(usual, names={"addenbury": "x"}))
    for one, other in zip(
        *(document(each)["entry"][0]["resource"]["section"] for each in (hostile, usual)), strict=True
    ):
        assert tags(one["text"]["div"]) == tags(other["text"]["div"])


def test_a_partners_own_narrative_is_no_part_of_the_page() -> None:
    """What it says stands in items; its HTML does not."""
    told = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><b>theirs</b></div>'}
    assert "theirs" not in page(view(readable([item("Condition", "c1", text=told)])[1:]))


@pytest.mark.parametrize("words", UNFIT)
def test_what_would_turn_or_break_the_text_is_replaced(words: str) -> None:
    """A mark of direction can make `do not give` read as something else."""
    text = page(view(readable([item("Condition", "c1", code={"text": words})])[1:]))
    assert words not in text
    assert "\N{REPLACEMENT CHARACTER}" in text


def test_the_page_loads_and_runs_nothing() -> None:
    """One style sheet, known to its policy by hash; no script, link, image, form or style attribute."""
    out = presented(view(readable(everywhere("x"))[1:]), Form.HTML)
    text = b"".join(out.body).decode()
    found = tags(text)
    assert not {name for name, _ in found} & {
        "script",
        "link",
        "img",
        "form",
        "iframe",
        "object",
        "base",
        "a",
    }
    assert not {one for _, names in found for one in names} & {"style", "src", "href", "onload", "http-equiv"}
    policy = out.headers["Content-Security-Policy"]
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert out.media_type.startswith("text/html")


def test_the_banner_says_who_and_when() -> None:
    """Name, number as people read it, birth date, death, and the time."""
    whom = patient(
        name=[{"family": "Imaginary", "given": ["Ash"]}], deceasedDateTime="2026-01-02", gender="female"
    )
    text = page(view(patient=person(resource=orjson.dumps(whom)), demographics_open=True))
    banner = text[text.index("<header") : text.index("</header>")]
    for said in (
        "Ash Imaginary",
        "999 000 0018",
        "1951-04-09",
        "DIED",
        "2026-01-02",
        "22 November 2026, 12:00 UTC",
    ):
        assert said in banner


def test_a_death_without_a_date_is_a_death() -> None:
    """And a life is not marked."""
    for died in (True, False):
        whom = person(resource=orjson.dumps(patient(deceasedBoolean=died)))
        assert ("date not given" in page(view(patient=whom, demographics_open=True))) is died


def test_what_is_missing_is_said_before_anything_else() -> None:
    """By name, and counted; then allergies."""
    lines = (
        CompletenessLine(partner_id="a", name="Addenbury", label="complete"),
        CompletenessLine(partner_id="b", name="Papermill", label="timed-out"),
    )
    text = page(view(readable(everywhere("x"))[1:], lines=lines))
    first = text[text.index("<main") : text.index(">Allergies and intolerances</h2>")]
    assert "INCOMPLETE: 1 of 2 services did not answer in full." in first
    assert "Papermill did not answer in time" in first
    assert "<h2" not in first[first.index("INCOMPLETE") :].replace("<h2 id=", "", 1)


def test_what_must_not_be_told_to_the_person_is_marked_and_warned_of() -> None:
    """A page may be handed on."""
    secret = item("Condition", "c1", code={"text": "x"}, meta={"security": [{"code": "NOPAT"}]})
    text = page(view(readable([secret])[1:]))
    assert f"<b>{NOT_FOR_THE_PERSON}</b>" in text
    assert "Do not hand it on." in text[: text.index(">Allergies and intolerances</h2>")]
    assert "Do not hand it on." not in page(view(readable([item("Condition", "c1")])[1:]))


def test_the_disclosure_of_a_page_names_what_has_words_on_it() -> None:
    """A practitioner whom an item names is in the document, and not on the page."""
    items = readable(
        [
            {"resourceType": "Practitioner", "id": "n1", "name": [{"text": "Nurse Imaginary"}]},
            item("Condition", "c1", code={"text": "Asthma"}, recorder={"reference": "Practitioner/n1"}),
            item("Appointment", "x1", participant=[{"actor": {"reference": "Patient/p1"}}]),
        ]
    )[1:]
    assert list(presented(view(items)).shown) == [0, 1]
    assert list(presented(view(items), Form.HTML).shown) == [1]


def test_the_disclosure_of_a_page_names_what_lends_others_their_words() -> None:
    """A drug whose name stands in a prescription's line, and a list that says that none is known."""
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "886921000000105"}]}
    none = {"coding": [{"system": SYSTEM, "code": "nilknown"}]}
    items = readable(
        [
            {"resourceType": "Medication", "id": "m1", "code": {"text": "Metformin 500mg"}},
            item("MedicationRequest", "r1", medicationReference={"reference": "Medication/m1"}),
            item("List", "l1", code=code, emptyReason=none),
        ]
    )[1:]
    out = presented(view(items), Form.HTML)
    assert b"Metformin 500mg" in b"".join(out.body)
    assert list(out.shown) == [0, 1, 2]


def test_an_attribute_ends_where_we_end_it() -> None:
    """No text leaves its quotation marks; an empty attribute is left out."""
    made = element("p", 'a"b', title='" onclick="x', lang="")
    assert made == '<p title="&quot; onclick=&quot;x">a&quot;b</p>'


def test_of_the_services_those_that_did_not_answer_come_first() -> None:
    """In the table of all of them too."""
    lines = tuple(
        CompletenessLine(partner_id=name, name=name.title(), label=label)
        for name, label in (("alder", "complete"), ("beech", "refused"))
    )
    text = page(view(lines=lines))
    table = text[text.index(">What this summary rests on</h2>") :]
    assert table.index("Beech refused") < table.index("Alder answered")
