"""A registration's settings into the access that one deployment has to GP Connect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.settings import SettingFault, Settings

ASID = re.compile(r"[0-9]{12}", re.ASCII)
ODS_CODE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
# As the transport reads a provider's root, without a slash at its end.
ROOT = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.\-]{0,252}(?::[0-9]{1,5})?(?:/[A-Za-z0-9\-._~]+)*", re.ASCII
)
_WEB_ADDRESS = re.compile(r"https?://[!-~]{1,200}", re.ASCII)
_WORDS = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_PLAIN = re.compile(r"[!-~]{1,100}", re.ASCII)
_DEVICE_SYSTEM = "https://watersmeet.example/Id/device"
_USER_SYSTEM = "https://watersmeet.example/Id/user"
_MINUTES, _MINUTES_MAX = 60, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """An organisation whose users ask, as Spine knows it."""

    ods: str
    asid: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A practice's service: its root, its ASID, and what stands before a path that is sent to it."""

    root: str
    asid: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask, in whose words, and how a practice is reached.

    `direct` is the one practice (by ODS code) that the endpoint itself is; empty when everything goes
    through the proxy. `smartcard_issuers` are those whose user ids are SDS user ids.
    """

    consumers: Mapping[str, Consumer]
    issuer: str
    device_system: str
    device: str
    device_model: str
    device_version: str
    user_system: str
    smartcard_issuers: frozenset[str]
    directory_minutes: int = _MINUTES
    direct: Mapping[str, Provider] = field(default_factory=dict)


class AccessSettings(Settings):
    """Settings with the two shapes that only GP Connect has: organisations, and web addresses."""

    def consumers(self, name: str) -> dict[str, Consumer]:
        """ODS code to `asid` and `name`. Empty when it was left out: `read_access` says so last."""
        given = self._take(name, {})
        if not isinstance(given, Mapping):
            raise SettingFault(f"`{name}` must map each organisation's ODS code to its `asid` and `name`.")
        return {ods: _consumer(name, ods, described) for ods, described in given.items()}

    def addresses(self, name: str) -> frozenset[str]:
        """A list of web addresses; none when it was left out."""
        given = self._take(name, [])
        if not isinstance(given, list) or not all(_is(_WEB_ADDRESS, one) for one in given):
            raise SettingFault(f"`{name}` must be a list of web addresses, as in tokens' `iss`.")
        return frozenset(given)


def read_access(settings: AccessSettings) -> Access:
    """Take what every connector of GP Connect needs, and refuse what nobody took. Raises SettingFault.

    A connector takes its own settings first.
    """
    access = replace(
        read_caller(settings),
        directory_minutes=settings.whole("directory_minutes", _MINUTES, least=1, most=_MINUTES_MAX),
        direct=_direct(settings),
    )
    settings.finish()
    check_caller(access)
    return access


def read_caller(settings: AccessSettings) -> Access:
    """Take what says who asks, and in whose words."""
    return Access(
        consumers=settings.consumers("consumers"),
        issuer=settings.text("issuer", _WEB_ADDRESS, "the web address that names this consumer in tokens"),
        device_system=settings.text("device_system", _WEB_ADDRESS, "a web address") or _DEVICE_SYSTEM,
        device=settings.text("device", _PLAIN, "an identifier without spaces") or "watersmeet",
        device_model=settings.text("device_model", _WORDS, "a name") or "Watersmeet",
        device_version=settings.text("device_version", _PLAIN, "a version without spaces") or "1",
        user_system=settings.text("user_system", _WEB_ADDRESS, "a web address") or _USER_SYSTEM,
        smartcard_issuers=settings.addresses("smartcard_issuers"),
    )


def check_caller(access: Access) -> None:
    """Raises SettingFault where nobody could ask."""
    if not access.consumers:
        raise SettingFault(
            "`consumers` names nobody. Give each organisation that asks its `asid` and `name`."
        )
    if not access.issuer:
        raise SettingFault("`issuer` is missing. Give the web address that names this consumer in tokens.")


def _direct(settings: Settings) -> dict[str, Provider]:
    ods = settings.text("provider_ods", ODS_CODE, "an ODS code of capitals and digits")
    asid = settings.text("provider_asid", ASID, "an ASID of twelve digits, in quotes")
    root = settings.text("provider_root", ROOT, "the practice's own service root, without a slash at its end")
    if not (ods or asid or root):
        return {}
    if not (ods and asid and root):
        raise SettingFault(
            "`provider_ods`, `provider_asid` and `provider_root` go together: give all three where the "
            "endpoint is one practice's own, and none where it is the Spine Secure Proxy."
        )
    return {ods: Provider(root=root, asid=asid, prefix="")}


def _consumer(name: str, ods: object, described: object) -> Consumer:
    if not isinstance(ods, str) or not _is(ODS_CODE, ods) or not isinstance(described, Mapping):
        raise SettingFault(f"`{name}` must map each organisation's ODS code to its `asid` and `name`.")
    asid, words = described.get("asid"), described.get("name")
    if not isinstance(asid, str) or not _is(ASID, asid):
        raise SettingFault(f"`{name}` has an `asid` that is not twelve digits. Write it in quotes.")
    if not isinstance(words, str) or not _is(_WORDS, words) or described.keys() - {"asid", "name"}:
        raise SettingFault(f"`{name}` must give each organisation an `asid` and a `name`, and nothing else.")
    return Consumer(ods=ods, asid=asid, name=words)


def _is(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None
