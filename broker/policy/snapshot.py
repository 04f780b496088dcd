"""The `policies/` folder as it is at one moment, into the bytes that are digested, signed, proved and kept.

Everything that the broker reads of a revision it reads from here, so that what is judged by its signatures
is what is parsed. Read are `.yaml` files and signatures, no links, nothing that is no plain file, and
not without end.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from broker.domain.policy import Topic
from broker.files import FILE_BYTES_MAX, FileFault, nearest

SIGNATURES = "signatures"
FOLDERS = (*Topic, SIGNATURES)
REVISION_DIGITS = 16
FILES_MAX = 256
SIGNATURE_BYTES_MAX = 1024
_RULES, _SIGNATURE = ".yaml", ".sig"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`files` by their names below `folder`; `signatures` by the key id that names each."""

    folder: Path
    files: Mapping[str, bytes] = field(repr=False)
    signatures: Mapping[str, bytes] = field(repr=False, default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of every policy, every case and the revision file by name and content, in hex."""
        digest = hashlib.sha256()
        for name in sorted(self.files, key=PurePosixPath):
            written, content = os.fsencode(name), self.files[name]
            digest.update(b"%d:%s%d:" % (len(written), written, len(content)))
            digest.update(content)
        return digest.hexdigest()

    @property
    def revision(self) -> str:
        """The beginning of the digest, by which answers and audit records name a revision."""
        return self.digest[:REVISION_DIGITS]

    def write(self, folder: Path, *, durable: bool = False) -> None:
        """The files alone, below a folder in which none of them is. Raises OSError."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())


def read_snapshot(folder: Path) -> Snapshot:
    """Read the folder once. Raises FileFault for a link, a stranger, or more than policies ever are."""
    if not folder.is_dir():
        raise FileFault(folder, 1, 1, "is not a folder.", "It holds one folder for each policy.")
    files: dict[str, bytes] = {}
    signatures: dict[str, bytes] = {}
    for path in _entries(folder):
        if path.parent.name == SIGNATURES and path.parent.parent == folder:
            signatures[path.stem] = _read(path, SIGNATURE_BYTES_MAX)
        else:
            files[path.relative_to(folder).as_posix()] = _read(path, FILE_BYTES_MAX)
        if len(files) + len(signatures) > FILES_MAX:
            raise FileFault(folder, 1, 1, f"holds over {FILES_MAX} files.", "Keep only policies in it.")
    return Snapshot(folder, files, signatures)


def _entries(folder: Path) -> Iterator[Path]:
    """The files that are read, in every folder that may be here. Whatever else stands there is not read."""
    for entry in _listed(folder):
        path = Path(entry.path)
        if entry.is_dir():
            if entry.name not in FOLDERS:
                raise FileFault(path, 1, 1, "is not a topic of the policies.", nearest(entry.name, FOLDERS))
            _refuse_link(entry)
            yield from _inside(path)
        elif path.suffix == _RULES:
            yield path


def _inside(folder: Path) -> Iterator[Path]:
    ending = _SIGNATURE if folder.name == SIGNATURES else _RULES
    for entry in _listed(folder):
        if entry.is_dir():
            raise FileFault(Path(entry.path), 1, 1, "is a folder where none belongs.", "Remove it.")
        if Path(entry.name).suffix == ending:
            yield Path(entry.path)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise FileFault(folder, 1, 1, f"cannot be read ({error.strerror}).") from None


def _refuse_link(entry: os.DirEntry[str]) -> None:
    if entry.is_symlink():
        raise _linked(Path(entry.path))


def _linked(path: Path) -> FileFault:
    return FileFault(path, 1, 1, "is a link.", "Put the file itself there: what a link leads to may change.")


def _read(path: Path, most: int) -> bytes:
    """The whole of a plain file of at most `most` bytes; a pipe or a device is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileFault(path, 1, 1, "is no plain file.", "Put the file itself there.")
            raw = file.read(most + 1)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _linked(path) from None
        raise FileFault(path, 1, 1, f"cannot be read ({error.strerror}).") from None
    if len(raw) > most:
        raise FileFault(path, 1, 1, f"is over {most // 1024} KiB.", "Split it.")
    return raw
