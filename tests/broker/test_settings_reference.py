from __future__ import annotations

from pathlib import Path

import pytest

from broker.files import Section
from broker.settings import load_settings
from broker.settings.bounds import BROKER_BOUNDS, PARTNER_BOUNDS, TRANSIENT_CACHE_BOUNDS
from broker.settings.reference import BROKER_FILE, INDEX_FILE, PARTNER_FILE, settings_reference
from tests.support.settings_folders import BROKER, INDEX, PARTNER, write_folder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
CREDENTIALS = """\
credentials: {certificate: c.pem, key: k.pem, authority: a.pem, token: t, token_header: apikey}
services: {directory: {endpoint: "https://directory.example/fhir"}}
switches: {categories: {medicines: testing}, consumers: {others: live}}
"""
CHOSEN = {"directory", "medicines", "others"}  # names that whoever writes the file chooses
LIMITS = "limits: {connect_s: 1}\n"


def test_the_page_is_the_one_that_the_code_writes() -> None:
    """Written anew with `python -m broker.settings.reference > docs/reference/settings.md`."""
    assert PAGE.read_text(encoding="utf-8") == settings_reference()


def test_every_setting_that_the_reader_takes_is_documented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a full folder makes the reader take is exactly what the tables name, file by file."""
    taken: dict[str, set[str]] = {}
    finish = Section.finish

    def note_and_finish(section: Section) -> None:
        taken.setdefault(section.path.stem, set()).update(section._taken)
        finish(section)

    monkeypatch.setattr(Section, "finish", note_and_finish)
    load_settings(
        write_folder(
            tmp_path,
            broker=BROKER + "limits: {deadline_s: 8}\ntransient_cache: {seconds: 9}\npartner_" + LIMITS,
            partner=PARTNER + CREDENTIALS + LIMITS + "settings: {manner: epic}\n",
            index=INDEX + CREDENTIALS + LIMITS + "settings: {role_id: x}\n",
        )
    )
    for file, described, limits in (
        ("broker", BROKER_FILE, {*BROKER_BOUNDS, *PARTNER_BOUNDS, *TRANSIENT_CACHE_BOUNDS}),
        ("addenbury", PARTNER_FILE, set(PARTNER_BOUNDS)),
        ("index", INDEX_FILE, set(PARTNER_BOUNDS)),
    ):
        assert taken[file] - limits - CHOSEN == {name.rpartition(".")[2] for name in described}


def test_every_limit_stands_on_the_page() -> None:
    """With what it ships as, its bounds and its meaning."""
    page = settings_reference()
    for name, bound in {**BROKER_BOUNDS, **PARTNER_BOUNDS, **TRANSIENT_CACHE_BOUNDS}.items():
        assert f"| `{name}` |" in page
        assert bound.meaning in page
