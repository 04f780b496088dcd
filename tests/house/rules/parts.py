"""What a policy, a connector and a page must bring with them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from ruamel.yaml import YAML

from tests.house.tree import Offence, Tree

CONNECTOR_FILES = (
    "__init__.py",
    "connector.py",
    "simulator.py",
    "manifest.yaml",
    "quality.yaml",
    "README.md",
)
CONNECTOR_MARKS = ("connector.py", "manifest.yaml", "quality.yaml")
POLICY_FILES = ("policy.yaml", "cases.yaml")
SETTINGS_PAGE = "docs/reference/settings.md"
_LINK = re.compile(r"\[[^\]]*\]\(([^)#?\s]+)[^)]*\)")
HAZARD_LOG = "docs/clinical-safety/hazard-log.md"
HAZARDS = tuple(f"H{number}" for number in range(1, 13))
_HAZARD = re.compile(r"^## (H[0-9]+): ", re.MULTILINE)
RUNTIME_LOCK, DEVELOPMENT_LOCK = "requirements/runtime.txt", "requirements/development.txt"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_LIST_ITEM = re.compile(r"^\s*- ", re.MULTILINE)
_REASONS = ("reason", "comment", "why")


def policies_without_cases(tree: Tree) -> Iterator[Offence]:
    """Policy folders that lack a file, or whose cases are empty."""
    for topic in tree.folders_in("policies"):
        yield from _missing(
            tree, f"policies/{topic}", POLICY_FILES, "A policy is not valid without its cases."
        )
        cases = f"policies/{topic}/cases.yaml"
        if cases in tree.paths and not _LIST_ITEM.search(tree.text(cases)):
            yield Offence(cases, 1, "lists no case. A policy is not valid without its cases.")


def unfinished_connectors(tree: Tree) -> Iterator[Offence]:
    """Connector folders that lack a file, a test or an entry point, or whose quality file leaves a gap."""
    for name in tree.folders_in("connectors"):
        folder = f"connectors/{name}"
        if not any(
            f"{folder}/{mark}" in tree.paths for mark in ("connector.py", "manifest.yaml", "quality.yaml")
        ):
            continue  # what several connectors share is no connector
        yield from _missing(tree, folder, _files_owed(tree, folder), "Every connector ships with it.")
        if not any(name in path for path in tree.under("tests/connectors", ending=".py")):
            yield Offence(folder, 1, f"has no test. Write tests/connectors/test_{name}.py.")
        if f'"connectors.{name}:' not in tree.text("pyproject.toml"):
            yield Offence(folder, 1, "is not an entry point of `watersmeet.connectors` in pyproject.toml.")
        if f"{folder}/quality.yaml" in tree.paths:
            yield from _quality_gaps(tree, f"{folder}/quality.yaml")


def _files_owed(tree: Tree, folder: str) -> tuple[str, ...]:
    """Every connector's files, but for a simulator from which its quality file exempts it."""
    path = f"{folder}/quality.yaml"
    rules = YAML(typ="safe").load(tree.text(path)) if path in tree.paths else None
    simulator = rules.get("rules", {}).get("simulator") if isinstance(rules, dict) else None
    exempt = isinstance(simulator, dict) and simulator.get("status") == "exempt"
    return tuple(name for name in CONNECTOR_FILES if not (exempt and name == "simulator.py"))


def _missing(tree: Tree, folder: str, names: Iterable[str], why: str) -> Iterator[Offence]:
    for name in names:
        if f"{folder}/{name}" not in tree.paths:
            yield Offence(folder, 1, f"lacks {name}. {why}")


def _quality_gaps(tree: Tree, path: str) -> Iterator[Offence]:
    loaded = YAML(typ="safe").load(tree.text(path))
    for name, value in _named_values(loaded):
        state = value.get("status") if isinstance(value, dict) else value
        if state == "todo":
            yield Offence(path, 1, f"`{name}` is not done. Do it, or exempt it with a reason.")
        if state == "exempt" and not (isinstance(value, dict) and any(value.get(key) for key in _REASONS)):
            yield Offence(path, 1, f"`{name}` is exempt without a reason.")


def _named_values(loaded: Any) -> Iterator[tuple[str, Any]]:
    for name, value in loaded.items() if isinstance(loaded, dict) else ():
        yield str(name), value
        if isinstance(value, dict) and "status" not in value:
            yield from _named_values(value)


def undocumented_settings(tree: Tree, settings: Iterable[str]) -> Iterator[Offence]:
    """Settings that the settings page does not name; nothing where there is no such page."""
    if SETTINGS_PAGE not in tree.paths:
        return
    page = tree.text(SETTINGS_PAGE)
    for name in settings:
        if f"`{name}`" not in page:
            yield Offence(SETTINGS_PAGE, 1, f"does not describe the setting `{name}`.")


def broken_links(tree: Tree) -> Iterator[Offence]:
    """Relative links in Markdown that lead nowhere."""
    for path in tree.under(ending=".md"):
        for number, line in tree.lines(path):
            for target in _LINK.findall(line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not (tree.root / path).parent.joinpath(target).exists():
                    yield Offence(path, number, f"links to `{target}`, which is not there.")


def unlocked_dependencies(tree: Tree) -> Iterator[Offence]:
    """Dependencies in pyproject.toml that the lock for their use does not hold."""
    if "pyproject.toml" not in tree.paths:
        return
    project = tomllib.loads(tree.text("pyproject.toml")).get("project", {})
    run = project.get("dependencies", [])
    develop = project.get("optional-dependencies", {}).get("dev", [])
    for lock, wanted in ((RUNTIME_LOCK, run), (DEVELOPMENT_LOCK, [*run, *develop])):
        locked = {_normal(name) for name in _LOCKED.findall(tree.text(lock) if lock in tree.paths else "")}
        for requirement in wanted:
            if _normal(_NAME.match(requirement)[0]) not in locked:  # type: ignore[index] # pip refuses a nameless one
                yield Offence(lock, 1, f"does not hold `{requirement}`. Run: make lock")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def hazards_without_evidence(tree: Tree) -> Iterator[Offence]:
    """Hazards that are not in the log, or that neither link to a test nor say that there is none yet."""
    pieces = _HAZARD.split(tree.text(HAZARD_LOG)) if HAZARD_LOG in tree.paths else [""]
    logged = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    for hazard in HAZARDS:
        evidence = logged.get(hazard, "").partition("**Evidence.**")[2]
        if hazard not in logged:
            yield Offence(HAZARD_LOG, 1, f"lacks {hazard}. Log the hazard with its controls and evidence.")
        elif "/tests/" not in evidence and "no test yet" not in evidence.casefold():
            yield Offence(HAZARD_LOG, 1, f"{hazard} links to no test. Link to one, or write `No test yet`.")
