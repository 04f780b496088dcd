"""Two revisions' grounds into every grant of emergency access on which they are compared.

Each grant names every partner and fits in all that no policy can change. At a bound stand the last value
within it and the first beyond, one bound at a time, so that no change of another hides it.
"""

from __future__ import annotations

from collections.abc import Iterator

from broker.domain.emergency import EmergencyAccessRules
from broker.domain.grant import EmergencyGround
from broker.policy.granting import GivenGrant
from broker.policy.points_of_objections import NO_GROUND


def grants_that_fit() -> Iterator[tuple[str, GivenGrant]]:
    """Every ground, and one of no list, within all bounds."""
    for ground in (*EmergencyGround, NO_GROUND):
        yield str(ground), GivenGrant(ground=str(ground))


def grants_at_bounds(both: tuple[EmergencyAccessRules, ...]) -> Iterator[tuple[str, GivenGrant]]:
    """Every ground at its length, at the length of its words, and without a witness."""
    lengths = _around(one.text_characters_min - 1 for one in both)
    for ground in EmergencyGround:
        minutes = [one.grounds[ground].minutes_max for one in both if ground in one.grounds]
        for ago in _around(most - 1 for most in minutes):
            made = GivenGrant(ground=str(ground), minutes_ago=ago, minutes=max(minutes) + 1)
            yield f"{ground}, {ago} minutes ago", made
        for length in lengths:
            yield f"{ground}, in {length} characters", GivenGrant(ground=str(ground), text="x" * length)
        yield f"{ground}, without a witness", GivenGrant(ground=str(ground), witness="")


def _around(lasts: Iterator[int]) -> list[int]:
    """Each last value on one side of a bound, and the first on the other."""
    return sorted({value for last in lasts for value in (last, last + 1)})
