from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import watersmeet, watersmeet_here
from tests.support.policies import POLICIES, copy_policies, shipped_policies

CONFIG = ("--config", str(POLICIES.parent / "config"))


def test_the_command_writes_the_page_that_a_board_signs(tmp_path: Path) -> None:
    """The file is written whole, and the command says of which revision."""
    page = tmp_path / "who-sees-what.html"
    found = watersmeet("policy", "matrix", *CONFIG, "--format", "html", "--output", str(page))
    assert found.returncode == 0
    assert shipped_policies().revision in found.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    nowhere = watersmeet_here("policy", "matrix", *CONFIG, "--output", str(tmp_path / "none" / "page.md"))
    assert nowhere.returncode == 2
    assert "cannot be written" in nowhere.stderr


def test_a_hidden_category_is_seen_to_be_hidden(tmp_path: Path) -> None:
    """Whoever takes one category from one role sees its cells turn, and the line that did it."""
    folder = copy_policies(tmp_path)
    path = folder / "roles" / "policy.yaml"
    path.write_text(path.read_text().replace("sees: [demographics, appointments]", "sees: [demographics]"))
    found = watersmeet_here("policy", "matrix", *CONFIG, "--policies", str(folder), "--json")
    rows = json.loads(found.stdout)["rows"]
    cell = next(
        row["cells"]["appointments"]
        for row in rows
        if (row["role_group"], row["party"]) == ("receptionist", "papermill")
    )
    assert not cell["seen"]
    assert (cell["topic"], cell["rule"]) == ("roles", "receptionist")
    assert cell["place"].startswith("roles/policy.yaml:")


def test_another_purpose_makes_another_table() -> None:
    """Asked for research, nobody sees anything, and the table says which rule says so."""
    found = watersmeet_here("policy", "matrix", *CONFIG, "--purpose", "HRESCH", "--json")
    told = json.loads(found.stdout)
    assert told["request"]["purpose"] == "HRESCH"
    cells = [cell for row in told["rows"] for cell in row["cells"].values()]
    assert not any(cell["seen"] for cell in cells)
    assert "purposes/HRESCH" in {f"{cell['topic']}/{cell['rule']}" for cell in cells}


def test_the_guide_for_the_public_is_no_table() -> None:
    """Sentences come as a page or as text; to ask for them as a spreadsheet is a mistake of use."""
    found = watersmeet_here("policy", "matrix", *CONFIG, "--for", "public")
    assert found.stdout.startswith("# Who may see your shared record")
    refused = watersmeet_here("policy", "matrix", *CONFIG, "--for", "public", "--format", "csv")
    assert refused.returncode == 2
    assert "choose --format markdown or html" in refused.stderr


def test_a_practice_s_row_is_asked_from_that_practice() -> None:
    """Else the table and the guide would say that no doctor sees what the second practice holds."""
    rows = json.loads(watersmeet_here("policy", "matrix", *CONFIG, "--json").stdout)["rows"]
    doctors = {row["party"]: row for row in rows if row["role_group"] == "doctor"}
    first, second = doctors["fen-edge-practice"], doctors["castle-hill-practice"]
    assert (first["organisation"], second["organisation"]) == ("D99001", "D99002")
    assert second["cells"]["medicines"]["seen"]
    guide = watersmeet_here("policy", "matrix", *CONFIG, "--for", "public").stdout
    assert "see nothing from Castle Hill Surgery." not in guide
    assert "One practice sees nothing of what another holds, except within a network" in guide


def test_whoever_says_who_asks_is_believed() -> None:
    """Asked from one practice by name, what another holds is closed, and the rule says so."""
    found = watersmeet_here("policy", "matrix", *CONFIG, "--organisation", "D99001", "--json")
    cells = [
        row["cells"] for row in json.loads(found.stdout)["rows"] if row["party"] == "castle-hill-practice"
    ]
    assert not any(cell["seen"] for row in cells for cell in row.values())
    assert "another-practice" in {cell["rule"] for row in cells for cell in row.values()}
