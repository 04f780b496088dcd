from __future__ import annotations

import pytest

from tests.fidelity.facts import Fact, facts
from tests.fidelity.reading import Number, exact, source, written


def kinds(text: str) -> dict[str, list[Fact]]:
    """The facts of one resource, by kind."""
    found: dict[str, list[Fact]] = {}
    for fact in facts(exact(text)):
        found.setdefault(fact.kind, []).append(fact)
    return found


def test_numbers_keep_their_characters() -> None:
    """1.50 is read as 1.50, is not 1.5, and is written as it was read."""
    tree = exact('{"value":1.50}')
    assert tree["value"] == Number("1.50")
    assert tree["value"] != Number("1.5")
    assert written(tree) == '{"value":1.50}'


def test_what_belongs_together_is_one_fact() -> None:
    """A coding with its display and the clinician's choice is one fact; so is a quantity with its unit."""
    found = kinds(
        '{"code":{"coding":[{"system":"s","code":"1","display":"One","userSelected":true}]},'
        '"valueQuantity":{"value":1.50,"unit":"mmol/L","comparator":"<"}}'
    )
    assert [{steps[0] for steps, _ in fact.leaves} for fact in found["code"]] == [
        {"system", "code", "display", "userSelected"}
    ]
    assert [len(fact.leaves) for fact in found["quantity"]] == [3]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"birthDate":"2016"}', "date"),
        ('{"note":[{"text":"2016 was good"}]}', "text"),
        ('{"notGiven":false}', "flag"),
        ('{"subject":{"reference":"Patient/1"}}', "reference"),
        ('{"status":"active"}', "word"),
        ('{"rank":1}', "quantity"),
        ('{"description":""}', "text"),
    ],
)
def test_each_kind_of_value_is_a_fact(text: str, kind: str) -> None:
    """A date, a text, a flag, a reference, a word, a number and even an empty text are facts."""
    assert list(kinds(text)) == [kind]


def test_the_name_of_a_resource_is_no_fact() -> None:
    """Type, id and an extension's URL say where something stands, and are judged by what stands there."""
    assert kinds('{"resourceType":"List","id":"1","extension":[{"url":"u"}]}') == {}


def test_an_extension_is_known_by_its_address() -> None:
    """An extension added before another does not move it."""
    one = kinds('{"extension":[{"url":"a","valueString":"x"}]}')["text"][0]
    other = kinds('{"extension":[{"url":"b","valueString":"y"},{"url":"a","valueString":"x"}]}')["text"][1]
    assert one.place == other.place


def test_the_bytes_of_a_resource_are_handed_on_as_they_are() -> None:
    """Spaces, escapes and digits of an entry stay; a byte order mark before the Bundle does not matter."""
    raw = b'\xef\xbb\xbf{"resourceType":"Bundle","entry":[{"resource":{ "a" : 1.50 }},{}]}'
    assert source("s", "n", raw).resources == (b'{ "a" : 1.50 }',)
