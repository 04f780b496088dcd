"""A pointer into the one read that gives its document: through the proxy, or from a registered service."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec

from broker.domain.outcome import Cause, OutcomeLabel
from broker.domain.query import PartnerAsk
from broker.ports.connector import (
    DocumentForm,
    DocumentPointer,
    DocumentSource,
    HttpRequest,
    TransportFault,
)
from connectors.gpconnect import access as gpconnect
from connectors.gpconnect.calls import Caller
from connectors.gpconnect.directory import ASID_SYSTEM
from connectors.mhd.declared import declared_type
from connectors.nrl.addresses import is_through_the_proxy, provider_of

READ_CONTENT = "urn:nhs:names:services:nrl:DocumentReference.content.read"
PROXY, DIRECT = "ssp", "direct"
# A telephone number or a web page for people: whom to call, and no document.
NOT_DOCUMENTS = frozenset({"urn:nhs-ic:record-contact"})
_WEB_ADDRESS = re.compile(r"(?i:https?)://[!-~]+", re.ASCII)


class _Coding(msgspec.Struct, gc=False):
    code: str | None = None


class _Attachment(msgspec.Struct, gc=False):
    url: str | None = None


class _Content(msgspec.Struct, gc=False):
    attachment: _Attachment | None = None
    format: _Coding | None = None


class _Identifier(msgspec.Struct, gc=False):
    system: str | None = None
    value: str | None = None


class _Related(msgspec.Struct, gc=False):
    identifier: _Identifier | None = None


class _Context(msgspec.Struct, gc=False):
    related: list[_Related] = []


class _Pointer(msgspec.Struct, gc=False):
    content: list[_Content] = []
    context: _Context | None = None


_POINTER = msgspec.json.Decoder(_Pointer)


class Openings:
    """How one deployment has the documents behind pointers."""

    def __init__(self, access: gpconnect.Access, *, direct: bool) -> None:
        """`direct` says that a service of that name is registered for plain web addresses."""
        self._access, self._direct = access, direct

    def source(self, ask: PartnerAsk, pointer: DocumentPointer) -> DocumentSource:
        """The read. Raises TransportFault for an address that nobody here may follow."""
        item = _read(pointer.item)
        if _is_no_document(item, pointer.url):
            raise TransportFault(OutcomeLabel.NOT_AVAILABLE, Cause.NOT_OFFERED)
        accept = declared_type(pointer.item, pointer.url) or "*/*"
        if is_through_the_proxy(pointer.url):
            request = self._through_the_proxy(ask, pointer.url, item, accept)
        else:
            request = self._directly(pointer.url, accept)
        # What is FHIR itself is the document; around anything else a provider may put a Binary.
        form = DocumentForm.RAW if "fhir" in accept else DocumentForm.AS_ANSWERED
        return DocumentSource(request=request, form=form)

    def _through_the_proxy(self, ask: PartnerAsk, url: str, item: _Pointer, accept: str) -> HttpRequest:
        consumer = self._access.consumers.get(ask.requester.organisation_ods)
        if consumer is None or not ask.requester.user_id:
            raise TransportFault(OutcomeLabel.NOT_ASKED, Cause.CREDENTIALS)
        named = provider_of(url)
        if named is None:
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        provider = gpconnect.Provider(root=named.origin, asid=_asid(item), prefix=named.escaped)
        request = Caller(ask, self._access, consumer).get(provider, READ_CONTENT, "").request
        # A document has a type of its own, where GP Connect's answers are all FHIR.
        headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
        return replace(request, service=PROXY, headers={**headers, "Accept": accept})

    def _directly(self, url: str, accept: str) -> HttpRequest:
        """The transport follows it under the registered service, and nowhere else."""
        if not self._direct or not _WEB_ADDRESS.fullmatch(url):
            raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
        return HttpRequest(method="GET", link=url, service=DIRECT, headers={"Accept": accept})


def _read(item: bytes) -> _Pointer:
    try:
        return _POINTER.decode(item)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED) from None


def _is_no_document(item: _Pointer, url: str) -> bool:
    return any(
        one.attachment is not None
        and one.attachment.url == url
        and one.format is not None
        and one.format.code in NOT_DOCUMENTS
        for one in item.content
    )


def _asid(item: _Pointer) -> str:
    """The provider's own; a pointer that names none, or two, leads nowhere."""
    related = [one.identifier for one in item.context.related if one.identifier] if item.context else []
    found = {one.value or "" for one in related if one.system == ASID_SYSTEM}
    if len(found) > 1:
        raise TransportFault(OutcomeLabel.INVALID, Cause.SEVERAL_MATCHES)
    asid = next(iter(found), "")
    if not gpconnect.ASID.fullmatch(asid):
        raise TransportFault(OutcomeLabel.INVALID, Cause.MALFORMED)
    return asid
