"""Questions by any criterion that a search or the whole record takes, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from broker.domain.criteria import Criteria, Filter, Include, Prefix, SortKey
from broker.domain.include_parameters import INCLUDE_PARAMETERS
from broker.domain.query import Interaction, RecordQuery
from broker.domain.search_parameters import DATE, parameters_of
from tests.support.records import NUMBER, PlainSealer
from tests.support.selected import date, token


@st.composite
def searches(
    draw: st.DrawFn,
    kinds: Sequence[str],
    *,
    ids: Sequence[tuple[str, str]],
    codes: Sequence[str],
    years: Sequence[str],
) -> RecordQuery:
    """A search for one of `kinds`, or the whole record in part. `ids` are partners and local references."""
    kind = draw(st.none() | st.sampled_from(kinds))
    count = draw(st.none() | st.integers(1, 3))
    if kind is None:
        bounds = draw(
            st.fixed_dictionaries({}, optional=dict.fromkeys(("since", "start", "end"), _dates(years)))
        )
        whole = Criteria(**{name: date(text) for name, text in bounds.items()})
        return RecordQuery(interaction=Interaction.EVERYTHING, number=NUMBER, criteria=whole, count=count)
    criteria = draw(_criteria(kind, ids, codes, years))
    return RecordQuery(
        interaction=Interaction.SEARCH,
        number=NUMBER,
        resource_types=frozenset({kind}),
        criteria=criteria,
        count=count,
    )


def _dates(years: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(years)


@st.composite
def _criteria(
    draw: st.DrawFn, kind: str, ids: Sequence[tuple[str, str]], codes: Sequence[str], years: Sequence[str]
) -> Criteria:
    rows = parameters_of(kind)
    dated = [name for name, row in rows.items() if row.search_type == DATE]
    coded = sorted(rows.keys() - dated)
    by_any = _by_date(dated, years) | _by_code(coded, codes) if coded else _by_date(dated, years)
    filters = draw(st.lists(by_any, max_size=2))
    named = draw(st.none() | st.sets(st.sampled_from(ids), max_size=6))
    included = draw(st.sets(st.sampled_from(sorted(INCLUDE_PARAMETERS.get(kind, {"": None}))), max_size=2))
    rows_included = [INCLUDE_PARAMETERS[kind][name] for name in sorted(included) if name]
    sort = draw(st.lists(st.builds(SortKey, st.sampled_from(dated), st.booleans()), max_size=2))
    sealer = PlainSealer()
    return Criteria(
        filters=tuple(filters),
        ids=None if named is None else frozenset(sealer.item_id(*one) for one in named),
        sort=tuple(sort),
        includes=tuple(Include(kind, row.name) for row in rows_included),
        included_types=frozenset[str]().union(*(row.targets for row in rows_included)),
        includes_person=draw(st.booleans()),
    )


@st.composite
def _by_date(draw: st.DrawFn, names: Sequence[str], years: Sequence[str]) -> Filter:
    prefix, written = draw(st.sampled_from(list(Prefix))), draw(_dates(years))
    return Filter(draw(st.sampled_from(names)), (date(f"{prefix}{written}"),))


@st.composite
def _by_code(draw: st.DrawFn, names: Sequence[str], codes: Sequence[str]) -> Filter:
    values = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=2))
    return Filter(draw(st.sampled_from(names)), tuple(token(one) for one in values))
