"""Resources as a partner wrote them, to the searchset that carries them byte for byte."""

from __future__ import annotations


def bundle(*raws: bytes, more: bytes = b"") -> bytes:
    """A searchset; `more` is what stands behind its entries, comma first."""
    entries = b",".join(b'{"resource":' + raw + b"}" for raw in raws)
    return b'{"resourceType":"Bundle","type":"searchset","entry":[' + entries + b"]" + more + b"}"
