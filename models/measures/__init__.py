"""Figures: what is counted, over which days, from which items (指标)."""
