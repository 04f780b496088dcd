"""The labelled pairs, and the runner that judges them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from broker.pipeline.merging import merge
from tests.grouping import planting
from tests.grouping.extracts import judge_extracts
from tests.grouping.judging import Judged, Verdict, judge, judge_all
from tests.grouping.playing import Merge
from tests.grouping.reading import concept, read_pairs
from tests.grouping.reporting import Excuse, failures, lines, read_listed
from tests.support.real_data import need_real_data

PAIRS = read_pairs()
LISTED = read_listed()


def verdicts(judgement: str, planted: Merge) -> Counter[Verdict]:
    """What becomes of all pairs of one judgement."""
    return Counter(judge(pair, planted) for pair in PAIRS if pair.judgement == judgement)


def test_nothing_is_merged_that_must_not_be_and_every_miss_has_its_reason() -> None:
    """Each pair alone and in the crowd of its block; an excuse that is not needed fails too."""
    judged = [*judge_all(PAIRS, merge), *judge_extracts(need_real_data(), merge)]
    assert list(failures(judged, LISTED)) == []


def test_there_are_enough_pairs_and_each_has_a_sentence_of_its_own() -> None:
    """Two hundred at least, of every judgement many."""
    counted = Counter(pair.judgement for pair in PAIRS)
    assert counted.total() >= 240
    assert min(counted.values()) >= 40
    assert len({pair.name for pair in PAIRS}) == len(PAIRS)
    assert all(pair.because.endswith((".", "?")) for pair in PAIRS)


def test_a_merge_that_groups_everything_is_found_by_every_pair_that_is_not_one_thing() -> None:
    """Not one false merge is overlooked."""
    for judgement in ("apart", "contradiction"):
        assert set(verdicts(judgement, planting.groups_everything)) == {Verdict.FALSE_MERGE}


def test_a_merge_that_groups_nothing_misses_every_pair_that_is_one_thing() -> None:
    """And is right about none of them."""
    assert set(verdicts("one-thing", planting.groups_nothing)) == {Verdict.MISSED}


def test_a_merge_that_says_no_contradiction_misses_every_one() -> None:
    """Silence is no answer to two records that cannot both be true."""
    assert set(verdicts("contradiction", planting.says_nothing)) == {Verdict.MISSED}


def test_a_merge_that_calls_everything_a_contradiction_is_found() -> None:
    """Alarms where nothing contradicts are told apart from what may be said."""
    found = verdicts("one-thing", planting.says_everything)
    assert found[Verdict.FALSE_ALARM] >= 50
    assert found[Verdict.RIGHT] == 0
    assert verdicts("apart", planting.says_everything)[Verdict.FALSE_ALARM] > 50


@pytest.mark.parametrize("planted", [planting.groups_everything, planting.groups_nothing])
def test_the_extracts_of_a_real_record_find_both_faults(planted: Merge) -> None:
    """One group of everything mixes states and doses; no group at all misses each pair."""
    found = Counter(one.verdict for one in judge_extracts(need_real_data(), planted))
    if planted is planting.groups_nothing:
        assert set(found) == {Verdict.MISSED}
        assert found[Verdict.MISSED] > 200
    else:
        assert found[Verdict.FALSE_MERGE] >= 3


def test_the_last_line_counts_and_every_wrong_pair_is_named() -> None:
    """A reason stands beside what is listed; a false merge fails though it is listed."""
    judged = [
        Judged("a", Verdict.RIGHT),
        Judged("b", Verdict.MISSED),
        Judged("c", Verdict.FALSE_MERGE),
    ]
    listed = {"b": Excuse("nobody could know"), "c": Excuse("none", pairs=0)}
    printed = list(lines(judged, listed))
    assert printed[-1] == "grouping: right 1 of 3; false merges 1; missed 1"
    assert any("b (nobody could know)" in line for line in printed)
    assert list(failures(judged, listed)) == ["false merge: c"]
    assert list(failures(judged, {})) == ["missed: b", "false merge: c"]
    assert list(failures(judged[:1], listed)) == ["listed 1 times, and wrong 0 times: b"]
    assert list(failures([judged[1]] * 2, listed)) == ["listed 1 times, and wrong 2 times: b"]


def test_a_concept_is_read_as_it_is_meant() -> None:
    """A system's word makes a coding, anything else stays words."""
    assert concept("snomed 195967001 Asthma | Wheezy") == {
        "coding": [{"system": "http://snomed.info/sct", "code": "195967001", "display": "Asthma"}],
        "text": "Wheezy",
    }


@pytest.mark.parametrize(
    "pair",
    [
        "{judgement: maybe, because: x, practice: {}, trust: {}}",
        "{judgement: contradiction, because: x, practice: {}, trust: {}}",
        "{judgement: apart, because: x, practice: {}}",
        "{judgement: apart, because: x, practice: {}, nowhere: {}}",
    ],
)
def test_a_pair_that_is_not_said_as_a_pair_must_be_is_refused(pair: str, tmp_path: Path) -> None:
    """The judgement is one of three, and the places are known."""
    block = f"- about: y\n  base: {{resourceType: Flag}}\n  pairs: [{pair}]\n"
    (tmp_path / "one.yaml").write_text(block, encoding="utf-8")
    with pytest.raises(ValueError, match=r"one\.yaml: x"):
        read_pairs(tmp_path)
