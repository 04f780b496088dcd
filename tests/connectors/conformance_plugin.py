"""What every plugin keeps, whatever it speaks: its manifest, its settings, and no I/O of its own."""

from __future__ import annotations

import abc
import ast
import inspect
from pathlib import Path
from typing import ClassVar

import pytest

from broker.ports.connector import API, Plugin

_IMPURE = frozenset(
    {"aiohttp", "asyncio", "socket", "ssl", "time", "http", "urllib", "random", "logging", "os"}
)
_SIMULATED = frozenset({"simulator.py", "world.py", "__init__.py"})


class PluginConformance(abc.ABC):
    """What needs neither a socket nor a world."""

    plugin: ClassVar[Plugin]

    def test_the_manifest_is_of_this_contract(self) -> None:
        """The manifest was read, names this contract and describes every setting in a sentence."""
        manifest = self.plugin.manifest
        assert manifest.api == API
        assert all(words.endswith(".") for words in (manifest.summary, *manifest.settings.values()))

    def test_every_described_setting_is_checked(self) -> None:
        """A value of the wrong kind is refused with the setting's name; the value is not repeated."""
        for name in self.plugin.manifest.settings:
            with pytest.raises(ValueError, match=f"`{name}`") as refused:
                self.plugin.create({name: {"odd": "9990000018"}})
            assert "9990000018" not in str(refused.value)

    def test_an_unknown_setting_is_refused_with_the_nearest_word(self) -> None:
        """A misspelt setting never falls back to the usual."""
        name = next(iter(self.plugin.manifest.settings))
        with pytest.raises(ValueError, match=f"Did you mean `{name}`"):
            self.plugin.create({name + "s": "x"})

    def test_nothing_in_it_does_io(self) -> None:
        """No module of the connector but its simulator's imports a clock, a socket, chance or a logger."""
        folder = Path(inspect.getfile(self.plugin.create)).parent
        assert imports_of_io(folder) == {}


def imports_of_io(folder: Path) -> dict[str, set[str]]:
    """The modules of a connector, but those that play the partner, that import what does I/O, and what."""
    found = {
        module.name: _imports(module) & _IMPURE
        for module in folder.glob("*.py")
        if module.name not in _SIMULATED
    }
    return {name: imported for name, imported in found.items() if imported}


def _imports(module: Path) -> set[str]:
    tree = ast.parse(module.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}
