"""The charts of the analytics page: each a figure, one sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from src.domain.categories import Category, Group
from src.web.analytics import text
from src.web.analytics.chart_parts import (
    ACCENT,
    LEGEND,
    NEUTRAL,
    Chart,
    Figure,
    by_week,
    drawn,
    literal,
    month_bars,
    month_line,
)
from src.web.analytics.text import Rows
from src.web.shared import format
from src.web.shared.labels import GROUPS, UNCATEGORIZED

_GROUP_COLORS = {
    Group.ESSENTIAL: "#3f7fae",
    Group.DISCRETIONARY: "#d9904a",
    Group.SAVING: "#58a06c",
    Group.TRANSFER: "#8f86b8",
    Group.INCOME: "#4aa3a3",
}
_MOST_CATEGORIES = 100_000
_MOST_MONTH_NAMES = 6
_MODES_SHOWN = 12
_MERCHANTS_SHOWN = 10

Layer = tuple[str, str, Sequence[Decimal]]
"""Name, colour, and the amount of each month."""


class Charts:
    """All charts of one overview, in its currency."""

    def __init__(
        self,
        overview: Mapping[str, Any],
        categories: Sequence[Category],
        merchant_names: Mapping[str, str] | None = None,
    ) -> None:
        """merchant_names: those that a person gave, by key."""
        self._merchant_names = merchant_names or {}
        self._overview = overview
        self._currency: str = overview["currency"]
        self._categories = {category.slug: category for category in categories}

    def all(self, *, stack: str = "group") -> list[Chart]:
        live = self._overview["accuracy"]
        return [
            self.by_month(stack),
            self.by_category(),
            self.by_mode(),
            self.top_merchants(),
            *self.savings_and_transfers(),
            by_week(text.AGREEMENT, live.by_week, text.overall_accuracy(live.overall)),
        ]

    def by_category(self) -> Chart:
        rows: Rows = self._overview["by_category"]
        names = [self._name(row["category"]) for row in rows]
        colors = [self._color(row["category"]) for row in rows]
        sentence = text.largest(names, rows, self._money, "are uncategorized")
        return self._bars("by-category", sentence, names, rows, shape="long", colors=colors)

    def by_mode(self) -> Chart:
        rows: Rows = self._overview["by_mode"]
        names = [row["mode"] or text.NO_MODE for row in rows]
        sentence = text.largest(names, rows, self._money, "have no payment method")
        return self._bars("by-mode", sentence, names, rows, most=_MODES_SHOWN)

    def top_merchants(self) -> Chart:
        rows: Rows = self._overview["top_merchants"][:_MERCHANTS_SHOWN]
        keys = [row["merchant"] for row in rows]
        names = [_short(self._merchant_names.get(key, key.upper())) for key in keys]
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
        title, heads = text.CHARTS["by-month"]
        cells = [
            (
                names[position],
                self._money(month["expense"]),
                *(self._money(amounts[position]) for _, _, amounts in layers),
                self._money(month["income"]),
                self._money(month["net"]),
                format.number(month["count"]),
            )
            for position, month in enumerate(months)
        ]
        return Chart(
            "by-month",
            title,
            (*heads[:2], *(name for name, _, _ in layers), *heads[2:]),
            text.months(months, self._money),
            cells,
            self._months(names, layers, [month["income"] for month in months]) if months else None,
            shape="wide",
        )

    def _layers(self, stack: str) -> list[Layer]:
        """The layers of the months, always in the order of the groups and of the list of categories."""
        months = [month["month"] for month in self._overview["by_month"]]
        amounts: dict[tuple[int, str, str], dict[str, Decimal]] = {}
        for row in self._overview["by_month_category"]:
            by_month = amounts.setdefault(self._layer_of(row["category"], stack), {})
            by_month[row["month"]] = by_month.get(row["month"], Decimal(0)) + row["amount"]
        return [
            (name, color, [by_month.get(month, Decimal(0)) for month in months])
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

    def _months(self, months: Sequence[str], layers: Sequence[Layer], income: Sequence[Decimal]) -> Figure:
        """One bar per month, refunds above the spending below zero; the income, if any, as a line."""
        traces = [
            month_bars(name, color, months, list(map(float, amounts))) | self._hover(amounts)
            for name, color, amounts in layers
        ]
        if any(income):
            traces.append(month_line(text.INCOME, months, list(map(float, income))) | self._hover(income))
        # At most six names, the year below the month: that fits into the narrowest window.
        named = list(months)[:: -(-len(months) // _MOST_MONTH_NAMES)]
        ticks = {"tickmode": "array", "tickvals": named, "ticktext": [_in_two_lines(name) for name in named]}
        # Months without a transaction keep their place on the axis.
        axis = {"type": "category", "categoryorder": "array", "categoryarray": list(months)}
        return drawn(
            traces,
            barmode="relative",
            showlegend=True,
            legend={**LEGEND, "traceorder": "normal"},
            yaxis=self._money_axis(),
            xaxis={**axis, **ticks, "tickangle": 0, "automargin": True},
        )

    def _hover(self, amounts: Sequence[Decimal]) -> dict[str, Any]:
        template = "%{x}<br>%{fullData.name} %{customdata}<extra></extra>"
        return {"customdata": [self._money(amount) for amount in amounts], "hovertemplate": template}

    def _money_axis(self) -> dict[str, Any]:
        title = {"text": self._currency, "standoff": 8}
        return {"tickformat": "~s", "nticks": 6, "title": title, "automargin": True}

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
        colors: Sequence[str] | None = None,
    ) -> Chart:
        """Horizontal bars, the first on top, in the accent of the theme unless there are `colors`.

        most: bars that are drawn; the table has all rows.
        """
        cells = [
            (
                name,
                self._money(row["amount"]),
                *([format.percent(row["share"])] if "share" in row else []),
                format.number(row["count"]),
            )
            for name, row in zip(names, rows, strict=True)
        ]
        amounts = [row["amount"] for row in rows[:most]]
        bar = {
            "type": "bar",
            "x": [float(amount) for amount in amounts],
            "y": [literal(name) for name in names[:most]],
            "orientation": "h",
            "marker": {"color": colors or ACCENT, "cornerradius": 4, "line": {"width": 0}},
            "customdata": [self._money(amount) for amount in amounts],
            "meta": None if colors else "accent",
            "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
        }
        downwards = {"autorange": "reversed", "automargin": True}
        figure = drawn([bar], yaxis=downwards, xaxis=self._money_axis()) if rows else None
        return Chart(id, *text.CHARTS[id], sentence, cells, figure, len(amounts), shape)


def _short(name: str, longest: int = 26) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def _in_two_lines(name: str) -> str:
    return "<br>".join(name.rsplit(" ", 1))
