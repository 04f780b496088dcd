"""A summary as one page for people: it stands alone, runs nothing, loads nothing, and prints. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from broker.domain.item_words import Tree, person
from broker.domain.view import View
from broker.pipeline.presentation.frame import Frame
from broker.pipeline.presentation.presented import Presented
from broker.pipeline.presentation.searchset import index_person
from broker.pipeline.presentation.summary.composition import TITLE, Written
from broker.pipeline.presentation.summary.contents import Contents
from broker.pipeline.presentation.summary.markup import Markup, element, joined
from broker.pipeline.presentation.summary.writing import Sections

HTML = "text/html; charset=utf-8"
_STYLE = Markup((Path(__file__).parent / "page.css").read_text(encoding="utf-8"))
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing is loaded and nothing runs; the one style sheet is known by its hash.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
_DIED = "DIED"
_KEPT_BY_NOBODY = (
    "Made for one reader at the moment above, from the services' own records, and kept by nobody here. A "
    "copy grows old: ask again instead of reading an old one."
)


def page_of(view: View, frame: Frame, contents: Contents, sections: Sections) -> Presented:
    """The page, and what of the view stands on it: entries that are only named by others have no words."""
    shown = {index for indexes in contents.chosen.items.values() for index in indexes}
    shown |= {*contents.witnesses, *contents.lent}
    whom = index_person(view, frame)
    tree = msgspec.json.decode(whom)
    page = _page(person(tree) or "Name not given", _banner(tree, view, frame), _main(sections))
    return Presented(
        body=(page.encode(),),
        shown=sorted(shown),
        person=whom,
        media_type=HTML,
        headers={"Content-Security-Policy": POLICY},
    )


def _page(name: str, banner: Markup, main: Markup) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width"),
        element("title", f"{TITLE}: {name}"),
        element("style", _STYLE),
    )
    footer = element("footer", element("p", _KEPT_BY_NOBODY))
    return "<!DOCTYPE html>\n" + element("html", head, element("body", banner, main, footer), lang="en-GB")


def _banner(whom: Tree, view: View, frame: Frame) -> Markup:
    """Who it is about and when it was made: on the screen once, on paper on every page."""
    facts = (
        element("div", element("dt", name), element("dd", value), class_="died" if name == _DIED else "")
        for name, value in _facts(whom, view, frame)
    )
    who = element("p", person(whom) or "Name not given", class_="who")
    return element("header", element("h1", TITLE), who, element("dl", *facts), class_="banner")


def _facts(whom: Tree, view: View, frame: Frame) -> Iterator[tuple[str, str]]:
    yield "NHS number", view.patient.number.spaced
    yield "Born", str(whom.get("birthDate", "not given"))
    if whom.get("deceasedDateTime") or whom.get("deceasedBoolean"):
        yield _DIED, str(whom.get("deceasedDateTime", "date not given"))
    if whom.get("gender"):
        yield "Gender", str(whom["gender"])
    yield "Made", frame.at.strftime("%d %B %Y, %H:%M UTC")


def _main(sections: Sections) -> Markup:
    """What must be known first, then the sections; those of which nothing is shown stand together behind
    them, but for the three that must be there.
    """
    absent = [one for one in sections.clinical if one.absence is not None and not one.mandatory]
    return element(
        "main",
        _section("first", "Read this first", sections.first),
        *(_section(one.code, one.title, one.div) for one in sections.clinical if one not in absent),
        _section("absent", "Nothing shown", _absent(absent)) if absent else "",
        _section(sections.rests_on.code, sections.rests_on.title, sections.services),
    )


def _section(code: str, title: str, inside: Markup) -> Markup:
    name = f"s-{code}"
    return element("section", element("h2", title, id=name), inside, aria_labelledby=name, class_=name)


def _absent(sections: Sequence[Written]) -> Markup:
    """One row for each reason, with the sections that it goes for."""
    titles: dict[str, list[str]] = {}
    for one in sections:
        titles.setdefault(one.absence.words if one.absence else "", []).append(one.title)
    heads = (element("th", name, scope="col") for name in ("Section", "Why nothing is shown"))
    rows = (
        element("tr", element("td", joined(element("p", title) for title in named)), element("td", words))
        for words, named in titles.items()
    )
    return element("table", element("thead", element("tr", *heads)), element("tbody", *rows))
