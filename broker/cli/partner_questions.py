"""What `partner new` has to know, by flag or by question, into answers that a registration can hold."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

# Each answer: its flag, the question, and an example of what to write.
_QUESTIONS = {
    "partner_id": ("--id", "A short id, small letters and hyphens", "fen-edge-practice"),
    "name": ("--name", "The organisation's name, as readers see it", "Fen Edge Medical Practice"),
    "ods": ("--ods", "Its ODS code (several with commas)", "D99001"),
    "kind": ("--kind", "What kind of service it is", "gp"),
    "connector": ("--connector", "The connector that speaks its language", "fhir_r4"),
    "endpoint": ("--endpoint", "The root of its service", "https://ehr.example/fhir"),
    "supplies": ("--supplies", "The categories that it holds, with commas", "allergies, medicines"),
    "contact": ("--contact", "Whom to call when its part is missing", "Switchboard, 01632 960000"),
}


def a_flag_for_each(function: Any) -> Any:
    """Adds the flags to a command; each is an argument of its name, None where it was not given."""
    for name, (flag, question, example) in reversed(_QUESTIONS.items()):
        help_text = f"{question}, such as {example}."
        function = click.option(flag, name, default=None, metavar="TEXT", help=help_text)(function)
    return function


def answered(name: str, value: str | None, plugins: Mapping[str, object], environment: str) -> str:
    """The flag's value, or what is typed at a terminal, where what cannot be is asked for again at once.

    Raises UsageError: there is neither, or the flag's value cannot be.
    """
    flag, question, example = _QUESTIONS[name]

    def fitting(text: str) -> str:
        return _fitting(name, text.strip(), plugins, environment)

    if value is not None:
        return fitting(value)
    if not sys.stdin.isatty():
        raise click.UsageError(f"Say {flag} as well, such as {example}; or run this at a terminal.")
    known = ", ".join(sorted(plugins)) if name == "connector" else f"such as {example}"
    return str(click.prompt(f"{question} ({known})", value_proc=fitting))


def words(text: str) -> tuple[str, ...]:
    """What stands between the commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _fitting(name: str, text: str, plugins: Mapping[str, object], environment: str) -> str:
    flag, _, example = _QUESTIONS[name]
    if not words(text):
        raise click.UsageError(f"{flag} is empty. Write it like {example}.")
    if name == "connector":
        _known(text, plugins, "is no connector that is loaded")
    elif name == "supplies":
        from broker.domain.category import Category  # noqa: PLC0415 - help must be quick

        for word in words(text):
            _known(word, tuple(Category), "is no category")
    else:
        _readable(name, text, environment)
    return text


def _known(word: str, known: Any, fault: str) -> None:
    from broker.files import nearest  # noqa: PLC0415 - it loads a YAML reader

    if word not in set(known):
        raise click.UsageError(f"`{word}` {fault}. {nearest(word, known)}")


def _readable(name: str, text: str, environment: str) -> None:
    """Whatever the reader of registrations would say of a file whose other lines are beyond doubt."""
    from broker.domain.category import Category  # noqa: PLC0415 - help must be quick
    from broker.domain.limits import PartnerLimits  # noqa: PLC0415 - as above
    from broker.files import FileFault  # noqa: PLC0415 - as above
    from broker.settings.registrations import read_partner  # noqa: PLC0415 - as above
    from broker.settings.scaffold import NewPartner, registration_text  # noqa: PLC0415 - as above

    given = {one: example for one, (_, _, example) in _QUESTIONS.items()} | {name: text}
    sample = NewPartner(
        ods_codes=words(given.pop("ods")),
        supplies=tuple(map(Category, words(given.pop("supplies")))),
        **given,
    )
    with TemporaryDirectory() as folder:
        # What has a slash or is too long is no id, and no name of a file either.
        path = Path(folder, f"{Path(sample.partner_id).name[:60]}.yaml")
        path.write_text(registration_text(sample, {}), encoding="utf-8")
        try:
            # Only the address depends on where the broker stands, and the example's is production's.
            read_partner(
                path, environment=environment if name == "endpoint" else "production", shipped=PartnerLimits()
            )
        except FileFault as fault:
            raise click.UsageError(f"{fault.problem} {fault.remedy}".strip()) from None
