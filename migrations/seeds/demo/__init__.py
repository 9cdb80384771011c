"""Invented customers, orders, batches and texts, to try the service with (演示数据)."""

from migrations.seeds.demo.rows import DemoDataError, load
from migrations.seeds.demo.texts import DemoText, demo_texts

__all__ = ["DemoDataError", "DemoText", "demo_texts", "load"]
