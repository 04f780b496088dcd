"""Connectors are found by entry point, and only a trusted distribution's code is ever imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path

import pytest

from broker.adapters.plugins import GROUP, PluginFault, load_plugins, untrusted

MODULE = """\
from broker.ports.connector import Manifest, Plugin
MANIFEST = Manifest(name={name!r}, api={api}, role="records", proof="number", reads=(("GET", "Patient"),),
                    filters_categories=False, settings={{}}, summary="For a test.")
PLUGIN = Plugin(manifest=MANIFEST, create=dict, simulator=dict)
OTHER = "not a plugin"
"""

Install = Callable[..., EntryPoint]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Writes a real distribution with one connector into a folder on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(
        distribution: str, name: str, *, api: int = 1, manifest: str = "", text: str = ""
    ) -> EntryPoint:
        module = f"made_{distribution.lower().replace('-', '_')}_{name}"
        monkeypatch.delitem(sys.modules, module, raising=False)
        (tmp_path / f"{module}.py").write_text(text or MODULE.format(name=manifest or name, api=api))
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        attribute = "OTHER" if manifest == "OTHER" else "PLUGIN"
        (folder / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:{attribute}\n")
        (entry,) = PathDistribution(folder).entry_points
        return entry

    return write


def test_a_trusted_connector_is_loaded_by_its_name(install: Install) -> None:
    """Spelling of the distribution's name does not matter."""
    entry = install("Partner_Connectors", "mhs")
    plugins = load_plugins({"partner-connectors"}, [entry])
    assert plugins["mhs"].manifest.name == "mhs"


def test_an_untrusted_distribution_is_named_and_never_imported(install: Install) -> None:
    """Its module does not run."""
    entry = install("stranger", "mhs", text="raise SystemExit('this ran')")
    assert load_plugins({"watersmeet"}, [entry]) == {}
    assert untrusted({"watersmeet"}, [entry]) == ("stranger",)
    assert "made_stranger_mhs" not in sys.modules


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"api": 2}, "written for connector contract 2. Install a release of it for contract 1."),
        ({"manifest": "another"}, "its manifest is named `another`. Give both the same name."),
        ({"manifest": "OTHER"}, "it names a str, not a Plugin."),
        ({"text": "import nothing_of_this_name"}, "cannot be imported (ModuleNotFoundError)."),
    ],
)
def test_a_connector_that_cannot_be_used_is_named_with_a_remedy(
    install: Install, how: dict[str, object], words: str
) -> None:
    """Distribution, entry point, what is wrong, what to do."""
    with pytest.raises(PluginFault) as caught:
        load_plugins({"partner"}, [install("partner", "mhs", **how)])
    assert words in str(caught.value)
    assert "distribution `partner`, entry point `mhs`" in str(caught.value)


def test_two_trusted_connectors_of_one_name_are_refused(install: Install) -> None:
    """Neither is chosen."""
    with pytest.raises(PluginFault, match="another distribution has this name"):
        load_plugins({"one", "two"}, [install("one", "mhs"), install("two", "mhs")])
