"""A folder of policies into a PolicySet that keeps the promises and does what its own cases say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from broker.domain.policy import PolicySet
from broker.files import FileFault
from broker.policy.cases import Case, failures_of, load_cases
from broker.policy.loading import load_policies
from broker.policy.promises import Promise, broken_promises


class CasesFailed(FileFault):
    """The files can be read, and they do not do what their own cases say."""


class PromiseBroken(FileFault):
    """The files can be read, and they break a promise that is no file's to change."""


def load_proved(folder: Path, partners: Mapping[str, frozenset[str]]) -> PolicySet:
    """Read the policies and hold them to the promises and to their cases. Raises FileFault, PromiseBroken and
    CasesFailed among them.
    """
    policies = load_policies(folder, partners)
    hold_to_promises(folder, policies)
    hold_to(load_cases(folder, policies), policies)
    return policies


def hold_to_promises(folder: Path, policies: PolicySet) -> None:
    """Raises PromiseBroken for the first promise that `policies` break."""
    for promise, shown in broken_promises(policies):
        problem = f"breaks the promise `{promise.word}`: {promise.sentence} {shown[0].upper()}{shown[1:]}."
        remedy = "No policy may do that: change it back, whatever its cases say."
        path, line = _place(folder, promise, shown, policies)
        raise PromiseBroken(path, line, 1, problem, remedy)


def _place(folder: Path, promise: Promise, shown: str, policies: PolicySet) -> tuple[Path, int]:
    """The line of the last rule of the promise's topic that the request names; else the topic's first."""
    places = {rule: place for (topic, rule), place in policies.places.items() if topic == promise.topic}
    named = max(places, key=lambda rule: (shown.rfind(rule), len(rule)), default=None)
    if named is None:
        return folder, 1
    place = places[named]
    if named not in shown:
        place = min(places.values(), key=lambda one: one.line)
    return Path(place.file), place.line


def hold_to(cases: Iterable[Case], policies: PolicySet) -> None:
    """Raises CasesFailed for the first case that does not hold."""
    for case in cases:
        for failure in failures_of(case, policies):
            problem = f"the case `{case.name}` does not hold: {failure}"
            raise CasesFailed(case.path, case.line, case.column, problem, "Change the policy or the case.")
