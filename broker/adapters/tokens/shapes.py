"""`config/trust.yaml` as JSON Schema, from the closed lists that its reader holds it to."""

from __future__ import annotations

from collections.abc import Iterable

from broker.adapters.tokens.trust import ALGORITHMS, TOKEN_TYPES, RoleForm
from broker.domain.requester import Permission, RelationshipGround
from broker.ports import shapes
from broker.ports.shapes import Shape

_PLAIN_URL = r"https?://[^\s/?#@]+(?:/[^\s?#]*)?"
_CLAIM = "Member names of a token, outermost first: `[person, name]` is `name` inside `person`."


def trust_file() -> Shape:
    """The whole of `trust.yaml`."""
    members = {
        "connector_distributions": shapes.words("Packages whose connectors may be loaded."),
        "test_people_keys?": shapes.words("PEM files of those who may sign lists of invented people."),
        "issuers": shapes.sections("Who may issue tokens.", _issuer()),
    }
    return shapes.document("Trust", shapes.section("`config/trust.yaml`.", members))


def _issuer() -> Shape:
    return shapes.section(
        "One issuer.",
        {
            "issuer": shapes.text("`iss`, compared whole."),
            "audience": shapes.text("`aud`, which must be this alone."),
            "key_set": shapes.text(
                "Its key set; this URL only, and https elsewhere than loopback.", _PLAIN_URL
            ),
            "authority?": shapes.text("The authority behind `key_set` (PEM); the system's when left out."),
            "algorithms": shapes.words("A key verifies only by its own.", ALGORITHMS, least=1),
            "token_types?": shapes.words("`at+jwt` when left out.", TOKEN_TYPES, least=1),
            "purpose": _purpose(),
            "claims": _claims(),
            "development?": shapes.flag("`true` only for the demonstration's own issuer."),
        },
    )


def _purpose() -> Shape:
    members = {
        "fixed?": shapes.text("One purpose for every token of this issuer.", None, "TREAT"),
        "claim?": _claim("Where the token says it. "),
        "words?": _words(None),
    }
    rule: Shape = {"oneOf": [{"required": ["fixed"], **shapes.only(words=False)}, {"required": ["claim"]}]}
    return shapes.section("Why it may open a record: `fixed`, or from a `claim`.", members, rule)


def _claims() -> Shape:
    cis2 = {"properties": {"roles": shapes.has("form", RoleForm.CIS2)}}
    members = {
        "user_id": _claim("The user. "),
        "user_name": _claim("The user's name. "),
        "roles": _roles(),
        "organisation?": _claim("An ODS code; with `cis2` the role's own. "),
        "relationship?": _word_claim("By what right.", RelationshipGround),
        "permission?": _word_claim("Whether the person was asked.", Permission),
        "patient?": _claim("The one person to whom the token is bound. "),
        "scopes?": _claim("What the token's scopes let be read. "),
        "session?": _claim("The session. "),
    }
    rule = shapes.when(cis2, shapes.only(organisation=False), {"required": ["organisation"]})
    return shapes.section("Where the token says each fact.", members, rule)


def _roles() -> Shape:
    members = {
        "form": shapes.word("How the issuer writes roles.", RoleForm),
        "claim": _claim("The roles. "),
        "selected?": _claim("The one in use. "),
    }
    rule = shapes.when(shapes.has("form", RoleForm.CIS2), {}, shapes.only(selected=False))
    return shapes.section("The user's roles.", members, rule)


def _claim(about: str) -> Shape:
    return shapes.words(f"{about}{_CLAIM}", least=1)


def _word_claim(about: str, valid: Iterable[str]) -> Shape:
    return shapes.section(about, {"claim": _claim(""), "words?": _words(valid)})


def _words(valid: Iterable[str] | None) -> Shape:
    ours = shapes.text("Our word.") if valid is None else shapes.word("Our word.", valid)
    return shapes.named("The issuer's words, each with ours.", ours)
