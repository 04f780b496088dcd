"""Options and lines of standard input about whoever speaks, to a Speaker and what else names somebody.

Names, references and birth dates are never part of a command line, which others on the machine can read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import click

from broker.domain.objection_life import Actor, Channel, IdentityCheck
from broker.domain.objection_speaker import Authority, IdentifierKind, Proof, Speaker, Standing

SPEAKER: Final = "speaker"
REFERENCE: Final = "authority-reference"
BORN: Final = "born"
SAFE_CONTACT: Final = "safe-contact"
_ASKED = {
    SPEAKER: "Name of whoever speaks for the person",
    REFERENCE: "Reference that their authority bears",
    BORN: "The person's birth date, YYYY-MM-DD or YYYY-MM (empty when not known)",
    SAFE_CONTACT: "How the person is reached safely",
}
_CHECKS = click.Choice([check.value for check in IdentityCheck])
_CHANNELS = click.Choice([channel.value for channel in Channel if channel is not Channel.IMPORT])


def speaker_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --standing, --authority and what goes with them."""
    options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]] = (
        click.option("--form-for-another", is_flag=True, help="It came on the form for another person."),
        click.option(
            "--authority",
            type=click.Choice([proof.value for proof in Proof]),
            help="What was seen of a proxy's right to speak; its reference is asked for.",
        ),
        click.option(
            "--standing",
            type=click.Choice([standing.value for standing in Standing]),
            default=Standing.SELF.value,
            show_default=True,
            help="Who speaks. Attorneys and deputies are those for health and welfare.",
        ),
    )
    for add in options:
        function = add(function)
    return function


def check_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --channel, --identity-check, --identifier and who found the person competent."""
    options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]] = (
        click.option("--competence-by-name", default="", help="Who found the person competent to decide."),
        click.option("--competence-by-role", default="", help="Their role."),
        identifier_option,
        click.option("--identity-check", type=_CHECKS, required=True),
        click.option("--channel", type=_CHANNELS, required=True),
    )
    for add in options:
        function = add(function)
    return function


def identifier_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --identifier."""
    return click.option(
        "--identifier",
        "identifiers",
        type=click.Choice([kind.value for kind in IdentifierKind]),
        multiple=True,
        help="Asked for and agreed, beside the NHS number.",
    )(function)


def identifiers_of(given: Mapping[str, Any]) -> frozenset[IdentifierKind]:
    """The NHS number, under which it stands, and what else was agreed."""
    return frozenset({IdentifierKind.NHS_NUMBER, *map(IdentifierKind, given["identifiers"])})


def speaker_of(given: Mapping[str, Any], said: Mapping[str, str]) -> Speaker:
    """Whoever speaks, from the options and from what was typed."""
    authority = None
    if given["authority"] is not None:
        authority = Authority(proof=Proof(given["authority"]), reference=said.get(REFERENCE, ""))
    return Speaker(standing=Standing(given["standing"]), name=said.get(SPEAKER, ""), authority=authority)


def competence_of(given: Mapping[str, Any]) -> Actor | None:
    """Who found the person competent, or nobody."""
    if not given["competence_by_role"] and not given["competence_by_name"]:
        return None
    return Actor(role=given["competence_by_role"], name=given["competence_by_name"])


def words_of_speaker(given: Mapping[str, Any]) -> tuple[str, ...]:
    """What must be typed of a proxy."""
    if given["standing"] == Standing.SELF.value:
        return ()
    return (SPEAKER,) if given["authority"] is None else (SPEAKER, REFERENCE)


def said_lines(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """What was typed for `words`, and the lines that are for none of them.

    At a terminal each is asked for; otherwise each stands on a line of standard input as `word: text`.
    """
    if not words:
        return {}, []
    if sys.stdin.isatty():
        return {word: str(click.prompt(_ASKED[word], default="", err=True)) for word in words}, []
    said: dict[str, str] = {}
    others: list[str] = []
    for place, line in enumerate(sys.stdin.read().splitlines(), start=1):
        word, colon, text = line.partition(":")
        if colon and word.strip() not in _ASKED:
            raise click.UsageError(
                f"Line {place} of standard input has an unknown word. {_nearest(word, words)}"
            )
        if colon:
            said[word.strip()] = text.strip()
        elif line.strip():
            others.append(line)
    for word in said.keys() - set(words):
        raise click.UsageError(f"Standard input has a line `{word}:`, which is not asked for here.")
    return said, others


def _nearest(word: str, words: Sequence[str]) -> str:
    from broker.files import nearest  # noqa: PLC0415 - heavy; only for a mistake

    return nearest(word.strip(), words)
