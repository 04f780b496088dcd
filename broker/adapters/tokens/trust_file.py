"""`config/trust.yaml` read strictly into Trust."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from broker.adapters.tokens.trust import (
    ALGORITHMS,
    DEMONSTRATION,
    DEVELOPMENT_ISSUER,
    TOKEN_TYPES,
    ClaimMap,
    ClaimPath,
    Issuer,
    RoleForm,
    Trust,
    WordClaim,
)
from broker.domain.loopback import is_loopback_address
from broker.domain.requester import Permission, RelationshipGround
from broker.files import FileFault, Section, nearest, read_file


def read_trust(path: Path, *, environment: str) -> Trust:
    """The trust file. Raises FileFault naming line, column and remedy for everything wrong with it.

    `environment` other than `demonstration` refuses development issuers and plain-http key sets.
    """
    top = read_file(path)
    distributions = top.words("connector_distributions")
    issuers: dict[str, Issuer] = {}
    for section in top.sections("issuers"):
        issuer = _issuer(section, environment)
        if issuer.issuer in issuers:
            raise section.fault(f"`{issuer.issuer}` is registered twice.", "Keep one.", at="issuer")
        issuers[issuer.issuer] = issuer
    keys = tuple((path.parent / name).resolve() for name in top.words("test_people_keys", default=()))
    top.finish()
    return Trust(
        environment=environment,
        connector_distributions=distributions,
        test_people_keys=keys,
        issuers=issuers,
    )


def _issuer(section: Section, environment: str) -> Issuer:
    name = section.text("issuer")
    development = section.flag("development", default=False)
    _refuse_development(section, name, environment, development=development)
    purpose_fixed, purpose_claim = _purpose(section)
    issuer = Issuer(
        issuer=name,
        audience=section.text("audience"),
        key_set=_key_set(section, environment),
        algorithms=_some(section, "algorithms", ALGORITHMS),
        token_types=_some(section, "token_types", TOKEN_TYPES, default=("at+jwt",)),
        claims=_claims(section.section("claims")),
        purpose_fixed=purpose_fixed,
        purpose_claim=purpose_claim,
        authority=_authority(section),
        development=development,
    )
    section.finish()
    return issuer


def _refuse_development(section: Section, name: str, environment: str, *, development: bool) -> None:
    if (development or name == DEVELOPMENT_ISSUER) and environment != DEMONSTRATION:
        place = "development" if development else "issuer"
        raise section.fault(
            "a development issuer is trusted only by the demonstration.", "Remove it.", at=place
        )
    if name == DEVELOPMENT_ISSUER and not development:
        raise section.fault(f"`{name}` must say `development: true`.", at="issuer")


def _key_set(section: Section, environment: str) -> str:
    url = section.text("key_set")
    parts = urlsplit(url)
    if parts.username or parts.password or parts.fragment or parts.query or not parts.hostname:
        raise section.fault("`key_set` must be a plain URL without user, query or fragment.", at="key_set")
    if parts.scheme == "https":
        return url
    if parts.scheme == "http" and environment == DEMONSTRATION and is_loopback_address(parts.hostname):
        return url
    remedy = "Plain http is for a loopback address in the demonstration only."
    raise section.fault("`key_set` must be an https URL.", remedy, at="key_set")


def _authority(section: Section) -> str:
    authority = section.text("authority", "")
    if authority and not Path(authority).is_file():
        raise section.fault("the `authority` file is not there.", "Name a PEM file.", at="authority")
    return authority


def _some(section: Section, name: str, valid: tuple[str, ...], default: object = ...) -> tuple[str, ...]:
    words = section.words(name, valid, default)
    if not words:
        raise section.fault(f"`{name}` is empty.", f"Valid: {', '.join(valid)}.", at=name)
    return words


def _purpose(section: Section) -> tuple[str, WordClaim | None]:
    """Fixed for the issuer, or from one claim; never both, and never anything a caller sends beside."""
    inner = section.section("purpose")
    if ("fixed" in inner) == ("claim" in inner):
        raise inner.fault("`purpose` needs either `fixed` or `claim`.", "Give exactly one.")
    if "fixed" in inner:
        fixed = inner.text("fixed")
        inner.finish()
        return fixed, None
    return "", _word_claim(inner, None)


def _claims(section: Section) -> ClaimMap:
    roles = section.section("roles")
    form = RoleForm(roles.word("form", tuple(RoleForm)))
    found = ClaimMap(
        user_id=_path(section, "user_id"),
        user_name=_path(section, "user_name"),
        roles=_path(roles, "claim"),
        role_form=form,
        selected_role=_optional_path(roles, "selected") if form is RoleForm.CIS2 else None,
        organisation=_organisation(section, form),
        relationship=_optional_words(section, "relationship", tuple(RelationshipGround)),
        permission=_optional_words(section, "permission", tuple(Permission)),
        patient=_optional_path(section, "patient"),
        scopes=_optional_path(section, "scopes"),
        session=_optional_path(section, "session"),
    )
    roles.finish()
    section.finish()
    return found


def _organisation(section: Section, form: RoleForm) -> ClaimPath | None:
    if form is not RoleForm.CIS2:
        return _path(section, "organisation")
    if "organisation" in section:
        remedy = "Remove `organisation`: a CIS2 role names its own."
        raise section.fault("two places state the organisation.", remedy, at="organisation")
    return None


def _optional_words(section: Section, name: str, valid: tuple[str, ...]) -> WordClaim | None:
    if name not in section:
        section.section(name, None)  # so that a misspelt one is told the right word
        return None
    return _word_claim(section.section(name), valid)


def _word_claim(inner: Section, valid: tuple[str, ...] | None) -> WordClaim:
    claim = WordClaim(
        path=_path(inner, "claim"), words=_words(inner.section("words"), valid) if "words" in inner else {}
    )
    inner.finish()
    return claim


def _words(section: Section, valid: tuple[str, ...] | None) -> Mapping[str, str]:
    """The issuer's words to ours; `valid` closes the list of ours."""
    if valid is None:
        return {name: section.text(name) for name in section.names()}
    return {name: _ours(section, name, valid) for name in section.names()}


def _ours(section: Section, name: str, valid: tuple[str, ...]) -> str:
    value = section.text(name)
    if value not in valid:
        line, column = section.position(name)
        raise FileFault(
            section.path, line, column, f"`{value}` is not a word that is known here.", nearest(value, valid)
        )
    return value


def _path(section: Section, name: str) -> ClaimPath:
    path = section.words(name)
    if not path:
        raise section.fault(f"`{name}` is empty.", "List the member names, outermost first.", at=name)
    return path


def _optional_path(section: Section, name: str) -> ClaimPath | None:
    path = section.words(name, None, ())
    return path or (_path(section, name) if name in section else None)
