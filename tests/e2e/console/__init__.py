"""The console and the customers' pages in a real browser, on one stack for this folder."""
