from __future__ import annotations

from pathlib import Path

import pytest

from broker.files import FileFault
from broker.ports.manifest import read_manifest

GOOD = """\
name: fhir_r4
api: 1
role: records
proof: demographics
filters_categories: true
summary: Servers that speak FHIR R4.
reads:
  - {method: POST, path: Patient/_search}
  - {method: GET, path: "{type}/{id}"}
settings:
  patient_search: How the local id is found.
"""


def written(folder: Path, text: str) -> Path:
    """A manifest file in `folder`."""
    path = folder / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_manifest_is_read_whole(tmp_path: Path) -> None:
    """Every member of the file stands in the Manifest."""
    manifest = read_manifest(written(tmp_path, GOOD))
    assert (manifest.name, manifest.api, manifest.role, manifest.proof) == (
        "fhir_r4",
        1,
        "records",
        "demographics",
    )
    assert manifest.reads == (("POST", "Patient/_search"), ("GET", "{type}/{id}"))
    assert manifest.settings == {"patient_search": "How the local id is found."}
    assert manifest.filters_categories


def test_settings_may_be_left_out(tmp_path: Path) -> None:
    """A connector with nothing to set describes nothing."""
    assert read_manifest(written(tmp_path, GOOD.split("settings:", maxsplit=1)[0])).settings == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("role: records", "role: record", 3, "Did you mean `records`?"),
        ("proof: demographics", "proof: trust", 4, "`trust` is not a word"),
        ("method: POST", "method: DELETE", 8, "`DELETE` is not a word"),
        ("path: Patient/_search", "path: /Patient", 8, "relative to the endpoint"),
        ("path: Patient/_search", "path: ../Patient", 8, "relative to the endpoint"),
        ('path: "{type}/{id}"', 'path: "{anything}"', 9, "relative to the endpoint"),
        ("summary:", "sumary: x\nsummary:", 6, "Did you mean `summary`?"),
        ("api: 1", "api: one", 2, "must be a whole number"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    """A bad manifest stops with file, line and the nearest valid word."""
    with pytest.raises(FileFault) as caught:
        read_manifest(written(tmp_path, GOOD.replace(old, new)))
    assert caught.value.line == line
    assert words in str(caught.value)


def test_a_manifest_that_reads_nothing_is_refused(tmp_path: Path) -> None:
    """Without a listed call the transport could let nothing through."""
    head, tail = GOOD.split("reads:")
    text = head + "reads: []\nsettings:" + tail.split("settings:")[1]
    with pytest.raises(FileFault, match="lists no call"):
        read_manifest(written(tmp_path, text))


def test_the_endpoint_itself_can_be_a_read(tmp_path: Path) -> None:
    """Servers that page on their own root are named with `{base}`."""
    text = GOOD.replace('path: "{type}/{id}"', 'path: "{base}"')
    assert ("GET", "{base}") in read_manifest(written(tmp_path, text)).reads
