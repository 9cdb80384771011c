"""The score by which a member is chosen: pure, part by part (派单评分)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from models.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PARTS = ("load", "on_time", "skill", "shift", "fairness")
# Duty as the roster says; where it names none of the candidates, it says nothing of anybody.
NOW, SOON, OFF, UNPLANNED = "now", "soon", "off", "unplanned"
_SHIFT = {NOW: 1.0, SOON: 0.5, OFF: 0.0, UNPLANNED: 1.0}
# Nobody is judged by their first few items.
_FEW = 4
# So many items of a category teach half of what a skill that was granted says.
_PRACTISED, _PRACTICE = 10, 0.5


@dataclass(frozen=True)
class Weights:
    """What each part counts for, as `assignment.dmn` says (派单权重).

    Attributes:
        urgent_load: how many ordinary items an urgent one in hand counts as; `critical_load` too.
        soon_hours: how far ahead a shift begins soon.
        lately_days: how far back what came to somebody counts as lately.
        history_days: how far back closed items count.
    """

    load: float = 50
    on_time: float = 15
    skill: float = 15
    shift: float = 10
    fairness: float = 10
    urgent_load: float = 2
    critical_load: float = 3
    soon_hours: float = 4
    lately_days: float = 7
    history_days: float = 180

    @classmethod
    def read(cls, given: object) -> Weights:
        """Return the weights of a decision; where it says nothing sensible, those of this class.

        Drawings from before the table have no such decision.
        """
        if not isinstance(given, dict):
            return cls()
        own = {one.name: given.get(one.name) for one in fields(cls)}
        known = {
            name: value
            for name, value in own.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        }
        found = cls(**known)
        return found if found.total > 0 else cls()

    @property
    def total(self) -> float:
        """The sum of the parts, 100 where the table keeps its law."""
        return self.load + self.on_time + self.skill + self.shift + self.fairness

    def to_json(self) -> dict[str, float]:
        """Return the weights by name."""
        return asdict(self)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could get the item, with all that is looked at (候选人)."""

    username: str
    standing: Standing = field(default_factory=Standing)
    skilled: bool = False
    duty: str = UNPLANNED
    stands_in_for: str | None = None

    def weighted_load(self, weights: Weights) -> float:
        """Return the work in hand, counted in ordinary items (加权工作量)."""
        counts = self.standing.open
        loud = counts.get("urgent", 0) * weights.urgent_load
        return counts.get("normal", 0) + loud + counts.get("critical", 0) * weights.critical_load


@dataclass(frozen=True)
class Scored:
    """A candidate with the score, 0 to 1, and the parts that it is the sum of."""

    candidate: Candidate
    load: float
    points: Mapping[str, float]

    @property
    def score(self) -> float:
        """The sum of the points."""
        return round(sum(self.points.values()), 4)

    @property
    def order(self) -> tuple[float, float, int, str]:
        """What the candidates are sorted by: the same facts always give the same order."""
        lately = self.candidate.standing.lately
        return (-self.score, self.load, lately, self.candidate.username)

    def to_json(self) -> dict[str, Any]:
        """Return what is kept of it: numbers, codes and usernames."""
        one = self.candidate
        return {
            "username": one.username,
            "score": self.score,
            "points": dict(self.points),
            "load": self.load,
            "open": dict(one.standing.open),
            "closed": one.standing.closed,
            "in_time": one.standing.in_time,
            "same_category": one.standing.same_category,
            "lately": one.standing.lately,
            "skilled": one.skilled,
            "duty": one.duty,
            "stands_in_for": one.stands_in_for,
        }


def rank(candidates: Iterable[Candidate], weights: Weights) -> list[Scored]:
    """Return the candidates, best first."""
    found = list(candidates)
    fewest = min((one.standing.lately for one in found), default=0)
    return sorted((score(one, weights, fewest) for one in found), key=lambda one: one.order)


def score(candidate: Candidate, weights: Weights, fewest: int) -> Scored:
    """Return how well somebody suits.

    Args:
        candidate: who.
        weights: what each part counts for.
        fewest: how many items came lately to the candidate to whom the fewest came.
    """
    load = candidate.weighted_load(weights)
    values = {
        "load": 1 / (1 + load),
        "on_time": _on_time(candidate.standing),
        "skill": _skill(candidate),
        "shift": _SHIFT[candidate.duty],
        "fairness": (1 + fewest) / (1 + max(candidate.standing.lately, fewest)),
    }
    total = weights.total
    points = {name: round(getattr(weights, name) / total * values[name], 4) for name in PARTS}
    return Scored(candidate, load, points)


def _on_time(standing: Standing) -> float:
    return (standing.in_time + _FEW / 2) / (standing.closed + _FEW)


def _skill(candidate: Candidate) -> float:
    if candidate.skilled:
        return 1.0
    return _PRACTICE * min(candidate.standing.same_category / _PRACTISED, 1)
