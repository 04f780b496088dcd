"""The text of a file that people edit is parsed once in a test process, not for every broker that starts.

A broker of the demonstration reads some forty such files, most of them the policies as they are shipped:
four fifths of its start. Parsing is a pure function of the text, and `Section` neither changes nor hands out
what it reads from, so that one tree serves everybody. Whatever is refused is parsed again each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from broker import files

# The shipped policies and registrations, and some room for a test's own. Trees are large, and the garbage
# collector walks all that is kept.
_TEXTS_MAX = 64


@pytest.fixture(scope="session", autouse=True)
def texts_read_once() -> Iterator[None]:
    """For the whole run, in this process; a command that a test starts reads for itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "load_mapping", lru_cache(maxsize=_TEXTS_MAX)(files.load_mapping))
        yield
