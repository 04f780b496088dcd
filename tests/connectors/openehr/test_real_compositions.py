"""Compositions that this project did not write become valid R4 with every element's value in it.

What is looked for is read from the compositions by a reader of its own, which shares nothing with the
connector's.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from connectors.openehr.leaves import ARCHETYPED_VALUE
from connectors.openehr.translating import translate_composition
from connectors.r4 import ORIGINAL
from tests.support.real_data import need_real_data

# Five of the files hold a server's inner form of a composition, which is not canonical JSON.
FILES, NOT_CANONICAL, ELEMENTS = 27, 5, 166
# One composition is about a party that it names and does not number: it is listed.
ABOUT_ANOTHER = 24


def compositions() -> list[Path]:
    """Every composition of the real material."""
    return sorted((need_real_data() / "openehr").glob("*.json"))


def elements_in(tree: Any) -> Iterator[dict[str, Any]]:
    """Every ELEMENT, wherever it stands."""
    if isinstance(tree, dict):
        if tree.get("_type") == "ELEMENT":
            yield tree
        for value in tree.values():
            yield from elements_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from elements_in(value)


def scalars_in(tree: Any) -> Iterator[str]:
    """The characters of every value, but for the names of classes and of terminologies."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name not in {"_type", "terminology_id"}:
                yield from scalars_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from scalars_in(value)
    elif isinstance(tree, bool):
        yield str(tree).lower()
    elif tree is not None:
        yield str(tree)


def spelt(raw: bytes) -> Any:
    """JSON in which each number is the text that stands for it."""
    return json.loads(raw, parse_float=str, parse_int=str)


def holders_in(resources: tuple[bytes, ...]) -> list[tuple[str, str]]:
    """The name and the text of everything in which a value may be found."""
    found = []
    for resource in map(spelt, resources):
        components = resource.get("component", ())
        found += [(component["code"].get("text", ""), _text_of(component)) for component in components]
        for extension in resource.get("extension", ()):
            if extension["url"] == ARCHETYPED_VALUE:
                name = extension["extension"][0]["valueCodeableConcept"].get("text", "")
                found.append((name, _text_of(extension)))
    return found


def _text_of(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False).replace('\\"', '"')


def originals_in(resources: tuple[bytes, ...]) -> str:
    """The originals of the items that were listed."""
    extensions = [one for resource in resources for one in json.loads(resource).get("extension", ())]
    return "".join(one["valueString"] for one in extensions if one["url"] == ORIGINAL)


def lost_in(composition: bytes) -> list[str]:
    """The names of the elements whose value is not found under their name."""
    holders = holders_in(translate_composition(composition))
    lost = []
    for element in elements_in(spelt(composition)):
        name = element["name"]["value"]
        wanted = {*scalars_in(element.get("value")), *scalars_in(element.get("null_flavour"))}
        match = next(
            (one for one in holders if one[0] == name and all(part in one[1] for part in wanted)), None
        )
        if match is None:
            lost.append(name)
        else:
            holders.remove(match)
    return lost


def is_canonical(composition: bytes) -> bool:
    """True for a COMPOSITION whose content is a list of entries."""
    tree = json.loads(composition)
    return tree.get("_type") == "COMPOSITION" and isinstance(tree.get("content", []), list)


def test_every_element_of_real_compositions_is_found_again() -> None:
    """Each element's value, and why there is none, stands under its own name, once for each element."""
    read = [path.read_bytes() for path in compositions()]
    canonical = [composition for composition in read if is_canonical(composition)]
    assert (len(read), len(read) - len(canonical)) == (FILES, NOT_CANONICAL)
    assert sum(1 for one in canonical for _ in elements_in(json.loads(one))) == ELEMENTS
    lost = {composition: names for composition in canonical if (names := lost_in(composition))}
    ((about_another, names),) = lost.items()
    originals = originals_in(translate_composition(about_another))
    assert len(names) == ABOUT_ANOTHER
    assert all(f'"value":"{name}"' in originals for name in names)


def test_everything_made_of_real_compositions_is_valid() -> None:
    """Each resource passes the models of R4B; the kinds are counted, so that none is lost unseen."""
    kinds: Counter[str] = Counter()
    for path in compositions():
        for resource in translate_composition(path.read_bytes()):
            kind = json.loads(resource)["resourceType"]
            get_fhir_model_class(kind).model_validate_json(resource)
            kinds[kind] += 1
    assert kinds == {"Observation": 16, "Basic": 18, "Encounter": 4, "DocumentReference": 1}


def test_a_form_that_is_not_canonical_is_listed_whole() -> None:
    """What a server keeps inside is no composition to be read: its original stands in one listed item."""
    inner = [path.read_bytes() for path in compositions() if not is_canonical(path.read_bytes())]
    for composition in inner:
        (listed,) = map(json.loads, translate_composition(composition))
        original = next(one["valueString"] for one in listed["extension"] if "valueString" in one)
        assert original == composition.decode()


def test_the_same_composition_is_translated_the_same() -> None:
    """Ids and bytes do not change from one reading to the next."""
    for path in compositions():
        composition = path.read_bytes()
        assert translate_composition(composition) == translate_composition(composition)
