"""Keys by reference: `config/keys.yaml` to usable keys, their rotation and the demonstration's own."""

from broker.adapters.keys.development import make_development_keys
from broker.adapters.keys.partner_secret import PartnerSecret
from broker.adapters.keys.reading import read_key_ring
from broker.adapters.keys.reference import KeyFault
from broker.adapters.keys.ring import Key, KeyEntry, KeyRing, KeyState, Purpose

__all__ = [
    "Key",
    "KeyEntry",
    "KeyFault",
    "KeyRing",
    "KeyState",
    "PartnerSecret",
    "Purpose",
    "make_development_keys",
    "read_key_ring",
]
