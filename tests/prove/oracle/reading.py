"""The policy files into plain texts, lists and sections, and words of them into days, figures and flags."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.prove.oracle.closed import EVERYTHING

Section = Mapping[str, Any]


def read_topics(folder: Path) -> dict[str, Section]:
    """Every `<topic>/policy.yaml` under `folder`, each scalar as the text that it is written as."""
    files = sorted(folder.glob("*/policy.yaml"))
    return {path.parent.name: read_yaml(path) for path in files}


def read_yaml(path: Path) -> Section:
    """One file; a code such as `99E01` stays the text that it is."""
    loaded = YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, Mapping):
        raise ValueError(f"{path.name} of {path.parent.name} holds no section.")  # noqa: TRY004 - a wrong file
    return loaded


def day(value: Any) -> dt.date:
    """A day, as text or as one already. ValueError when it is none."""
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value))


def day_or_none(value: Any) -> dt.date | None:
    """A day that may be left out."""
    return None if value in (None, "") else day(value)


def flag(value: Any) -> bool:
    """`true`, in YAML's spellings. Everything else is not."""
    return str(value).lower() == "true"


def texts(values: Any) -> frozenset[str]:
    """A list of words; what is left out is no word."""
    return frozenset(str(value) for value in values or ())


def categories(values: Any) -> frozenset[str]:
    """Categories, with `everything` as all but `unclassified`."""
    named = texts(values)
    return (named - {"everything"}) | EVERYTHING if "everything" in named else named


def by_key(sections: Iterable[Section] | None, key: str) -> dict[str, Section]:
    """Sections by the word that they give under `key`."""
    return {str(section[key]): section for section in sections or ()}
