"""The charts of the analytics page: each a figure, one sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.domain.categories import Category, Group
from src.web.analytics import figures, text
from src.web.analytics.figures import NEUTRAL, Figure
from src.web.analytics.text import Rows
from src.web.shared import format
from src.web.shared.labels import GROUPS, UNCATEGORIZED

if TYPE_CHECKING:
    from src.components.monitoring.live_accuracy import Accuracy

_GROUP_COLORS = {
    Group.ESSENTIAL: "#3f7fae",
    Group.DISCRETIONARY: "#d9904a",
    Group.SAVING: "#58a06c",
    Group.TRANSFER: "#8f86b8",
    Group.INCOME: "#4aa3a3",
}
_MOST_CATEGORIES = 100_000
_MODES_SHOWN = 12
_MERCHANTS_SHOWN = 10


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    heads: tuple[str, ...]
    sentence: str
    rows: Sequence[tuple[str, ...]] = ()
    figure: Figure | None = None
    """None if there is nothing to draw."""
    height: str = ""
    """A class of the style sheet, so that the page reserves the space before the chart is drawn."""
    shape: str = ""
    """Another class: `wide` spans the page, `long` is as high as two others."""


class Charts:
    """All charts of one overview, in its currency."""

    def __init__(self, overview: Mapping[str, Any], categories: Sequence[Category]) -> None:
        self._overview = overview
        self._currency: str = overview["currency"]
        self._categories = {category.slug: category for category in categories}

    def all(self, *, stack: str = "group") -> list[Chart]:
        return [
            self.by_month(stack),
            self.by_category(),
            self.by_mode(),
            self.top_merchants(),
            *self.savings_and_transfers(),
            self.accuracy(),
        ]

    def by_category(self) -> Chart:
        rows: Rows = self._overview["by_category"]
        names = [self._name(row["category"]) for row in rows]
        colors = [self._color(row["category"]) for row in rows]
        sentence = text.largest(names, rows, self._money, "are uncategorized")
        return self._bars("by-category", sentence, names, rows, shape="long", color=colors)

    def by_mode(self) -> Chart:
        rows: Rows = self._overview["by_mode"]
        names = [row["mode"] or text.NO_MODE for row in rows]
        sentence = text.largest(names, rows, self._money, "have no payment method")
        return self._bars("by-mode", sentence, names, rows, most=_MODES_SHOWN)

    def top_merchants(self) -> Chart:
        rows: Rows = self._overview["top_merchants"][:_MERCHANTS_SHOWN]
        names = [_short(row["merchant"].upper()) for row in rows]
        return self._bars("by-merchant", text.top_merchant(names, rows, self._money), names, rows)

    def savings_and_transfers(self) -> list[Chart]:
        """A table of savings and transfers; no chart without any."""
        rows: Rows = self._overview["savings_and_transfers"]
        if not rows:
            return []
        cells = [
            (
                self._name(row["category"]),
                text.COUNTED_AS[row["kind"]],
                self._money(row["out"]),
                self._money(row["in"]),
                format.number(row["count"]),
            )
            for row in rows
        ]
        heading = text.CHARTS["savings-and-transfers"]
        sentence = text.savings_and_transfers(self._overview["totals"], self._money)
        return [Chart("savings-and-transfers", *heading, sentence, cells, shape="wide")]

    def by_month(self, stack: str) -> Chart:
        months: Rows = self._overview["by_month"]
        layers = self._layers(stack)
        names = [format.month(month["month"]) for month in months]
        income = [month["income"] for month in months]
        title, heads = text.CHARTS["by-month"]
        cells = [
            (
                names[position],
                self._money(month["expense"]),
                *(self._money(layer.amounts[position]) for layer in layers),
                self._money(month["income"]),
                self._money(month["net"]),
                format.number(month["count"]),
            )
            for position, month in enumerate(months)
        ]
        return Chart(
            "by-month",
            title,
            (*heads[:2], *(layer.name for layer in layers), *heads[2:]),
            text.months(months, self._money),
            cells,
            figures.stacked(names, layers, income if any(income) else [], self._money, self._currency)
            if months
            else None,
            shape="wide",
        )

    def accuracy(self) -> Chart:
        live = self._overview["accuracy"]
        return by_week(live.by_week, text.overall_accuracy(live.overall))

    def _layers(self, stack: str) -> list[figures.Layer]:
        """The layers of the months, always in the order of the groups and of the list of categories."""
        months = [month["month"] for month in self._overview["by_month"]]
        amounts: dict[tuple[int, str, str], dict[str, Decimal]] = {}
        for row in self._overview["by_month_category"]:
            by_month = amounts.setdefault(self._layer_of(row["category"], stack), {})
            by_month[row["month"]] = by_month.get(row["month"], Decimal(0)) + row["amount"]
        return [
            figures.Layer(name, color, [by_month.get(month, Decimal(0)) for month in months])
            for (_, name, color), by_month in sorted(amounts.items())
        ]

    def _layer_of(self, slug: str | None, stack: str) -> tuple[int, str, str]:
        """Position, name and colour; uncategorized is on top."""
        if slug is None or slug not in self._categories:
            return len(Group) * _MOST_CATEGORIES, self._name(slug), self._color(slug)
        group = self._categories[slug].group
        position = list(Group).index(group) * _MOST_CATEGORIES
        if stack == "category":
            position += list(self._categories).index(slug)
            return position, self._name(slug), self._color(slug)
        return position, GROUPS[group], _GROUP_COLORS[group]

    def _money(self, amount: Decimal) -> str:
        return format.money(amount, self._currency)

    def _name(self, slug: str | None) -> str:
        if slug is None:
            return UNCATEGORIZED
        return self._categories[slug].name if slug in self._categories else slug

    def _color(self, slug: str | None) -> str:
        return self._categories[slug].color if slug in self._categories else NEUTRAL

    def _bars(
        self,
        id: str,
        sentence: str,
        names: Sequence[str],
        rows: Rows,
        *,
        most: int | None = None,
        shape: str = "",
        **marker: Any,
    ) -> Chart:
        """most: bars that are drawn; the table has all rows. marker: of the bars, as in Plotly."""
        cells = [(name, *self._cells(row)) for name, row in zip(names, rows, strict=True)]
        amounts = [row["amount"] for row in rows[:most]]
        figure = figures.bars(names[:most], amounts, self._money, self._currency, **marker) if rows else None
        return Chart(id, *text.CHARTS[id], sentence, cells, figure, height(len(amounts)), shape)

    def _cells(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        share = (format.percent(row["share"]),) if "share" in row else ()
        return (self._money(row["amount"]), *share, format.number(row["count"]))


def by_week(accuracies: Mapping[Hashable, Accuracy], sentence: str) -> Chart:
    """How often predictions were right, by the week of the answer."""
    weeks = {str(week): accuracy for week, accuracy in accuracies.items() if accuracy.answers}
    return Chart(
        "accuracy",
        *text.CHARTS["accuracy"],
        sentence,
        [accuracy_cells(format.day(date.fromisoformat(week)), accuracy) for week, accuracy in weeks.items()],
        figures.weeks(weeks) if weeks else None,
        shape="wide",
    )


def accuracy_cells(name: str, accuracy: Accuracy) -> tuple[str, ...]:
    if not accuracy.answers:
        return (name, "0", "0", "–", "–")
    counts = (format.number(accuracy.correct), format.number(accuracy.answers))
    return (name, *counts, text.accuracy(accuracy), text.interval(accuracy.ci95))


def _short(name: str, longest: int = 26) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def height(bars: int) -> str:
    if bars <= 7:
        return "short"
    return "" if bars <= 13 else "tall"
