from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from broker.files import FileFault
from broker.policy.kept import keep, read_kept
from broker.policy.snapshot import FILES_MAX, read_snapshot
from tests.support.policies import copy_policies


def _linked_file(folder: Path) -> None:
    outside = folder.parent / "outside.yaml"
    (folder / "roles" / "policy.yaml").rename(outside)
    (folder / "roles" / "policy.yaml").symlink_to(outside)


def _linked_folder(folder: Path) -> None:
    (folder / "roles").rename(folder.parent / "roles")
    (folder / "roles").symlink_to(folder.parent / "roles")


def _linked_signature(folder: Path) -> None:
    (folder / "signatures").mkdir()
    (folder / "signatures" / "guardian.sig").symlink_to("/dev/zero")


def _huge(folder: Path) -> None:
    with (folder / "roles" / "policy.yaml").open("wb") as file:
        file.truncate(10**12)


def _huge_signature(folder: Path) -> None:
    (folder / "signatures").mkdir()
    (folder / "signatures" / "guardian.sig").write_bytes(b"A" * 2000)


def _pipe(folder: Path) -> None:
    (folder / "roles" / "policy.yaml").unlink()
    os.mkfifo(folder / "roles" / "policy.yaml")


def _many(folder: Path) -> None:
    for place in range(FILES_MAX):
        (folder / "roles" / f"more-{place}.yaml").write_text("a: b\n")


def _deeper(folder: Path) -> None:
    (folder / "roles" / "deeper").mkdir()


def _stranger(folder: Path) -> None:
    (folder / "role").mkdir()


UNFIT: dict[str, tuple[Callable[[Path], None], str]] = {
    "a link to a file outside": (_linked_file, r"roles/policy\.yaml:1:1: is a link\."),
    "a link to a folder outside": (_linked_folder, r"policies/roles:1:1: is a link\."),
    "a signature that is a link": (_linked_signature, r"guardian\.sig:1:1: is a link\."),
    "a file of a terabyte": (_huge, r"roles/policy\.yaml:1:1: is over 256 KiB\."),
    "a signature that is a book": (_huge_signature, r"guardian\.sig:1:1: is over 1 KiB\."),
    "a pipe that nobody writes": (_pipe, r"roles/policy\.yaml:1:1: is no plain file\."),
    "files without end": (_many, r"holds over 256 files"),
    "a folder in a topic": (_deeper, r"roles/deeper:1:1: is a folder where none belongs"),
    "a folder that is no topic": (_stranger, r"policies/role:1:1: is not a topic .*Did you mean `roles`"),
}


@pytest.mark.parametrize(("spoil", "says"), UNFIT.values(), ids=UNFIT.keys())
def test_what_policies_never_are_is_refused_by_name(
    spoil: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    """Nothing outside the folder is read, nothing is waited for, and nothing is read without end."""
    folder = copy_policies(tmp_path)
    spoil(folder)
    with pytest.raises(FileFault, match=says):
        read_snapshot(folder)


def test_signatures_and_other_files_are_no_part_of_the_digest(tmp_path: Path) -> None:
    """Every policy, case and the revision file are; whoever signs changes nothing that is signed."""
    folder = copy_policies(tmp_path)
    before = read_snapshot(folder).digest
    (folder / "signatures").mkdir()
    (folder / "signatures" / "guardian.sig").write_text("c2lnbmVk\n")
    (folder / "README.md").write_text("Other words.\n")
    assert read_snapshot(folder).digest == before
    for name in ("revision.yaml", "usual-case.yaml", "roles/cases.yaml", "roles/policy.yaml"):
        text = (folder / name).read_text()
        (folder / name).write_text(text + "\n")
        assert read_snapshot(folder).digest != before, name
        (folder / name).write_text(text)
    (folder / "roles" / "policy.yaml").rename(folder / "roles" / "policies.yaml")
    assert read_snapshot(folder).digest != before


def test_a_copy_is_believed_only_while_it_is_what_its_name_says(tmp_path: Path) -> None:
    """It is found by its digest; altered or cut short it is none, and it is made anew."""
    snapshot = read_snapshot(copy_policies(tmp_path))
    kept = tmp_path / "kept"
    assert read_kept(kept, snapshot.digest) is None
    keep(snapshot, kept)
    found = read_kept(kept, snapshot.digest)
    assert found is not None
    assert found.files == snapshot.files
    policy = kept / snapshot.digest / "roles" / "policy.yaml"
    policy.write_text(policy.read_text() + "\n")
    assert read_kept(kept, snapshot.digest) is None
    keep(snapshot, kept)
    assert read_kept(kept, snapshot.digest) is not None
    assert [path.name for path in kept.iterdir()] == [snapshot.digest]


def test_many_who_keep_one_revision_at_once_all_find_it(tmp_path: Path) -> None:
    """Also where what stood under its name was something else: nobody fails, and the copy is whole."""
    snapshot, kept = read_snapshot(copy_policies(tmp_path)), tmp_path / "kept"
    for _ in range(5):
        shutil.rmtree(kept, ignore_errors=True)
        wrong = kept / snapshot.digest
        wrong.mkdir(parents=True)
        (wrong / "roles.yaml").write_text("id: roles\n")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: keep(snapshot, kept), range(8)))
        assert read_kept(kept, snapshot.digest) is not None
        assert [path.name for path in kept.iterdir()] == [snapshot.digest]
