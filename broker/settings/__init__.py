"""`config/` into frozen, checked Settings; every complaint names file, line, column and remedy."""

from __future__ import annotations

from broker.settings.broker_file import ENVIRONMENTS
from broker.settings.loader import CONFIG_VARIABLE, Settings, load_settings

__all__ = ["CONFIG_VARIABLE", "ENVIRONMENTS", "Settings", "load_settings"]
