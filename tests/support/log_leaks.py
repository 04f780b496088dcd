"""A process that tries to leak through every way to a log or a terminal. Run it as a module.

With `open` it does the same without the gate: the control that every way really leads to the output.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import warnings

import structlog
from aiohttp import web

from broker import logs
from tests.support.loopback import served

NUMBER = "9990000018"
SPACED = "999 000 0018"
NAME = "Zebedee Marksworth"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJNQVJLRUQifQ.bWFya2Vk"
URL = "https://partner.example/Patient?family=Marksworth"
MARKS = (NUMBER, SPACED, NAME, "Zebedee", "Marksworth", TOKEN, "eyJzdWIi", URL, "partner.example")
ALL = f"{NUMBER} {SPACED} {NAME} {TOKEN} {URL}"


class MarkedError(Exception):
    """Carries what no log may show."""


def fail() -> None:
    """Raise with the marks in the message, in a local and in the chain."""
    held = {"number": NUMBER, "name": NAME}
    try:
        int(ALL)
    except ValueError as error:
        raise MarkedError(ALL, held, held["name"]) from error


def by_structlog() -> None:
    """Unknown events and fields, known fields with marked values, exceptions in every form."""
    log = structlog.get_logger("own")
    log.info(ALL, name=NAME)
    log.info("number %s", NUMBER)
    log.info("connector-failed", patient=NUMBER, url=URL, token=TOKEN, **{NAME: 1})
    for value in (NUMBER, SPACED, "999-000-0018", f"patient.{NUMBER}", f"patient{NUMBER}", NAME, TOKEN, URL):
        log.info("connector-failed", partner=value, outcome=value, error=value, frames=[value])
    log.info("connector-failed", count=int(NUMBER), elapsed_ms=float(NUMBER), status=int(NUMBER))
    log.bind(nhs=NUMBER).warning("not-ready", stack_info=True)
    structlog.contextvars.bind_contextvars(who=NAME)
    try:
        fail()
    except MarkedError as error:
        log.exception("request-failed")
        log.exception(ALL, exc_info=error)
        info = (type(error), error, error.__traceback__)
        log.exception("request-failed", exc_info=info, message=str(error))
    structlog.contextvars.clear_contextvars()


class BrokenHandler(logging.Handler):
    """A library's own handler, added later, that fails: logging itself would print the record."""

    def emit(self, record: logging.LogRecord) -> None:
        """Fail as handlers do."""
        try:
            fail()
        except MarkedError:
            self.handleError(record)


def by_logging() -> None:
    """Loggers of libraries, with handlers of their own, with marked names, arguments and errors."""
    logging.getLogger("early").warning("seen %s", ALL)
    logging.getLogger(NAME).error(ALL)
    late = logging.getLogger("late")
    late.addHandler(BrokenHandler())
    late.error("seen %s", ALL)
    logging.getLogger(f"aiohttp.{NUMBER}").error(ALL)
    logging.getLogger("wrong.arguments").error("%d", ALL)
    try:
        fail()
    except MarkedError:
        logging.getLogger("aiohttp.server").exception("failed for %s", NUMBER, extra={"name2": NAME})
    warnings.warn(ALL, UserWarning, stacklevel=1)
    warnings.warn_explicit(ALL, UserWarning, f"{NAME}.py", 1)


class Finaliser:
    """An object that fails when it goes."""

    def __repr__(self) -> str:
        return ALL

    def __del__(self) -> None:
        fail()


def by_hooks() -> None:
    """A thread and a finaliser that fail."""
    thread = threading.Thread(target=fail, name=NAME)
    thread.start()
    thread.join()
    Finaliser()
    gc.collect()


async def _fail_later() -> None:
    fail()


async def by_loop() -> None:
    """A task whose error nobody fetched, a callback that fails, a context full of marks."""
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(_fail_later(), name=NAME)
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.call_soon(fail)
    await asyncio.sleep(0)
    loop.call_exception_handler({"message": ALL, "object": NAME})


async def _handler(request: web.Request) -> web.Response:
    if "fail" in request.query:
        fail()
    return web.Response(text="well")


async def by_server() -> None:
    """A real server with its access log on: marked queries, broken headers, a handler that fails."""
    app = web.Application()
    app.router.add_get("/Patient", _handler)
    async with served(app, logging.getLogger("aiohttp.access")) as origin:
        port = int(origin.rpartition(":")[2])
        await _send(
            port, f"GET /Patient?identifier={NUMBER} HTTP/1.1\r\nHost: a\r\nUser-Agent: {NAME}\r\n\r\n"
        )
        await _send(
            port, f"GET /Patient?fail={NUMBER} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        )
        await _send(port, f"GET /Patient HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer {TOKEN}\r\n\r\n")
        await _send(port, f"GET /Patient HTTP/1.1\r\nHost: a\r\nX-NHS {SPACED} {NAME}\r\n\r\n")
        await _send(port, f"{NAME} {NUMBER} {URL}\r\n\r\n")


async def _send(port: int, text: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text.encode())
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def _on_loop(*, gated: bool) -> None:
    if gated:
        logs.follow_loop(asyncio.get_running_loop())
    await by_loop()
    await by_server()


def main(*, gated: bool) -> None:
    """Every way once; the last is an error that nobody catches."""
    early = logging.getLogger("early")
    early.addHandler(logging.StreamHandler())
    early.propagate = False
    if gated:
        logs.configure(level="debug")
        logging.getLogger().setLevel(logging.DEBUG)
    else:
        logging.basicConfig(level=logging.INFO)
    by_structlog()
    by_logging()
    by_hooks()
    asyncio.run(_on_loop(gated=gated))
    fail()


if __name__ == "__main__":
    main(gated=sys.argv[1:] != ["open"])
