"""Every kind of mistake in a policy file, and the complaint that it deserves."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """`old` becomes `new` in one topic's policy; the complaint is at the first `at` after the change."""

    topic: str
    old: str
    new: str
    at: str
    says: str


MISTAKES = {
    "a misspelt category": Mistake(
        "roles",
        "sees: [demographics, appointments]",
        "sees: [demographics, apointments]",
        "apointments",
        "`apointments` is not a word that `sees` knows. Did you mean `appointments`?",
    ),
    "a member that nobody knows": Mistake(
        "roles",
        "    local_words: [receptionist]",
        "    local_words: [receptionist]\n    sess: [results]",
        "sess",
        "`sess` is not a setting here. Did you mean `sees`?",
    ),
    "a group twice": Mistake(
        "roles",
        "id: nurse",
        "id: doctor",
        "id: doctor",
        "`doctor` stands here a second time. Keep one of them.",
    ),
    "a word for two groups": Mistake(
        "roles",
        "local_words: [pharmacist]",
        "local_words: [doctor]",
        "local_words: [doctor]",
        "`doctor` already leads to `doctor`. Keep it in one group.",
    ),
    "a whole national code": Mistake(
        "roles",
        "national_codes: [R8009]",
        'national_codes: ["S8000:G8000:R8009"]',
        "national_codes",
        "`S8000:G8000:R8009` does not belong under `national_codes`. National codes are the last part, "
        "such as `R8000`; all else is a local word.",
    ),
    "a national code as a local word": Mistake(
        "roles",
        "local_words: [receptionist]",
        "local_words: [R8009]",
        "local_words",
        "`R8009` does not belong under `local_words`. National codes are the last part, such as `R8000`; "
        "all else is a local word.",
    ),
    "a group that takes a word for several": Mistake(
        "roles",
        "id: pharmacist",
        "id: everyone",
        "id: everyone",
        "`everyone` already stands for several groups. Choose another id.",
    ),
    "an id with capitals": Mistake(
        "roles",
        "id: pharmacist",
        "id: Pharmacist",
        "id: Pharmacist",
        "`Pharmacist` is not an id. Use lower-case words joined by hyphens, such as `ward-clerk`.",
    ),
    "another topic's policy": Mistake(
        "roles",
        "id: roles",
        "id: purposes",
        "id: purposes",
        "`purposes` is not a word that `id` knows. Did you mean `roles`?",
    ),
    "a version that is no version": Mistake(
        "roles",
        "version: 1.0.0",
        "version: first",
        "version",
        "`version` must be three numbers, such as 1.0.0. Raise the first when somebody gains or loses "
        "access, the second for a new option.",
    ),
    "nobody approved": Mistake(
        "roles",
        "approved_by:",
        "agreed_by:",
        "id: roles",
        "`approved_by` is missing. Add `approved_by:` with some text.",
    ),
    "a date that is no date": Mistake(
        "roles",
        "effective_from: 2026-01-01",
        "effective_from: soon",
        "effective_from",
        "`effective_from` must be a date, YYYY-MM-DD.",
    ),
    "research permitted": Mistake(
        "purposes",
        "code: CAREMGT",
        "code: HRESCH",
        "code: HRESCH",
        "`HRESCH` is not a word that `code` knows. Valid: CAREMGT, COORDN, ETREAT, TREAT.",
    ),
    "a purpose both permitted and refused": Mistake(
        "purposes",
        "code: BTG",
        "code: TREAT",
        "code: TREAT",
        "`TREAT` is not a word that `code` knows. Did you mean `THREAT`?",
    ),
    "a purpose that nobody sorted": Mistake(
        "purposes",
        "  - code: HLEGAL\n    title: Legal proceedings\n",
        "",
        "refused:",
        "`refused` says nothing of `HLEGAL`. Say what holds for it.",
    ),
    "days that are no number": Mistake(
        "purposes",
        "care_ends_days_after_death: 28",
        "care_ends_days_after_death: a month",
        "care_ends_days_after_death",
        "`care_ends_days_after_death` must be a whole number.",
    ),
    "no relationship permitted": Mistake(
        "relationships",
        "permitted: false",
        "permitted: true",
        "permitted: true",
        "`none` cannot be permitted. Somebody without a care relationship may not look.",
    ),
    "a relationship that nobody sorted": Mistake(
        "relationships",
        "  - ground: none\n    title: No care relationship\n    permitted: false\n",
        "",
        "grounds:",
        "`grounds` says nothing of `none`. Say what holds for it.",
    ),
    "a role group that does not exist": Mistake(
        "relationships",
        "only_roles: [doctor, nurse,",
        "only_roles: [doctor, nurze,",
        "nurze",
        "`nurze` is not a word that `only_roles` knows. Did you mean `nurse`?",
    ),
    "no role group at all": Mistake(
        "objections",
        "roles: [clinical, social-worker]",
        "roles: []",
        "roles: []",
        "`roles` names no role group. Valid: allied-health, clinical-admin, doctor, nurse, pharmacist, "
        "privacy-officer, receptionist, social-worker.",
    ),
    "a partner that is not registered": Mistake(
        "sharing-agreement",
        "partner: addenbury",
        "partner: adenbury",
        "partner: adenbury",
        "`adenbury` is not a word that `partner` knows. Did you mean `addenbury`?",
    ),
    "a party that is a partner": Mistake(
        "sharing-agreement",
        "party: integrated-care-board",
        "party: addenbury",
        "party: addenbury",
        "`addenbury` is a registered partner. Write `partner:`.",
    ),
    "a party without a name": Mistake(
        "sharing-agreement",
        "  - party: integrated-care-board\n    name: Fenland",
        "  - name: Fenland",
        "name: Fenland Integrated",
        "A party has neither `partner` nor `party`. Add `partner:` with a registered partner, or `party:` "
        "with an id for one that supplies nothing.",
    ),
    "an organisation that is not the partner's": Mistake(
        "sharing-agreement",
        "organisations: [RX901]",
        "organisations: [RX902]",
        "RX902",
        "`RX902` is not a word that `organisations` knows. Did you mean `RX901`?",
    ),
    "a party without organisations": Mistake(
        "sharing-agreement",
        "organisations: [QX9]",
        "organisations: []",
        "organisations: []",
        "`organisations` lists none. List its ODS codes.",
    ),
    "an organisation that signed twice": Mistake(
        "sharing-agreement",
        "organisations: [QX9]",
        "organisations: [RX901]",
        "organisations: [RX901]",
        "`RX901` has signed already, as `addenbury`. Keep it in one place.",
    ),
    "a registration of two parties": Mistake(
        "sharing-agreement",
        "  - partner: addenbury\n",
        "  - partner: addenbury\n    also: [papermill]\n",
        "partner: papermill",
        "`papermill` belongs to `addenbury` already. Keep it in one place.",
    ),
    "a partner that signed twice": Mistake(
        "sharing-agreement",
        "partner: papermill\n    name: Papermill Heart and Lung Hospital\n    organisations: [RX902]",
        "partner: addenbury\n    name: Papermill Heart and Lung Hospital\n    organisations: [RX901]",
        "partner: addenbury",
        "`addenbury` has signed already. Keep one entry.",
    ),
    "a phase that does not exist": Mistake(
        "sharing-agreement",
        "phase: two",
        "phase: tow",
        "phase: tow",
        "`tow` is not a word that `phase` knows. Did you mean `two`?",
    ),
    "an end before the beginning": Mistake(
        "sharing-agreement",
        "    from: 2026-04-01",
        "    from: 2026-04-01\n    until: 2026-04-01",
        "until: 2026-04-01",
        "`until` is not after `from`. The last day is the one before.",
    ),
    "a received objection that does not bind": Mistake(
        "objections",
        "effect: binds",
        "effect: no-longer-binds",
        "effect: no-longer-binds",
        "`received` cannot be `no-longer-binds`. An objection holds from the moment it is acknowledged: "
        "write `binds`.",
    ),
    "an objection that staff end": Mistake(
        "objections",
        "effect: opens-by-carve-out",
        "effect: no-longer-binds",
        "effect: no-longer-binds",
        "`not-upheld` cannot be `no-longer-binds`. Only the person ends an objection, by withdrawing it.",
    ),
    "a state that nobody sorted": Mistake(
        "objections",
        "  - state: withdrawn\n    title: Withdrawn by the person\n    effect: no-longer-binds\n",
        "",
        "states:",
        "`states` says nothing of `withdrawn`. Say what holds for it.",
    ),
    "a ground of somebody's own": Mistake(
        "objections",
        "ground: risk-of-harm",
        "ground: convenience",
        "ground: convenience",
        "`convenience` is not a word that `ground` knows. Valid: care-not-possible, public-interest, "
        "risk-of-harm, safeguarding.",
    ),
    "a ground not to uphold that stands there twice": Mistake(
        "objections",
        "ground: risk-of-harm",
        "ground: safeguarding",
        "ground: safeguarding",
        "`safeguarding` stands here a second time. Keep one of them.",
    ),
    "a decision of somebody without that duty": Mistake(
        "objections",
        "decided_by: [caldicott-guardian]",
        "decided_by: [caldicot-guardian]",
        "caldicot-guardian",
        "`caldicot-guardian` is not a word that `decided_by` knows. Did you mean `caldicott-guardian`?",
    ),
    "a decision of nobody": Mistake(
        "objections",
        "decided_by: [caldicott-guardian]",
        "decided_by: []",
        "decided_by: []",
        "`decided_by` lists none. Valid: caldicott-guardian, information-governance-lead, safeguarding-lead.",
    ),
    "a decision that is never looked at again": Mistake(
        "objections",
        "review_within_days: 180",
        "review_within_days: 0",
        "review_within_days: 0",
        "`review_within_days` must be at least 1.",
    ),
    "a person who is never told": Mistake(
        "objections",
        "told_first: always",
        "told_first: never",
        "told_first: never",
        "`never` is not a word that `told_first` knows. Valid: always, unless-harm.",
    ),
    "an emergency of somebody's own": Mistake(
        "emergency-access",
        "ground: risk-to-life",
        "ground: risk-to-live",
        "ground: risk-to-live",
        "`risk-to-live` is not a word that `ground` knows. Did you mean `risk-to-life`?",
    ),
    "an emergency stated twice": Mistake(
        "emergency-access",
        "ground: risk-of-harm",
        "ground: safeguarding",
        "ground: safeguarding",
        "`safeguarding` stands here a second time. Keep one of them.",
    ),
    "an emergency for research": Mistake(
        "emergency-access",
        "purposes: [ETREAT]",
        "purposes: [HRESCH]",
        "HRESCH",
        "`HRESCH` is not a word that `purposes` knows. Valid: CAREMGT, COORDN, ETREAT, TREAT.",
    ),
    "an emergency for no purpose": Mistake(
        "emergency-access",
        "purposes: [ETREAT]",
        "purposes: []",
        "purposes: []",
        "`purposes` lists none. Valid: CAREMGT, COORDN, ETREAT, TREAT.",
    ),
    "an emergency without a care relationship": Mistake(
        "emergency-access",
        "referral, booking, self-claimed]",
        "referral, booking, none]",
        "none]",
        "`none` is not a word that `relationships` knows. Valid: booking, launch-context, referral, "
        "registration, self-claimed.",
    ),
    "an emergency of no length": Mistake(
        "emergency-access",
        "minutes_max: 240",
        "minutes_max: 0",
        "minutes_max: 0",
        "`minutes_max` must be at least 1.",
    ),
    "an emergency that nobody explains": Mistake(
        "emergency-access",
        "text_characters_min: 20",
        "text_characters_min: 0",
        "text_characters_min: 0",
        "`text_characters_min` must be at least 1.",
    ),
    "nobody to contact": Mistake(
        "disclosure",
        "  contact:\n    - Shared record help desk, 01632 960 340",
        "  contact: []",
        "contact: []",
        "`contact` names no route. Say whom to call instead.",
    ),
    "a naming that does not exist": Mistake(
        "disclosure",
        "naming: veiled",
        "naming: hidden",
        "naming: hidden",
        "`hidden` is not a word that `naming` knows. Valid: folded, plain, veiled.",
    ),
    "an emergency that opens where the person is": Mistake(
        "disclosure",
        "categories: [allergies, medicines, problems, alerts]",
        "categories: [allergies, appointments]",
        "categories: [allergies, appointments]",
        "`appointments` may say where a person is. An emergency may open alerts, allergies, medicines, "
        "observations, problems, procedures, results, vaccinations.",
    ),
    "an emergency for treatment": Mistake(
        "disclosure",
        "purposes: [ETREAT]",
        "purposes: [TREAT]",
        "TREAT",
        "`TREAT` is not a word that `purposes` knows. Did you mean `ETREAT`?",
    ),
    "a key twice": Mistake(
        "disclosure",
        "notice: >-",
        "notice: none\nnotice: >-",
        "notice: >-",
        'is not valid YAML: found duplicate key "notice" with value "Some information may not be shown '
        'here, and this notice stands here either way." (original value: "none").',
    ),
    "a class that nobody knows": Mistake(
        "sensitive-information",
        "class: hiv",
        "class: hvi",
        "class: hvi",
        "`hvi` is not a word that `class` knows. Did you mean `hiv`?",
    ),
    "a class twice, and so another left out": Mistake(
        "sensitive-information",
        "class: hiv",
        "class: termination",
        "class: termination",
        "`termination` stands here a second time. Keep one of them.",
    ),
    "a class of the law that somebody may see": Mistake(
        "sensitive-information",
        "closes\n    labels: []",
        "closes\n    open_to: [doctor]\n    labels: []",
        "open_to: [doctor]\n    labels",
        "The law opens `assisted-conception` to nobody here. Remove `open_to`.",
    ),
    "a code with a slip of the pen": Mistake(
        "sensitive-information",
        '"86406008"',
        '"86406009"',
        'code: "86406009"',
        "`86406009` is not a SNOMED CT identifier: its check digit does not hold. Copy it again from the "
        "release.",
    ),
    "a label of a system that is not listed": Mistake(
        "sensitive-information",
        "[act-code|HIV]",
        "[act-cod|HIV]",
        "labels: [act-cod|HIV]",
        "`act-cod` is not a system of `label_systems`. Did you mean `act-code`?",
    ),
    "a label without its system": Mistake(
        "sensitive-information",
        "[act-code|HIV]",
        "[HIV]",
        "labels: [HIV]",
        "`HIV` is not a label. Write `system|code`.",
    ),
    "a label that is ordinary and of a class": Mistake(
        "sensitive-information",
        "  - act-code|SCA",
        "  - act-code|HIV",
        "ordinary_labels",
        "`HIV` is the label of a class, and stands here too. Keep it in one place.",
    ),
    "a source that is no partner": Mistake(
        "sensitive-information",
        "[harbour-clinic]",
        "[harbor-clinic]",
        "harbor-clinic",
        "`harbor-clinic` is not a word that `sources` knows. Did you mean `harbour-clinic`?",
    ),
    "roles without any relationship": Mistake(
        "sensitive-information",
        "open_to: [doctor, nurse]\n    relationships: [launch-context, registration, referral, booking]",
        "open_to: [doctor, nurse]",
        "class: termination",
        "`termination` needs both `open_to` and `relationships`, or neither. Write both, or remove the one.",
    ),
    "a class that stands nowhere": Mistake(
        "sensitive-information",
        "categories: [problems, contacts, referrals, plans, documents]",
        "categories: []",
        "categories: []",
        "`categories` lists none. List the categories in which its items stand.",
    ),
}
