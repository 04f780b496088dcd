"""Every table, the data types first: what becomes of each element of each STU3 type in R4."""

from __future__ import annotations

from connectors.stu3.tables import (
    contacts,
    datatypes,
    devices,
    findings,
    medicines,
    messages,
    people,
    plans,
    records,
)

EVERY_TABLE = (
    datatypes.TABLES,
    people.TABLES,
    medicines.TABLES,
    findings.TABLES,
    contacts.TABLES,
    plans.TABLES,
    messages.TABLES,
    devices.TABLES,
    records.TABLES,
)
