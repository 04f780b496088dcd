"""A connector's `manifest.yaml` into the Manifest that the broker checks and the transport enforces.

name: fhir_r4
api: 1
role: records                # records, or index for a patient index
proof: demographics          # demographics, number or lookup
filters_categories: true     # the partner can be asked for some categories alone
summary: UK Core servers over FHIR R4.
reads:                       # every call that may ever be made, paging links too; {id} is one segment,
                             # {base} alone the endpoint itself
  - {method: POST, path: Patient/_search}
  - {method: GET, path: "{type}"}
                             # {type} a resource type, {provider} a web address given to a proxy,
                             # {encoded_provider} one that is a single, escaped segment;
                             # `service: name` where it is a read of a further endpoint
settings:                    # every setting of `create`, each described in one line
  patient_search: How the partner's own patient id is found, `post` or `get`.

Where they hold, a manifest also says `reads_from_settings`, `writes_authorization`, `documents`, `locates`,
`versions`, `direct_care_only` or `rehearsal: true`, and lists in `files` the settings that name a file
(broker.ports.connector.Manifest).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from broker.files import Section, read_file
from broker.ports.connector import Manifest

ROLES = ("records", "index")
PROOFS = ("demographics", "number", "lookup")
Reads: TypeAlias = tuple[tuple[str, str], ...]
METHODS = ("GET", "POST", "QUERY")  # QUERY: a message of this type over MLLP

FLAGS = (
    "reads_from_settings",
    "writes_authorization",
    "documents",
    "locates",
    "rehearsal",
    "versions",
    "direct_care_only",
)

SEGMENT_PATTERN = re.compile(r"\{id\}|\{type\}|\{provider\}|\{encoded_provider\}|[A-Za-z0-9$_.\-^]+")


def read_manifest(path: Path) -> Manifest:
    """Read one `manifest.yaml`. Raises FileFault with file, line, column and remedy."""
    top = read_file(path)
    reads, services = _reads(top)
    manifest = Manifest(
        name=top.text("name"),
        api=top.integer("api", least=1),
        role=top.word("role", ROLES),
        proof=top.word("proof", PROOFS),
        reads=reads,
        services=services,
        filters_categories=top.flag("filters_categories"),
        settings=_settings(top),
        summary=top.text("summary"),
        files=_files(top),
        **{flag: top.flag(flag) for flag in FLAGS if flag in top},
    )
    top.finish()
    if not (manifest.reads or manifest.reads_from_settings or manifest.rehearsal):
        raise top.fault("`reads` lists no call.", "List each method and path that is read.", at="reads")
    return manifest


def _reads(top: Section) -> tuple[Reads, Mapping[str, Reads]]:
    """The reads of the endpoint itself, and of each further one by its name."""
    by_service: dict[str, list[tuple[str, str]]] = {}
    for section in top.sections("reads") if "reads" in top else ():
        service = section.text("service", "")
        by_service.setdefault(service, []).append(_read(section))
    own = tuple(by_service.pop("", ()))
    return own, {name: tuple(reads) for name, reads in by_service.items()}


def _files(top: Section) -> frozenset[str]:
    names = frozenset(top.words("files")) if "files" in top else frozenset()
    described = top.section("settings").names() if "settings" in top else ()
    for name in names - frozenset(described):
        raise top.fault(f"`{name}` is no setting here.", "Describe it under `settings`.", at="files")
    return names


def _read(section: Section) -> tuple[str, str]:
    method, path = section.word("method", METHODS), section.text("path")
    section.finish()
    if path == "{base}":
        return method, path
    for segment in path.split("/"):
        if not SEGMENT_PATTERN.fullmatch(segment) or segment in {".", ".."}:
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
