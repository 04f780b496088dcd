"""STU3 resources that this project did not write go through the STU3 mapping whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from broker.domain.json_bytes import lossless_tree
from connectors.rest_json.items import entry_of
from connectors.rest_json.mapping import Section
from connectors.rest_json.paths import look
from tests.connectors.rest_json.council import STU3, bound
from tests.connectors.rest_json.test_nothing_dropped import assert_kept
from tests.support.real_data import need_real_data

MAPPING = bound(STU3)._mapping
SECTIONS = {section.listing.path: section for section in MAPPING.sections}


def resources(folder: Path) -> Iterator[dict[str, Any]]:
    """Every STU3 resource of a kind that a council's service has."""
    for path in sorted((folder / "stu3").rglob("*.json")):
        for entry in lossless_tree(path.read_bytes()).get("entry", []):
            yield entry["resource"]
    for path in sorted((folder / "stu3-to-r4" / "ms-input").glob("*.json")):
        yield lossless_tree(path.read_bytes())


def named_by(resource: dict[str, Any], section: Section) -> str:
    """Whom it names, which becomes the subject of what stands for it."""
    person = section.items[0].person
    found = look(resource, person.steps, {})[1] if person else None
    return found if isinstance(found, str) else ""


def test_real_stu3_resources_keep_every_value_in_valid_r4() -> None:
    """Translated or listed whole; not one is dropped, and not one of them is invalid."""
    seen: Counter[str] = Counter()
    for resource in resources(need_real_data()):
        section = SECTIONS.get(resource.get("resourceType", ""))
        if section is None:
            continue
        entry = entry_of(resource, section, MAPPING.system, "410771")
        assert_kept(resource, entry.raw, named_by(resource, section))
        seen[resource["resourceType"]] += 1
    assert seen["CarePlan"] > 0
    assert len(seen) > 1
