"""The life of an objection: received, reviewed, upheld or not, withdrawn. Nothing is edited in place."""

from broker.objections.illegal import IllegalStep
from broker.objections.life import Check
from broker.objections.register import Register, UnknownObjection
from broker.objections.rulings import Ruling

__all__ = ["Check", "IllegalStep", "Register", "Ruling", "UnknownObjection"]
