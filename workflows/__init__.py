"""What Temporal remembers: the one workflow type and how to speak to it."""
