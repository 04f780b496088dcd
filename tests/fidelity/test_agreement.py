from __future__ import annotations

from pathlib import Path

import pytest

from tests.fidelity.explained import Agreement, Reason, compared, explain, reasons
from tests.fidelity.reading import exact
from tests.fidelity.validating import Validation


def judged(ours: str, theirs: str, *known: Reason) -> Agreement:
    """Two trees compared and explained."""
    result = Agreement(files=1)
    explain(compared("a", exact(ours), exact(theirs), result), list(known), result)
    result.idle = [reason for reason in known if not reason.used]
    return result


def test_like_elements_agree() -> None:
    """Each element that both have alike is counted, and nothing is to be explained."""
    result = judged('{"a":1.50,"b":[{"c":"x"}]}', '{"b":[{"c":"x"}],"a":1.50}')
    assert (result.alike, result.unexplained, result.is_whole) == (2, [], True)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [('{"a":1.50}', '{"a":1.5}'), ('{"a":"1"}', '{"a":1}'), ("{}", '{"a":1}'), ('{"a":1}', "{}")],
)
def test_a_difference_without_a_reason_fails(ours: str, theirs: str) -> None:
    """Another value, another kind of value, and an element that only one has are differences."""
    result = judged(ours, theirs)
    assert len(result.unexplained) == 1
    assert not result.is_whole


def test_a_reason_covers_its_difference_alone() -> None:
    """A reason for one path leaves another path unexplained."""
    result = judged('{"a":{"b":1,"c":1}}', '{"a":{"b":2,"c":2}}', Reason("a", "a.b", "because"))
    assert (result.explained, [str(each) for each in result.unexplained]) == (1, ["a: a.c (other value)"])


def test_a_reason_that_explains_nothing_fails() -> None:
    """A reason whose difference is gone must go too."""
    assert not judged('{"a":1}', '{"a":1}', Reason("*", "a", "because")).is_whole


def test_every_reason_of_ours_says_why() -> None:
    """Each file of differences is read, and each reason in it is a sentence."""
    for path in sorted((Path(__file__).parent / "differences").glob("*.yaml")):
        for reason in reasons(path):
            assert reason.why.endswith("."), f"{path.name}: {reason.path}"


@pytest.mark.parametrize(
    "refused",
    [
        '{"resourceType":"Observation","status":"final"}',
        '{"resourceType":"Basic","code":{"text":"x"},"surplus":1}',
        '{"resourceType":"Patient","name":[{"text":""}]}',
        '{"resourceType":"Nothing"}',
    ],
)
def test_what_is_no_r4_is_refused(refused: str) -> None:
    """A missing or unknown element, an empty text and an unknown type are refused by both judges."""
    validation = Validation()
    validation.show("here", exact(refused))
    assert (validation.shown, validation.passed) == (1, 0)


def test_what_is_r4_passes() -> None:
    """A true resource passes both judges."""
    validation = Validation()
    validation.show(
        "here",
        exact(
            '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}'
        ),
    )
    assert (validation.shown, validation.passed) == (1, 1)
