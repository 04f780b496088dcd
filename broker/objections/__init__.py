"""The life of an objection: received, reviewed, upheld or not, withdrawn. Nothing is edited in place."""

from broker.objections.life import IllegalStep, Ruling
from broker.objections.register import Register, UnknownObjection

__all__ = ["IllegalStep", "Register", "Ruling", "UnknownObjection"]
