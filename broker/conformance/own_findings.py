"""The findings of the kit's own looking: at the endpoint, at what the list says, at what stands in items."""

from __future__ import annotations

from broker.conformance.meanings import Meaning, Weight

_F, _W, _N = Weight.FAULT, Weight.WARNING, Weight.NOTE

ENDPOINT = {
    "not-reached": Meaning(
        "endpoint",
        _F,
        "No connection to the endpoint.",
        "Check address, port, firewall and that it is running.",
    ),
    "no-address": Meaning(
        "endpoint", _F, "The endpoint's name leads nowhere.", "Check the host name and DNS."
    ),
    "tls": Meaning(
        "tls",
        _F,
        "The certificate is not valid for this name, or not of the registered authority.",
        "Renew or reissue the certificate; register its authority under `credentials`.",
    ),
    "own-credentials": Meaning(
        "tls", _F, "Our own certificate or key cannot be used.", "Mend `credentials` in the registration."
    ),
    "not-encrypted": Meaning(
        "tls", _W, "The endpoint is not encrypted.", "Register https or mllps before anything but loopback."
    ),
    "certificate-ends-soon": Meaning(
        "tls", _W, "The server's certificate ends within 30 days.", "Renew it before it stops the service."
    ),
    "open-without-certificate": Meaning(
        "tls",
        _F,
        "The endpoint answers a caller without a client certificate.",
        "Require mutual TLS at the endpoint.",
    ),
    "open-without-secret": Meaning(
        "identity", _F, "The endpoint answers a caller without the secret.", "Refuse calls without it (401)."
    ),
}
PEOPLE = {
    "known-not-found": Meaning(
        "identity",
        _F,
        "A person whom the partner knows was not found.",
        "Check how it is searched for an NHS number, and that the test people are loaded.",
    ),
    "unknown-not-told": Meaning(
        "empties",
        _F,
        "For a person whom it does not know it did not say so.",
        "Answer as the connector's page describes an unknown person; never with an empty record of somebody.",
    ),
    "unknown-found": Meaning(
        "wrong patient",
        _F,
        "For a person whom it does not know it answered with a record.",
        "Check that the search heeds its parameter: it may be answering with somebody else, or everybody.",
    ),
    "empty-not-whole": Meaning(
        "empties",
        _F,
        "For a person without records its answer is not whole.",
        "Answer with an empty result, not with an error.",
    ),
    "empty-has-items": Meaning(
        "empties",
        _F,
        "A person without records was given some.",
        "Check whose they are, and that the test person is empty there.",
    ),
    "foreign-items": Meaning(
        "wrong patient",
        _F,
        "Items in the answer are not provably about the person who was asked for.",
        "Every item must name the person's own Patient; find whose these are.",
    ),
    "name-differs": Meaning(
        "identity", _W, "The family name is not the one on the list.", "Check the test person's demographics."
    ),
    "birth-date-missing": Meaning(
        "identity",
        _W,
        "The Patient has no birth date, so the number alone proves the person.",
        "Send the birth date with the Patient.",
    ),
    "fewer-than-listed": Meaning(
        "completeness",
        _F,
        "There are fewer items than the list says that it holds.",
        "Look for a page, a type or a code that is not answered; then correct the list if it is wrong.",
    ),
    "not-supplied": Meaning(
        "completeness",
        _W,
        "Items came of a category that it is not registered to supply.",
        "Add the category to `supplies`, or stop sending it.",
    ),
    "supplied-unseen": Meaning(
        "completeness",
        _N,
        "No test person holds anything of a category that it supplies: it is not proved.",
        "Load a test person who does.",
    ),
    "pages-unseen": Meaning(
        "paging",
        _N,
        "No answer had a second page: paging is not proved.",
        "Load a test person with many items.",
    ),
    "changes-when-asked-again": Meaning(
        "identity",
        _F,
        "The same question a moment later gave other items or other bytes.",
        "Items need ids that last, and a fixed form.",
    ),
    "slow": Meaning(
        "latency", _W, "An answer took longer than three seconds.", "Readers wait for the slowest partner."
    ),
    "too-slow": Meaning(
        "latency", _F, "An answer took longer than the broker waits.", "It would read as timed out."
    ),
}
CONTENT = {
    "unreadable": Meaning(
        "content",
        _F,
        "Items cannot be read safely: bad JSON, a repeated member, or no type or id.",
        "Write each item as valid JSON with resourceType and id.",
    ),
    "id-repeated": Meaning(
        "content", _F, "Different items have the same id.", "Give each item an id of its own."
    ),
    "structure": Meaning(
        "content", _F, "Items are not of FHIR R4's structure.", "Validate them against R4 4.0.1."
    ),
    "date-not-valid": Meaning(
        "dates", _F, "A date is not a FHIR date.", "Write year, month or day, or a time with its zone."
    ),
    "date-without-zone": Meaning(
        "dates", _F, "A time has no zone.", "Write `Z` or an offset: an hour is a dose in some charts."
    ),
    "date-to-come": Meaning(
        "dates",
        _W,
        "Something that was recorded or measured lies in the future.",
        "Check the server's clock, and day and month.",
    ),
    "code-missing": Meaning(
        "codes", _F, "An item has neither a code nor words.", "Send at least the words that were written."
    ),
    "code-without-system": Meaning(
        "codes", _W, "A code has no system.", "Say whose code it is, SNOMED CT where there is one."
    ),
    "no-national-code": Meaning(
        "codes",
        _N,
        "Items carry only local codes.",
        "Add SNOMED CT or dm+d, so that likely duplicates are seen.",
    ),
    "reference-leads-nowhere": Meaning(
        "content",
        _W,
        "References lead to items that are not in the answer.",
        "Include what is referred to, or leave the reference out.",
    ),
    "label-not-known": Meaning(
        "sensitive labels",
        _F,
        "A confidentiality label is of a system or code that nobody here knows.",
        "Use HL7 v3-Confidentiality and v3-ActCode.",
    ),
    "label-missing": Meaning(
        "sensitive labels",
        _F,
        "A person on the list has sensitive items, and none carries a label.",
        "Label what is sensitive, or say under `supplies` that it is not sent.",
    ),
}
