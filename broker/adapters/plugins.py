"""Installed entry points into the connectors that may be used: of named distributions, of this contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from broker.ports.connector import API, Plugin

GROUP = "watersmeet.connectors"


class PluginFault(Exception):
    """Which distribution, which entry point, what is wrong and what to do about it."""

    def __init__(self, entry: EntryPoint, problem: str, remedy: str) -> None:
        """`problem` and `remedy` are whole sentences."""
        super().__init__(
            f"distribution `{_distribution(entry)}`, entry point `{entry.name}` ({entry.value}): "
            f"{problem} {remedy}"
        )


def load_plugins(
    trusted: Iterable[str], installed: Iterable[EntryPoint] | None = None
) -> Mapping[str, Plugin]:
    """Connectors by name, from the distributions in `trusted` alone; no other's code is imported.

    Raises PluginFault for a trusted one that cannot be used. `installed` is every entry point of the
    group unless given.
    """
    names = {_normal(name) for name in trusted}
    found = entry_points(group=GROUP) if installed is None else installed
    entries = sorted((e for e in found if _distribution(e) in names), key=lambda e: e.name)
    plugins: dict[str, Plugin] = {}
    for entry in entries:
        if entry.name in plugins:
            raise PluginFault(entry, "another distribution has this name.", "Trust only one of the two.")
        plugins[entry.name] = _checked(entry, _loaded(entry))
    return plugins


def untrusted(trusted: Iterable[str], installed: Iterable[EntryPoint] | None = None) -> tuple[str, ...]:
    """Distributions that offer connectors and are not trusted: named to operators, never imported."""
    names = {_normal(name) for name in trusted}
    found = entry_points(group=GROUP) if installed is None else installed
    return tuple(sorted({_distribution(entry) for entry in found} - names))


def _normal(name: str) -> str:
    """One spelling for a distribution's name (Python packaging, name normalisation)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _distribution(entry: EntryPoint) -> str:
    return _normal(entry.dist.name) if entry.dist is not None else ""


def _loaded(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except Exception as error:  # an import runs the distribution's own code: anything may come
        remedy = "Install its dependencies, or take it out of `config/trust.yaml`."
        raise PluginFault(entry, f"it cannot be imported ({type(error).__name__}).", remedy) from error


def _checked(entry: EntryPoint, plugin: object) -> Plugin:
    if not isinstance(plugin, Plugin):
        remedy = "Let the entry point name a broker.ports.connector.Plugin."
        raise PluginFault(entry, f"it names a {type(plugin).__name__}, not a Plugin.", remedy)
    manifest = plugin.manifest
    if manifest.api != API:
        remedy = f"Install a release of it for contract {API}."
        raise PluginFault(entry, f"it is written for connector contract {manifest.api}.", remedy)
    if manifest.name != entry.name:
        remedy = "Give both the same name."
        raise PluginFault(entry, f"its manifest is named `{manifest.name}`.", remedy)
    return plugin
