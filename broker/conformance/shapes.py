"""A list of invented people as JSON Schema, from the words that its reader knows."""

from __future__ import annotations

from broker.conformance.people import BIRTH_DATE_PATTERN, Standing
from broker.domain.category import Category
from broker.ports import shapes
from broker.ports.shapes import Shape

_NUMBER = r"999[0-9]{7}|999 [0-9]{3} [0-9]{4}"


def test_people() -> Shape:
    """The whole of `test-people/<partner>.yaml`."""
    tried = [{"contains": shapes.has("is", one)} for one in (Standing.KNOWN, Standing.UNKNOWN)]
    people = shapes.sections("At least one that is known and one that is unknown.", _person(), *tried)
    members = {"asked_from": shapes.text("The organisation that the kit asks as."), "people": people}
    about = "`test-people/<partner>.yaml`. Its signature stands beside it."
    return shapes.document("Invented people", shapes.section(about, members))


def _person() -> Shape:
    least = shapes.integer("At least so many items.", least=1)
    return shapes.section(
        "One invented person.",
        {
            "number": shapes.text("In quotes, of the 999 range alone.", _NUMBER, "9990000018"),
            "birth_date": shapes.text("In quotes.", BIRTH_DATE_PATTERN, "1958-04-12"),
            "family?": shapes.text("Family name."),
            "given?": shapes.words("Given names."),
            "practice?": shapes.text("Where the index would say that they are registered."),
            "is": shapes.word("How they stand at the partner; `empty` is known, nothing recorded.", Standing),
            "holds?": shapes.named("The least of each category.", least, Category),
            "sensitive?": shapes.flag("Whether at least one item carries a confidentiality label."),
        },
    )
