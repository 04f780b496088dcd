"""Space put aside while there is some, so that refusals and endings can still be written on a full disk.

It stands in two places, because a full disk stops two things: pages inside the database, which are freed
to be written again, and a file beside it, which gives the write-ahead log room to say so.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

PIECES: Final = 64
PIECE_BYTES: Final = 64 * 1024
BESIDE_BYTES: Final = 4 * 1024 * 1024


class Reserve:
    """Whole while every piece is there. While it is not, only vital records may be written."""

    def __init__(self, store: Path, *, pieces: int = PIECES) -> None:
        """`store` is the database file; `pieces` are of 64 KiB each."""
        self._beside = store.with_name(store.name + "-reserve")
        self._pieces = pieces
        self.is_whole = False

    def fill(self, database: sqlite3.Connection) -> None:
        """Put aside what is missing, inside the caller's transaction. Raises sqlite3.Error when full."""
        self.is_whole = False
        have = {row[0] for row in database.execute("SELECT piece FROM reserve")}
        for piece in range(self._pieces):
            if piece not in have:
                database.execute("INSERT INTO reserve VALUES (?, zeroblob(?))", (piece, PIECE_BYTES))
        try:
            self._fill_beside()
        except OSError:
            raise sqlite3.OperationalError("database or disk is full") from None

    def filled(self) -> None:
        """The caller's transaction is durable."""
        self.is_whole = True

    def give_up_a_piece(self, database: sqlite3.Connection) -> bool:
        """Free one piece in a transaction of its own. False when nothing is left.

        The filler is no secret, so that its pages need not be overwritten, for which there is no room.
        """
        self.is_whole = False
        self._give_up_beside()
        database.execute("PRAGMA secure_delete = OFF")
        try:
            freed = database.execute("DELETE FROM reserve WHERE piece = (SELECT max(piece) FROM reserve)")
            return freed.rowcount > 0
        finally:
            database.execute("PRAGMA secure_delete = ON")

    def try_room(self, database: sqlite3.Connection) -> None:
        """Take and give back room for a large record. Raises sqlite3.Error when there is none."""
        database.execute("SAVEPOINT room")
        database.execute("INSERT INTO reserve VALUES (-1, zeroblob(?))", (PIECE_BYTES,))
        database.execute("ROLLBACK TO room")
        database.execute("RELEASE room")

    def _fill_beside(self) -> None:
        descriptor = os.open(self._beside, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size < BESIDE_BYTES:
                os.posix_fallocate(descriptor, 0, BESIDE_BYTES)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _give_up_beside(self) -> None:
        if self._beside.exists():
            os.truncate(self._beside, 0)
