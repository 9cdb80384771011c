"""What a report says: one table a topic, of the figures of its period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.reports.table import Cell, Table, count, number, share, text
from flows.reports.wording import key_word, words
from models.measures.catalogue import MEASURES
from models.measures.measure import Unit
from models.measures.period import DAY, Period
from models.survey import SCORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flows.reports.source import Source

TOP = 5
ROWS_OF_A_SPLIT = 20
LONGEST_KEY = 16
_DAILY = ("volume", "problems", "closed", "escalated", "on_time_rate", "satisfaction")
_TREND = ("volume", "problems", "handling_time", "on_time_rate", "satisfaction")
_SPLITS: Mapping[str, tuple[str, ...]] = {
    "type": ("handling_time", "on_time_rate", "satisfaction"),
    "region": ("problems", "satisfaction"),
    "product": ("problems", "satisfaction"),
    "department": (
        *("handling_time", "on_time_rate", "escalated"),
        *("closed", "unanswered", "withdrawn", "satisfaction"),
    ),
}


@dataclass(frozen=True)
class Content:
    """A report before it becomes a file (报告内容)."""

    title: str
    subtitle: str
    period: Period
    locale: str
    tables: tuple[Table, ...]

    def table(self, topic: str) -> Table | None:
        """Return the table of a topic, None if the report has none."""
        return next((one for one in self.tables if one.topic == topic), None)


class Writer:
    """Writes the tables of one report in one language.

    Args:
        source: the figures.
        locale: the language.
        departments: their names by code.
    """

    def __init__(self, source: Source, locale: str, departments: Mapping[str, str]) -> None:
        self._source = source
        self._locale = locale
        self._departments = departments
        self._words = words(locale)

    def content(self) -> Content:
        """Return all that the report says."""
        period, code = self._source.period, self._source.department
        house = self._departments.get(code, code) if code else self._words["everything"]
        return Content(
            title=f"{self._words['title'][period.kind]} {period.name}",
            subtitle=f"{house}  {period.start.isoformat()} — {period.last.isoformat()}",
            period=period,
            locale=self._locale,
            tables=tuple(self._tables()),
        )

    def _tables(self) -> Iterator[Table]:
        days = [Period(DAY, day) for day in self._source.period.days]
        yield self._summary()
        yield self._over("trend", "period", self._source.trend, _TREND)
        yield self._over("by_day", "day", days, _DAILY)
        for dimension, measures in _SPLITS.items():
            if dimension != "department" or not self._source.department:
                yield self._split(dimension, measures)
        yield self._top()
        yield self._scores()
        yield self._rules()

    def _summary(self) -> Table:
        previous = self._source.period.previous
        rows = []
        for name, measure in MEASURES.items():
            found = self._source.figure(name)
            before = number(measure.unit, self._source.value(name, period=previous))
            basis = count(found.items if found else 0)
            rows.append((text(self._named(name)), self._cell(name), before, basis))
        headers = self._headers("measure", "current", "previous", "basis")
        return Table("summary", headers, tuple(rows))

    def _over(
        self, topic: str, column: str, periods: Sequence[Period], measures: Sequence[str]
    ) -> Table:
        """Return one row a period."""
        rows = [
            (text(one.name), *(self._cell(name, period=one) for name in measures))
            for one in periods
        ]
        return Table(topic, self._headers(column, *measures), tuple(rows))

    def _split(self, dimension: str, measures: Sequence[str]) -> Table:
        """Return one row a key, with its share of the volume."""
        rows = []
        keys = self._source.keys("volume", dimension)
        for key in keys[:ROWS_OF_A_SPLIT]:
            others = (self._cell(name, dimension, key) for name in measures)
            rows.append((*self._share("volume", dimension, key), *others))
        headers = self._headers(dimension, "volume", "share", *measures)
        return Table(f"by_{dimension}", headers, tuple(rows))

    def _top(self) -> Table:
        keys = self._source.keys("problems", "category")[:TOP]
        rows = [
            (*self._share("problems", "category", key), self._cell("volume", "category", key))
            for key in keys
        ]
        return Table("top", self._headers("category", "problems", "share", "volume"), tuple(rows))

    def _scores(self) -> Table:
        rows = [self._share("answers", "score", score) for score in SCORES]
        return Table("satisfaction", self._headers("score", "answers", "share"), tuple(rows))

    def _rules(self) -> Table:
        rows = [
            (
                text(self._named(name)),
                text(self._words["units"][measure.unit]),
                text(self._words["measures"][name]["rule"]),
            )
            for name, measure in MEASURES.items()
        ]
        return Table("rules", self._headers("measure", "unit", "rule"), tuple(rows))

    def _share(self, measure: str, dimension: str, key: str) -> tuple[Cell, ...]:
        part = self._source.value(measure, dimension, key) or Decimal(0)
        of_whole = share(part, self._source.value(measure) or Decimal(0))
        return text(self._key(dimension, key)), number(MEASURES[measure].unit, part), of_whole

    def _cell(
        self, measure: str, dimension: str = "total", key: str = "", period: Period | None = None
    ) -> Cell:
        value = self._source.value(measure, dimension, key, period)
        return number(MEASURES[measure].unit, value)

    def _key(self, dimension: str, key: str) -> str:
        name = self._departments.get(key) if dimension == "department" else None
        word = name or key_word(self._locale, dimension, key)
        # Regions and products are typed in by people: a long one must not burst its column.
        return word if len(word) <= LONGEST_KEY else f"{word[: LONGEST_KEY - 1]}…"

    def _named(self, measure: str) -> str:
        """Return the name of a measure with its unit, where the number alone would not tell."""
        name = str(self._words["measures"][measure]["name"])
        unit = MEASURES[measure].unit
        if unit is not Unit.SECONDS:
            return name
        return str(self._words["with_unit"]).format(name, self._words["units"][unit])

    def _headers(self, *columns: str) -> tuple[str, ...]:
        return tuple(
            self._named(one) if one in MEASURES else self._words["columns"][one] for one in columns
        )
