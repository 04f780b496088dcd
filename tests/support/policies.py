"""The shipped policies for the demonstration network, and situations to judge by them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from broker.domain.decision import Facts, Judgement
from broker.domain.objection import Objection
from broker.domain.policy import PolicySet
from broker.pipeline.decision import decide
from broker.policy.loading import load_policies
from broker.policy.situation import Situation, facts_of, partners_of, read_usual

POLICIES = Path(__file__).parents[2] / "policies"

NETWORK = {
    "fen-edge-practice": frozenset({"D99001"}),
    "fen-edge-documents": frozenset({"D99001"}),
    "castle-hill-practice": frozenset({"D99002"}),
    "addenbury": frozenset({"RX901"}),
    "papermill": frozenset({"RX902"}),
    "nenewest": frozenset({"RX903"}),
    "nenewest-letters": frozenset({"RX903"}),
    "ousebank": frozenset({"RX904"}),
    "fenland-community": frozenset({"RX905"}),
    "county-council": frozenset({"99C01"}),
    "city-council": frozenset({"99C02"}),
    "harbour-clinic": frozenset({"RX906"}),
}


@cache
def shipped_policies() -> PolicySet:
    """The policies as the project ships them."""
    return load_policies(POLICIES, NETWORK)


@cache
def usual_situation() -> Situation:
    """The situation that every case starts from."""
    return read_usual(POLICIES, shipped_policies())


def usual_facts(**changes: Any) -> Facts:
    """The usual situation with `changes`, as Facts on the whole network."""
    return facts_of(replace(usual_situation(), **changes), partners_of(shipped_policies()))


def judge_usual(*objections: Objection, **changes: Any) -> Judgement:
    """The judgement on the usual situation with `changes` and `objections`."""
    return decide(usual_facts(objections=objections, **changes), shipped_policies())


def copy_policies(folder: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(POLICIES, folder / "policies"))
