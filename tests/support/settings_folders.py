"""Small whole folders of settings, to change one thing in."""

from __future__ import annotations

from pathlib import Path

BROKER = """\
environment: production
listen:
  host: 127.0.0.1
  port: 8080
base_url: https://watersmeet.example/
store: state/releases.sqlite
policies: ../policies
contact: ["Service desk, 01632 960001"]
"""

PARTNER = """\
id: addenbury
organisation:
  name: Addenbury University Hospital
  ods_codes: [RX901]
  kind: acute
connector: fhir_r4
endpoint: https://fhir.addenbury.example/r4/
status: live
supplies: [allergies, medicines]
contact: ["Switchboard, 01632 960201"]
"""

INDEX = """\
id: pds
organisation:
  name: Patient index
  ods_codes: [X26]
  kind: index
connector: pds
endpoint: https://index.example/fhir
status: live
contact: ["Service desk, 01632 960002"]
"""


def write_folder(folder: Path, **files: str) -> Path:
    """A folder that loads, in which `broker`, `partner` or `index` replace a file's text."""
    (folder / "partners").mkdir(parents=True, exist_ok=True)
    (folder / "broker.yaml").write_text(files.get("broker", BROKER), encoding="utf-8")
    (folder / "partners" / "addenbury.yaml").write_text(files.get("partner", PARTNER), encoding="utf-8")
    (folder / "index.yaml").write_text(files.get("index", INDEX), encoding="utf-8")
    for name in ("trust.yaml", "keys.yaml"):
        (folder / name).write_text("environment: production\n", encoding="utf-8")
    return folder
