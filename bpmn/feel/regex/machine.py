"""Running a program over a text, all alternatives at once (正则匹配)."""

from collections.abc import Callable

from bpmn.feel.regex.program import Accept, Assert, Jump, Program, Save, Split, Take

Match = tuple[int, ...]
"""Begin and end of the whole and of each group, -1 where a group took no part."""

STATES_PER_STEP = 16
_ENDS = "\n"
_Threads = list[tuple[int, Match]]


class _Machine:
    def __init__(self, program: Program, text: str) -> None:
        self._code = program.instructions
        self._text = text

    def spread(self, threads: _Threads, seen: set[int], place: int, match: Match, at: int) -> None:
        """Add what can be reached without taking a character, the preferred first."""
        waiting = [(place, match)]
        while waiting:
            place, match = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            instruction = self._code[place]
            if isinstance(instruction, Take | Accept):
                threads.append((place, match))
            elif isinstance(instruction, Split):
                waiting += [(instruction.second, match), (instruction.first, match)]
            elif isinstance(instruction, Jump):
                waiting.append((instruction.to, match))
            elif isinstance(instruction, Save):
                slot = instruction.slot
                waiting.append((place + 1, (*match[:slot], at, *match[slot + 1 :])))
            elif self._holds(instruction, at):
                waiting.append((place + 1, match))

    def _holds(self, instruction: Assert, at: int) -> bool:
        if instruction.end:
            return at == len(self._text) or (instruction.lines and self._text[at] in _ENDS)
        before = instruction.lines and at < len(self._text) and self._text[at - 1] in _ENDS
        return at == 0 or before

    def step(self, threads: _Threads, at: int) -> tuple[_Threads, set[int], Match | None]:
        """Take one character in every thread; a match ends those less preferred."""
        ahead: _Threads = []
        seen: set[int] = set()
        letter = self._text[at : at + 1]
        for place, match in threads:
            instruction = self._code[place]
            if isinstance(instruction, Accept):
                return ahead, seen, match
            if isinstance(instruction, Take) and letter and instruction.matcher(letter):
                self.spread(ahead, seen, place + 1, match, at + 1)
        return ahead, seen, None


def search(program: Program, text: str, start: int, charge: Callable[[int], None]) -> Match | None:
    """The first match at or behind a position, None without one.

    `charge` is told the work done, so that a caller can put an end to it.
    """
    machine = _Machine(program, text)
    nothing: Match = (-1,) * (2 * program.groups + 2)
    threads: _Threads = []
    seen: set[int] = set()
    found: Match | None = None
    for at in range(start, len(text) + 1):
        if found is None:
            machine.spread(threads, seen, 0, nothing, at)
        elif not threads:
            break
        charge(1 + len(seen) // STATES_PER_STEP)
        threads, seen, match = machine.step(threads, at)
        found = match or found
    return found
