"""The partners of the demonstration, all invented: who they are and what each can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker.domain.category import Category

# What each council's own system calls things; operations keep these files beside their registrations.
MAPPINGS = Path(__file__).resolve().parents[2] / "config" / "mappings"
_CLINIC = (
    Category.DEMOGRAPHICS,
    Category.ALLERGIES,
    Category.MEDICINES,
    Category.PROBLEMS,
    Category.PROCEDURES,
    Category.RESULTS,
    Category.OBSERVATIONS,
    Category.CONTACTS,
    Category.APPOINTMENTS,
    Category.REFERRALS,
    Category.DOCUMENTS,
)
_HOSPITAL = (*_CLINIC, Category.PLANS, Category.ALERTS)
# What GP Connect has an area for (Access Record Structured 1.6.2).
_PRACTICE = (
    Category.DEMOGRAPHICS,
    Category.ALLERGIES,
    Category.MEDICINES,
    Category.PROBLEMS,
    Category.RESULTS,
    Category.OBSERVATIONS,
    Category.VACCINATIONS,
    Category.CONTACTS,
    Category.REFERRALS,
    Category.PLANS,
)
_DOCUMENTS = (Category.DEMOGRAPHICS, Category.DOCUMENTS)
_COUNCIL = (
    Category.DEMOGRAPHICS,
    Category.CONTACTS,
    Category.ALERTS,
    Category.REFERRALS,
    Category.SOCIAL_CARE,
)


_SPINE_ORGANISATIONS = {
    "D99001": ("200000000001", "Fen Edge Medical Practice"),
    "D99002": ("200000000002", "Castle Hill Surgery"),
    "RX901": ("200000000003", "Addenbury University Hospital"),
    "RX902": ("200000000004", "Papermill Heart and Lung Hospital"),
    "RX903": ("200000000005", "Nene West Hospitals"),
    "RX904": ("200000000006", "Ousebank Mental Health and Community Trust"),
    "RX905": ("200000000007", "Fenland Community Services"),
    "99C01": ("200000000008", "Cambourne County Council"),
    "99C02": ("200000000009", "Petersgate City Council"),
    "RX906": ("200000000010", "Harbour Sexual Health Clinic"),
}
# As whom each organisation's staff ask practices through the Spine, and where its directory stands.
_SPINE: Mapping[str, object] = {
    "issuer": "https://watersmeet.example/gpconnect",
    "consumers": {ods: {"asid": asid, "name": name} for ods, (asid, name) in _SPINE_ORGANISATIONS.items()},
}
_DIRECTORY = {"sds": "/sds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationPartner:
    """One way of speaking to one invented organisation. `settings` are its registration's, `manners` its
    simulator's; a setting that names a mapping is found in the folder of mappings that ships. `services`
    are further endpoints, each a path under the simulator's own.
    """

    partner_id: str
    name: str
    ods: str
    kind: str
    supplies: tuple[Category, ...]
    contact: str
    connector: str = "fhir_r4"
    settings: Mapping[str, object] = field(default_factory=dict)
    manners: Mapping[str, object] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> str:
        """The root of its own identifier systems."""
        return f"https://{self.partner_id}.example/Id"


FEN_EDGE = DemonstrationPartner(
    partner_id="fen-edge-practice",
    name="Fen Edge Medical Practice",
    ods="D99001",
    kind="gp",
    supplies=_PRACTICE,
    contact="Fen Edge Medical Practice, 01632 960101",
    connector="gpconnect_structured",
    settings=_SPINE,
    services=_DIRECTORY,
)
FEN_EDGE_DOCUMENTS = DemonstrationPartner(
    partner_id="fen-edge-documents",
    name="Fen Edge Medical Practice: documents",
    ods=FEN_EDGE.ods,
    kind="gp",
    supplies=_DOCUMENTS,
    contact=FEN_EDGE.contact,
    connector="gpconnect_documents",
    settings=_SPINE,
    services=_DIRECTORY,
)
CASTLE_HILL = DemonstrationPartner(
    partner_id="castle-hill-practice",
    name="Castle Hill Surgery",
    ods="D99002",
    kind="gp",
    supplies=_PRACTICE,
    contact="Castle Hill Surgery, 01632 960102",
    connector="gpconnect_structured",
    settings=_SPINE,
    services=_DIRECTORY,
)
ADDENBURY = DemonstrationPartner(
    partner_id="addenbury",
    name="Addenbury University Hospital",
    ods="RX901",
    kind="acute",
    supplies=_HOSPITAL,
    contact="Addenbury University Hospital switchboard, 01632 960201",
    settings={"manner": "epic"},
    manners={"manner": "epic", "delay_s": 0.02},
)
PAPERMILL = DemonstrationPartner(
    partner_id="papermill",
    name="Papermill Heart and Lung Hospital",
    ods="RX902",
    kind="acute",
    supplies=_HOSPITAL,
    contact="Papermill Heart and Lung Hospital switchboard, 01632 960202",
    settings={"manner": "cerner"},
    # Small, slow pages are its story.
    manners={"manner": "cerner", "page_size": 10, "page_delay_s": 0.4},
)
NENEWEST = DemonstrationPartner(
    partner_id="nenewest",
    name="Nene West Hospitals",
    ods="RX903",
    kind="acute",
    supplies=_HOSPITAL,
    contact="Nene West Hospitals switchboard, 01632 960203",
    connector="hl7v2",
    settings={"query_code": "Q11-NENEWEST", "receiving_facility": "NENEWEST"},
)
NENEWEST_LETTERS = DemonstrationPartner(
    partner_id="nenewest-letters",
    name="Nene West Hospitals: letters",
    ods=NENEWEST.ods,
    kind="acute",
    supplies=_DOCUMENTS,
    contact=NENEWEST.contact,
    connector="mhd",
)
OUSEBANK = DemonstrationPartner(
    partner_id="ousebank",
    name="Ousebank Mental Health and Community Trust",
    ods="RX904",
    kind="mental-health",
    supplies=_HOSPITAL,
    contact="Ousebank single point of access, 01632 960301",
    connector="openehr",
)
FENLAND = DemonstrationPartner(
    partner_id="fenland-community",
    name="Fenland Community Services",
    ods="RX905",
    kind="community",
    supplies=(*_HOSPITAL, Category.VACCINATIONS),
    contact="Fenland Community Services hub, 01632 960302",
    manners={"delay_s": 0.01},
)
COUNTY = DemonstrationPartner(
    partner_id="county-council",
    name="Cambourne County Council",
    ods="99C01",
    kind="social-care",
    supplies=(*_COUNCIL, Category.PLANS),
    contact="Cambourne County Council adult social care, 01632 960401",
    connector="rest_json",
    settings={"mapping": MAPPINGS / "mosaic-social-care.yaml"},
    manners={"manner": "mosaic"},
)
CITY = DemonstrationPartner(
    partner_id="city-council",
    name="Petersgate City Council",
    ods="99C02",
    kind="social-care",
    supplies=(*_COUNCIL, Category.PROCEDURES),
    contact="Petersgate City Council adult social care, 01632 960402",
    connector="rest_json",
    settings={"mapping": MAPPINGS / "stu3-social-care.yaml"},
    manners={"manner": "stu3"},
)
HARBOUR = DemonstrationPartner(
    partner_id="harbour-clinic",
    name="Harbour Sexual Health Clinic",
    ods="RX906",
    kind="sexual-health",
    supplies=(*_CLINIC, Category.VACCINATIONS),
    contact="Harbour Sexual Health Clinic, 01632 960501",
)

PARTNERS = (
    FEN_EDGE,
    FEN_EDGE_DOCUMENTS,
    CASTLE_HILL,
    ADDENBURY,
    PAPERMILL,
    NENEWEST,
    NENEWEST_LETTERS,
    OUSEBANK,
    FENLAND,
    COUNTY,
    CITY,
    HARBOUR,
)
