"""Where income went: the cash flow, savings and transfers, and all currencies side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from src.domain.categories import Flow
from src.domain.sums import totals_of
from src.domain.transactions import Direction
from src.web.analytics.chart_parts import ACCENT, NEUTRAL, Chart, Figure, Row, TableCell, drawn, literal
from src.web.dashboard import text
from src.web.dashboard.month_charts import GROUP_COLORS
from src.web.dashboard.view import Slug, View, by, count, total
from src.web.shared import format

_SOURCES = 6
_USES = 10


@dataclass
class _Flows:
    """From sources to income, and from income to what it was used for; both sides add up to the same."""

    sources: list[_End] = field(default_factory=list)
    uses: list[_End] = field(default_factory=list)


@dataclass(frozen=True)
class _End:
    name: str
    amount: Decimal
    color: str
    link: str = ""


def cash_flow(view: View) -> Chart:
    flows = _flows(view)
    rows: list[Row] = [
        (end.name, way, TableCell(view.number(end.amount), end.link, view.exact(end.amount)))
        for way, ends in ((text.INTO, flows.sources), (text.OUT_OF, flows.uses))
        for end in ends
    ]
    figure = _sankey(view, flows) if flows.sources and flows.uses else None
    sentence = text.cash_flow(
        [(end.name, end.amount) for end in flows.uses], totals_of(view.sums.cells), view.money
    )
    return view.chart("cash-flow", sentence, rows, figure, bars=20, shape="wide")


def _flows(view: View) -> _Flows:
    flows = _Flows()
    earned, spent = (_by_root(view, flow) for flow in (Flow.EARNED, Flow.SPENT))
    moved = view.sums.moved_to_savings
    _add(view, flows.sources, Flow.EARNED, earned, _SOURCES)
    _add(view, flows.uses, Flow.SPENT, spent, _USES)
    for flow, amounts, ends, name_of in (
        (Flow.SPENT, spent, flows.sources, text.refunds_in),
        (Flow.EARNED, earned, flows.uses, text.paid_back),
    ):
        for slug, amount in amounts.items():
            if amount < 0:
                link = view.category_link(flow, slug)
                ends.append(_End(name_of(view.row_name(slug)), -amount, view.color(slug), link))
    if moved.amount:
        ends, name = (flows.uses, view.to_savings) if moved.amount > 0 else (flows.sources, text.FROM_SAVINGS)
        ends.append(_End(name, abs(moved.amount), _SAVINGS, "" if moved.accounts else view.link(Flow.SAVED)))
    left = sum((end.amount for end in flows.sources), -sum((end.amount for end in flows.uses), Decimal(0)))
    if left > 0:
        flows.uses.append(_End(text.TO_BALANCE, left, NEUTRAL))
    elif left < 0:
        flows.sources.append(_End(text.FROM_BALANCE, -left, NEUTRAL))
    return flows


_SAVINGS = next(color for group, color in GROUP_COLORS.items() if group == "saving")


def _by_root(view: View, flow: Flow) -> dict[Slug, Decimal]:
    amounts: dict[Slug, Decimal] = {}
    for slug, cells in by(view.sums.cells, flow, "category").items():
        root = view.root(slug)
        amounts[root] = amounts.get(root, Decimal(0)) + total(cells)
    return amounts


def _add(view: View, ends: list[_End], flow: Flow, amounts: Mapping[Slug, Decimal], most: int) -> None:
    """The largest above zero by name, in the order of the list of categories; the others together."""
    largest = sorted((slug for slug in amounts if amounts[slug] > 0), key=lambda slug: -amounts[slug])
    own = largest if len(largest) <= most + 1 else largest[:most]
    uncategorized = text.OTHER_INCOME if flow is Flow.EARNED else None
    for slug in sorted(own, key=view.order):
        name = uncategorized if uncategorized and slug is None else view.row_name(slug)
        ends.append(_End(name, amounts[slug], view.color(slug), view.category_link(flow, slug)))
    if rest := sum((amounts[slug] for slug in largest if slug not in own), Decimal(0)):
        ends.append(_End(text.OTHERS, rest, NEUTRAL))


def _sankey(view: View, flows: _Flows) -> Figure:
    """Sources on the left, income in the middle, uses on the right."""
    ends = [*flows.sources, *flows.uses]
    middle = len(ends)
    whole = sum((end.amount for end in flows.sources), Decimal(0))
    points = [[view.money(end.amount), end.link, literal(end.name)] for end in ends]
    trace: dict[str, Any] = {
        "type": "sankey",
        "arrangement": "snap",
        "valueformat": "~s",
        "node": {
            "label": [*(literal(end.name) for end in ends), ""],
            "color": [end.color for end in ends] + [ACCENT],
            "customdata": [*points, [view.money(whole), "", text.ALL_MONEY]],
            "hovertemplate": "%{customdata[2]}<br>%{customdata[0]}<extra></extra>",
            "pad": 12,
            "thickness": 14,
            "line": {"width": 0},
        },
        "link": {
            "source": [*range(len(flows.sources)), *[middle] * len(flows.uses)],
            "target": [*[middle] * len(flows.sources), *range(len(flows.sources), middle)],
            "value": [float(end.amount) for end in ends],
            "color": [_faint(end.color) for end in ends],
            "customdata": points,
            "hovertemplate": "%{customdata[2]}<br>%{customdata[0]}<extra></extra>",
        },
    }
    return drawn([trace])


def _faint(color: str) -> str:
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"


def savings_and_transfers(view: View) -> Chart | None:
    """A table; None without any. Out and in are of all ends, the amount is of what was moved, once.

    Own transfers to savings accounts are among the transfers, and a row of each such account has its own.
    """
    cells = view.sums.cells
    groups = {
        (flow, slug): members
        for flow in (Flow.SAVED, Flow.TRANSFERRED)
        for slug, members in by(cells, flow, "category").items()
    }
    if not groups:
        return None
    rows: list[Row] = [
        (
            TableCell(view.name(slug), slug=slug),
            text.COUNTED_AS[flow.value],
            view.cell(total(members), flow, category=slug),
            *(
                view.plain(sum((cell.amount for cell in members if cell.direction is direction), Decimal(0)))
                for direction in (Direction.EXPENSE, Direction.INCOME)
            ),
            format.number(count(members)),
        )
        for (flow, slug), members in sorted(
            groups.items(), key=lambda group: (group[0][0], -total(group[1]), str(group[0][1]))
        )
    ]
    moved = view.sums.moved_to_savings
    rows += [_own_transfers(view, account, amount) for account, amount in sorted(moved.accounts.items())]
    sentence = text.savings_and_transfers(totals_of(cells), view.to_savings, moved, view.money)
    return view.chart("savings-and-transfers", sentence, rows, open=True)


def _own_transfers(view: View, account: str, amount: Decimal) -> Row:
    """Of a savings account."""
    cells = [cell for cell in view.sums.by_account if cell.paired and cell.account == account]
    ends = {
        direction: sum((cell.amount for cell in cells if cell.direction is direction), Decimal(0))
        for direction in (Direction.EXPENSE, Direction.INCOME)
    }
    return (
        text.own_transfers(account),
        text.TO_SAVINGS,
        view.plain(amount),
        *(
            view.cell(of_end, Flow.TRANSFERRED, account=account, direction=direction)
            for direction, of_end in ends.items()
        ),
        format.number(count(cells)),
    )


def currencies(views: Sequence[tuple[View, str]]) -> Chart | None:
    """The same period in each currency, with the address of its page; None for one currency."""
    if len(views) < 2:
        return None
    rows: list[Row] = []
    for view, address in views:
        totals, moved = totals_of(view.sums.cells), view.sums.moved_to_savings
        rows.append(
            (
                TableCell(view.currency, address),
                view.cell(totals["income"], Flow.EARNED),
                view.cell(totals["expense"], Flow.SPENT),
                view.cell(totals["net"]),
                view.plain(moved.amount) if moved.accounts else view.cell(moved.amount, Flow.SAVED),
                view.cell(totals["transfer"], Flow.TRANSFERRED),
                format.number(totals["count"]),
            )
        )
    title, heads = text.CHARTS["currencies"]
    named = tuple(views[0][0].to_savings if head == text.TO_SAVINGS else head for head in heads)
    return Chart("currencies", title, named, text.CURRENCIES, rows, shape="wide", open=True)
