"""From the tree of a pattern to a program of few kinds of instructions (正则程序)."""

from dataclasses import dataclass
from typing import TypeAlias

from bpmn.feel.regex.tree import (
    Anchor,
    Characters,
    Choice,
    Group,
    Matcher,
    PatternError,
    Repeat,
    Sequence,
    Tree,
)

MAX_INSTRUCTIONS = 4_000


@dataclass(slots=True)
class Take:
    """Go on if the character belongs to the set."""

    matcher: Matcher


@dataclass(slots=True)
class Split:
    """Go on at two places, the first preferred."""

    first: int
    second: int


@dataclass(slots=True)
class Jump:
    """Go on elsewhere."""

    to: int


@dataclass(slots=True)
class Save:
    """Remember the position."""

    slot: int


@dataclass(slots=True)
class Assert:
    """Go on at the beginning or end, of a line where `lines` says so."""

    end: bool
    lines: bool


@dataclass(slots=True)
class Accept:
    """The pattern has matched."""


Instruction: TypeAlias = Take | Split | Jump | Save | Assert | Accept


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions and the number of groups they capture (正则程序)."""

    instructions: tuple[Instruction, ...]
    groups: int


class _Compiler:
    def __init__(self, flags: str) -> None:
        self.code: list[Instruction] = []
        self.groups = 0
        self._lines = "m" in flags

    def emit(self, instruction: Instruction) -> None:
        if len(self.code) >= MAX_INSTRUCTIONS:
            raise PatternError("too_large")
        self.code.append(instruction)

    def add(self, tree: Tree) -> None:
        match tree:
            case Characters(matcher):
                self.emit(Take(matcher))
            case Anchor(end):
                self.emit(Assert(end, self._lines))
            case Sequence(parts):
                for part in parts:
                    self.add(part)
            case Choice(options):
                self._choice(options)
            case Group(number, inside):
                self._group(number, inside)
            case Repeat():
                self._repeat(tree)

    def _choice(self, options: tuple[Tree, ...]) -> None:
        jumps: list[Jump] = []
        for option in options[:-1]:
            split = Split(len(self.code) + 1, 0)
            self.emit(split)
            self.add(option)
            jumps.append(Jump(0))
            self.emit(jumps[-1])
            split.second = len(self.code)
        self.add(options[-1])
        for jump in jumps:
            jump.to = len(self.code)

    def _group(self, number: int, inside: Tree) -> None:
        self.groups = max(self.groups, number)
        self.emit(Save(2 * number))
        self.add(inside)
        self.emit(Save(2 * number + 1))

    def _repeat(self, tree: Repeat) -> None:
        for _ in range(tree.least):
            self.add(tree.inside)
        if tree.most is None:
            self._loop(tree)
            return
        splits = []
        for _ in range(tree.most - tree.least):
            splits.append((len(self.code), Split(0, 0)))
            self.emit(splits[-1][1])
            self.add(tree.inside)
        for place, split in splits:
            self._aim(split, place + 1, len(self.code), tree.greedy)

    def _loop(self, tree: Repeat) -> None:
        begin = len(self.code)
        split = Split(0, 0)
        self.emit(split)
        self.add(tree.inside)
        self.emit(Jump(begin))
        self._aim(split, begin + 1, len(self.code), tree.greedy)

    def _aim(self, split: Split, inside: int, behind: int, greedy: bool) -> None:
        split.first, split.second = (inside, behind) if greedy else (behind, inside)


def compile_tree(tree: Tree, flags: str) -> Program:
    """The program of a tree.

    Raises:
        PatternError: it would be too large.
    """
    compiler = _Compiler(flags)
    compiler.add(Group(0, tree))
    compiler.emit(Accept())
    return Program(tuple(compiler.code), compiler.groups)
