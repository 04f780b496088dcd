"""replay answers from recordings, calls nobody, and never runs in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from broker.adapters.roads import connector_for
from broker.domain.identity import NhsNumber
from broker.domain.limits import PartnerLimits
from broker.domain.outcome import Cause, OutcomeLabel
from broker.pipeline.normalisation import normalise
from broker.ports.connector import Ending
from broker.settings.registrations import read_partner
from connectors import replay
from connectors.replay import PLUGIN
from tests.connectors.conformance_plugin import PluginConformance
from tests.support.patients import ASHA, BEN, OLD, number_outside_999, patient
from tests.support.records import finished
from tests.support.sender import Heard, ask_for, said, scripted


class TestReplay(PluginConformance):
    plugin = PLUGIN


FLAG = {"resourceType": "Flag", "id": "f1", "subject": {"reference": "Patient/a1"}}
AS_RECORDED = b'{"resourceType": "Observation", "id": "o1", "valueQuantity": {"value": 1.50}}'


def recording(number: str = ASHA.digits, **members: Any) -> bytes:
    """The text of one recording."""
    return orjson.dumps({"number": number, "pages": [[patient(number, "a1")], [FLAG]], **members})


def replayed(folder: Path, number: NhsNumber = ASHA, **files: bytes) -> tuple[Ending, Heard]:
    """What is answered about a person from a folder of these recordings."""
    for name, text in files.items():
        (folder / f"{name}.json").write_bytes(text)
    heard = Heard()
    connector = PLUGIN.create({"recordings": str(folder)})
    ending, _ = scripted(connector.fetch(ask_for(number=number)), lambda _: said(b"", 500), heard)
    return ending, heard


def test_the_recorded_pages_come_as_they_were_recorded(tmp_path: Path) -> None:
    """In their order, byte for byte, without a call."""
    text = recording().replace(orjson.dumps(FLAG), AS_RECORDED)
    ending, heard = replayed(tmp_path, asha=text)
    assert ending == Ending(OutcomeLabel.COMPLETE)
    assert [len(page.entries) for page in heard.pages] == [1, 1]
    assert heard.entries[1].raw == AS_RECORDED
    assert heard.requests == []


def test_every_way_in_which_an_answer_ends_can_be_rehearsed(tmp_path: Path) -> None:
    """The recorded label and cause are the partner's."""
    ending, _ = replayed(tmp_path, asha=recording(label="timed-out", cause="deadline"))
    assert ending == Ending(OutcomeLabel.TIMED_OUT, Cause.DEADLINE)


def test_a_recording_of_somebody_else_is_set_aside(tmp_path: Path) -> None:
    """It is judged as any partner's answer is: the Patient in it proves the person, or nobody."""
    foreign = orjson.dumps({"number": ASHA.digits, "pages": [[patient(BEN.digits, "b1"), FLAG]]})
    ending, heard = replayed(tmp_path, asha=foreign)
    normalised = finished(
        normalise(
            "trust",
            heard.entries,
            ending,
            proof=PLUGIN.manifest.proof,
            patient=ask_for().patient,
            endpoint="https://rehearsal.invalid",
        )
    )
    assert normalised.ending.label is OutcomeLabel.IDENTITY_MISMATCH
    assert normalised.resources == ()


def test_a_person_without_a_recording_is_not_known_there(tmp_path: Path) -> None:
    """No record, and no page."""
    ending, heard = replayed(tmp_path, OLD, asha=recording(), ben=recording(BEN.digits))
    assert (ending.label, heard.pages) == (OutcomeLabel.NO_RECORD, [])


def test_two_recordings_under_two_numbers_of_one_person_are_refused(tmp_path: Path) -> None:
    """Nobody chooses between them."""
    (tmp_path / "asha.json").write_bytes(recording())
    (tmp_path / "old.json").write_bytes(recording(OLD.digits))
    connector = PLUGIN.create({"recordings": str(tmp_path)})
    asked = ask_for(numbers=frozenset({ASHA, OLD}))
    ending, _ = scripted(connector.fetch(asked), lambda _: said(b"", 500), Heard())
    assert ending == Ending(OutcomeLabel.IDENTITY_MISMATCH, Cause.SEVERAL_MATCHES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"[", "is not JSON that can be carried"),
        (recording().replace(b'"pages"', b'"number":"9990000018","pages"'), "repeated-member"),
        (recording(lable="partial"), "is not of a recording's shape"),
        (recording(label="fine"), "is not of a recording's shape"),
        (recording("9990000019"), "has no valid NHS number"),
        (recording(number_outside_999()), "may be somebody's"),
    ],
)
def test_a_recording_at_fault_stops_the_start(tmp_path: Path, text: bytes, complaint: str) -> None:
    """The file is named; nothing that stands in it is."""
    with pytest.raises(ValueError, match=complaint) as refused:
        replayed(tmp_path, asha=text)
    assert "asha.json" in str(refused.value)
    assert "99900000" not in str(refused.value)


def test_two_recordings_of_one_person_stop_the_start(tmp_path: Path) -> None:
    """Which of them was meant is for people to say."""
    with pytest.raises(ValueError, match="records a person whom another file records"):
        replayed(tmp_path, a=recording(), b=recording())


@pytest.mark.parametrize("given", [{}, {"recordings": "nowhere"}, {"recordings": 3}])
def test_a_folder_that_is_not_there_stops_the_start(given: dict[str, object]) -> None:
    """The setting is named."""
    with pytest.raises(ValueError, match="`recordings`"):
        PLUGIN.create(given)


def test_an_empty_folder_stops_the_start(tmp_path: Path) -> None:
    """A rehearsal in which nobody is known would show only absence."""
    with pytest.raises(ValueError, match="holds no recording"):
        PLUGIN.create({"recordings": str(tmp_path)})


def test_it_is_for_rehearsal() -> None:
    """So that a production configuration which names it does not start."""
    assert PLUGIN.manifest.rehearsal


def test_the_registration_on_its_page_is_one_that_answers(tmp_path: Path) -> None:
    """As it stands there, beside a folder of recordings."""
    page = Path(replay.__file__).with_name("README.md").read_text(encoding="utf-8")
    path = tmp_path / "partners" / "rehearsed.yaml"
    path.parent.mkdir()
    path.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "asha.json").write_bytes(recording())
    shown = read_partner(path, environment="demonstration", shipped=PartnerLimits())
    connector = connector_for(shown, PLUGIN, folder=path.parent, environment="demonstration")
    ending, _ = scripted(connector.fetch(ask_for()), lambda _: said(b"", 500), Heard())
    assert ending.label is OutcomeLabel.COMPLETE
