"""The credentials of a registration, and its further endpoints: addresses as text, secrets by reference."""

from __future__ import annotations

import re
from collections.abc import Mapping

from broker.domain.registration import Credentials, Service
from broker.files import Section
from broker.settings.address import read_root
from broker.settings.bounds import optional_section

KEY_NAME_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
HEADER_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}", re.ASCII)


def read_credentials(top: Section) -> Credentials:
    """The section `credentials`, or none. Raises FileFault."""
    section = optional_section(top, "credentials")
    if section is None:
        return Credentials()
    files = {name: _file(section, name) for name in ("certificate", "key", "authority")}
    token = section.text("token", "")
    if token and not KEY_NAME_PATTERN.fullmatch(token):
        remedy = "Write the name of a key in `keys.yaml`, never the secret itself."
        raise section.fault("`token` is not the name of a key.", remedy, at="token")
    header = section.text("token_header", "")
    if header and not (token and HEADER_PATTERN.fullmatch(header)):
        remedy = "Write a header's name beside the `token` that it carries, such as `apikey`."
        raise section.fault("`token_header` carries nothing.", remedy, at="token_header")
    section.finish()
    return Credentials(**files, token=token, token_header=header)


def _file(section: Section, name: str) -> str:
    """A file's path, absolute or beside the registration, resolved; empty when it is not set."""
    written = section.text(name, "")
    if "-----" in written or "\n" in written:
        remedy = "Write the path of a file, never its content."
        raise section.fault(f"`{name}` is not a path.", remedy, at=name)
    return str((section.path.parent / written).resolve()) if written else ""


def read_services(top: Section, environment: str) -> Mapping[str, Service]:
    """The section `services`: each further endpoint by the name that the connector knows it by."""
    section = optional_section(top, "services")
    if section is None:
        return {}
    services = {name: _service(section.section(name), environment) for name in section.names()}
    section.finish()
    return services


def _service(section: Section, environment: str) -> Service:
    service = Service(
        endpoint=read_root(section, "endpoint", environment), credentials=read_credentials(section)
    )
    section.finish()
    return service
