"""Why a stream ends without a ledger: by its word, and whether less may be shown than when it began. Pure."""

from __future__ import annotations

import dataclasses

from broker.domain.decision import Decision, Judgement
from broker.domain.errors import AllPartnersFailed, AllPartnersTimedOut, BrokerError
from broker.pipeline.presentation.events import Closed

_OUR_FAULT = 500


def word_for(error: BrokerError) -> Closed:
    """What could not be is a fault or the partners'; what may not be is suppressed, whatever the reason."""
    if isinstance(error, AllPartnersTimedOut):
        return Closed.DEADLINE
    if isinstance(error, AllPartnersFailed):
        return Closed.PARTNERS_FAILED
    return Closed.FAULT if error.status >= _OUR_FAULT else Closed.SUPPRESSED


def opens_less(earlier: Judgement, narrowed: Judgement) -> bool:
    """Whether anything that was decided of any partner is not as it was; for which reasons does not matter.

    `narrowed` is the stricter of the earlier judgement and a later one.
    """
    return tuple(map(_without_reasons, earlier.decisions)) != tuple(map(_without_reasons, narrowed.decisions))


def _without_reasons(decision: Decision) -> Decision:
    return dataclasses.replace(decision, reasons=())
