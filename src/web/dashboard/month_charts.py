"""Month by month and day by day: income against spending, layers of spending, the heat map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from src.domain.categories import Flow, Group
from src.domain.periods import Period, PeriodKind
from src.domain.sums import Cell, totals_of
from src.web.analytics.chart_parts import (
    ACCENT,
    LEGEND,
    NEUTRAL,
    Chart,
    Row,
    TableCell,
    drawn,
    literal,
    money_axis,
    month_axis,
    month_bars,
    short,
)
from src.web.dashboard import text
from src.web.dashboard.view import Slug, View, by, total
from src.web.shared import format
from src.web.shared.labels import GROUPS, UNCATEGORIZED

GROUP_COLORS = {
    Group.ESSENTIAL: "#3f7fae",
    Group.DISCRETIONARY: "#d9904a",
    Group.SAVING: "#58a06c",
    Group.TRANSFER: "#8f86b8",
    Group.INCOME: "#4aa3a3",
}
_INCOME, _SPENDING = GROUP_COLORS[Group.INCOME], GROUP_COLORS[Group.DISCRETIONARY]
_LAYERS = 8
_MOST_IN_LEGEND = 4
_LABEL_HEIGHT = 0.1
"""Of the height of a chart on a phone."""
_HEAT_ROWS = 20
_HEAT_LEVELS = 9


def in_and_out(view: View) -> Chart:
    """Bars of income and spending, those of partial months hatched; the difference as a line."""
    months = view.sums.months
    by_month = _by_month(view)
    totals = {month: totals_of(by_month.get(month, ())) for month in months}
    partial = {month: view.sums.is_partial(month) for month in months}
    names = [format.month(month) for month in months]
    rows: list[Row] = [
        (
            text.partial_month(name) if partial[month] else name,
            view.cell(totals[month]["income"], Flow.EARNED, month=month),
            view.cell(totals[month]["expense"], Flow.SPENT, month=month),
            view.cell(totals[month]["net"], month=month),
            format.number(totals[month]["count"]),
        )
        for name, month in zip(names, months, strict=True)
    ]
    hatched = {"shape": ["/" if partial[month] else "" for month in months], "solidity": 0.5}
    traces = [
        month_bars(name, color, names, [float(totals[month][key]) for month in months])
        | _points(
            view,
            [totals[month][key] for month in months],
            [view.link(flow, month=month) for month in months],
        )
        for name, color, key, flow in (
            (text.INCOME, _INCOME, "income", Flow.EARNED),
            (text.SPENDING, _SPENDING, "expense", Flow.SPENT),
        )
    ]
    for trace in traces:
        trace["marker"] = {**trace["marker"], "pattern": hatched}
    nets = [totals[month]["net"] for month in months]
    line = {"mode": "lines+markers", "line": {"width": 2}, "meta": "ink", "type": "scatter"}
    points = _points(view, nets, [view.link(month=month) for month in months])
    traces.append({"name": text.SAVED, "x": names, "y": list(map(float, nets)), **line, **points})
    figure = drawn(
        traces,
        barmode="group",
        showlegend=True,
        yaxis=money_axis(view.currency),
        xaxis=month_axis(names),
        meta={"phone": {"xaxis": month_axis(names, most=4)}},
    )
    sentence = text.months([(month, totals[month], partial[month]) for month in months], view.money)
    return view.chart("by-month", sentence, rows, figure, shape="wide print print-table")


def by_layer(view: View, stack: str) -> Chart:
    """Spending by month in layers of a fixed order: groups, or at most eight categories and others."""
    months = view.sums.months
    layers = _layers(view, stack)
    names = [format.month(month) for month in months]
    spent = by(view.sums.by_month, Flow.SPENT, "month")
    zero = Decimal(0)
    rows: list[Row] = [
        (
            text.partial_month(name) if view.sums.is_partial(month) else name,
            view.cell(total(spent.get(month, ())), Flow.SPENT, month=month),
            *(
                view.cell(amounts.get(month, zero), Flow.SPENT, month=month, category=slug)
                if linked
                else view.plain(amounts.get(month, zero))
                for _, _, slug, linked, amounts in layers
            ),
        )
        for name, month in zip(names, months, strict=True)
    ]
    traces = []
    for name, color, slug, linked, amounts in layers:
        values = [amounts.get(month, zero) for month in months]
        bars = month_bars(name, color, names, list(map(float, values)))
        leads_to = [view.link(Flow.SPENT, month=month, category=slug) if linked else "" for month in months]
        traces.append(bars | _points(view, values, leads_to))
    highest, lowest = _ends_of(layers, months)
    figure = drawn(
        traces,
        barmode="relative",
        showlegend=True,
        legend={**LEGEND, "traceorder": "normal"},
        yaxis={**money_axis(view.currency), "range": [lowest, highest]},
        xaxis=month_axis(names),
        meta={"phone": _on_a_phone(layers, months, lowest, highest)},
    )
    heads = (*text.CHARTS["by-layer"][1], *(name for name, *_ in layers))
    sentence = text.layers(
        [(name, sum(amounts.values(), zero)) for name, _, _, _, amounts in layers], view.money
    )
    return view.chart("by-layer", sentence, rows, figure if layers else None, heads=heads, shape="wide")


Layer = tuple[str, str, Slug, bool, Mapping[str, Decimal]]
"""Name, colour, category, whether it is one category, and the amount of each month."""


def _layers(view: View, stack: str) -> list[Layer]:
    amounts: dict[Slug, dict[str, Decimal]] = {}
    for (slug, month), cells in by(view.sums.by_month, Flow.SPENT, "category", "month").items():
        of_root = amounts.setdefault(view.root(slug), {})
        of_root[month] = of_root.get(month, Decimal(0)) + total(cells)
    if stack == "category":
        largest = sorted(amounts, key=lambda slug: -sum(amounts[slug].values()))
        own = largest if len(largest) <= _LAYERS + 1 else largest[:_LAYERS]
        layers: list[Layer] = [
            (view.row_name(slug), view.color(slug), slug, not view.is_direct(slug), amounts[slug])
            for slug in sorted(own, key=view.order)
        ]
        others = [amounts[slug] for slug in largest if slug not in own]
        return [*layers, (text.OTHERS, NEUTRAL, None, False, _added(others))] if others else layers
    groups: dict[Group | None, list[Mapping[str, Decimal]]] = {}
    for slug, by_month in amounts.items():
        groups.setdefault(view.group(slug), []).append(by_month)
    return [
        (
            GROUPS[group] if group else UNCATEGORIZED,
            GROUP_COLORS[group] if group else NEUTRAL,
            None,
            group is None,
            _added(groups[group]),
        )
        for group in (*Group, None)
        if group in groups
    ]


def _ends_of(layers: Sequence[Layer], months: Sequence[str]) -> tuple[float, float]:
    """The ends of the axis, with some room: refunds above the spending of a layer are below zero."""
    zero = Decimal(0)
    up, down = [], []
    for month in months:
        values = [amounts.get(month, zero) for *_, amounts in layers]
        up.append(sum((value for value in values if value > 0), zero))
        down.append(sum((value for value in values if value < 0), zero))
    return 1.05 * float(max(up, default=zero)) or 1.0, 1.05 * float(min(down, default=zero))


def _on_a_phone(
    layers: Sequence[Layer], months: Sequence[str], lowest: float, highest: float
) -> dict[str, Any]:
    """Names next to the last month in place of a legend that would fill a phone."""
    if len(layers) <= _MOST_IN_LEGEND:
        return {}
    month = months[-1]
    heights: list[float] = []
    base = 0.0
    for *_, amounts in layers:
        amount = max(float(amounts.get(month, Decimal(0))), 0.0)
        middle = (base + amount / 2 - lowest) / (highest - lowest)
        heights.append(max(middle, heights[-1] + _LABEL_HEIGHT) if heights else middle)
        base += amount
    too_high = max(0.0, heights[-1] - 1)
    return {
        "showlegend": False,
        "xaxis": month_axis([format.month(name) for name in months], most=3),
        "margin": {"l": 8, "r": 118, "t": 8, "b": 8},
        "annotations": [
            {
                "text": literal(short(name)),
                "x": 1.02,
                "y": height - too_high,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "showarrow": False,
                "bordercolor": color,
                "borderwidth": 2,
                "borderpad": 1,
                "font": {"size": 11},
            }
            for (name, color, *_), height in zip(layers, heights, strict=True)
        ],
    }


def _added(several: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    added: dict[str, Decimal] = {}
    for amounts in several:
        for month, amount in amounts.items():
            added[month] = added.get(month, Decimal(0)) + amount
    return added


def heat_map(view: View) -> Chart:
    """A table of categories and months, the darker the more was spent."""
    months = view.sums.months
    amounts: dict[Slug, dict[str, Decimal]] = {}
    for (slug, month), cells in by(view.sums.by_month, Flow.SPENT, "category", "month").items():
        of_root = amounts.setdefault(view.root(slug), {})
        of_root[month] = of_root.get(month, Decimal(0)) + total(cells)
    largest = sorted(amounts, key=lambda slug: -sum(amounts[slug].values()))[:_HEAT_ROWS]
    most = max((amount for slug in largest for amount in amounts[slug].values()), default=Decimal(0))
    rows: list[Row] = []
    for slug in sorted(largest, key=view.order):
        cells_of_row: list[str | TableCell] = []
        for month in months:
            amount = amounts[slug].get(month, Decimal(0))
            link = view.category_link(Flow.SPENT, slug, month=month) if amount else ""
            cells_of_row.append(
                TableCell(
                    view.number(amount) if amount else "–", link, view.exact(amount), heat=_heat(amount, most)
                )
            )
        rows.append((TableCell(view.row_name(slug), slug=slug), *cells_of_row))
    heads = (text.CHARTS["heat-map"][1][0], *(format.month(month) for month in months))
    peak = max(
        ((amount, slug, month) for slug in largest for month, amount in amounts[slug].items()),
        key=lambda entry: entry[0],
        default=None,
    )
    sentence = text.peak(view.name(peak[1]), peak[2], peak[0], view.money) if peak else text.NO_EXPENSES
    return view.chart("heat-map", sentence, rows, heads=heads, shape="wide heat", open=True)


def _heat(amount: Decimal, most: Decimal) -> int:
    """The square root keeps small amounts apart."""
    return round(_HEAT_LEVELS * float(amount / most) ** 0.5) if amount > 0 and most > 0 else 0


def day_by_day(view: View) -> Chart | None:
    """Spending of a month added up day by day, against the month before."""
    sums = view.sums
    if sums.period.kind is not PeriodKind.MONTH:
        return None
    before = sums.period.neighbour(-1)
    has_before = sums.previous is not None
    now_days, now = _daily(sums.by_day, sums.period, sums.known_until)
    earlier_days, earlier = _daily(sums.days_before, before, before.until) if has_before else ([], [])
    added, added_before = list(accumulate(now)), list(accumulate(earlier))
    rows: list[Row] = []
    for position in range(max(len(now_days), len(earlier_days))):
        spent: tuple[str | TableCell, ...] = ("", "")
        if position < len(now):
            day = now_days[position]
            spent = (
                view.cell(now[position], Flow.SPENT, since=day, until=day),
                view.cell(added[position], Flow.SPENT, since=sums.period.since, until=day),
            )
        shown_before: str | TableCell = ""
        if position < len(earlier):
            until = earlier_days[position]
            shown_before = view.cell(added_before[position], Flow.SPENT, since=before.since, until=until)
        days = now_days if position < len(now_days) else earlier_days
        name = format.day(days[position]) if days is now_days else text.day_number(position + 1)
        rows.append((name, *spent, *((shown_before,) if has_before else ())))
    this, last = format.month(sums.period.last_month), format.month(before.last_month)
    traces = []
    if has_before:
        traces.append(_line(view, last, before.since, earlier_days, added_before, "muted", "dot"))
    traces.append(_line(view, this, sums.period.since, now_days, added, "accent", "solid"))
    across = {
        "title": {"text": text.DAY_OF_MONTH, "standoff": 8},
        "nticks": 8,
        "automargin": True,
        "range": [0.5, 31.5],
    }
    figure = drawn(
        traces, showlegend=True, xaxis=across, yaxis=money_axis(view.currency) | {"rangemode": "tozero"}
    )
    heads = text.CHARTS["day-by-day"][1]
    names = (heads[0], heads[1], text.until_then(this), *((text.until_then(last),) if has_before else ()))
    sentence = text.day_by_day(sums, added, added_before, view.money)
    return view.chart("day-by-day", sentence, rows, figure if now_days else None, heads=names, shape="print")


def _daily(cells: Iterable[Cell], period: Period, until: date) -> tuple[list[date], list[Decimal]]:
    spent = by(cells, Flow.SPENT, "day")
    days = [period.since + timedelta(days=number) for number in range((until - period.since).days + 1)]
    return days, [total(spent.get(day.isoformat(), ())) for day in days]


def _line(
    view: View, name: str, since: date, days: Sequence[date], amounts: Sequence[Decimal], role: str, dash: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(1, len(days) + 1)),
        "y": list(map(float, amounts)),
        "line": {"width": 2.5, "dash": dash, "shape": "hv", "color": ACCENT},
        "meta": role,
        "customdata": [
            [view.money(amount), view.link(Flow.SPENT, since=since, until=day), format.day(day)]
            for day, amount in zip(days, amounts, strict=True)
        ],
        "hovertemplate": "%{customdata[2]}<br>%{customdata[0]}<extra></extra>",
    }


def _by_month(view: View) -> dict[str, list[Cell]]:
    by_month: dict[str, list[Cell]] = {}
    for cell in view.sums.by_month:
        by_month.setdefault(cell.month, []).append(cell)
    return by_month


def _points(view: View, amounts: Sequence[Decimal], links: Sequence[str]) -> dict[str, Any]:
    """What a point shows, and the rows it leads to."""
    return {
        "customdata": [[view.money(amount), link] for amount, link in zip(amounts, links, strict=True)],
        "hovertemplate": "%{x}<br>%{fullData.name} %{customdata[0]}<extra></extra>",
    }
