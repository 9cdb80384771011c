"""`bihuan demo`: whole lives of feedback items in seconds, through the public API only (演示)."""
