"""Every kind of file that people edit into its JSON Schema, by the schema's own file name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from broker.adapters.keys.shapes import keys_file
from broker.adapters.tokens.shapes import trust_file
from broker.conformance.shapes import test_people
from broker.domain.policy import Topic
from broker.policy.shapes import policy
from broker.policy.shapes_of_cases import cases, usual_case
from broker.policy.shapes_of_revisions import revision
from broker.ports.connector import Plugin
from broker.ports.manifest_shapes import manifest_file, quality_file
from broker.ports.shapes import Shape
from broker.settings.shapes import broker_file, index_file, partner_file


def schema_texts(plugins: Mapping[str, Plugin]) -> Mapping[str, str]:
    """The text of each schema file, always the same for the same vocabulary and connectors."""
    return {name: json.dumps(shape, indent=1, ensure_ascii=False) + "\n" for name, shape in _schemas(plugins)}


def _schemas(plugins: Mapping[str, Plugin]) -> Iterator[tuple[str, Shape]]:
    manifests = [plugins[name].manifest for name in sorted(plugins)]
    for topic in Topic:
        yield f"policy-{topic}.json", policy(topic)
    yield "policy-cases.json", cases()
    yield "policy-usual-case.json", usual_case()
    yield "policy-revision.json", revision()
    yield "broker.json", broker_file()
    yield "index.json", index_file(manifests)
    yield "partner.json", partner_file(manifests)
    yield "trust.json", trust_file()
    yield "keys.json", keys_file()
    yield "test-people.json", test_people()
    yield "manifest.json", manifest_file()
    yield "quality.json", quality_file()
    for name in sorted(plugins):
        for setting, shape in plugins[name].files().items():
            yield f"{name}-{setting}.json", shape


def differences(folder: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each file of `folder` that is not as it would be written. Raises OSError."""
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    missing = [f"{name} is missing." for name in texts if name not in found]
    changed = [f"{name} differs." for name, text in texts.items() if found.get(name, text) != text]
    foreign = [f"{name} is none of these schemas." for name in sorted(found) if name not in texts]
    return (*missing, *changed, *foreign)
