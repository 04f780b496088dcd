"""Watersmeet: a federated, read-only, transient view of one person's care record."""

__version__ = "0.1.0"
