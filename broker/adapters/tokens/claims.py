"""Claims looked up by path: names only, no expressions, so a map can be read and checked by anyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker.adapters.tokens.checks import FactMalformed, RoleUnclear
from broker.adapters.tokens.trust import ClaimMap, ClaimPath, RoleForm

FACT_CHARS_MAX = 256
ROLES_MAX = 256


def at(claims: Mapping[str, Any], path: ClaimPath | None) -> Any:
    """What stands at `path`; None when it, or anything on the way, is not there."""
    value: Any = claims if path is not None else None
    for name in path or ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def short_text(value: Any) -> str:
    """A printable text of 1 to 256 characters that is not blank. Raises FactMalformed."""
    if not isinstance(value, str) or not value.strip() or len(value) > FACT_CHARS_MAX:
        raise FactMalformed
    if not value.isprintable():
        raise FactMalformed
    return value


def roles_of(claim_map: ClaimMap, claims: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The role codes, and the organisation of the role where the role names it (CIS2). Raises RoleUnclear."""
    value = at(claims, claim_map.roles)
    if claim_map.role_form is RoleForm.CIS2:
        return _cis2(value, at(claims, claim_map.selected_role))
    listed = [value] if claim_map.role_form is RoleForm.TEXT else value
    if not isinstance(listed, list) or not 0 < len(listed) <= ROLES_MAX:
        raise RoleUnclear
    return None, tuple(_role(role) for role in listed)


def _cis2(value: Any, selected: Any) -> tuple[str | None, tuple[str, ...]]:
    """NHS CIS2 `nhsid_nrbac_roles`: the job role code of the one role in use.

    `role_code` is `S8000:G8000:R8001`; policies name the last part. A person with several roles and
    none selected is not in a role yet. Activity codes say what may be done in some system, not who
    somebody is: the role groups sort no activities, and one unknown role would deny.
    """
    if not isinstance(value, list) or not all(isinstance(role, dict) for role in value):
        raise RoleUnclear
    in_use = [role for role in value if selected is None or role.get("person_roleid") == selected]
    if len(in_use) != 1:
        raise RoleUnclear
    role = in_use[0]
    job_role = _role(role.get("role_code")).rpartition(":")[2]
    return role.get("org_code"), (_role(job_role),)


def _role(value: Any) -> str:
    try:
        return short_text(value)
    except FactMalformed:
        raise RoleUnclear from None
