"""Mistakes of shape in files of settings, connectors and people, which a schema must see as readers do."""

from __future__ import annotations

from typing import NamedTuple


class FileMistake(NamedTuple):
    """In `file` of the repository, or the sample of that name, `old` becomes `new`."""

    file: str
    old: str
    new: str


BROKER, INDEX, PARTNER = "config/broker.yaml", "config/index.yaml", "config/partners/addenbury.yaml"
TRUST, KEYS, MAPPING = "config/trust.yaml", "config/keys.yaml", "config/mappings/mosaic-social-care.yaml"
SAMPLE = "samples/config/broker.yaml"
REVISION = "samples/policies/revision.yaml"
MANIFEST, PEOPLE = "connectors/mhd/manifest.yaml", "test-people/addenbury.yaml"

SAMPLES = {
    PEOPLE: """\
asked_from: RX901
people:
  - {number: "9990000018", birth_date: "1951-04-09", family: Thurlow, given: [Margaret], practice: D99001,
     is: known, holds: {allergies: 1}, sensitive: true}
  - {number: "9990000034", birth_date: "1960-01-01", is: unknown}
""",
    "samples/config/partners/addenbury.yaml": """\
id: addenbury
organisation: {name: Addenbury, ods_codes: [RX901], kind: acute}
connector: fhir_r4
endpoint: https://fhir.addenbury.example/r4/
status: live
supplies: [allergies, medicines]
contact: ["Switchboard, 01632 960201"]
settings: {manner: epic}
credentials: {certificate: c.pem, key: k.pem, authority: a.pem, token: t, token_header: apikey}
services: {directory: {endpoint: "https://directory.example/fhir", credentials: {token: t}}}
switches: {categories: {medicines: testing}, consumers: {RX902: draft, others: live}}
limits: {connect_s: 1, pages_max: 7}
""",
    REVISION: """\
number: 2
previous: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
change: What was decided
approved_by: The board, decision 2
signers:
  - {key_id: guardian, role: Caldicott Guardian, public_key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,
     valid_from: 2026-01-01, valid_until: 2028-01-01}
""",
    "samples/policies/objections/cases.yaml": """\
cases:
  - name: an objection to everything but what a decision opens
    given:
      roles: [doctor]
      organisation: RX901
      user: user-2
      purpose: TREAT
      relationship: referral
      scopes: []
      day: 2026-11-02
      practice: none
      restriction: not-yet-known
      died: "2026-11-01"
      not_live: [papermill]
      objections:
        - {state: not-upheld, verified: true, partners: [RX901], direction: source, staff: [user-3],
           categories: [plans], items: ["urn:system|1"], period_from: 2026-01-01, period_until: 2026-02-01,
           carve_out: {ground: safeguarding, roles: [doctor], categories: [alerts], partners: [RX901],
                       review_on: 2026-12-01}}
    expect:
      effect: deny
      because: objections/received
      told: objection
      alert: false
      placeless: false
      partners:
        addenbury: {effect: deny, because: roles/doctor, shows: [plans], hides: [everything], only: [plans],
                    holds_back_part: true, naming: plain, in_scope: true}
""",
    "samples/config/broker.yaml": """\
environment: production
listen: {host: 127.0.0.1, port: 8080}
base_url: https://watersmeet.example/
store: state/releases.sqlite
policies: ../policies
contact: ["Service desk, 01632 960001"]
limits: {deadline_s: 8, requests_at_once_max: 100}
partner_limits: {connect_s: 1}
""",
    "samples/config/trust.yaml": """\
connector_distributions: [watersmeet]
test_people_keys: [people.pem]
issuers:
  - issuer: https://identity.example/staff
    audience: https://watersmeet.example/fhir
    key_set: https://identity.example/keys
    algorithms: [RS256]
    token_types: [at+jwt]
    purpose: {claim: [reason], words: {directcare: TREAT}}
    claims:
      user_id: [sub]
      user_name: [name]
      organisation: [org]
      roles: {form: list, claim: [roles]}
      relationship: {claim: [relationship], words: {own-list: registration}}
      permission: {claim: [permission], words: {yes-asked: asked}}
      patient: [patient]
      scopes: [scope]
      session: [sid]
  - issuer: https://identity.example/cards
    audience: https://watersmeet.example/fhir
    key_set: https://identity.example/cards/keys
    algorithms: [RS256]
    purpose: {fixed: TREAT}
    claims:
      user_id: [sub]
      user_name: [name]
      roles: {form: cis2, claim: [nhsid_nrbac_roles], selected: [selected_roleid]}
""",
}

FILE_MISTAKES = {
    "a misspelt setting": FileMistake(BROKER, "store:", "stoer:"),
    "an environment that does not exist": FileMistake(BROKER, "environment: production", "environment: prod"),
    "a port in words": FileMistake(BROKER, "port: 8080", "port: eighty"),
    "a port beyond the last": FileMistake(BROKER, "port: 8080", "port: 80800"),
    "any free port in production": FileMistake(BROKER, "port: 8080", "port: 0"),
    "a plain address in production": FileMistake(BROKER, "base_url: https:", "base_url: http:"),
    "no address in production": FileMistake(BROKER, "base_url: https://watersmeet.example\n", ""),
    "nothing to call": FileMistake(SAMPLE, '["Service desk, 01632 960001"]', "[]"),
    "a limit without its unit": FileMistake(SAMPLE, "deadline_s: 8", "deadline: 8"),
    "a deadline out of bounds": FileMistake(SAMPLE, "deadline_s: 8", "deadline_s: 9000"),
    "a whole limit that is cut": FileMistake(SAMPLE, "at_once_max: 100", "at_once_max: 1.5"),
    "a category that does not exist": FileMistake(PARTNER, "allergies,", "alergies,"),
    "a category twice": FileMistake(PARTNER, "allergies,", "allergies, allergies,"),
    "an id in capitals": FileMistake(PARTNER, "id: addenbury", "id: Addenbury"),
    "an ODS code in small letters": FileMistake(PARTNER, "[RX901]", "[rx901]"),
    "a kind that does not exist": FileMistake(PARTNER, "kind: acute", "kind: hospital"),
    "an address with a question": FileMistake(PARTNER, "example/r4", "example/r4?key=1"),
    "an address with a password": FileMistake(PARTNER, "https://fhir", "https://me:secret@fhir"),
    "no address at all": FileMistake(PARTNER, "https://fhir.addenbury.example/r4", "fhir"),
    "a status that does not exist": FileMistake(PARTNER, "status: live", "status: on"),
    "a key instead of its path": FileMistake(PARTNER, "/run/secrets/watersmeet/client.key", '"-----BEGIN"'),
    "a header that carries nothing": FileMistake(
        PARTNER, "credentials:", "credentials:\n  token_header: key"
    ),
    "a setting that the connector lacks": FileMistake(PARTNER, "status:", "settings: {maner: epic}\nstatus:"),
    "a switch for no category": FileMistake(
        PARTNER, "status:", "switches: {categories: {meds: draft}}\nstatus:"
    ),
    "a switch for no organisation": FileMistake(
        PARTNER, "status:", "switches: {consumers: {rx: draft}}\nstatus:"
    ),
    "a practice as the index": FileMistake(INDEX, "kind: index", "kind: gp"),
    "an index that supplies": FileMistake(INDEX, "status:", "supplies: [allergies]\nstatus:"),
    "an algorithm that is not believed": FileMistake(TRUST, "[RS256]", "[HS256]"),
    "a claim as a text": FileMistake(TRUST, "user_id: [sub]", "user_id: sub"),
    "a purpose twice over": FileMistake(TRUST, "fixed: TREAT", "fixed: TREAT\n      claim: [purpose]"),
    "an organisation beside a smartcard's": FileMistake(
        TRUST, "user_name: [name]", "user_name: [name]\n      organisation: [org]"
    ),
    "a selected role without smartcard": FileMistake(TRUST, "form: list", "form: list, selected: [role]"),
    "a key set with a question": FileMistake(TRUST, "care-staff/keys", "care-staff/keys?all"),
    "a key without a reference": FileMistake(KEYS, "    file: /run/secrets/watersmeet/seal.key\n", ""),
    "a key with two references": FileMistake(KEYS, "    file:", "    variable: KEY\n    file:"),
    "a purpose without an active key": FileMistake(KEYS, "state: active", "state: retired"),
    "a proof key that is cut": FileMistake(KEYS, 'public: "95', 'public: "'),
    "a key id in capitals": FileMistake(KEYS, "id: index-", "id: Index-"),
    "a search by a method that writes": FileMistake(MAPPING, "search:", "search:\n  method: PUT"),
    "a type that R4 does not have": FileMistake(MAPPING, "type: ", "type: X"),
    "a system that is no address": FileMistake(MAPPING, "system: https://", "system: "),
    "a field that is misspelt": FileMistake(MAPPING, "birthDate:", "birthdate:"),
    "a call by a method that writes": FileMistake(MANIFEST, "method: GET", "method: PUT"),
    "a path that climbs": FileMistake(MANIFEST, 'path: "{base}"', 'path: "../{id}"'),
    "a proof that is none": FileMistake(MANIFEST, "proof: demographics", "proof: trust"),
    "a manifest without calls": FileMistake(MANIFEST, "reads:", "raeds:"),
    "a number of a real person's range": FileMistake(PEOPLE, '"9990000018"', '"1234567890"'),
    "a number without quotes": FileMistake(PEOPLE, '"9990000018"', "9990000018"),
    "nobody who is unknown": FileMistake(PEOPLE, "is: unknown", "is: empty"),
    "none of an item": FileMistake(PEOPLE, "allergies: 1", "allergies: 0"),
}
