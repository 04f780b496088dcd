"""The processes that share a store, to a socket of each beside it, on which a desk asks what they see.

A socket is a file that only the store's owner may open: whoever may ask may read the store itself. One whose
process was killed answers nobody, and is cleared away by the next who asks.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

ANSWER_S: Final = 30.0
_LINE_BYTES_MAX: Final = 1024 * 1024
_FOLDER_BYTES_MAX: Final = 64


def sockets_of(store: Path) -> Path:
    """The folder of the sockets of a store's processes."""
    return store.with_name(f"{store.name}.processes")


@asynccontextmanager
async def listening(store: Path, answer: Callable[[], Awaitable[bytes]]) -> AsyncIterator[None]:
    """Answer whoever connects with one line, until the block ends. Raises OSError.

    The socket gets the name that is asked only when somebody listens on it: until then it looks like one
    whose process was killed.
    """
    folder = sockets_of(store)
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    made, asked_for = folder / f"{name}.new", folder / f"{name}.sock"

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await answer() + b"\n")
            await writer.drain()
        finally:
            writer.close()

    with _short(folder) as short:
        server = await asyncio.start_unix_server(serve, path=f"{short}/{made.name}")
    try:
        made.chmod(0o600)
        made.rename(asked_for)
        yield
    finally:
        server.close()
        made.unlink(missing_ok=True)
        asked_for.unlink(missing_ok=True)
        await server.wait_closed()


async def asked(store: Path) -> dict[str, bytes]:
    """What each running process answered, by the name of its socket; empty bytes for one that did not."""
    folder = sockets_of(store)
    names = sorted(path.name for path in folder.glob("*.sock"))
    with _short(folder) if names else _nothing() as short:
        answers = await asyncio.gather(*(_ask(f"{short}/{name}") for name in names))
    found: dict[str, bytes] = {}
    for name, said in zip(names, answers, strict=True):
        if said is None:
            (folder / name).unlink(missing_ok=True)
        else:
            found[name.removesuffix(".sock")] = said
    return found


async def _ask(path: str) -> bytes | None:
    """None where nobody listens any more."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(path, limit=_LINE_BYTES_MAX)
            try:
                return (await reader.readline()).strip()
            finally:
                writer.close()
    except (ConnectionRefusedError, FileNotFoundError):
        return None
    except (OSError, ValueError):  # TimeoutError is an OSError
        return b""


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A name of a folder that is short enough: the address of a socket has at most some hundred bytes."""
    if len(os.fsencode(folder)) <= _FOLDER_BYTES_MAX:
        yield str(folder)
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)


@contextmanager
def _nothing() -> Iterator[str]:
    yield ""
