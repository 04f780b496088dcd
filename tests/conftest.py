"""What every test stands on: nothing left behind, the loop watched, real material, real servers."""

from __future__ import annotations

import gc
import inspect
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped] # ships no types

from broker.app import keep_collector_out
from tests.support.leftovers import sockets_left, sockets_now, tasks_left, threads_left, threads_now
from tests.support.loop_watch import LoopWatch
from tests.support.real_data import need_real_data

pytest_plugins = ["tests.support.read_once", "tests.support.real_servers", "tests.support.real_node_servers"]

# How long one example takes is the machine's affair, not a property of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

REAL_FOLDER = "tests/real/"
# Tests that share something which is dear to start go to one worker, folder by folder or file by file.
TOGETHER = (
    REAL_FOLDER,
    "tests/browser/",
    "tests/conservation/test_counting.py",
    "tests/house/test_house.py",
    "tests/journeys/test_replayed_records.py",
    "tests/race/test_interleavings.py",
    "tests/tutorials/test_your_first_connector.py",
)
REAL_FIXTURES = frozenset(
    {"sekmet", "fhirsnake", "fhirstarter", "medplum", "asymmetrik", "synthea", "gp_records"}
)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests on a real server. They stand in tests/real, so that one worker gets them all."""
    if REAL_FIXTURES & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.real)
        if not item.nodeid.startswith(REAL_FOLDER):
            raise pytest.UsageError(f"{item.nodeid} asks for a real server. Move it to {REAL_FOLDER}")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that thousands of tests are collected into is garbage: the collector is kept out of the making,
    and then, as by a broker that has started, out of what was made.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        keep_collector_out()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Any worker takes any test, but what is dear to start is started once: one worker takes its tests."""
    return SomeTogether(config, log)


class SomeTogether(LoadScopeScheduling):  # type: ignore[misc] # as above
    """A scope for each test, and one for each place of what is dear to start."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A test fails that leaves a thread or a socket behind."""
    threads, sockets = threads_now(), sockets_now()
    yield
    left = [f"thread {name}" for name in threads_left(threads)] + sockets_left(sockets)
    if left:
        pytest.fail(f"This test left behind: {', '.join(left)}. Close what it opened.")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that runs inside a test sets up the process's logs; the next test must not go unheard."""
    was_set_up, before = structlog.is_configured(), structlog.get_config()
    yield
    if was_set_up:
        structlog.configure(**before)
    else:
        structlog.reset_defaults()


@pytest.fixture(autouse=True)
def nothing_left_running(nothing_left_open: None, request: pytest.FixtureRequest) -> None:
    """An asynchronous test fails that leaves a task behind."""
    del nothing_left_open  # asked for so that tasks are judged before threads and sockets
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("_no_task_left")


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    yield
    left = await tasks_left()
    if left:
        pytest.fail(f"This test left tasks running: {', '.join(left)}. Cancel and await them.")


@pytest.fixture
def loop_watch() -> Iterator[LoopWatch]:
    """`with loop_watch: await …` fails when one step held the loop for more than 50 ms."""
    watch = LoopWatch()
    with watch.steps_seen():
        yield watch
    if not watch.used:
        pytest.fail("loop_watch was asked for and never entered: write `with loop_watch:`.")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of material that this project did not write; skips, or fails under CI, without it."""
    return need_real_data()
