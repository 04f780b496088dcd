"""Whatever a Consent looks like, whoever it names is bound, and by the whole record where it is no denial."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from broker.domain.objection import Scope
from broker.objections.consent_rows import consent_lines
from broker.objections.reading import Reading
from tests.broker.objections.test_consent_rows import PARTNERS, consent
from tests.support.stores import ADA, NOON

_NAMES = st.sampled_from(
    [
        "type",
        "provision",
        "actor",
        "coding",
        "code",
        "system",
        "start",
        "value",
        "reference",
        "role",
        "verified",
    ]
)
_WORDS = st.sampled_from(
    ["deny", "permit", "active", "inactive", "entered-in-error", "2016", "CST", "", "results", "2016-02-31"]
)
_RESEARCH = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]}
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)
_MEMBERS = st.sampled_from(
    ["id", "status", "scope", "dateTime", "identifier", "verification", "provision", "contained", "extension"]
)


def read(*trees: dict[str, Any]) -> list[Reading]:
    """A line for each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.ndjson"
        path.write_text("\n".join(map(json.dumps, trees)))
        return list(consent_lines(path, partners=PARTNERS, now=NOON))


@given(changed=st.dictionaries(_MEMBERS, _ANY | st.just(_RESEARCH), max_size=4))
def test_a_consent_of_any_shape_binds_whom_it_names(changed: dict[str, Any]) -> None:
    """One reading for each line, the person in it; only what is inactive withdraws, and only what was entered
    in error or is of research alone is no objection.
    """
    trees = [consent(), consent(**changed), consent()]
    before, reading, after = read(*trees)
    assert [before.row, reading.row, after.row] == [1, 2, 3]
    assert (reading.numbers, reading.fault) == (frozenset({ADA}), "")
    assert reading.row_id
    none = trees[1]["status"] == "entered-in-error" or trees[1]["scope"] == _RESEARCH
    assert none or not reading.no_objection
    assert not reading.withdrawn or trees[1]["status"] == "inactive"


@given(provision=_ANY)
def test_a_provision_that_is_no_plain_denial_is_doubted_and_whole(provision: Any) -> None:
    """Only what says that it denies, without an exception, may narrow itself."""
    (reading,) = read(consent(provision=provision))
    plain = isinstance(provision, dict) and provision.get("type") == "deny" and "provision" not in provision
    if not plain:
        assert reading.scope == Scope()
        assert reading.doubts
