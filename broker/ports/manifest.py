"""A connector's `manifest.yaml` into the Manifest that the broker checks and the transport enforces.

name: fhir_r4
api: 1
role: records                # records, or index for a patient index
proof: demographics          # demographics, number or lookup
filters_categories: true     # the partner can be asked for some categories alone
summary: UK Core servers over FHIR R4.
reads:                       # every call that may ever be made, paging links too; {id} is one segment,
                             # {type} a resource type, {base} alone the endpoint itself
  - {method: POST, path: Patient/_search}
  - {method: GET, path: "{type}"}
settings:                    # every setting of `create`, each described in one line
  patient_search: How the partner's own patient id is found, `post` or `get`.
"""

from __future__ import annotations

import re
from pathlib import Path

from broker.files import Section, read_file
from broker.ports.connector import Manifest

ROLES = ("records", "index")
PROOFS = ("demographics", "number", "lookup")
METHODS = ("GET", "POST")

_SEGMENT = re.compile(r"\{id\}|\{type\}|[A-Za-z0-9$_.\-]+")


def read_manifest(path: Path) -> Manifest:
    """Read one `manifest.yaml`. Raises FileFault with file, line, column and remedy."""
    top = read_file(path)
    manifest = Manifest(
        name=top.text("name"),
        api=top.integer("api", least=1),
        role=top.word("role", ROLES),
        proof=top.word("proof", PROOFS),
        reads=tuple(_read(section) for section in top.sections("reads")),
        filters_categories=top.flag("filters_categories"),
        settings=_settings(top),
        summary=top.text("summary"),
    )
    top.finish()
    if not manifest.reads:
        raise top.fault("`reads` lists no call.", "List each method and path that is read.", at="reads")
    return manifest


def _read(section: Section) -> tuple[str, str]:
    method, path = section.word("method", METHODS), section.text("path")
    section.finish()
    if path == "{base}":
        return method, path
    for segment in path.split("/"):
        if not _SEGMENT.fullmatch(segment) or segment in {".", ".."}:
            remedy = "Write it relative to the endpoint: names, `{id}` and `{type}` between slashes."
            raise section.fault(f"`{segment}` is not a part of a path.", remedy, at="path")
    return method, path


def _settings(top: Section) -> dict[str, str]:
    if "settings" not in top:
        return {}
    settings = top.section("settings")
    described = {name: settings.text(name) for name in settings.names()}
    settings.finish()
    return described
