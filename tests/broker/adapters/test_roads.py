"""A registration and its connector become a road: every endpoint, header and file where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.adapters.clock import SystemClock
from broker.adapters.keys import KeyRing, make_development_keys, read_key_ring
from broker.adapters.roads import UnfitRegistration, open_road, transport_for
from broker.domain.outcome import Cause
from broker.domain.registration import Credentials, PartnerRegistration, Service
from broker.ports.connector import HttpRequest, Manifest, Plugin, TransportFault
from tests.support.fault_partner import FaultPartner, answer, replies
from tests.support.patients import ASHA, BEN
from tests.support.transports import MANIFEST, READ, permit, registration

DIRECTORY_READ = HttpRequest(method="GET", path="Device", service="directory")
WITH_DIRECTORY = replace(MANIFEST, services={"directory": (("GET", "Device"),)})
PROXIED = replace(MANIFEST, reads=(("POST", "{provider}/Patient/$gpc.getstructuredrecord"),))


class Bound:
    """A connector that remembers its settings."""

    reads = (("GET", "residents"),)

    def __init__(self, settings: Mapping[str, object]) -> None:
        self.settings = settings
        if "wrong" in settings:
            raise ValueError("`wrong` is not a setting here.")


def plugins(manifest: Manifest = MANIFEST) -> dict[str, Plugin]:
    """One connector, `test`."""
    return {"test": Plugin(manifest=manifest, create=Bound, simulator=dict)}


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A ring with one partner's secret."""
    path = make_development_keys(tmp_path)
    (tmp_path / "given.secret").write_text("the-partner-gave-this\n")
    (tmp_path / "given.secret").chmod(0o600)
    entry = "  - id: given\n    purpose: partner\n    state: active\n    file: given.secret\n"
    path.write_text(path.read_text() + entry)
    return read_key_ring(path, environment="demonstration")


def road_of(one: PartnerRegistration, ring: KeyRing, manifest: Manifest = MANIFEST, **more: Any) -> Any:
    """The road to one partner, whose file stands in a folder of its own."""
    given = {"folder": Path("/registrations"), "environment": "demonstration", **more}
    return open_road(one, plugins(manifest), ring, SystemClock(), **given)


async def sent(request: HttpRequest, one: PartnerRegistration, manifest: Manifest, ring: KeyRing) -> None:
    """Send once and close."""
    road = transport_for(one, manifest, ring, SystemClock())
    try:
        await road.send(request, permit(ASHA))
    finally:
        await road.aclose()


async def test_each_call_goes_to_the_endpoint_of_its_service(ring: KeyRing) -> None:
    """The directory hears its own read and its own secret, and the partner hears neither."""
    keyed = Credentials(token="given", token_header="apikey")
    async with FaultPartner(replies(answer(b"{}"))) as partner, FaultPartner(replies(answer(b"{}"))) as other:
        one = replace(
            registration(partner.endpoint),
            services={"directory": Service(endpoint=other.endpoint, credentials=keyed)},
        )
        await sent(READ, one, WITH_DIRECTORY, ring)
        await sent(DIRECTORY_READ, one, WITH_DIRECTORY, ring)
        heard, found = partner.requests, other.requests
    assert len(heard) == len(found) == 1
    assert b"/Device" in found[0]
    assert b"apikey: the-partner-gave-this" in found[0]
    assert b"the-partner-gave-this" not in heard[0]


@pytest.mark.parametrize("service", ["directory", "another"])
async def test_a_call_to_a_service_that_is_not_registered_is_not_made(ring: KeyRing, service: str) -> None:
    """Whatever the connector names, only registered endpoints are called."""
    request = replace(DIRECTORY_READ, service=service)
    with pytest.raises(TransportFault) as refused:
        await sent(request, registration("http://127.0.0.1:1"), WITH_DIRECTORY, ring)
    assert refused.value.cause is Cause.NOT_ALLOWED_CALL


async def test_a_proxy_is_given_the_providers_address_as_it_is(ring: KeyRing) -> None:
    """Its two slashes stay in the path, and the call goes to the proxy."""
    async with FaultPartner(replies(answer(b"{}"))) as proxy:
        path = "https://pcs.practice.example/D99001/STU3/1/Patient/$gpc.getstructuredrecord"
        one = registration(proxy.endpoint)
        await sent(HttpRequest(method="POST", path=path, body=b"{}"), one, PROXIED, ring)
        (heard,) = proxy.requests
    assert f"/{path} HTTP/1.1".encode() in heard


@pytest.mark.parametrize(
    "provider",
    [
        "https://user@pcs.example/x",
        "https://pcs.example/../x",
        "https://pcs.example/x?y=1",
        "ftp://pcs.example",
        "https:/pcs.example",
        f"https://pcs.example/{BEN.digits}",
    ],
)
async def test_a_provider_that_is_no_plain_address_is_not_passed_on(ring: KeyRing, provider: str) -> None:
    """Nor is one that carries somebody else's number."""
    request = HttpRequest(method="POST", path=f"{provider}/Patient/$gpc.getstructuredrecord", body=b"{}")
    with pytest.raises(TransportFault) as refused:
        await sent(request, registration("http://127.0.0.1:1"), PROXIED, ring)
    assert refused.value.cause is Cause.NOT_ALLOWED_CALL


async def test_a_connector_writes_authorization_only_where_its_manifest_says_so(ring: KeyRing) -> None:
    """And never where the partner's secret stands."""
    own = replace(READ, headers={"Authorization": "Bearer unsigned."})
    writes = replace(MANIFEST, writes_authorization=True)
    async with FaultPartner(replies(answer(b"{}"))) as partner:
        await sent(own, registration(partner.endpoint), writes, ring)
        with_secret = registration(partner.endpoint, credentials=Credentials(token="given"))
        for one, manifest in ((registration(partner.endpoint), MANIFEST), (with_secret, writes)):
            with pytest.raises(TransportFault) as refused:
                await sent(own, one, manifest, ring)
            assert refused.value.cause is Cause.NOT_ALLOWED_CALL
        assert [b"Authorization: Bearer unsigned." in heard for heard in partner.requests] == [True]


def test_a_setting_that_names_a_file_is_found_beside_the_registration(ring: KeyRing) -> None:
    """Relative to the registration's own file; other settings are as they were."""
    one = replace(registration("http://127.0.0.1:1"), settings={"mapping": "../m.yaml", "size": 5})
    road = road_of(one, ring, replace(MANIFEST, settings={"mapping": "A."}, files=frozenset({"mapping"})))
    assert road.connector.settings == {"mapping": "/m.yaml", "size": 5}


async def test_reads_that_stand_in_the_registration_are_the_only_ones(ring: KeyRing) -> None:
    """The connector says what its settings let it read."""
    road = road_of(registration("http://127.0.0.1:1"), ring, replace(MANIFEST, reads_from_settings=True))
    with pytest.raises(TransportFault) as refused:
        await road.transport.send(READ, permit(ASHA))
    assert refused.value.cause is Cause.NOT_ALLOWED_CALL


@pytest.mark.parametrize(
    ("change", "manifest", "environment", "complaint"),
    [
        ({"connector": "tset"}, MANIFEST, "production", "it is not loaded. Loaded: test"),
        ({}, replace(MANIFEST, rehearsal=True), "production", "never runs in production"),
        ({"settings": {"wrong": 1}}, MANIFEST, "demonstration", "`wrong` is not a setting here."),
        ({"services": {"sds": Service(endpoint="https://x")}}, MANIFEST, "production", "no service `sds`"),
        ({"endpoint": "mllp://elsewhere.example:1"}, MANIFEST, "demonstration", "its endpoint is at fault"),
        ({}, replace(MANIFEST, documents=True), "demonstration", "it opens none. Write `open_document`."),
    ],
)
def test_what_does_not_go_together_stops_the_start(
    ring: KeyRing, change: dict[str, Any], manifest: Manifest, environment: str, complaint: str
) -> None:
    """The partner, the connector, what is wrong and what to do are in one sentence."""
    with pytest.raises(UnfitRegistration) as refused:
        road_of(replace(registration("https://h.example"), **change), ring, manifest, environment=environment)
    assert complaint in str(refused.value)
    assert "partner `trust` names connector" in str(refused.value)


class Opens(Bound):
    """A connector that opens what it lists."""

    def open_document(self) -> None:
        """Never called here."""


def test_a_connector_that_opens_documents_needs_a_road_on_which_they_come(ring: KeyRing) -> None:
    """Over HTTP the road says that it has them; over MLLP there is no such road."""
    manifest = replace(MANIFEST, documents=True)
    named = {"test": Plugin(manifest=manifest, create=Opens, simulator=dict)}
    given: dict[str, Any] = {"folder": Path("/registrations"), "environment": "demonstration"}
    road = open_road(registration("https://h.example"), named, ring, SystemClock(), **given)
    assert road.documents
    with pytest.raises(UnfitRegistration, match="come over HTTP alone"):
        open_road(registration("mllp://127.0.0.1:1"), named, ring, SystemClock(), **given)
