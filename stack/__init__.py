"""The embedded stack: every server and door of the service under one supervisor (运行栈)."""
