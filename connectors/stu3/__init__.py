"""FHIR STU3 resources, as GP Connect returns them, to FHIR R4 resources: field by field, nothing dropped."""

from connectors.stu3.translation import Item, Translation, translate

__all__ = ["Item", "Translation", "translate"]
