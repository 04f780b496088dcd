"""What openehr asks when types are wanted, and when an answer of those types is not the whole."""

from __future__ import annotations

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import Ending
from tests.connectors.openehr.compositions import element, items, text
from tests.connectors.openehr.scripted import entry, fetched, kinds_of, queries_of, row, server

COMPLETE = Ending(OutcomeLabel.COMPLETE)


def test_a_wanted_type_narrows_the_queries() -> None:
    """Of what is permitted, only the sections whose entries become the wanted type are asked for."""
    ending, heard = fetched(server({}), resource_types=frozenset({"Condition"}))
    assert ending == COMPLETE
    assert [("problem_diagnosis.v1" in asked, "EVALUATION x" in asked) for asked in queries_of(heard)] == [
        (True, True)
    ]


def test_a_type_that_cannot_be_given_leaves_the_answer_partial() -> None:
    """Vaccinations are there in another form, so none of that type is no word that there are none."""
    ending, heard = fetched(server({}), resource_types=frozenset({"Immunization"}))
    assert (ending, queries_of(heard)) == (Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED), [])


def appointments(**told: str) -> dict[str, object]:
    """A row for an appointment that says this of itself."""
    said = [element(name, "at0100", text(words)) for name, words in told.items()]
    return {"appointment": [[row(entry("ADMIN_ENTRY", "appointment.v0", data=items(*said)))]]}


def test_appointments_alone_are_whole_only_where_each_can_be_one() -> None:
    """One that does not say how it stands comes in another form: whoever asks for appointments alone is told
    that these are not all, and whoever asks for everything has it.
    """
    alone = frozenset({"Appointment"})
    ending, heard = fetched(server(appointments(Status="Cancelled")), resource_types=alone)
    assert (ending, kinds_of(heard)) == (COMPLETE, ["Patient", "Appointment"])
    unsaid = server(appointments(Status="to be arranged"))
    ending, heard = fetched(unsaid, resource_types=alone)
    assert (ending, kinds_of(heard)) == (
        Ending(OutcomeLabel.PARTIAL, Cause.NOT_OFFERED),
        ["Patient", "Basic"],
    )
    ending, heard = fetched(unsaid)
    assert (ending, kinds_of(heard)) == (COMPLETE, ["Patient", "Basic"])
