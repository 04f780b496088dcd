"""The policies in force: the last good set serves, and a later fault is remembered for readiness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from broker.domain.policy import PolicySet
from broker.files import FileFault
from broker.policy.cases import Case, failures_of, load_cases
from broker.policy.loading import load_policies
from broker.policy.promises import broken_promises


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
        raise PromiseBroken(folder, 1, 1, problem, remedy)


def hold_to(cases: Iterable[Case], policies: PolicySet) -> None:
    """Raises CasesFailed for the first case that does not hold."""
    for case in cases:
        for failure in failures_of(case, policies):
            problem = f"the case `{case.name}` does not hold: {failure}"
            raise CasesFailed(case.path, case.line, case.column, problem, "Change the policy or the case.")


class PolicyKeeper:
    """Holds one PolicySet at a time. A request takes `current` once and keeps it to its end.

    Made at start, it raises FileFault and there is no start. Later, `reload` keeps the last good set
    when the files are at fault, and `fault` says so until a reload succeeds.
    """

    def __init__(self, folder: Path, partners: Mapping[str, frozenset[str]]) -> None:
        """`partners` is each registered partner's id with its ODS codes. Raises FileFault."""
        self._folder, self._partners = folder, dict(partners)
        self._current = load_proved(folder, self._partners)
        self._fault: FileFault | None = None

    @property
    def current(self) -> PolicySet:
        """The set in force now."""
        return self._current

    @property
    def fault(self) -> str | None:
        """What is wrong with the files that were not taken, with file and line; None when nothing is."""
        return str(self._fault) if self._fault else None

    def reload(self) -> bool:
        """Read the files again; True when they are in force now, False when the last good set serves on."""
        try:
            self._current = load_proved(self._folder, self._partners)
        except (FileFault, OSError) as fault:
            self._fault = fault if isinstance(fault, FileFault) else _unreadable(self._folder, fault)
            return False
        self._fault = None
        return True


def _unreadable(folder: Path, error: OSError) -> FileFault:
    return FileFault(folder, 1, 1, f"cannot be read ({error.strerror}).")
