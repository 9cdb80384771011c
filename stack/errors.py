"""What can go wrong with the stack itself (错误)."""


class StackError(Exception):
    """Something a person has to look at; the text says what and where."""
