"""`broker.yaml` and registrations as JSON Schema, from the tables of the settings page and the bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from broker.domain.category import Category
from broker.domain.leads import KINDS
from broker.domain.limits import BrokerLimits, PartnerLimits, TransientCacheLimits
from broker.domain.registration import PartnerStatus
from broker.ports import shapes
from broker.ports.connector import Manifest
from broker.ports.shapes import Shape
from broker.settings.address import DEMONSTRATION, ENDPOINT_SCHEMES, WEB_SCHEMES
from broker.settings.bounds import BROKER_BOUNDS, PARTNER_BOUNDS, TRANSIENT_CACHE_BOUNDS, Bound
from broker.settings.broker_file import ENVIRONMENTS, FINGERPRINT, PORT_MAX
from broker.settings.endpoints import HEADER_PATTERN, KEY_NAME_PATTERN
from broker.settings.reference import BROKER_FILE, PARTNER_FILE, Described
from broker.settings.registrations import ID_CHARS_MAX, ID_PATTERN, INDEX_KIND
from broker.settings.switches import ODS, OTHERS

_PATH = r"(?!.*-----).*\S.*"  # a path on one line, and never the content of a PEM file


def broker_file() -> Shape:
    """The whole of `broker.yaml`."""
    about = _meanings(BROKER_FILE)
    listen = {
        "host": shapes.text(about["listen.host"], None, "127.0.0.1"),
        "port": shapes.integer(about["listen.port"], most=PORT_MAX),
    }
    members = {
        "environment": shapes.word(about["environment"], ENVIRONMENTS),
        "listen": shapes.section(about["listen"], listen),
        "base_url?": _address(about["base_url"], WEB_SCHEMES),
        "store": shapes.text(about["store"]),
        "policies": shapes.text(about["policies"], None, "../policies"),
        "policy_signers?": shapes.words(
            about["policy_signers"], shapes.text("One fingerprint.", FINGERPRINT)
        ),
        "contact": shapes.words(about["contact"], least=1),
        "limits?": _limits(about["limits"], BROKER_BOUNDS, BrokerLimits()),
        "partner_limits?": _limits(about["partner_limits"], PARTNER_BOUNDS, PartnerLimits()),
        "transient_cache?": _limits(about["transient_cache"], TRANSIENT_CACHE_BOUNDS, TransientCacheLimits()),
    }
    production = {
        "required": ["base_url"],
        **shapes.only(base_url={"pattern": "^https:"}, listen=shapes.only(port={"minimum": 1})),
    }
    rule = shapes.when(shapes.has("environment", DEMONSTRATION), {}, production)
    return shapes.document("Settings of the broker", shapes.section("`config/broker.yaml`.", members, rule))


def partner_file(manifests: Iterable[Manifest]) -> Shape:
    """The whole of `partners/<id>.yaml`, with the settings of each of these connectors."""
    supplies = shapes.words(_meanings(PARTNER_FILE)["supplies"], Category, least=1)
    records = [one for one in manifests if one.role == "records"]
    members = {**_registration(KINDS, records), "supplies": supplies}
    about = "`config/partners/<id>.yaml`. The file is named after the id."
    shape = shapes.section(about, members, *_settings_rules(records))
    return shapes.document("Registration of a partner", shape)


def index_file(manifests: Iterable[Manifest]) -> Shape:
    """The whole of `index.yaml`."""
    indexes = [one for one in manifests if one.role == "index"]
    members = _registration((INDEX_KIND,), indexes)
    shape = shapes.section("`config/index.yaml`.", members, *_settings_rules(indexes))
    return shapes.document("Registration of the patient index", shape)


def _meanings(described: Mapping[str, Described]) -> Mapping[str, str]:
    return {name: one.meaning for name, one in described.items()}


def _address(about: str, schemes: Iterable[str]) -> Shape:
    form = rf"(?:{'|'.join(schemes)})://[^\s/?#@]+(?:/[^\s?#]*)?"
    return shapes.text(about, form, "https://ehr.example/fhir")


def _limits(about: str, bounds: Mapping[str, Bound], shipped: object) -> Shape:
    members = {f"{name}?": _limit(bound, getattr(shipped, name)) for name, bound in bounds.items()}
    return shapes.section(about, members)


def _limit(bound: Bound, ships: float) -> Shape:
    if isinstance(ships, int):
        shape = shapes.integer(bound.meaning, least=int(bound.least), most=int(bound.most))
    else:
        shape = shapes.number(bound.meaning, least=bound.least, most=bound.most)
    return {**shape, "default": ships}


def _registration(kinds: Iterable[str], manifests: Iterable[Manifest]) -> dict[str, Shape]:
    about = _meanings(PARTNER_FILE)
    return {
        "id": {**shapes.text(about["id"], ID_PATTERN), "maxLength": ID_CHARS_MAX},
        "organisation": _organisation(about, kinds),
        "connector": _connector(about["connector"], manifests),
        "endpoint": _address(about["endpoint"], ENDPOINT_SCHEMES),
        "status": shapes.word(about["status"], PartnerStatus),
        "contact": shapes.words(about["contact"]),
        "settings?": {"description": about["settings"], "type": "object"},
        "credentials?": _credentials(about["credentials"]),
        "services?": _services(about),
        "switches?": _switches(about),
        "limits?": _limits(about["limits"], PARTNER_BOUNDS, PartnerLimits()),
    }


def _organisation(about: Mapping[str, str], kinds: Iterable[str]) -> Shape:
    ods = shapes.text("An ODS code.", ODS, "D99001")
    members = {
        "name": shapes.text(about["organisation.name"]),
        "ods_codes": shapes.words(about["organisation.ods_codes"], ods, least=1),
        "kind": shapes.word(about["organisation.kind"], kinds),
    }
    return shapes.section(about["organisation"], members)


def _connector(about: str, manifests: Iterable[Manifest]) -> Shape:
    """Others may be installed later, so that the list is offered and not closed."""
    known = [{"const": one.name, "description": one.summary} for one in manifests]
    return shapes.either(about, *known, shapes.text("Another that is installed."))


def _credentials(about: str) -> Shape:
    meanings = _meanings(PARTNER_FILE)
    members = {
        f"{name}?": shapes.text(meanings[f"credentials.{name}"], form)
        for name, form in (
            ("certificate", _PATH),
            ("key", _PATH),
            ("authority", _PATH),
            ("token", KEY_NAME_PATTERN),
            ("token_header", HEADER_PATTERN),
        )
    }
    return {**shapes.section(about, members), "dependentRequired": {"token_header": ["token"]}}


def _services(about: Mapping[str, str]) -> Shape:
    members = {
        "endpoint": _address(about["services.<name>.endpoint"], WEB_SCHEMES),
        "credentials?": _credentials(about["services.<name>.credentials"]),
    }
    return shapes.named(about["services"], shapes.section("One further endpoint.", members))


def _switches(about: Mapping[str, str]) -> Shape:
    status = shapes.word("`live` where nothing is said.", PartnerStatus)
    members = {
        "categories?": shapes.named(about["switches.categories"], status, Category),
        "consumers?": shapes.named(about["switches.consumers"], status, f"{ODS.pattern}|{OTHERS}"),
    }
    return shapes.section(about["switches"], members)


def _settings_rules(manifests: Iterable[Manifest]) -> list[Shape]:
    """The settings that each connector knows, in its manifest's own words."""
    return [
        shapes.when(shapes.has("connector", one.name), shapes.only(settings=_settings(one)))
        for one in manifests
    ]


def _settings(manifest: Manifest) -> Shape:
    properties = {name: {"description": about} for name, about in manifest.settings.items()}
    return {"properties": properties, "additionalProperties": False}
