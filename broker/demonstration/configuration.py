"""A running network into the folder of settings that a broker starts on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from broker.adapters.keys import make_development_keys
from broker.adapters.tokens.trust import ClaimMap, Issuer
from broker.demonstration.check_lists import PUBLIC_KEY, write_check_lists
from broker.demonstration.partners import PARTNERS, DemonstrationPartner
from broker.demonstration.people import stories
from broker.demonstration.world import INDEX_ID

DISTRIBUTION = "watersmeet"


def write_configuration(
    folder: Path, *, endpoints: Mapping[str, str], issuer: Issuer, policies: Path, port: int = 0
) -> Path:
    """Write `folder`/config, complete and with fresh keys; returns it. `port` 0 is any free one.

    `endpoints` are the simulators' by partner id; `policies` is governance's own folder, used as it is.
    """
    config = folder / "config"
    (config / "partners").mkdir(mode=0o700, parents=True)
    (config / "broker.yaml").write_text(_broker(folder / "releases.sqlite", policies, port), encoding="utf-8")
    (config / "index.yaml").write_text(_index(endpoints[INDEX_ID]), encoding="utf-8")
    (config / "trust.yaml").write_text(trust_file(issuer), encoding="utf-8")
    for partner in PARTNERS:
        text = _partner(partner, endpoints[partner.partner_id])
        (config / "partners" / f"{partner.partner_id}.yaml").write_text(text, encoding="utf-8")
    make_development_keys(config)
    write_check_lists(config, PARTNERS, stories())
    return config


def _quoted(text: object) -> str:
    """JSON is YAML: whatever stands in the text, it stays one value."""
    return json.dumps(text)


def _broker(store: Path, policies: Path, port: int) -> str:
    return f"""\
environment: demonstration
listen: {{host: 127.0.0.1, port: {port}}}
store: {_quoted(str(store))}
policies: {_quoted(str(policies))}
contact: ["Whoever started this demonstration"]
"""


def _partner(partner: DemonstrationPartner, endpoint: str) -> str:
    settings = {
        name: str(value) if isinstance(value, Path) else value for name, value in partner.settings.items()
    }
    services = {name: {"endpoint": endpoint + path} for name, path in partner.services.items()}
    return f"""\
id: {partner.partner_id}
organisation: {{name: {_quoted(partner.name)}, ods_codes: [{_quoted(partner.ods)}], kind: {partner.kind}}}
connector: {partner.connector}
endpoint: {_quoted(endpoint)}
status: live
supplies: [{", ".join(partner.supplies)}]
contact: [{_quoted(partner.contact)}]
settings: {_quoted(settings)}
services: {_quoted(services)}
"""


def _index(endpoint: str) -> str:
    return f"""\
id: {INDEX_ID}
organisation: {{name: Demonstration patient index, ods_codes: [X26], kind: index}}
connector: pds
endpoint: {_quoted(endpoint)}
status: live
contact: ["Whoever started this demonstration"]
limits: {{calls_per_s_max: 5}}
"""


def trust_file(issuer: Issuer) -> str:
    """The text of a `trust.yaml` that believes the development issuer alone."""
    assert issuer.purpose_claim is not None
    return f"""\
connector_distributions: [{DISTRIBUTION}]
test_people_keys: [{PUBLIC_KEY}]
issuers:
  - issuer: {_quoted(issuer.issuer)}
    audience: {_quoted(issuer.audience)}
    key_set: {_quoted(issuer.key_set)}
    algorithms: {_quoted(list(issuer.algorithms))}
    token_types: {_quoted(list(issuer.token_types))}
    development: true
    purpose: {{claim: {_quoted(list(issuer.purpose_claim.path))}}}
    claims: {_quoted(_claims(issuer.claims))}
"""


def _claims(claims: ClaimMap) -> dict[str, object]:
    """The development issuer's claim map, in the words of the trust file."""
    paths = {
        "user_id": claims.user_id,
        "user_name": claims.user_name,
        "organisation": claims.organisation,
        "patient": claims.patient,
        "session": claims.session,
    }
    words = {"relationship": claims.relationship, "permission": claims.permission}
    return {
        **{name: list(path) for name, path in paths.items() if path is not None},
        **{name: {"claim": list(claim.path)} for name, claim in words.items() if claim is not None},
        "roles": {"claim": list(claims.roles), "form": claims.role_form.value},
    }
