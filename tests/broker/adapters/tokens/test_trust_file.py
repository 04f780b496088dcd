"""The trust file, read strictly: every mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.adapters.tokens.trust import RoleForm, Trust
from broker.adapters.tokens.trust_file import read_trust
from broker.files import FileFault
from tests.support.real_data import PROJECT

GOOD = """\
connector_distributions: [watersmeet]
issuers:
  - issuer: https://issuer.example/tenant
    audience: https://broker.example/fhir
    key_set: https://issuer.example/keys
    algorithms: [ES256, RS256]
    token_types: [at+jwt]
    purpose:
      claim: [reason_for_request]
      words:
        directcare: TREAT
    claims:
      user_id: [sub]
      user_name: [person, name]
      roles:
        form: cis2
        claim: [nhsid_nrbac_roles]
        selected: [selected_roleid]
      relationship:
        claim: [relationship]
        words:
          patient-registered-here: registration
      patient: [patient]
      scopes: [scope]
      session: [sid]
"""


def _read(folder: Path, text: str, environment: str = "production") -> Trust:
    path = folder / "trust.yaml"
    path.write_text(text)
    return read_trust(path, environment=environment)


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    """Issuers by name, paths as tuples, words as ours."""
    trust = _read(tmp_path, GOOD)
    assert trust.connector_distributions == ("watersmeet",)
    issuer = trust.issuers["https://issuer.example/tenant"]
    assert issuer.algorithms == ("ES256", "RS256")
    assert issuer.purpose_claim is not None
    assert issuer.purpose_claim.words == {"directcare": "TREAT"}
    assert issuer.claims.user_name == ("person", "name")
    assert issuer.claims.role_form is RoleForm.CIS2
    assert issuer.claims.relationship is not None
    assert issuer.claims.relationship.words == {"patient-registered-here": "registration"}
    assert not issuer.development


MISTAKES = [
    ("    algorithms:", "    authority: /none.pem\n    algorithms:", 6, "Name a PEM file"),
    ("[ES256, RS256]", "[ES256, HS256]", 6, "HS256"),
    ("[ES256, RS256]", "[none]", 6, "none"),
    ("[ES256, RS256]", "[RS265]", 6, "Did you mean `RS256`?"),
    ("[ES256, RS256]", "[]", 6, "empty"),
    ("algorithms:", "algoritms:", 6, "Did you mean `algorithms`?"),
    ("[at+jwt]", "[id+jwt]", 7, "Did you mean `at+jwt`?"),
    ("https://issuer.example/keys", "http://issuer.example/keys", 5, "https"),
    ("https://issuer.example/keys", "http://127.0.0.1:8080/keys", 5, "loopback"),
    ("https://issuer.example/keys", "https://user:word@issuer.example/keys", 5, "without user"),
    ("https://issuer.example/keys", "https://issuer.example/keys?a=b", 5, "query"),
    ("https://issuer.example/keys", "file:///etc/passwd", 5, "plain URL"),
    ("[nhsid_nrbac_roles]", "[]", 17, "`claim` is empty"),
    ("form: cis2", "form: cis3", 16, "Did you mean `cis2`?"),
    ("form: cis2", "form: list", 13, "`organisation` is missing"),
    ("      patient: [patient]", "      organisation: [org]", 23, "Remove `organisation`"),
    ("here: registration", "here: registrations", 22, "Did you mean `registration`?"),
    ("      claim: [reason_for_request]", "      claim: [r]\n      fixed: TREAT", 9, "either"),
    ("session: [sid]", "sesion: [sid]", 25, "Did you mean `session`?"),
    ("    purpose:", "    development: true\n    purpose:", 8, "demonstration"),
    ("https://issuer.example/tenant", "urn:watersmeet:development", 3, "demonstration"),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), MISTAKES)
def test_each_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    """One thing wrong: the complaint has the file, the line and what to do."""
    assert old in GOOD
    with pytest.raises(FileFault) as caught:
        _read(tmp_path, GOOD.replace(old, new))
    assert caught.value.line == line
    assert said in str(caught.value)


def test_an_issuer_may_stand_once(tmp_path: Path) -> None:
    """Two registrations of one name could disagree."""
    issuer = GOOD[GOOD.index("  - issuer") :]
    with pytest.raises(FileFault, match="registered twice"):
        _read(tmp_path, GOOD + issuer)


def test_the_demonstration_may_name_a_development_issuer_on_loopback(tmp_path: Path) -> None:
    """The same file that production refuses."""
    text = GOOD.replace("https://issuer.example/tenant", "urn:watersmeet:development")
    text = text.replace("https://issuer.example/keys", "http://127.0.0.1:8080/keys")
    text = text.replace("    purpose:", "    development: true\n    purpose:")
    trust = _read(tmp_path, text, "demonstration")
    assert trust.issuers["urn:watersmeet:development"].development
    with pytest.raises(FileFault):
        _read(tmp_path, text, "staging")


def test_the_example_of_the_reference_page_is_read(tmp_path: Path) -> None:
    """What the page shows is what the reader takes."""
    text = (PROJECT / "docs" / "reference" / "trust.md").read_text()
    example = text.partition("```yaml\n")[2].partition("```")[0]
    authority = tmp_path / "authority.pem"
    authority.touch()
    trust = _read(tmp_path, example.replace("/etc/watersmeet/identity-ca.pem", str(authority)))
    assert trust.issuers["https://identity.example/tenant"].claims.permission is not None
