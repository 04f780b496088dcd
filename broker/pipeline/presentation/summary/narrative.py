"""The lines of a section into its narrative: XHTML of ours, in the sources' own words. Pure."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence

from broker.pipeline.presentation.summary.choosing import LAST_OF_A_KIND, RECENT_MONTHS
from broker.pipeline.presentation.summary.lines import UNDATED, Line, Saying
from broker.pipeline.presentation.summary.markup import XHTML, Markup, element, joined
from broker.pipeline.presentation.summary.sections import Section

ENDED = "Ended, stopped, resolved or refuted"
NOT_FOR_THE_PERSON = "Not to be told to the person or family"
WHERE = "the whole record ($everything)"
_LINES_IN_A_SLICE = 50
_COLUMNS = ("When", "Source")


def narrative(*parts: str) -> Markup:
    """What `Narrative.div` holds (FHIR R4, narrative.html)."""
    return element("div", *parts, xmlns=XHTML)


def table_of(section: Section, lines: Sequence[Line]) -> Generator[None, None, Markup]:
    """One row for each line; what has ended stands under a heading of its own, where the section says so."""
    heads = (element("th", name, scope="col") for name in (section.what, *_COLUMNS))
    standing: list[Markup] = []
    ended: list[Markup] = []
    for place, line in enumerate(lines):
        (ended if line.ended and section.current_first else standing).append(_row(line))
        if place % _LINES_IN_A_SLICE == 0:
            yield
    bodies = [element("tbody", *standing)] if standing else []
    if ended:
        heading = element("tr", element("th", ENDED, scope="colgroup", colspan="3"), class_="heading")
        bodies.append(element("tbody", heading, *ended))
    return element("table", element("thead", element("tr", *heads)), *bodies)


def _row(line: Line) -> Markup:
    first = line.sayings[0]
    sources = dict.fromkeys(source for saying in line.sayings for source in saying.sources)
    times = dict.fromkeys(saying.when or UNDATED for saying in line.sayings)
    said = element("p", first.words) if len(line.sayings) == 1 else element("ul", *_each(line.sayings))
    cells = (
        element("td", said, *_marks(line, len(sources))),
        element("td", *(element("p", time) for time in times), class_="when"),
        element("td", "; ".join(sources)),
    )
    return element("tr", *cells, class_="contradicted" if line.contradictions else "")


def _each(sayings: Iterable[Saying]) -> Iterator[Markup]:
    """Every source's own wording."""
    for saying in sayings:
        yield element("li", element("b", f"{'; '.join(saying.sources)}:"), f" {saying.words}")


def _marks(line: Line, sources: int) -> Iterator[Markup]:
    if line.not_for_the_person:
        yield element("p", element("b", NOT_FOR_THE_PERSON), class_="mark")
    if line.contradictions:
        yield element("p", element("b", f"Contradiction {', '.join(line.contradictions)}"), class_="mark")
    if len(line.sayings) > 1:
        yield element("p", f"One item, in {len(line.sayings)} wordings", class_="note")
    elif sources > 1:
        yield element("p", f"The same from {sources} sources", class_="note")


def more_of(left_out: int) -> Markup:
    """What of the view is not in this section, and where it is; empty where there is no more."""
    if not left_out:
        return Markup("")
    words = (
        f"More is available: {left_out} more, older than {RECENT_MONTHS} months and beyond the last "
        f"{LAST_OF_A_KIND} of a kind, in {WHERE}."
    )
    return element("p", words, class_="note")


def warnings_of(sentences: Iterable[str]) -> Markup:
    """Each as a warning that stands out."""
    return joined(element("p", sentence, class_="warning") for sentence in sentences)
