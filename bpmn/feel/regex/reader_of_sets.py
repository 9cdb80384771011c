"""Reading escapes and character classes such as `[A-Z-[IO]]` (字符类语法)."""

from bpmn.feel.regex import sets
from bpmn.feel.regex.tree import Matcher, PatternError


class SetReader:
    """A position in a pattern and the reading of what stands for sets."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.position = 0

    def ahead(self) -> str:
        """The next character, empty at the end."""
        return self.pattern[self.position : self.position + 1]

    def take(self) -> str:
        """The next character, now passed."""
        letter = self.ahead()
        if not letter:
            raise PatternError("unexpected_end")
        self.position += 1
        return letter

    def escape(self) -> Matcher:
        """The set of an escape whose backslash is passed."""
        letter = self.take()
        return sets.escape(letter, self._property() if letter in "pP" else "")

    def _property(self) -> str:
        end = self.pattern.find("}", self.position)
        if self.ahead() != "{" or end < 0:
            raise PatternError("unknown_property")
        name = self.pattern[self.position + 1 : end]
        self.position = end + 1
        return name

    def character_class(self) -> Matcher:
        """The set of a class whose `[` is passed."""
        negated = self.ahead() == "^"
        self.position += negated
        parts: list[Matcher] = []
        less: Matcher | None = None
        while not parts or self.ahead() != "]":
            if self.pattern.startswith("-[", self.position):
                self.position += 2
                less = self.character_class()
                if self.ahead() != "]":
                    raise PatternError("misplaced_character")
                break
            parts.append(self._part())
        self.take()
        found = sets.union(parts)
        found = sets.caseless(found) if "i" in self.flags else found
        found = sets.inverse(found) if negated else found
        return found if less is None else sets.without(found, less)

    def _part(self) -> Matcher:
        letter = self.take()
        if letter == "[":
            raise PatternError("misplaced_character")
        if letter == "\\":
            begin = self.position
            matcher = self.escape()
            if not self._is_span():
                return matcher
            letter = sets.escaped_character(self.pattern[begin])
        elif not self._is_span():
            return sets.one(letter)
        self.position += 1
        return sets.span(letter, self._end())

    def _is_span(self) -> bool:
        after = self.pattern[self.position + 1 : self.position + 2]
        return self.ahead() == "-" and after not in ("]", "[", "")

    def _end(self) -> str:
        letter = self.take()
        return sets.escaped_character(self.take()) if letter == "\\" else letter
