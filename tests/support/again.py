"""The token in an answer by which those that did not answer in full are asked again."""

from __future__ import annotations

from typing import Any

from broker.pipeline.presentation.completeness_outcome import AGAIN


def outcome_of(record: dict[str, Any]) -> dict[str, Any]:
    """The completeness outcome of a Bundle."""
    found: dict[str, Any] = record["entry"][0]["resource"]
    return found


def token_in(outcome: dict[str, Any]) -> str | None:
    """What the outcome gives to ask again with, out of its address."""
    urls = [
        str(one["valueUrl"])
        for issue in outcome["issue"]
        for one in issue.get("extension", [])
        if one["url"] == AGAIN
    ]
    return urls[0].partition("_again=")[2] if urls else None
