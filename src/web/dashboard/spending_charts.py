"""Where the money went: by category, payment method, merchant, account and weekday."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from src.domain.categories import Flow
from src.domain.sums import Cell
from src.pipeline.dashboard.selection import Earlier, counts_as
from src.web.analytics.chart_parts import (
    ACCENT,
    Chart,
    Figure,
    Row,
    TableCell,
    drawn,
    literal,
    money_axis,
    short,
)
from src.web.dashboard import text
from src.web.dashboard.view import Slug, View, by, count, share, total
from src.web.shared import format
from src.web.shared.labels import WEEKDAYS

_BARS = 12
_FEWEST_BARS = 4
"""For which there is room: a single one would be as high as the chart."""
_ON_A_PHONE = {"phone": {"xaxis": {"nticks": 3}}}
_MERCHANTS = 20
_MERCHANT_BARS = 10
_CHANGES = 8

Bar = tuple[str, Decimal, str, str]
"""Name, amount, the address of its rows, and its colour ("" for the accent of the theme)."""


def by_category(view: View) -> Chart:
    """Uppermost categories with their children, largest first; also those of the period before."""
    sums = view.sums
    earlier: dict[str, Earlier] = {
        words: figures
        for words, figures in ((text.previous(sums), sums.previous), (text.USUAL, sums.usual))
        if figures
    }
    members: dict[Slug, set[Slug]] = {}
    for cells in (sums.cells, *(cells for figures in earlier.values() for cells in figures.cells)):
        for slug in by(cells, Flow.SPENT, "category"):
            members.setdefault(view.root(slug), set()).add(slug)
    spent = {slug: total(cells) for slug, cells in by(sums.cells, Flow.SPENT, "category").items()}
    sizes = {
        root: sum((spent.get(slug, Decimal(0)) for slug in slugs), Decimal(0))
        for root, slugs in members.items()
    }
    whole = sum((size for size in sizes.values() if size > 0), Decimal(0))
    roots = sorted(members, key=lambda root: (-sizes[root], view.order(root)))

    def row(slug: Slug, slugs: set[Slug], name: str, *, child: bool = False, linked: bool = True) -> Row:
        counts = counts_as(Flow.SPENT, slugs)
        cells = [cell for cell in sums.cells if counts(cell)]
        amount = total(cells)
        compared = total(filter(counts, sums.compared_cells))
        before = [figures.amount(counts) for figures in earlier.values()]
        return (
            TableCell(name, slug=slug, child=child),
            view.cell(amount, Flow.SPENT, category=slug) if linked else view.plain(amount),
            view.percent(share(amount, whole)),
            *(cell for was in before for cell in (view.plain(was), view.change(compared - was))),
            format.number(count(cells)),
        )

    def is_used(slugs: set[Slug]) -> bool:
        counts = counts_as(Flow.SPENT, slugs)
        return bool(slugs & spent.keys()) or any(figures.amount(counts) for figures in earlier.values())

    rows: list[Row] = []
    for root in roots:
        slugs = members[root]
        if is_used(slugs):
            rows.append(row(root, slugs, view.row_name(root), linked=not view.is_direct(root)))
        if slugs != {root}:
            used = (slug for slug in slugs if is_used({slug}))
            ordered = sorted(used, key=lambda slug: -spent.get(slug, Decimal(0)))
            rows += [
                row(slug, {slug}, text.directly_in(view.name(slug)), child=True, linked=False)
                if slug == root
                else row(slug, view.within(slug, slugs), view.name(slug), child=True)
                for slug in ordered
            ]
    bars = [
        (view.row_name(root), sizes[root], view.category_link(Flow.SPENT, root), view.color(root))
        for root in roots
        if sizes[root]
    ]
    heads = (
        *text.CHARTS["by-category"][1][:3],
        *(head for words in earlier for head in (words, text.CHANGE)),
        text.CHARTS["by-category"][1][3],
    )
    sentence = text.largest([(name, amount) for name, amount, _, _ in bars], whole, view.money)
    sentence += text.usual(sums)
    return view.chart(
        "by-category",
        sentence,
        rows,
        _bars(view, bars),
        heads=heads,
        bars=len(bars[:_BARS]),
        shape="wide split print-table",
        open=True,
    )


def by_mode(view: View) -> Chart:
    groups: dict[str | None, list[Cell]] = {}
    for name, members in by(view.sums.by_mode, Flow.SPENT, "mode").items():
        groups.setdefault(name or None, []).extend(members)
    amounts = {name: total(members) for name, members in groups.items()}
    whole = sum((amount for amount in amounts.values() if amount > 0), Decimal(0))
    ordered = sorted(amounts, key=lambda name: (-amounts[name], name or ""))
    rows: list[Row] = [
        (
            name or text.NO_MODE,
            view.cell(amounts[name], Flow.SPENT, mode=name),
            view.percent(share(amounts[name], whole)),
            format.number(count(groups[name])),
        )
        for name in ordered
    ]
    bars = [(name or text.NO_MODE, amounts[name], view.link(Flow.SPENT, mode=name), "") for name in ordered]
    sentence = text.largest([bar[:2] for bar in bars], whole, view.money)
    return view.chart("by-mode", sentence, rows, _bars(view, bars), bars=len(bars[:_BARS]))


def by_account(view: View) -> Chart:
    """Income and spending of each account."""
    cells = view.sums.by_account
    spent, earned = by(cells, Flow.SPENT, "account"), by(cells, Flow.EARNED, "account")
    names = sorted({*spent, *earned}, key=lambda name: (-total(spent.get(name, ())), name or ""))
    rows: list[Row] = []
    for name in names:
        out, into = total(spent.get(name, ())), total(earned.get(name, ()))
        rows.append(
            (
                name or text.NO_ACCOUNT,
                view.cell(out, Flow.SPENT, account=name),
                view.cell(into, Flow.EARNED, account=name),
                view.plain(into - out),
                format.number(count(spent.get(name, ())) + count(earned.get(name, ()))),
            )
        )
    bars = [
        (name or text.NO_ACCOUNT, total(spent[name]), view.link(Flow.SPENT, account=name), "")
        for name in names
        if name in spent
    ]
    whole = sum((amount for _, amount, _, _ in bars if amount > 0), Decimal(0))
    sentence = text.largest([bar[:2] for bar in bars], whole, view.money)
    figure = _bars(view, bars) if len(bars) > 1 else None
    return view.chart("by-account", sentence, rows, figure, bars=len(bars[:_BARS]), open=figure is None)


def by_weekday(view: View, week_starts: int = 0) -> Chart:
    """week_starts: 0 is Monday. The mean is over all days of the weekday that the history covers."""
    sums = view.sums
    first = sums.known_since
    days = [first + timedelta(days=number) for number in range((sums.known_until - first).days + 1)]
    groups = by(sums.by_weekday, Flow.SPENT, "weekday")
    rows: list[Row] = []
    bars: list[Bar] = []
    for weekday in ((week_starts + number) % 7 for number in range(7)):
        cells = groups.get(weekday, [])
        covered = sum(day.weekday() == weekday for day in days)
        mean = total(cells) / covered if covered else Decimal(0)
        amount = view.cell(total(cells), Flow.SPENT, weekday=weekday)
        shown = view.plain(mean) if covered else "–"
        rows.append((WEEKDAYS[weekday], shown, amount, format.number(covered), format.number(count(cells))))
        bars.append((WEEKDAYS[weekday], mean, view.link(Flow.SPENT, weekday=weekday), ""))
    sentence = text.weekdays([bar[:2] for bar in bars], view.money)
    return view.chart("by-weekday", sentence, rows, _bars(view, bars) if groups else None, bars=7)


def by_merchant(view: View) -> Chart:
    groups = by(view.sums.by_merchant, Flow.SPENT, "merchant")
    amounts = {key: total(cells) for key, cells in groups.items() if key}
    ordered = sorted((key for key in amounts if amounts[key] > 0), key=lambda key: (-amounts[key], key))
    rows: list[Row] = [
        (
            view.merchant(key),
            view.cell(amounts[key], Flow.SPENT, merchant=key),
            format.number(count(groups[key])),
        )
        for key in ordered[:_MERCHANTS]
    ]
    bars = [
        (view.merchant(key), amounts[key], view.link(Flow.SPENT, merchant=key), "")
        for key in ordered[:_MERCHANT_BARS]
    ]
    sentence = text.merchants([bar[:2] for bar in bars], len(ordered), len(rows), view.money)
    return view.chart("by-merchant", sentence, rows, _bars(view, bars), bars=len(bars), shape="print-table")


def changed_merchants(view: View) -> Chart | None:
    """Those at which spending rose and fell most; None without an earlier period."""
    sums = view.sums
    if sums.previous_period is None:
        return None
    now, before = (
        {key: total(cells) for key, cells in by(cells, Flow.SPENT, "merchant").items() if key}
        for cells in sums.merchants_compared
    )
    zero = Decimal(0)
    changes = {key: now.get(key, zero) - before.get(key, zero) for key in {*now, *before}}
    ordered = sorted((key for key in changes if changes[key]), key=lambda key: (-changes[key], key))
    rose = [key for key in ordered if changes[key] > 0][:_CHANGES]
    fell = [key for key in ordered if changes[key] < 0][-_CHANGES:]
    days, earlier = sums.compared, sums.previous_period
    rows: list[Row] = [
        (
            view.merchant(key),
            view.cell(now.get(key, zero), Flow.SPENT, merchant=key, since=days.since, until=days.until),
            view.cell(
                before.get(key, zero), Flow.SPENT, merchant=key, since=earlier.since, until=earlier.until
            ),
            view.change(changes[key]),
        )
        for key in (*rose, *fell)
    ]
    bars = [
        (
            view.merchant(key),
            changes[key],
            view.link(Flow.SPENT, merchant=key, since=earlier.since, until=days.until),
            "",
        )
        for key in (*rose, *fell)
    ]
    heads = text.CHARTS["changed-merchants"][1]
    sentence = text.changed([bar[:2] for bar in bars], sums, view.money)
    names = (heads[0], text.this(sums), text.previous(sums), heads[1])
    figure = _bars(view, bars, most=2 * _CHANGES)
    more = {"heads": names, "bars": len(bars), "shape": "print-table"}
    return view.chart("changed-merchants", sentence, rows, figure, **more)


def _bars(view: View, bars: Sequence[Bar], most: int = _BARS) -> Figure | None:
    """Horizontal, the first on top."""
    shown = bars[:most]
    if not shown:
        return None
    colors = [color or ACCENT for *_, color in shown]
    trace: dict[str, Any] = {
        "type": "bar",
        "x": [float(amount) for _, amount, _, _ in shown],
        "y": list(range(len(shown))),  # names may be equal
        "orientation": "h",
        "marker": {"color": colors, "cornerradius": 4, "line": {"width": 0}},
        "customdata": [[view.money(amount), link, literal(name)] for name, amount, link, _ in shown],
        "meta": None if any(color for *_, color in shown) else "accent",
        "hovertemplate": "%{customdata[2]}<br>%{customdata[0]}<extra></extra>",
    }
    names = [literal(short(name)) for name, *_ in shown]
    downwards = {
        "range": [max(len(shown), _FEWEST_BARS) - 0.5, -0.5],
        "automargin": True,
        "tickvals": list(range(len(shown))),
        "ticktext": names,
    }
    return drawn([trace], yaxis=downwards, xaxis=money_axis(view.currency), meta=_ON_A_PHONE)
