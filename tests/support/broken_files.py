"""Policy files as people really break them, by hand and by editor: each with the line that is at fault.

Beside `policy_mistakes`, which has each reader's own complaints: here is what happens to text before any
reader sees it, and what is good text that opens something.
"""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """In one topic's `file`, the first `old` becomes `new`; the complaint is on the line of `at`, and says
    `says`. `in_file` is where the complaint is, where it is another (of that topic, or below the
    folder of policies): the case that holds the line.
    """

    topic: str
    old: str
    new: str
    at: str
    says: str
    file: str = "policy.yaml"
    in_file: str = ""


RECEPTION = "    sees: [demographics, appointments]"
DAYS = "care_ends_days_after_death: 28"

BROKEN: dict[str, Broken] = {
    # Typing.
    "a letter too many": Broken("roles", "[everything]", "[everythings]", "[everythings]", "`everything`"),
    "a letter too few": Broken("disclosure", "harbour-clinic", "harbor-clinic", "harbor", "`harbour-clinic`"),
    "a capital letter": Broken("objections", "effect: binds", "effect: Binds", "Binds", "`binds`"),
    "a name that nobody knows": Broken(
        "objections", "named_staff:", "named_staf:", "named_staf:", "`named_staff`"
    ),
    "a word in the wrong list": Broken("roles", RECEPTION, "    sees: [doctor]", "[doctor]", "`doctor`"),
    "the same word twice": Broken(
        "roles", RECEPTION, "    sees: [demographics, demographics]", "[demographics, d", "twice"
    ),
    "a comma for a dash": Broken("roles", "[R8000]", "[R8000,, R8001]", "[R8000,,", "YAML"),
    "a day and month turned round": Broken(
        "sharing-agreement", "from: 2026-04-01", "from: 01/04/2026", "01/04/2026", "2026-01-31"
    ),
    "a day without its noughts": Broken(
        "sharing-agreement", "from: 2026-04-01", "from: 2026-4-1", "2026-4-1", "YYYY-MM-DD"
    ),
    "a day that no month has": Broken(
        "sharing-agreement", "from: 2026-04-01", "from: 2026-02-30", "2026-02-30", "calendar"
    ),
    "a day with a time": Broken(
        "sharing-agreement", "from: 2026-04-01", "from: 2026-04-01T09:00:00", "T09:00:00", "time of day"
    ),
    # Indenting.
    "a line one blank too far left": Broken("roles", RECEPTION, RECEPTION[1:], RECEPTION[1:], "column"),
    "a line two blanks too far right": Broken("roles", RECEPTION, f"  {RECEPTION}", RECEPTION, "column"),
    "a list item moved to the margin": Broken(
        "roles", "  - id: nurse", "- id: nurse", "title: Nurses", "column"
    ),
    "a member moved out of its item": Broken(
        "sharing-agreement", "    views: false", "views: false", "party: integrated", "`views` is missing"
    ),
    "a tab": Broken("roles", RECEPTION, f"\t{RECEPTION.strip()}", "\tsees", "blanks"),
    "a colon in a sentence": Broken(
        "roles", "title: Doctors", "title: Doctors: all", "Doctors: all", "quotes"
    ),
    "a line without its colon": Broken(
        "purposes", DAYS, "care_ends_days_after_death", "care_ends", "name: value"
    ),
    # Quotes and brackets.
    "a bracket that is not closed": Broken("roles", "[R8000]", "[R8000", "[R8000", "bracket"),
    "a quote that is not closed": Broken("roles", "id: roles", 'id: "roles', 'id: "roles', "quotes"),
    "a backslash in quotes": Broken("roles", "id: roles", 'id: "ro\\les"', 'id: "ro', "single quotes"),
    "a list without brackets": Broken("roles", "codes: [R8000]", "codes: R8000", "codes: R8000", "[one,"),
    "nothing after the colon": Broken("roles", "sees: [everything]", "sees:", "sees:", "[one, another]"),
    "a list where one value stands": Broken(
        "objections", "effect: binds", "effect: [binds]", "[binds]", "word"
    ),
    # Words that YAML reads as something else.
    "NO for false": Broken("roles", "clinical: true", "clinical: NO", "clinical: NO", "`clinical: false`"),
    "yes for true": Broken("roles", "clinical: true", "clinical: yes", "clinical: yes", "`clinical: true`"),
    "NO as an organisation": Broken(
        "sharing-agreement", "organisations: [RX901]", "organisations: [NO]", "[NO]", "`NO`"
    ),
    "a leading nought in a number": Broken("purposes", DAYS, f"{DAYS[:-2]}028", "028", "leading nought"),
    "a leading nought in a code": Broken(
        "sharing-agreement", "organisations: [99C01]", "organisations: [09901]", "[09901]", "quotes"
    ),
    "a number for a code": Broken(
        "sharing-agreement", "organisations: [99C01]", "organisations: [99001]", "[99001]", "Quote"
    ),
    "a code as a number": Broken(
        "sensitive-information", '"8098009"', "8098009", "code: 8098009", "in quotes"
    ),
    "a version as a number": Broken("roles", "version: 1.0.0", "version: 1.0", "version: 1.0", "in quotes"),
    "a number in quotes": Broken("purposes", DAYS, f"{DAYS[:-2]}'28'", "'28'", "whole number"),
    "half a day": Broken("purposes", DAYS, f"{DAYS}.5", "28.5", "whole number"),
    "fewer days than none": Broken("purposes", DAYS, f"{DAYS[:-2]}-1", "-1", "at least 0"),
    # What programs understand and people do not.
    "a member that stands twice": Broken(
        "roles", "    clinical: true", "    clinical: false\n    clinical: true", "clinical: true", "twice"
    ),
    "an anchor": Broken("roles", "sees: [everything]", "sees: &all [everything]", "&all", "Write it out"),
    "an alias": Broken("roles", "sees: [everything]", "sees: *all", "*all", "Write it out"),
    "a cycle": Broken("roles", "sees: [everything]", "sees: &it [*it]", "&it", "Write it out"),
    "a mapping merged in": Broken("roles", "id: roles", "<<: {a: b}\nid: roles", "<<", "lines out"),
    "a tag": Broken("roles", "id: roles", "id: !!binary roles", "!!binary", "quotes"),
    "an older YAML": Broken("roles", "id: roles", "%YAML 1.1\n---\nid: roles", "%YAML", "1.2"),
    "a second document": Broken("roles", "id: roles", "id: roles\n---\nid: roles", "---", "one document"),
    # Good text that opens something by accident.
    "everybody, where clinical staff were meant": Broken(
        "sharing-agreement",
        "to: [clinical]\n        categories: [everything]",
        "to: [everyone]\n        categories: [everything]",
        "mental health shares plans with social workers",
        "Change the policy or the case",
        in_file="cases.yaml",
    ),
    "access for the integrated care board": Broken(
        "sharing-agreement",
        "    views: false",
        "    views: true",
        "party: integrated-care-board",
        "change it back",
    ),
    "a register that a doctor may read": Broken(
        "objections", "roles: [privacy-officer]", "roles: [privacy-officer, doctor]", "doctor]", "sees: []"
    ),
    "a register that is read for treatment": Broken(
        "objections", "purposes: [HOPERAT]", "purposes: [TREAT]", "[TREAT]", "`purposes` knows"
    ),
    "a keeper who has no code": Broken(
        "objections", "kept_by: QX9", "kept_by: the board", "kept_by", "such as `QX9`"
    ),
    "a class that a receptionist may see": Broken(
        "sensitive-information",
        "open_to: [doctor, nurse]",
        "open_to: [everyone]",
        "sensitive classes are open to whom they are open without it",
        "Change the policy or the case",
        in_file="emergency-access/cases.yaml",
    ),
    "a clinic that is named": Broken(
        "disclosure",
        "naming: veiled",
        "naming: plain",
        "partners are named, and the sexual health clinic is veiled",
        "Change the policy or the case",
        in_file="cases.yaml",
    ),
    "an alert that is dropped": Broken(
        "relationships",
        "alert: true",
        "alert: false",
        "a doctor who says so herself may look",
        "Change the policy or the case",
        in_file="cases.yaml",
    ),
    "no care relationship at all": Broken(
        "relationships",
        "permitted: false",
        "permitted: true",
        "permitted: true",
        "may not look",
    ),
    "care that goes on for ever": Broken(
        "purposes",
        DAYS,
        f"{DAYS}000000",
        "on the 28th day it is closed",
        "Change the policy or the case",
        in_file="cases.yaml",
    ),
    "a place in an emergency": Broken(
        "disclosure",
        "categories: [allergies, medicines, problems, alerts]",
        "categories: [everything]",
        "categories: [everything]",
        "may open",
    ),
    "a case that expects nothing": Broken(
        "roles", "      effect: permit", "      efect: permit", "efect:", "`effect`", file="cases.yaml"
    ),
}
