"""When something is open, as arithmetic over whole microseconds and whole days without end.

An instant is a number of microseconds since an epoch, a day the number of its own; both may be any integer.
Each model is written from the words of the policies and is tied to the code by `tying`.
"""

from __future__ import annotations

from typing import Any

import z3

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Term = Any  # an expression of the solver, or a plain number where it is evaluated
Truth = Any


def utc_day(now: Term) -> Term:
    """The day of UTC."""
    return now / DAY


def summer_day(now: Term) -> Term:
    """The day of UTC+1, which is never the earlier one."""
    return (now + HOUR) / DAY


def grant_holds(now: Term, granted: Term, expires: Term, minutes_max: Term, ended: Truth) -> Truth:
    """From `granted` until before `expires`, never longer than its ground allows, and not once ended."""
    return z3.And(granted <= now, now < expires, now < granted + minutes_max * MINUTE, z3.Not(ended))


def begun(now: Term, day: Term) -> Truth:
    """What opens begins at the later midnight."""
    return day <= utc_day(now)


def over(now: Term, day: Term) -> Truth:
    """What opens ends at the earlier midnight."""
    return day <= summer_day(now)


def within(now: Term, start: Term, end: Term) -> Truth:
    """A membership, from one day until before another."""
    return z3.And(begun(now, start), z3.Not(over(now, end)))


def suspended(now: Term, start: Term, end: Term) -> Truth:
    """What closes begins at the earlier midnight and ends at the later one."""
    return z3.And(over(now, start), z3.Not(begun(now, end)))


def member(now: Term, live: Term, start: Term, end: Term, stopped: Term, resumed: Term) -> Truth:
    """Its phase is live, its membership runs, and it is not suspended."""
    return z3.And(begun(now, live), within(now, start, end), z3.Not(suspended(now, stopped, resumed)))


def carve_out_opens(now: Term, review: Term) -> Truth:
    """A decision not to uphold opens until its day of review."""
    return z3.Not(over(now, review))


def care_goes_on(now: Term, died: Term, days: Term) -> Truth:
    """So many days after the death are open, and no more."""
    return summer_day(now) - died < days
