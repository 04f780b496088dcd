"""The state of what decides: policies that are well, and rule objects that raise when they are read."""

from __future__ import annotations

from collections.abc import Callable

from broker.domain.policy import PolicySet
from tests.prove.words import Asked
from tests.support.broken_rules import with_broken

_BROKEN_PARTS = {
    "roles-in-error": ("local_roles", "national_roles"),
    "relationships-in-error": ("relationships",),
    "agreement-in-error": ("party_of_partner",),
    "objections-in-error": ("objections",),
    "classes-in-error": ("sensitive",),
}
ENGINES = ("ready", *_BROKEN_PARTS)


def in_state(policies: PolicySet, engine: str) -> PolicySet:
    """The policies as this engine has them."""
    return with_broken(policies, *_BROKEN_PARTS.get(engine, ()))


# Of nobody who objected the rules about objections are not asked, and of no role those about roles.
_NOT_MET: dict[str, Callable[[Asked], bool]] = {
    "ready": lambda _: True,
    "objections-in-error": lambda asked: not asked.objections,
    "roles-in-error": lambda asked: not asked.roles,
}


def meets_its_error(engine: str, asked: Asked) -> bool:
    """Whether judging this request reads what is broken, where nothing else refuses it before."""
    return not _NOT_MET.get(engine, lambda _: False)(asked)
