"""A production broker as a process of its own, whose policies are signed, changed, refused and forced."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import Serving, serving, watersmeet
from tests.support.revisions import change
from tests.support.signed_policies import SIGNERS, Governed, governed

pytestmark = pytest.mark.long

EVERYTHING, ALLERGIES = "categories: [everything]", "categories: [allergies]"
BY = ("--by-role", "board", "--by-name", "Imaginary Ash", "--because", "it hid allergies")


@pytest.fixture
def place(tmp_path: Path) -> Governed:
    """The first revision, signed by both of its signers."""
    made = governed(tmp_path)
    for key_id in SIGNERS:
        told = made.sign(made.policies, key_id, "--opening")
        assert told.returncode == 0, told.stderr
    return made


@contextmanager
def broker(place: Governed) -> Iterator[Serving]:
    """Started on the policies as they stand, and listening."""
    with serving("serve", "--config", str(place.config), cwd=place.folder, within_s=240) as process:
        process.read_until('"started"')
        yield process


def readiness(place: Governed) -> tuple[int, str]:
    """What an operator's probe hears."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/readyz") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def tighten(place: Governed, process: Serving) -> None:
    """Revision 2, which one signer signs as no opening, in force at a signal."""
    told = place.sign(copy := place.next_revision(2, EVERYTHING, ALLERGIES), SIGNERS[0])
    assert "CLOSES" in told.stdout, told.stderr
    place.put_in_place(copy)
    process.look_again()
    process.read_until('"policy-loaded"')


def test_a_first_revision_that_nobody_signed_is_no_start(tmp_path: Path) -> None:
    """The words say which signature is lacking, and so does `policy status` before it is tried."""
    place = governed(tmp_path)
    told = place.run("policy", "status")
    assert told.returncode == 1
    assert "Lacking: 2 signature(s) at least." in told.stdout
    told = place.run("serve")
    assert (told.returncode, told.stdout) == (1, "")
    assert "An opening needs 2 of its signers, and has 0." in told.stderr


def test_a_signed_revision_comes_into_force_at_a_signal_and_an_edit_does_not(place: Governed) -> None:
    """Readiness names file and line while the last good one serves; as it was signed, nothing is lacking."""
    with broker(place) as process:
        assert readiness(place)[0] == 200
        tighten(place, process)
        change(place.policies, ALLERGIES, "categories: [plans]")
        process.look_again()
        process.read_until('"policy-refused"')
        status, said = readiness(place)
        assert (status, "revision.yaml:1:1: Revision 2 is in force already" in said) == (503, True)
        change(place.policies, "categories: [plans]", ALLERGIES)
        process.look_again()
        assert process.stop() == 0
    told = place.run("policy", "status")
    assert (told.returncode, "Nothing is lacking." in told.stdout) == (0, True)


def test_an_opening_is_refused_until_two_have_signed_it_as_one(place: Governed) -> None:
    """No signature is made by mistake: without --opening the command shows what opens and signs nothing."""
    with broker(place) as process:
        tighten(place, process)
        copy = place.next_revision(3, ALLERGIES, EVERYTHING)
        told = place.sign(copy, SIGNERS[0])
        assert told.returncode == 1
        assert "OPENS" in told.stdout
        assert "Not signed: something opens" in told.stderr
        assert place.sign(copy, SIGNERS[0], "--opening").returncode == 0
        place.put_in_place(copy)
        process.look_again()
        process.read_until('"policy-refused"')
        assert "An opening needs 2 of its signers, and has 1." in readiness(place)[1]
        told = watersmeet(
            *("policy", "sign", str(copy), "--key", str(place.safe / f"{SIGNERS[1]}.pem"), "--opening"),
            *("--against", str(place.folder / "change-2"), "--config", str(place.config)),
        )
        assert told.returncode == 0, told.stderr
        place.put_in_place(copy)
        process.look_again()
        process.read_until('"policy-loaded"')


def test_an_older_revision_starts_by_force_alone_and_the_trail_says_who(place: Governed) -> None:
    """A start on it is refused in words; forced, on file first, it starts."""
    old = Path(shutil.copytree(place.policies, place.folder / "old"))
    with broker(place) as process:
        tighten(place, process)
        assert process.stop() == 0
    place.put_in_place(old)
    told = place.run("serve")
    assert (told.returncode, "Revision 1 is no newer than revision 2." in told.stderr) == (1, True)
    told = place.run("policy", "force", *BY)
    assert told.returncode == 0, told.stderr
    with broker(place) as process:
        assert readiness(place)[0] == 200
        assert process.stop() == 0
    told = place.run("policy", "status")
    assert "In force: revision 1" in told.stdout
    assert ", forced." in told.stdout


def test_a_key_that_may_not_sign_or_that_others_can_read_signs_nothing(place: Governed) -> None:
    """Neither is anything of a private key ever printed."""
    watersmeet("keys", "signer", str(place.safe), "--key-id", "stranger", "--role", "Nobody")
    told = place.sign(place.policies, "stranger", "--opening")
    assert (told.returncode, "this key may not sign. Who may: `guardian`, `board`." in told.stderr) == (
        1,
        True,
    )
    key = place.safe / f"{SIGNERS[0]}.pem"
    key.chmod(0o640)
    told = place.sign(place.policies, SIGNERS[0], "--opening")
    assert (told.returncode, "can be read by others" in told.stderr) == (1, True)
    key.chmod(0o600)
    key.write_text("no key at all, but something that is secret\n")
    told = place.sign(place.policies, SIGNERS[0], "--opening")
    assert (told.returncode, "is no Ed25519 private key" in told.stderr) == (1, True)
    assert "secret" not in told.stdout + told.stderr


def test_no_signers_key_is_made_in_a_repository(tmp_path: Path) -> None:
    """Outside it stands in a file of its owner's alone, once."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    options = ("--key-id", "guardian", "--role", "Guardian")
    told = watersmeet("keys", "signer", str(tmp_path / "repository" / "keys"), *options)
    assert (told.returncode, "lies in a repository" in told.stderr) == (1, True)
    told = watersmeet("keys", "signer", str(tmp_path / "safe"), *options)
    path = tmp_path / "safe" / "guardian.pem"
    assert (told.returncode, path.stat().st_mode & 0o777) == (0, 0o600)
    assert path.read_text().splitlines()[1] not in told.stdout
    told = watersmeet("keys", "signer", str(tmp_path / "safe"), *options)
    assert (told.returncode, "has a key `guardian` already" in told.stderr) == (1, True)


def test_what_is_not_the_next_revision_is_not_signed(place: Governed) -> None:
    """Another `previous`, an old number and policies that fail a case are named by file and line."""
    copy = place.next_revision(1, EVERYTHING, ALLERGIES)
    told = place.sign(copy, SIGNERS[0])
    assert (told.returncode, "revision.yaml:1:1: 1 does not come after 1." in told.stderr) == (1, True)
    path = copy / "revision.yaml"
    path.write_text(
        path.read_text().replace("number: 1", "number: 2").replace("sha256:", "sha256:00", 1)[:-2]
    )
    told = place.sign(copy, SIGNERS[0])
    assert (told.returncode, "revision.yaml:2:1: `previous` is no digest." in told.stderr) == (1, True)
    copy = place.next_revision(2, EVERYTHING, ALLERGIES)
    (copy / "roles" / "cases.yaml").write_text("cases:\n  - name: nobody may\n    expect: {effect: deny}\n")
    told = place.sign(copy, SIGNERS[0])
    assert (told.returncode, "roles/cases.yaml:2:5: the case `nobody may`" in told.stderr) == (1, True)
    first = (place.policies / "signatures" / f"{SIGNERS[0]}.sig").read_bytes()
    assert (copy / "signatures" / f"{SIGNERS[0]}.sig").read_bytes() == first
