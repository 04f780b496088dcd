"""The policies as they ship, and altered ones, so that it is their words which are read and not our memory.

`agreed` adds a party for every state of the agreement and every way of being asked. `turned` says much of it
otherwise: who sees what, which grounds count, for how long, and who hears. `ahead` is not in force yet.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from broker.domain.policy import PolicySet
from broker.policy.loading import POLICY, load_policies
from tests.prove.agreed import AGREED, DAY, agreed
from tests.prove.turned import turned
from tests.support.policies import NETWORK, POLICIES

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """One folder of policies: read by the product, and lying there for the oracle to read. `words` are the
    files themselves, by topic.
    """

    name: str
    folder: Path
    policies: PolicySet
    words: Words


def revisions(folder: Path) -> dict[str, Revision]:
    """Each revision by its name, the altered ones written under `folder`."""
    alterations = {"agreed": agreed, "turned": lambda topics: turned(agreed(topics)), "ahead": _ahead}
    made = {name: _altered(folder / name, alter) for name, alter in alterations.items()}
    return {"shipped": _read(POLICIES, NETWORK)} | made


def _ahead(topics: Words) -> Words:
    """One topic begins on the day after the usual one: until then nothing is permitted."""
    agreed(topics)["objections"]["effective_from"] = DAY + dt.timedelta(1)
    return topics


def _altered(target: Path, alter: Callable[[Words], Words]) -> Revision:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(POLICIES, target)
    for topic, words in alter(_words(target)).items():
        with (target / topic / POLICY).open("w", encoding="utf-8") as file:
            _yaml().dump(words, file)
    return _read(target, NETWORK | AGREED)


def _read(folder: Path, partners: Mapping[str, frozenset[str]]) -> Revision:
    return Revision(folder.name, folder, load_policies(folder, partners), _words(folder))


def _words(folder: Path) -> Words:
    return {path.parent.name: _yaml().load(path) for path in sorted(folder.glob(f"*/{POLICY}"))}


def _yaml() -> YAML:
    yaml = YAML(typ="safe")
    yaml.representer.ignore_aliases = lambda _: True  # the strict reader takes no anchors
    return yaml
