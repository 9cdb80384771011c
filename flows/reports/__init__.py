"""Reports made of the figures: a workbook and a document with the same numbers (分析报告)."""
