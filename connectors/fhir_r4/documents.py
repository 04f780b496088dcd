"""An attachment's address to the one read that gives its document, at the server that listed it."""

from __future__ import annotations

import re

from broker.domain.outcome import Cause, OutcomeLabel
from broker.ports.connector import (
    DocumentForm,
    DocumentPointer,
    DocumentSource,
    HttpRequest,
    Opening,
    Pause,
    TransportFault,
)

# What has a scheme is a whole address; of those only the web's is read (R4 4.0.1, Attachment.url).
_OTHER_SCHEME = re.compile(r"(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
# A Binary as JSON, never as XML; a server that hands out the bytes themselves may do so.
_ACCEPT = "application/fhir+json, */*;q=0.8"


def opening(pointer: DocumentPointer) -> Opening:
    """Nothing is asked first. The transport refuses what is not a Binary of this server."""
    if _OTHER_SCHEME.match(pointer.url):
        raise TransportFault(OutcomeLabel.INVALID, Cause.FOREIGN_LINK)
    yield Pause()  # a conversation, as every other, that has nothing to ask
    request = HttpRequest(method="GET", link=pointer.url, headers={"Accept": _ACCEPT})
    return DocumentSource(request=request, form=DocumentForm.AS_ANSWERED)
