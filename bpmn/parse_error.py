"""What a drawing that cannot run is refused with."""


class ParseError(ValueError):
    """The drawing cannot run: `code`, the element's id, its line and what was found.

    `others` are the further faults of the same file.
    """

    def __init__(self, code: str, element: str = "", line: int = 0, found: str = "") -> None:
        super().__init__(f"{code}: element {element or '-'} line {line} {found}".rstrip())
        self.code = code
        self.element = element
        self.line = line
        self.found = found
        self.others: tuple[ParseError, ...] = ()
