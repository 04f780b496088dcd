"""Each thing that the tutorial says may go wrong, done on purpose: what is changed, and what is then run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.patients import number_outside_999
from tests.tutorials.newcomer import Newcomer

CHECK = 'watersmeet partner check quay-clinic --by-name "Ada Fenn" --by-role "integration lead"'
_LIST, _PARTNER = "test-people/quay-clinic.yaml", "partners/quay-clinic.yaml"
_SIGN = f'watersmeet partner sign "$WATERSMEET_CONFIG/{_LIST}" --key test-people.pem'
_NEW = (
    "watersmeet partner new --id mill-clinic --name Mill --ods RX911 --kind community --connector tideline "
    "--endpoint http://127.0.0.1:8765 --supplies appointments --contact Mill"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """In `file` of the settings, or of the installed package, `old` becomes `new`; then `line` is run."""

    file: str = ""
    old: str = ""
    new: str = ""
    installed: bool = False
    line: str = CHECK


def _listed(old: str, new: str) -> Mistake:
    """A list that somebody changed and signed."""
    return Mistake(file=_LIST, old=old, new=new, line=f"{_SIGN} && {CHECK}")


# By the first words of the page's row.
MISTAKES: Mapping[str, Mistake] = {
    "No matching distribution found for hatchling": Mistake(
        line="unset PIP_FIND_LINKS; PIP_CONFIG_FILE=/dev/null PIP_NO_BUILD_ISOLATION=1 "
        "python -m pip install ./tideline"
    ),
    "is not a folder of settings": Mistake(
        line="unset WATERSMEET_CONFIG; cd tideline; watersmeet partner list"
    ),
    "nobody is asked. Set": Mistake(file=_PARTNER, old="status: testing", new="status: draft"),
    "cannot be read (No such file": Mistake(line=f'rm "$WATERSMEET_CONFIG/{_LIST}" && {CHECK}'),
    "has no signature": Mistake(line=f'rm "$WATERSMEET_CONFIG/{_LIST}.sig" && {CHECK}'),
    "is not as any of the trusted keys signed it": Mistake(file=_LIST, old="Nobody", new="Noone"),
    "is no valid NHS number": _listed("9990000034", "9990000035"),
    "may be somebody's": _listed("9990000034", number_outside_999()),
    "is no category": _listed("appointments: 3", "appointment: 3"),
    "is no connector that is loaded": Mistake(
        file="trust.yaml", old=", watersmeet-tideline", new="", line=_NEW
    ),
    "UnfitRegistration": Mistake(file=_PARTNER, old="page_size", new="page_sise"),
    "PluginFault": Mistake(file="manifest.yaml", old="name: tideline", new="name: tidelines", installed=True),
    "No connection to the endpoint": Mistake(file=_PARTNER, old="127.0.0.1:", new="127.0.0.2:"),
    "It answered with an error": Mistake(file=_PARTNER, old='"\nstatus', new='/v1"\nstatus'),
    "A call was needed that is not allowed": Mistake(
        file="manifest.yaml", old="/{id}/appointments", new="/{id}", installed=True
    ),
    "The Patient in its answer is not the person": _listed("1958-04-12", "1958-12-04"),
    "There are fewer items than the list says": _listed("appointments: 3", "appointments: 4"),
    "is not registered. Did you mean": Mistake(line=CHECK.replace("quay-clinic", "key-clinic")),
    "has a ring already": Mistake(line='watersmeet keys new "$WATERSMEET_CONFIG"'),
    "address already in use": Mistake(line="python -m tideline_connector 8765"),
}


def printed_after(mistake: Mistake, reader: Newcomer, settings: Path) -> tuple[int, str]:
    """Exit code and text, in a copy of the reader's settings at `settings`; the reader's stay as they are."""
    shutil.copytree(reader.folder / "config", settings)
    folder = reader.installed("tideline_connector") if mistake.installed else settings
    with _changed(folder / mistake.file, mistake):
        done = reader.run(mistake.line, WATERSMEET_CONFIG=str(settings))
    return done.returncode, " ".join(done.stdout.split())


@contextmanager
def _changed(path: Path, mistake: Mistake) -> Iterator[None]:
    if not mistake.file:
        yield
        return
    text = path.read_text(encoding="utf-8")
    assert mistake.old in text, f"{path.name} has no {mistake.old!r} to change"
    path.write_text(text.replace(mistake.old, mistake.new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")
