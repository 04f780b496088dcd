"""A mapping file that is wrong stops the start with file, line, column and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.rest_json.connector import create

HEAD = """\
summary: A council.
system: https://council.example/id
search:
  path: people
  asks: {name: family}
  records: people[]
  id: id
match:
  number: {from: nhs}
  family: {from: family}
  birth_date: {from: born}
person:
  path: people/{id}
  fields:
    birthDate: {from: born}
sections:
  - name: warnings
    category: alerts
    path: people/{id}/warnings
    records: warnings[]
    items:
      - type: Flag
        fields:
          status: {from: state, table: state}
          code: {from: what}
tables:
  state:
    values: {open: active, closed: inactive}
"""


def complaint(tmp_path: Path, old: str, new: str) -> str:
    """What is said of the file with one change, from the line number on."""
    assert HEAD.count(old) == 1
    path = tmp_path / "mapping.yaml"
    path.write_text(HEAD.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="`mapping`: ") as refused:
        create({"mapping": str(path)})
    return str(refused.value).partition("mapping.yaml:")[2]


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    """The file that the faults below are made in is itself right."""
    path = tmp_path / "mapping.yaml"
    path.write_text(HEAD, encoding="utf-8")
    reads = (("GET", "people"), ("GET", "people/{id}/warnings"), ("GET", "people/{id}"))
    assert create({"mapping": str(path)}).reads == reads


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("summary: A", "sumary: A", "1:1: `sumary` is not a setting here. Did you mean `summary`?"),
        ("system: https://council.example/id", "system: council", "2:1: `system` is not a URI."),
        ("  asks: {name: family}", "  asks: {name: surname}", "is not a word that `name` knows."),
        ("  asks: {name: family}", "  asks: {name: famly}", "5:"),
        ("  asks: {name: family}", "  asks: {}", "5:3: `asks` names no parameter."),
        ("  path: people\n", "  path: people/{id}\n", "4:3: `{id}` is not a part of a path."),
        ("  path: people\n", "  path: ../people\n", "4:3: `..` is not a part of a path."),
        ("  path: people\n", "  path: people?all=1\n", "4:3: `people?all=1` is not a part of a path."),
        ("  records: people[]\n", "  records: people\n", "6:3: `records` must name one list."),
        ("  records: people[]\n", "  records: people[].a[]\n", "6:3: `records` must name one list."),
        ("  id: id", "  id: ids[]", "7:3: `id` must name one value."),
        ("{from: nhs}", "{from: 'nhs[?]'}", "9:12: `from` is not a path."),
        ("{from: nhs}", '{from: "nhs|digits"}', "9:12: `from` is not a path."),
        ("{from: nhs}", "{from: a.b.c.d.e.f.g.h.i.j.k.l.m}", "A path has at most 12 steps."),
        ("{from: family}", "{from: family, compare: like}", "10:26: `like` is not a word"),
        ("    birthDate: {from: born}\n", "    gender: {from: sex, table: same}\n", "has no `birthDate`"),
        ("category: alerts", "category: alarms", "18:5: `alarms` is not a word that `category` knows."),
        ("category: alerts", "category: plans", "18:5: its Flag is of category `alerts`"),
        ("type: Flag", "type: Flags", "22:9: `Flags` is not a word that `type` knows. Did you mean `Flag`?"),
        ("status: {from", "staus: {from", "Did you mean `status`?"),
        ("          code: {from: what}\n", "", "R4 requires `code` of a Flag."),
        ("code: {from: what}", "code: {from: what, fixed: x}", "`code` needs either `from` or `fixed`."),
        ("code: {from: what}", "code.coding: {from: what}", "`code.coding` is not one value."),
        ("code: {from: what}", "code.coding.cod: {from: what}", "Did you mean `code`?"),
        ("code: {from: what}", "code: {from: 'what[].x'}", "does not repeat as often as its path has lists"),
        ("code: {from: what}", "code: {from_all: [a, b]}", "`from_all` fits members that repeat."),
        ("code: {from: what}", "code: {from: what, table: state}", "table `state` does not fit this member."),
        ("code: {from: what}", "code: {from: what, form: date}", "`form` is not a setting here."),
        ("code: {from: what}", "code: {from: a}\n          code.text: {from: b}", "one value"),
        (", table: state}", "}", "a code of R4's own list needs a table."),
        (
            ", table: state}",
            ", table: states}",
            "`states` is not a table of this file. Did you mean",
        ),
        ("state, table: state}", "state, fixed: activ}", "Did you mean `active`?"),
        ("open: active", "open: activated", "has `activated`, which R4 does not have here."),
        ("open: active", "true: active", "Put it in quotes."),
        ("code: {from: what}", "code: {from: 'a b'}", "`from` is not a path."),
        ("code: {from: what}", "code: {from: what, when: {'a b': x}}", "`a b` is not a path."),
        ("code: {from: what}", "code: {from: what, when: {'tags[].k': x}}", "speaks of another list."),
        (
            "status: {from: state",
            "period.start: {fixed: now}\n          status: {from: state",
            "does not fit",
        ),
        ("birthDate: {from: born}", "birthDate: {from: born, table: state}", "this member is not coded."),
    ],
)
def test_a_fault_names_where_it_is_and_what_to_do(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Unknown words, wrong members, codes that R4 does not have, and paths that are more than names."""
    told = complaint(tmp_path, old, new)
    assert said in told
    assert told[0].isdigit()


def test_members_of_one_group_come_from_one_list(tmp_path: Path) -> None:
    """Two lists side by side have no order between them: nobody guesses which belong together."""
    new = """\
    birthDate: {from: born}
    telecom.value: {from: "phones[].number"}
    telecom.use: {from: "kinds[].kind", table: same}
"""
    told = complaint(tmp_path, "    birthDate: {from: born}\n", new)
    assert told.startswith("17:5: `telecom.use` comes from another list than its neighbour.")


def test_r4_has_one_member_of_a_choice(tmp_path: Path) -> None:
    """A death as a date and as a truth beside it would be two."""
    new = """\
    birthDate: {from: born}
    deceasedBoolean: {from: dead}
    deceasedDateTime: {from: died}
"""
    assert "R4 has one of them" in complaint(tmp_path, "    birthDate: {from: born}\n", new)


def test_two_sections_of_one_name_are_refused(tmp_path: Path) -> None:
    """Their items would share ids."""
    again = HEAD[HEAD.index("  - name: warnings") : HEAD.index("tables:")]
    told = complaint(tmp_path, "tables:\n", f"{again}tables:\n")
    assert told.startswith("16:1: two sections have the same `name`.")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """So is a setting that was left out."""
    with pytest.raises(ValueError, match="cannot be read"):
        create({"mapping": str(tmp_path / "none.yaml")})
    with pytest.raises(ValueError, match="`mapping` is missing"):
        create({})
