"""The faults that are planted in what a translator made: each one a way in which records have gone wrong."""

from __future__ import annotations

from tests.fidelity import otherwise
from tests.fidelity.otherwise import followed_by, turned, without_first, without_last, word
from tests.fidelity.planting import Plant
from tests.fidelity.reading import Number
from tests.fidelity.spoiling import (
    change,
    change_anywhere,
    drop,
    drop_anywhere,
    each_list,
    swap,
    swap_between,
    swap_within,
)

CLINICAL = ("Condition", "AllergyIntolerance")
REFERRING = ("ServiceRequest",)
MEDICINES = ("MedicationRequest", "MedicationStatement")

PLANTS: tuple[Plant, ...] = (
    Plant("a whole item is dropped", (), drop=True),
    Plant("the recorded date is dropped", CLINICAL, drop("recordedDate")),
    Plant("the onset is dropped", CLINICAL, drop("onsetDateTime")),
    Plant("the end of a problem is dropped", ("Condition",), drop("abatementDateTime")),
    Plant("onset and recorded date are exchanged", CLINICAL, swap("onsetDateTime", "recordedDate")),
    Plant("onset and end are exchanged", ("Condition",), swap("onsetDateTime", "abatementDateTime")),
    Plant("effective and issued are exchanged", ("Observation",), swap("effectiveDateTime", "issued")),
    Plant("start and end are exchanged", ("Encounter",), swap("period.start", "period.end")),
    Plant(
        "start and end of a medicine are exchanged",
        MEDICINES,
        swap("effectivePeriod.start", "effectivePeriod.end"),
    ),
    Plant("two results have each other's values", ("Observation",), exchange=swap_between("valueQuantity")),
    Plant(
        "two results have each other's numbers",
        ("Observation",),
        exchange=swap_between("valueQuantity.value"),
    ),
    Plant("two problems have each other's codes", ("Condition",), exchange=swap_between("code")),
    Plant("two allergies have each other's codes", ("AllergyIntolerance",), exchange=swap_between("code")),
    Plant("two requests have each other's dosage", MEDICINES, exchange=swap_between("dosageInstruction")),
    Plant("two requests have each other's medicine", MEDICINES, exchange=swap_between("medicationReference")),
    Plant("two items have each other's identifiers", (), exchange=swap_between("identifier")),
    Plant("two texts are exchanged between items", (), exchange=swap_between("note.text")),
    Plant(
        "two components have each other's values", ("Observation",), swap_within("component", "valueQuantity")
    ),
    Plant("low and high are exchanged", (), swap("referenceRange.low", "referenceRange.high")),
    Plant("two doses are exchanged", MEDICINES, swap_within("dosageInstruction", "doseAndRate")),
    Plant("two dosages of a statement are exchanged", MEDICINES, swap_within("dosage", "doseAndRate")),
    Plant("two instructions are in another order", MEDICINES, each_list("dosageInstruction", turned)),
    Plant("the dose is dropped", MEDICINES, drop("dosageInstruction.doseAndRate")),
    Plant("the instruction's text is dropped", MEDICINES, drop("dosageInstruction.text")),
    Plant("a number is rounded", (), change_anywhere("value", otherwise.rounded)),
    Plant("a number becomes text", (), change_anywhere("value", otherwise.to_text)),
    Plant("a unit is changed", (), change_anywhere("unit", followed_by("s"), "value")),
    Plant("a unit is dropped", (), drop_anywhere("unit", "value")),
    Plant("a unit's code is dropped", (), drop_anywhere("code", "value", "unit")),
    Plant("a comparator is dropped", (), drop_anywhere("comparator", "value")),
    Plant("a day becomes its month", CLINICAL, change("onsetDateTime", otherwise.day_only)),
    Plant("a recorded time becomes its day", CLINICAL, change("recordedDate", otherwise.day_only)),
    Plant("a year becomes its first day", (), change("onsetDateTime", otherwise.widened)),
    Plant("an effective date is widened", ("Observation",), change("effectiveDateTime", otherwise.widened)),
    Plant("a birth date is another day", ("Patient",), change("birthDate", otherwise.next_day)),
    Plant("a time loses its zone", (), change("recordedDate", otherwise.without_zone)),
    Plant("an issued time loses its zone", (), change("issued", otherwise.without_zone)),
    Plant("an offset is spelt Z", (), change("issued", otherwise.at_zulu)),
    Plant("a fraction of a second is cut", (), change("issued", otherwise.without_fraction)),
    Plant(
        "a vaccination is another day", ("Immunization",), change("occurrenceDateTime", otherwise.next_day)
    ),
    Plant(
        "not given becomes given",
        ("Immunization",),
        change("status", word("not-done", "completed")),
    ),
    Plant(
        "given becomes not given",
        ("Immunization",),
        change("status", word("completed", "not-done")),
    ),
    Plant(
        "not done becomes done",
        ("Procedure",),
        change("status", word("not-done", "completed")),
    ),
    Plant(
        "not taken becomes taken",
        ("MedicationStatement",),
        change("status", word("not-taken", "active")),
    ),
    Plant("do not perform is dropped", REFERRING, drop("doNotPerform")),
    Plant("a request becomes its opposite", REFERRING, otherwise.invented_negation),
    Plant("a modifier is dropped", (), drop("modifierExtension")),
    Plant("a value carried as given is dropped", (), otherwise.as_given_lost),
    Plant("a criticality is made up", ("AllergyIntolerance",), otherwise.invented_criticality),
    Plant("the clinician's choice of code is dropped", (), drop_anywhere("userSelected", "code")),
    Plant("the clinician's choice goes to another code", (), otherwise.chosen_elsewhere),
    Plant("a display is dropped", (), drop_anywhere("display", "code")),
    Plant("two displays are exchanged", (), otherwise.displays_exchanged),
    Plant("one coding of two is dropped", (), otherwise.one_coding_of_two),
    Plant("codings are in another order", (), each_list("code.coding", turned)),
    Plant("a code is replaced by its text", (), otherwise.coding_by_text),
    Plant("a code is another code", (), change_anywhere("code", followed_by("0"), "system")),
    Plant(
        "a code's system is another", (), change_anywhere("system", followed_by("/other"), "code", "display")
    ),
    Plant(
        "a problem's status is another",
        ("Condition",),
        change("clinicalStatus.coding.code", lambda said: "resolved" if said == "active" else "active"),
    ),
    Plant(
        "an ended allergy becomes active",
        ("AllergyIntolerance",),
        change("clinicalStatus.coding.code", word("resolved", "active")),
    ),
    Plant(
        "an unconfirmed allergy becomes confirmed",
        ("AllergyIntolerance",),
        change("verificationStatus.coding.code", word("unconfirmed", "confirmed")),
    ),
    Plant("an entry of a list is dropped", ("List",), each_list("entry", without_first)),
    Plant("the last entry of a list is dropped", ("List",), each_list("entry", without_last)),
    Plant("two entries of a list are exchanged", ("List",), each_list("entry", turned)),
    Plant("the note of a list is dropped", ("List",), drop("note")),
    Plant("the reason for an empty list is dropped", ("List",), drop("emptyReason")),
    Plant("a list's title is dropped", ("List",), drop("title")),
    Plant("a list's warning is dropped", ("List",), drop("extension")),
    Plant("a note is dropped", (), drop("note")),
    Plant("a text is cut", (), change("note.text", lambda text: text[:-1])),
    Plant("an extension is dropped", (), otherwise.extension_lost),
    Plant(
        "a problem's weight is another",
        ("Condition",),
        change("extension.valueCode", lambda said: "minor" if said == "major" else "major"),
    ),
    Plant("a reference names nobody", (), change_anywhere("reference", followed_by("-0"))),
    Plant("two items have each other's encounter", (), exchange=swap_between("encounter")),
    Plant("two items have each other's author", (), exchange=swap_between("performer")),
    Plant("a reference is dropped", (), drop_anywhere("reference")),
    Plant(
        "two participants have each other's part", ("Encounter",), swap_within("participant", "individual")
    ),
    Plant("an identifier is dropped", (), each_list("identifier", without_first)),
    Plant(
        "system and value of an identifier are exchanged", (), swap("identifier.system", "identifier.value")
    ),
    Plant("two telephone numbers are exchanged", (), swap_within("telecom", "use")),
    Plant("the lines of an address are in another order", (), each_list("address.line", turned)),
    Plant("a family name is another", ("Patient", "Practitioner"), change("name.family", followed_by("e"))),
    Plant("a gender is another", ("Patient",), change("gender", lambda _: "other")),
    Plant("a contained result becomes a source", ("Observation",), otherwise.related_otherwise),
    Plant(
        "a first-hand report becomes hearsay",
        ("Immunization",),
        change("primarySource", lambda flag: not flag),
    ),
    Plant("a batch number is dropped", ("Immunization",), drop("lotNumber")),
    Plant("a batch expires on another day", ("Immunization",), change("expirationDate", otherwise.next_day)),
    Plant("a security label is dropped", (), drop("meta.security")),
    Plant("a version is dropped", (), drop("meta.versionId")),
    Plant("a document's date is dropped", ("DocumentReference",), drop("date")),
    Plant(
        "a document's address is another",
        ("DocumentReference",),
        change("content.attachment.url", followed_by("/1")),
    ),
    Plant(
        "an issue becomes a plan",
        ("MedicationRequest",),
        change("intent", lambda said: "plan" if said == "order" else "order"),
    ),
    Plant("a stopped medicine becomes active", MEDICINES, change("status", word("stopped", "active"))),
    Plant(
        "a supply is another number",
        ("MedicationRequest",),
        change("dispenseRequest.quantity.value", lambda number: Number(f"{number}0")),
    ),
    Plant("a person's id is another", ("Patient",), change("id", followed_by("1")), whole=True),
    Plant("two medicines have each other's ids", ("Medication",), exchange=swap_between("id"), whole=True),
    Plant("two authors have each other's ids", ("Practitioner",), exchange=swap_between("id"), whole=True),
)
