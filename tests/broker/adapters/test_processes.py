from __future__ import annotations

import socket
from pathlib import Path

import pytest

from broker.adapters.processes import asked, listening, sockets_of


def files_in(folder: Path) -> list[Path]:
    """Whatever stands in it."""
    return list(folder.iterdir())


async def hello() -> bytes:
    """What a process says."""
    return b"hello"


@pytest.mark.parametrize("deep", ["", "a-folder-with-a-long-name/" * 6])
async def test_every_process_that_runs_on_a_store_answers(tmp_path: Path, deep: str) -> None:
    """However deep the store lies; when they have ended nothing is left of them."""
    store = tmp_path / deep / "release.db"
    store.parent.mkdir(parents=True, exist_ok=True)
    async with listening(store, hello), listening(store, hello):
        found = await asked(store)
        assert list(found.values()) == [b"hello", b"hello"]
        assert {path.stat().st_mode & 0o777 for path in sockets_of(store).iterdir()} == {0o600}
        assert sockets_of(store).stat().st_mode & 0o777 == 0o700
    assert await asked(store) == {}
    assert files_in(sockets_of(store)) == []


async def test_a_killed_process_is_cleared_away(tmp_path: Path) -> None:
    """Its socket stands and nobody listens: it serves nobody."""
    store = tmp_path / "release.db"
    sockets_of(store).mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(sockets_of(store) / "1-dead.sock"))
    async with listening(store, hello):
        assert list((await asked(store)).values()) == [b"hello"]
        assert not (sockets_of(store) / "1-dead.sock").exists()


async def test_a_process_that_cannot_say_is_not_left_out(tmp_path: Path) -> None:
    """It answers with nothing, and stands in the list."""
    store = tmp_path / "release.db"

    async def nothing() -> bytes:
        return b""

    async with listening(store, nothing):
        assert list((await asked(store)).values()) == [b""]


async def test_a_store_without_processes_has_none(tmp_path: Path) -> None:
    """Nothing is made to find that out."""
    assert await asked(tmp_path / "release.db") == {}
    assert files_in(tmp_path) == []


async def test_a_process_that_is_about_to_listen_is_not_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its socket has the name that is asked only once somebody listens on it."""
    store = tmp_path / "release.db"
    bound = socket.socket.listen

    def looked_at_before(self: socket.socket, backlog: int) -> None:
        assert list(sockets_of(store).glob("*.sock")) == []
        bound(self, backlog)

    monkeypatch.setattr(socket.socket, "listen", looked_at_before)
    async with listening(store, hello):
        assert list((await asked(store)).values()) == [b"hello"]
