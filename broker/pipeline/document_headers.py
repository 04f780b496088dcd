"""What a document is declared to be, to the headers under which it goes out: never as a page that runs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_UNKNOWN = "application/octet-stream"
# What a reader may be told that it is. Whatever can hold a script is not among these, and saved as bytes.
_ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": "pdf",
        "text/plain": "txt",
        "application/rtf": "rtf",
        "text/rtf": "rtf",
        "application/msword": "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.oasis.opendocument.text": "odt",
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/gif": "gif",
        "image/bmp": "bmp",
        "image/tiff": "tiff",
        "application/dicom": "dcm",
    }
)
_CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252"})


def document_headers(content_type: str) -> dict[str, str]:
    """`content_type` is the partner's word. Its spelling never goes out, nor a file's name of its own."""
    kind, _, parameters = content_type.lower().partition(";")
    kind = kind.strip()
    ending = _ENDINGS.get(kind)
    shown = _UNKNOWN if ending is None else kind
    if shown == "text/plain":
        shown += _charset(parameters)
    return {
        "Content-Type": shown,
        "Content-Disposition": f'attachment; filename="document.{ending or "bin"}"',
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "charset" and value.strip('"') in _CHARSETS:
            return f"; charset={value.strip(chr(34))}"
    return ""
