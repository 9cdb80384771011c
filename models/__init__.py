"""The business and its tables, one noun per module."""
