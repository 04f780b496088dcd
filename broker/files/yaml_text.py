"""YAML text into its mapping, or one complaint in words: where, what, and what to do.

YAML 1.2 through ruamel.yaml, which keeps `NO` a word. Refused here, because people and programs read them
otherwise than each other: a member that stands twice, anchors and aliases (an alias bomb would expand), a
second document, a directive, a number with a leading nought, a day that no calendar has.
"""

from __future__ import annotations

import datetime as dt
import re

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.tokens import (
    AliasToken,
    AnchorToken,
    DirectiveToken,
    DocumentStartToken,
    FlowMappingStartToken,
    FlowSequenceStartToken,
    ScalarToken,
    TagToken,
    Token,
)

_LEADING_NOUGHT = re.compile(r"[-+]?0[0-9]+", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?", re.ASCII | re.DOTALL)
_TWICE = re.compile(r'duplicate key "([^"]+)"')
_MERGE = "<<"
_REFUSED: dict[type[Token], tuple[str, str]] = {
    AnchorToken: ("uses an anchor or alias.", "Write it out."),
    AliasToken: ("uses an anchor or alias.", "Write it out."),
    TagToken: ("uses a tag, a word after `!`.", "Leave it out, or put the text in quotes."),
    DirectiveToken: ("has a directive, a line with `%`.", "Leave it out: these files are YAML 1.2."),
}
_SECOND = ("begins a second document with `---`.", "One file holds one document: leave the line out.")
_TOO_DEEP = ("nests too deeply.", "Write it flatter.")
# Brackets that are open at once: far more than people write. The parser's own work grows by their square.
_OPEN_MAX = 64
_COLUMNS = "Begin all lines of one list or mapping in one column."
# Where what is wrong began, not where the parser noticed.
_BEGUN_BEFORE = ("quoted scalar", "simple key")
# What the parser says, and what a person would.
_IN_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "has a colon where none may stand, or is indented otherwise than the lines around it.",
        f"Put text with a colon in quotes. {_COLUMNS}",
    ),
    ("expected <block end>", "is indented otherwise than the lines around it.", _COLUMNS),
    ("expected ':'", "is a line without its colon.", "Write `name: value`."),
    (
        "cannot start any token",
        "has a tab, or a sign that cannot begin a value.",
        "Indent with blanks; quote the value.",
    ),
    ("end of stream", "begins a text in quotes that does not end.", "Close the quotes."),
    ("unknown escape", "has a backslash in double quotes.", "Use single quotes."),
)


class YamlFault(Exception):
    """What is wrong with the text. `line` and `column` count from one."""

    def __init__(self, line: int, column: int, problem: str, remedy: str) -> None:
        self.line, self.column, self.problem, self.remedy = line, column, problem, remedy
        super().__init__(problem)


def load_mapping(text: str) -> CommentedMap:
    """The top mapping, with ruamel's line and column marks. Raises YamlFault."""
    open_at: list[StreamMark] = []
    try:
        _check_tokens(text, open_at)
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        raise _in_words(error, open_at) from None
    except YAMLError:  # its reader, before anything has a place
        raise YamlFault(
            1, 1, "holds a sign that no text may.", "Look for it where the file was pasted."
        ) from None
    except RecursionError:
        raise YamlFault(1, 1, *_TOO_DEEP) from None
    if not isinstance(loaded, CommentedMap):
        raise YamlFault(1, 1, "must hold a mapping.", "Write `name: value` lines.")
    return loaded


def _check_tokens(text: str, open_at: list[StreamMark]) -> None:
    """`open_at` is left with the place of each bracket that was not closed."""
    for token in YAML(typ="rt").scan(text):
        if isinstance(token, (FlowMappingStartToken, FlowSequenceStartToken)):
            open_at.append(token.start_mark)
            if len(open_at) > _OPEN_MAX:
                raise _at(token.start_mark, *_TOO_DEEP)
        elif type(token).__name__ in {"FlowMappingEndToken", "FlowSequenceEndToken"} and open_at:
            open_at.pop()
        complaint = _complaint(token)
        if complaint:
            raise _at(token.start_mark, *complaint)


def _complaint(token: Token) -> tuple[str, str] | None:
    if isinstance(token, DocumentStartToken):
        return _SECOND if token.start_mark.line else None
    if isinstance(token, ScalarToken) and token.plain:
        return _scalar_complaint(str(token.value))
    return _REFUSED.get(type(token))


def _scalar_complaint(value: str) -> tuple[str, str] | None:
    if value == _MERGE:
        return "merges another mapping with `<<`.", "Write its lines out."
    if _LEADING_NOUGHT.fullmatch(value):
        return "has a number with a leading nought.", "Put a code in quotes; write a number without it."
    if _DAY.fullmatch(value) and not _is_day(value):
        return "has a date that is no date of the calendar.", "Write a day as YYYY-MM-DD."
    return None


def _is_day(value: str) -> bool:
    year, month, day = (int(part) for part in re.findall(r"[0-9]+", value)[:3])
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _in_words(error: MarkedYAMLError, open_at: list[StreamMark]) -> YamlFault:
    said = " ".join(str(part) for part in (error.context, error.problem) if part)
    mark = error.problem_mark or error.context_mark
    if any(sign in said for sign in _BEGUN_BEFORE):
        mark = error.context_mark or mark
    twice = _TWICE.search(said)
    if twice:
        return _at(mark, f"`{twice[1]}` stands here twice.", "Keep one of the two.")
    if "flow" in said and open_at:
        return _at(open_at[-1], "opens a bracket that is not closed.", "Close it on the same line.")
    for sign, problem, remedy in _IN_WORDS:
        if sign in said:
            return _at(mark, problem, remedy)
    return _at(
        mark, f"is not valid YAML: {error.problem or error.context}.", "Look at the line above it too."
    )


def _at(mark: StreamMark | None, problem: str, remedy: str) -> YamlFault:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return YamlFault(line, column, problem, remedy)
