"""FEEL's standard functions, one module per family (内置函数库)."""
