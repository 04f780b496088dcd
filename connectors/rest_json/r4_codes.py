"""The closed lists of HL7 FHIR R4 4.0.1 that a mapped code must come from."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GENDER = _words("male female other unknown")
NAME_USE = _words("usual official temp nickname anonymous old maiden")
CONTACT_SYSTEM = _words("phone fax email pager url sms other")
CONTACT_USE = _words("home work temp old mobile")
ADDRESS_USE = _words("home work temp old billing")
TASK_STATUS = _words(
    "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed"
    " entered-in-error"
)
TASK_INTENT = _words(
    "unknown proposal plan order original-order reflex-order filler-order instance-order option"
)
FLAG_STATUS = _words("active inactive entered-in-error")
ENCOUNTER_STATUS = _words(
    "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
)
CARE_TEAM_STATUS = _words("proposed active suspended inactive entered-in-error")
EPISODE_STATUS = _words("planned waitlist active onhold finished cancelled entered-in-error")
REQUEST_STATUS = _words("draft active on-hold revoked completed entered-in-error unknown")
REQUEST_INTENT = _words(
    "proposal plan directive order original-order reflex-order filler-order instance-order option"
)
CARE_PLAN_INTENT = _words("proposal plan order option")
ACTIVITY_STATUS = _words(
    "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error"
)
PRIORITY = _words("routine urgent asap stat")
DEVICE_USE_STATUS = _words("active completed entered-in-error intended stopped on-hold")
OBSERVATION_STATUS = _words(
    "registered preliminary final amended corrected cancelled entered-in-error unknown"
)
DOCUMENT_STATUS = _words("current superseded entered-in-error")
COMPOSITION_STATUS = _words("preliminary final amended entered-in-error")
