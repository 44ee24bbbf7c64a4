"""The totals on top of the analytics page, and what the spending is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from src.domain.categories import Flow
from src.domain.sums import totals_of
from src.pipeline.dashboard.selection import counts_as
from src.web.analytics.chart_parts import Chart, Row
from src.web.dashboard import text
from src.web.dashboard.view import View


@dataclass(frozen=True)
class Figure:
    name: str
    amount: str
    link: str
    remark: str = ""


def figures(view: View) -> list[Figure]:
    totals = totals_of(view.sums.cells)
    moved = view.sums.moved_to_savings
    shown = (
        (text.INCOME, totals["income"], view.link(Flow.EARNED), ""),
        (text.SPENDING, totals["expense"], view.link(Flow.SPENT), _against(view)),
        (text.SAVED, totals["net"], view.link(), text.saved(totals)),
        (
            view.to_savings,
            moved.amount,
            "#savings-and-transfers" if moved.accounts else view.link(Flow.SAVED),
            "",
        ),
        (text.TRANSFERS, totals["transfer"], view.link(Flow.TRANSFERRED), text.transfers(moved)),
    )
    return [Figure(name, view.money(amount), link, remark) for name, amount, link, remark in shown]


def _against(view: View) -> str:
    """The shortest comparison: with the period before."""
    previous = view.sums.previous
    if previous is None:
        return ""
    spent = counts_as(Flow.SPENT)
    now = sum((cell.counted for cell in view.sums.compared_cells if spent(cell)), Decimal(0))
    change = now - previous.amount(spent)
    return f"{view.signed(change)} against {text.before(view.sums)}"


def compared(view: View) -> Chart | None:
    """Against the period before, the same month a year ago, and what is usual; None for everything."""
    sums, spent = view.sums, counts_as(Flow.SPENT)
    now = sum((cell.counted for cell in sums.compared_cells if spent(cell)), Decimal(0))
    rows: list[Row] = []
    for name, earlier in (("previous", sums.previous), ("year_ago", sums.year_ago), ("usual", sums.usual)):
        if earlier is None:
            continue
        then = earlier.amount(spent)
        days = {"since": earlier.periods[0].since, "until": earlier.periods[0].until}
        shown = view.cell(then, Flow.SPENT, **days) if name != "usual" else view.plain(then)
        percent = view.percent(float((now - then) / then), signed=True) if then > 0 else "–"
        rows.append(
            (
                text.compared_with(name, sums.period.kind, earlier.periods),
                shown,
                view.change(now - then),
                percent,
            )
        )
    if not rows and sums.previous_period is None and sums.period.everything:
        return None
    return view.chart(
        "compared", text.comparison(sums, view.money, now), rows, shape="print-table", open=True
    )
