"""Audit: replay compared, archived, exported; people erased (审计)."""
