"""Policies that say much of it otherwise, within what no file may change."""

from __future__ import annotations

from typing import Any


def turned(topics: dict[str, Any]) -> dict[str, Any]:
    """`topics` with other people, other grounds, other days and other words."""
    _people(topics)
    _objections(topics["objections"])
    _disclosure(topics["disclosure"])
    _classes(topics["sensitive-information"])
    _emergencies(topics["emergency-access"])
    topics["sharing-agreement"]["networks"][0]["relationships"] = ["registration", "self-claimed"]
    return topics


def _people(topics: dict[str, Any]) -> None:
    groups = {group["id"]: group for group in topics["roles"]["groups"]}
    groups["nurse"]["sees"] = ["everything", "unclassified"]
    groups["doctor"]["sees"] = ["demographics", "medicines", "results", "documents", "problems", "plans"]
    groups["receptionist"]["local_words"].append("paramedic")
    groups["allied-health"]["local_words"].remove("paramedic")
    purposes = topics["purposes"]
    purposes["care_ends_days_after_death"] = 1
    purposes["refused"].append(purposes["permitted"].pop())
    for rule in topics["relationships"]["grounds"]:
        if rule["ground"] == "booking":
            rule.update(only_roles=["nurse", "receptionist"], alert=True)
        if rule["ground"] == "referral":
            rule.update(permitted=False)


def _objections(objections: dict[str, Any]) -> None:
    for state in objections["states"]:
        if state["state"] == "withdrawn":
            state["effect"] = "opens-by-carve-out"
    for rule in objections["grounds"]:
        if rule["ground"] == "safeguarding":
            rule.update(opens=["plans", "results"], to=["doctor", "receptionist"])
    objections["telling"].update(roles=["nurse", "receptionist"], named_staff=True)


def _disclosure(disclosure: dict[str, Any]) -> None:
    disclosure["naming"]["otherwise"] = "veiled"
    disclosure["naming"]["partners"].append(
        {"partner": "fen-edge-documents", "naming": "folded", "because": "The practice asked for it"}
    )
    disclosure["restricted"]["emergency"].update(
        restrictions=["restricted", "very-restricted"], roles=["nurse", "allied-health"], categories=["plans"]
    )
    disclosure["restricted"]["emergency"]["categories"] = ["medicines", "procedures"]


def _classes(sensitive: dict[str, Any]) -> None:
    for rule in sensitive["classes"]:
        if rule["class"] == "hiv":
            rule.update(sources=["papermill"], open_to=["receptionist"], relationships=["self-claimed"])
        if rule["class"] == "sexual-health":
            rule.update(sources=["nenewest-letters"], open_to=["nurse"], emergency=["pharmacist"])


def _emergencies(access: dict[str, Any]) -> None:
    access["text_characters_min"] = 19
    grounds = {rule["ground"]: rule for rule in access["grounds"]}
    access["grounds"].remove(grounds["risk-of-harm"])
    grounds["risk-to-life"].update(
        minutes_max=5, roles=["nurse", "receptionist"], opens=["results", "unclassified"]
    )
    grounds["cannot-be-asked"].update(witnessed=True, purposes=["TREAT"], relationships=["self-claimed"])
    grounds["person-asks-now"].update(witnessed=False, opens=["documents", "plans"], minutes_max=600)
