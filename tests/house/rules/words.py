"""Words that do not belong in the project, each with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.house.tree import Offence, Tree

# Character classes such as [d] keep these patterns from finding themselves.
ANYWHERE: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(py[p]i|pythonho[s]ted|npm[j]s|ya[r]npkg)\.(org|com|io)|deb[.]deb[i]an[.]"),
        "names a package index. Leave it to the machine's own settings.",
    ),
    (
        re.compile(r"(^|[^a-z.])/(wor[k]|roo[t]|far[m]|hom[e]/[a-z]+)/"),
        "names a path of one machine. Write it relative to the project, or take it from a setting.",
    ),
    (
        re.compile(r"\b(CE[O]|far[m]-studio|far[m]-bench|\.librar[y]/|sub[a]gent)\b|\bissues? #[0-9]+"),
        "speaks of the project's making. Say what is so, and why.",
    ),
    (
        re.compile(r"\bDESIG[N](\.md)?\b"),
        "points outside the project. Point to a page under docs/ (promises: docs/explanation/promises.md).",
    ),
)
IN_WORK: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b"), "is left for later. Finish it, or take it out."),
    (re.compile(r"Not[I]mplementedError"), "is a stub. Use a Protocol for a seam; write the part."),
    (re.compile(r"pragma: n[o] cover"), "hides code from the tests. Test it, or take it out."),
    (re.compile(r"\b(white|black)lis[t]"), "Write allow-list or deny-list."),
)
WORK_ENDINGS = (".py", ".yaml", ".html", ".js", ".md", ".toml")
FILE_NAMES = re.compile(r"(^|/)(utils?|helpers?|misc|common|stuff|base)\.py$")
# The patterns themselves, and the planted offences that prove them.
OWN = "tests/house/"


def forbidden_words(tree: Tree) -> Iterator[Offence]:
    """Every forbidden word in every text file."""
    for path in tree.paths:
        if path.startswith(OWN):
            continue
        patterns = ANYWHERE + (IN_WORK if path.endswith(WORK_ENDINGS) else ())
        for number, line in tree.lines(path):
            for pattern, problem in patterns:
                found = pattern.search(line)
                if found:
                    yield Offence(path, number, f"`{found.group().strip()}` {problem}")


def empty_names(tree: Tree) -> Iterator[Offence]:
    """Files named for nothing in particular."""
    for path in tree.under(ending=".py"):
        if FILE_NAMES.search(path):
            yield Offence(path, 1, "is named for nothing. Name it for the one idea that it holds.")
