"""The lists of codes that several elements share: R4's own, after the `=` where STU3 has another word."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "comparator": "< <= >= >",
        "days": "mon tue wed thu fri sat sun",
        "gender": "male female other unknown",
        "units-of-time": "s min h d wk mo a",
        "event-timing": (
            "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE "
            "C CM CD CV AC ACM ACD ACV PC PCM PCD PCV"
        ),
        "document-relation": "replaces transforms signs appends",
        "encounter-status": (
            "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
        ),
        "episode-status": "planned waitlist active onhold finished cancelled entered-in-error",
        "event-status": (
            "preparation in-progress not-done suspended=on-hold aborted=stopped completed "
            "entered-in-error unknown"
        ),
        "observation-status": (
            "registered preliminary final amended corrected cancelled entered-in-error unknown"
        ),
        "report-status": (
            "registered partial preliminary final amended corrected appended cancelled "
            "entered-in-error unknown"
        ),
        "appointment-status": (
            "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist"
        ),
        "participation-status": "accepted declined tentative needs-action",
        "request-status": (
            "draft active suspended=on-hold cancelled=revoked completed entered-in-error unknown"
        ),
        "request-intent": (
            "proposal plan directive order original-order reflex-order filler-order instance-order option"
        ),
        "request-priority": "routine urgent asap stat",
        "condition-clinical": "active recurrence relapse inactive remission resolved",
        "condition-verification": "unconfirmed provisional differential confirmed refuted entered-in-error",
        "allergy-verification": "unconfirmed confirmed refuted entered-in-error",
        "goal-status": (
            "proposed planned accepted in-progress=active on-target=active ahead-of-target=active "
            "behind-target=active sustaining=active achieved=completed on-hold cancelled "
            "entered-in-error rejected"
        ),
        "task-status": (
            "draft requested received accepted rejected ready cancelled in-progress on-hold failed "
            "completed entered-in-error"
        ),
        "activity-status": (
            "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered-in-error"
        ),
        "nutrition-status": (
            "proposed=draft draft planned=active requested=active active on-hold completed "
            "cancelled=revoked entered-in-error"
        ),
    }
)
