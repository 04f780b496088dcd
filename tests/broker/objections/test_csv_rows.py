from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from broker.domain.category import Category
from broker.domain.objection import Direction, Scope
from broker.domain.objection_life import IdentityCheck
from broker.objections import csv_rows
from broker.objections.csv_rows import HEADERS, csv_readings
from broker.objections.reading import NO_ID, NO_NUMBER_TOO, NOBODY, UNREADABLE_DATE, Reading, UnreadableFile
from tests.support.stores import ADA, BEN, NOON

PARTNERS = frozenset({"acute", "RX901"})


def read(folder: Path, text: str, *, encoding: str = "utf-8") -> list[Reading]:
    """The rows of a file with these characters in it."""
    path = folder / "rows.csv"
    path.write_bytes(text.encode(encoding))
    return list(csv_readings(path, partners=PARTNERS, now=NOON))


def one(folder: Path, **cells: str) -> Reading:
    """The one row of a file with these cells beside an id and Ada's number."""
    cells = {"row_id": "7", "nhs_number": "9990000018", **cells}
    quoted = ",".join(f'"{cell}"' for cell in cells.values())
    (reading,) = read(folder, f"{','.join(cells)}\n{quoted}\n")
    return reading


def test_every_cell_reaches_the_reading(tmp_path: Path) -> None:
    """Each in the words of the register."""
    reading = one(
        tmp_path,
        status="active",
        received_at="2026-05-01T10:00:00+01:00",
        identity_check="nhs-login",
        consequences_explained="yes",
        on_behalf_of="self",
        partners="acute; RX901",
        direction="viewer",
        categories="results;plans",
        period_start="2016-01-01",
        period_end="2017-01-01",
    )
    assert reading == Reading(
        row=2,
        row_id="7",
        numbers=frozenset({ADA}),
        scope=Scope(
            partners=PARTNERS,
            direction=Direction.VIEWER,
            categories=frozenset({Category.RESULTS, Category.PLANS}),
            period_start="2016-01-01",
            period_end="2017-01-01",
        ),
        received_at=dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC),
        identity_check=IdentityCheck.NHS_LOGIN,
        consequences_explained=True,
        on_behalf_of="self",
    )
    assert set(HEADERS) == {
        *("row_id", "nhs_number", "status", "received_at", "identity_check", "consequences_explained"),
        *("on_behalf_of", "partners", "direction", "categories", "period_start", "period_end"),
    }


@pytest.mark.parametrize(
    ("word", "doubt"),
    [("parent", csv_rows.PROXY), ("Attorney", csv_rows.PROXY), ("her mother", csv_rows.UNKNOWN_VOICE)],
)
def test_a_row_on_behalf_of_somebody_is_doubted_for_its_authority(
    tmp_path: Path, word: str, doubt: str
) -> None:
    """A file says by whom at most; the withdrawal of such a row is plain."""
    assert one(tmp_path, on_behalf_of=word).doubts == (doubt,)
    assert one(tmp_path, on_behalf_of=word, status="withdrawn").doubts == ()


def test_a_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """Its byte-order mark, line ends, quoted line breaks and blank lines; rows are numbered as it does."""
    text = (
        '\ufeffrow_id,nhs_number\r\n"a\r\nb",999 000 0018\r\n\r\n'
        'c," 999-000-0026\u00a0"\r\nd,9990000018;9990000026'
    )
    found = [(reading.row, reading.row_id, reading.numbers) for reading in read(tmp_path, text)]
    assert found == [
        (2, "a\r\nb", frozenset({ADA})),
        (4, "c", frozenset({BEN})),
        (5, "d", frozenset({ADA, BEN})),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row_id\n7\n", "no column `nhs_number`"),
        ("row_id,nhs_number,row_id\n", "`row_id` stands twice"),
        ("row_id,nhs_number,catgories\n", "column 3 is unknown. Did you mean `categories`?"),
        ("row_id;nhs_number\n7;9990000018\n", "column 1 is unknown"),
        ("", "no column `row_id`"),
        ('row_id,nhs_number\n7,"9990000018\n8,9990000026\n', "a quoted cell does not end"),
    ],
)
def test_a_file_that_cannot_be_followed_is_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    """In a sentence that holds nothing of its rows."""
    with pytest.raises(UnreadableFile, match=said) as refused:
        read(tmp_path, text)
    assert "999" not in str(refused.value)


def test_another_encoding_is_not_guessed(tmp_path: Path) -> None:
    """It would read some names and numbers as others."""
    with pytest.raises(UnreadableFile, match="not UTF-8"):
        read(tmp_path, "row_id,nhs_number\nA,1\n", encoding="utf-16")


@pytest.mark.parametrize(
    ("cells", "scope"),
    [
        ({"partners": "acute;acuet", "direction": "source", "categories": "results"}, {"results"}),
        ({"categories": "results;resluts", "partners": "acute"}, {"acute"}),
        ({"direction": "sideways", "partners": "acute"}, {"acute"}),
        ({"period_start": "2016", "categories": "results"}, {"results"}),
        ({"period_start": "2017-01-01", "period_end": "2016-01-01"}, set()),
        ({"period_end": "2016-02-30"}, set()),
    ],
)
def test_what_is_not_known_binds_in_its_widest_meaning(
    tmp_path: Path, cells: dict[str, str], scope: set[str]
) -> None:
    """The part with the strange word is all of it; the other parts stay; and it is said."""
    reading = one(tmp_path, **cells)
    assert {*reading.scope.partners, *reading.scope.categories} == scope
    assert reading.scope.direction is Direction.BOTH
    assert reading.scope.period_start is reading.scope.period_end is None
    assert len(reading.doubts) == 1


@pytest.mark.parametrize("name", ["status", "identity_check", "consequences_explained"])
def test_a_strange_word_is_doubted_and_never_eases(tmp_path: Path, name: str) -> None:
    """It withdraws nothing, checks nobody and explains nothing."""
    reading = one(tmp_path, **{name: "perhaps"})
    assert (reading.withdrawn, reading.consequences_explained) == (False, False)
    assert reading.identity_check in {None, IdentityCheck.NONE}
    assert reading.doubts == (f"Its `{name}` is not a word that is known here.",)


@pytest.mark.parametrize("date", ["01/05/2026", "2026-13-01", "2999-01-01", "soon", "2026-05-01 10:00"])
def test_a_date_of_receipt_that_cannot_be_is_doubted(tmp_path: Path, date: str) -> None:
    """Also one that has not come yet."""
    reading = one(tmp_path, received_at=date)
    assert (reading.received_at, reading.doubts) == (None, (UNREADABLE_DATE,))


@pytest.mark.parametrize(
    ("date", "earliest"),
    [
        ("2026-05-01", "2026-04-30T23:00:00+00:00"),
        ("2026-05-01T10:00:00", "2026-05-01T09:00:00+00:00"),
        ("2026", "2025-12-31T23:00:00+00:00"),
        ("2026-05", "2026-04-30T23:00:00+00:00"),
    ],
)
def test_a_coarse_date_of_receipt_is_the_earliest_that_it_can_mean(
    tmp_path: Path, date: str, earliest: str
) -> None:
    """What was released meanwhile is rather told than left out."""
    assert one(tmp_path, received_at=date).received_at == dt.datetime.fromisoformat(earliest)


def test_a_row_without_a_valid_number_names_nobody(tmp_path: Path) -> None:
    """A wrong check digit, a number that a spreadsheet rounded, and an empty cell."""
    rows = read(tmp_path, "row_id,nhs_number\n1,9990000019\n2,9.99E+09\n3,\n")
    assert [(row.row, row.fault) for row in rows] == [(2, NOBODY), (3, NOBODY), (4, NOBODY)]


def test_a_row_with_one_valid_number_of_two_binds_it(tmp_path: Path) -> None:
    """And is doubted."""
    reading = one(tmp_path, nhs_number="9990000018;9990000019")
    assert (reading.numbers, reading.doubts) == (frozenset({ADA}), (NO_NUMBER_TOO,))


def test_a_row_of_the_wrong_width_binds_whom_it_names_whole(tmp_path: Path) -> None:
    """Whatever its cells were meant to be."""
    short, long = read(tmp_path, "row_id,categories,nhs_number\n1,9990000018\n2,results,9990000026,plans\n")
    assert (short.numbers, long.numbers) == (frozenset({ADA}), frozenset({BEN}))
    assert all(row.scope.is_whole_record and row.doubts and not row.withdrawn for row in (short, long))


def test_a_row_without_an_id_is_known_by_what_it_says(tmp_path: Path) -> None:
    """The same one again has the same id, another one another."""
    rows = read(tmp_path, "row_id,nhs_number\n,9990000018\n,9990000018\n,9990000026\n")
    assert rows[0].row_id == rows[1].row_id != rows[2].row_id
    assert all(row.doubts == (NO_ID,) for row in rows)


def test_a_reading_shows_nobody(tmp_path: Path) -> None:
    """Neither the number nor the source's id, which may be one."""
    shown = repr(one(tmp_path, row_id="patient-4711", on_behalf_of="her mother"))
    assert not any(secret in shown for secret in ("9990000018", "4711", "mother"))
