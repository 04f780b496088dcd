"""Every small fault in what decides and releases, made one at a time, and each must be found."""

from __future__ import annotations
