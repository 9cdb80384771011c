"""What was measured, for people and for machines (报告)."""

from __future__ import annotations

from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.rounds import Round

    Rounds = Mapping[str, Sequence[Round]]

AIMS = {"cpu_ratio": 1.8, "events_per_item": 24}
_PROCESSES = ("server", "worker", "postgresql")
_P95 = 18
_SHOWN = {
    "items/s": ("items_per_second",),
    "CPU ms/item, Temporal": ("cpu_ms_per_item", "server"),
    "CPU ms/item, worker": ("cpu_ms_per_item", "worker"),
    "CPU ms/item, PostgreSQL": ("cpu_ms_per_item", "postgresql"),
    "CPU ms/item, total": ("cpu_ms_per_item", "total"),
    "events/item": ("events_per_item",),
    "history bytes/item": ("history_bytes",),
    "update p50 ms": ("update_ms", "p50"),
    "update p95 ms": ("update_ms", "p95"),
}
_ROW = "{:<28}{:>14}{:>14}{:>9}"


def summary(rounds: Rounds) -> dict[str, Any]:
    """Return the figures of both variants, each the median over the rounds, and their ratios."""
    return {
        "variants": {name: _variant(played) for name, played in rounds.items()},
        "ratios": {
            "cpu": _ratio(rounds, lambda played: played.total, "hand_coded", "interpreter"),
            "items_per_second": _ratio(
                rounds, lambda played: played.items_per_second, "interpreter", "hand_coded"
            ),
        },
        "aims": AIMS,
    }


def table(found: dict[str, Any]) -> str:
    """Return the figures of a summary side by side."""
    one, other = (found["variants"][name] for name in ("interpreter", "hand_coded"))
    lines = [_ROW.format("", "interpreter", "hand-coded", "ratio")]
    for label, path in _SHOWN.items():
        mine, theirs = _at(one, path), _at(other, path)
        ratio = f"{theirs / mine:.2f}" if mine else "-"
        lines.append(_ROW.format(label, f"{mine:.1f}", f"{theirs:.1f}", ratio))
    ratios, aims = found["ratios"], found["aims"]
    lines += [
        "",
        f"CPU, hand-coded / interpreter: {ratios['cpu']} (aim {aims['cpu_ratio']})",
        f"items/s, interpreter / hand-coded: {ratios['items_per_second']}",
    ]
    return "\n".join(lines)


def _at(variant: dict[str, Any], path: Sequence[str]) -> float:
    value: Any = variant
    for part in path:
        value = value[part]
    return float(value)


def _variant(rounds: Sequence[Round]) -> dict[str, Any]:
    cpu = {name: round(median(r.cpu[name] for r in rounds), 2) for name in _PROCESSES}
    typical = sorted(rounds, key=lambda played: played.history.events)[len(rounds) // 2].history
    return {
        "closed": sum(len(played.drive.keys) for played in rounds),
        "items_per_second": _median(rounds, lambda played: played.items_per_second),
        "cpu_ms_per_item": cpu | {"total": _median(rounds, lambda played: played.total)},
        "events_per_item": typical.events,
        "history_bytes": typical.bytes,
        "events_by_type": typical.by_type,
        "update_ms": {
            "p50": _median(rounds, lambda played: _percentile(played, median)),
            "p95": _median(rounds, lambda played: _percentile(played, _p95)),
        },
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[_P95]


def _percentile(played: Round, of: Callable[[Sequence[float]], float]) -> float:
    return of(played.drive.updates) * 1000


def _median(rounds: Sequence[Round], of: Callable[[Round], float]) -> float:
    return round(median(map(of, rounds)), 2)


def _ratio(rounds: Rounds, of: Callable[[Round], float], above: str, below: str) -> float:
    """Return the median of the ratios within each round, since the machine drifts between them."""
    pairs = zip(rounds[above], rounds[below], strict=True)
    return round(median(of(one) / of(other) for one, other in pairs), 2)
