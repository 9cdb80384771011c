"""Regular expressions in linear time: XPath's syntax without backreferences (正则表达式).

Python's `re` backtracks, and a pattern written in a drawing could hold a worker for hours. Here a
pattern becomes a small program run over all alternatives at once (Thompson, Pike), so the work
is at most the length of the text times the length of the program.
"""

from functools import lru_cache

from bpmn.feel.regex.machine import Match, search
from bpmn.feel.regex.program import Program, compile_tree
from bpmn.feel.regex.read import read_pattern
from bpmn.feel.regex.tree import PatternError


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Program:
    """The program of a pattern.

    Raises:
        PatternError: the pattern is wrong, or needs what cannot be run in linear time.
    """
    return compile_tree(*read_pattern(pattern, flags))


__all__ = ["Match", "PatternError", "Program", "compiled", "search"]
