"""Categorize and sum transactions without storing anything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from src.components.transfers.pairing import pairs
from src.domain.categories import Category, Flow, Group, group_that_counts
from src.domain.months import month_of
from src.domain.predictions import Prediction
from src.domain.preferences import Preferences, Weekday
from src.domain.sums import Cell, sums_by, totals_of
from src.domain.transactions import Transaction
from src.domain.transfers import End

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor

SUMS = ("totals", "by_category", "by_month", "by_week", "by_merchant")
_MOST_EQUAL = 20
"""More transactions of one amount are not compared with each other: it takes time, and none is certain."""
Predicted = tuple[Transaction, Prediction]
_WEEKDAYS = {Weekday.MONDAY: 0, Weekday.SATURDAY: 5, Weekday.SUNDAY: 6}


@dataclass(frozen=True)
class Summaries:
    predictor: Predictor
    categories: Callable[[], Sequence[Category]]
    preferences: Callable[[], Preferences]

    def of(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> tuple[list[Predicted], dict[str, list[dict[str, Any]]]]:
        """The transactions with their predictions, in the same order, and their sums.

        Amounts count as in Analytics, with the own transfers that are certain among these transactions. Each
        sum names its currency, the most frequent first. `by_category` and `by_merchant` have the largest
        first, each with what it counts as in `kind`. Raises Unavailable.
        """
        predicted = self.predictor.predict(transactions, at=at) if transactions else []
        cells = self._cells(predicted)
        currencies = [name for name, _ in Counter(cell.currency for cell in cells).most_common()]
        week_starts = self.preferences().week_starts
        weeks = [_week_of(transaction.date, week_starts) for transaction, _ in predicted]
        sums: dict[str, list[dict[str, Any]]] = {name: [] for name in SUMS}
        for name in currencies:
            positions = [position for position, cell in enumerate(cells) if cell.currency == name]
            members = [cells[position] for position in positions]
            sums["totals"].append({"currency": name, **totals_of(members)})
            sums["by_category"] += _by("category", members, name)
            sums["by_month"] += _totals_by("month", [cell.month for cell in members], members, name)
            sums["by_week"] += _totals_by("week", [weeks[position] for position in positions], members, name)
            sums["by_merchant"] += [row for row in _by("merchant", members, name) if row["merchant"]]
        return predicted, sums

    def _cells(self, predicted: Sequence[Predicted]) -> list[Cell]:
        groups = {category.slug: category.group for category in self.categories()}
        sent, received = _own_transfers(predicted, groups)
        month_starts = self.preferences().month_starts
        return [
            Cell(
                currency=transaction.currency,
                month=month_of(transaction.date, month_starts),
                category=prediction.category,
                mode=transaction.mode,
                direction=transaction.direction,
                group=group_that_counts(
                    groups.get(prediction.category or ""),
                    transaction.direction,
                    needs_review=prediction.needs_review,
                ),
                amount=transaction.amount,
                count=1,
                rows=1,
                paired=position in sent or position in received,
                again=position in received,
                refund=False,
                merchant=transaction.merchant,
            )
            for position, (transaction, prediction) in enumerate(predicted)
        ]


def _own_transfers(predicted: Sequence[Predicted], groups: Mapping[str, Group]) -> tuple[set[int], set[int]]:
    """The positions of their two ends: where money left, and where it arrived."""
    ends = [
        End(str(position), transaction, prediction.category, sure=not prediction.needs_review)
        for position, (transaction, prediction) in enumerate(predicted)
    ]
    equal = Counter((end.transaction.currency, end.transaction.amount) for end in ends)
    few = [end for end in ends if equal[end.transaction.currency, end.transaction.amount] <= _MOST_EQUAL]
    matches = [match for match in pairs(few, groups, new={end.id for end in few}) if match.certain]
    return {int(match.out.id) for match in matches}, {int(match.into.id) for match in matches}


def _by(key: str, cells: Iterable[Cell], currency: str) -> list[dict[str, Any]]:
    by_flow: dict[Flow, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_flow[cell.flow].append(cell)
    rows = [
        {"currency": currency, "kind": flow.value, **row}
        for flow, members in by_flow.items()
        for row in sums_by(members, key)
    ]
    return sorted(rows, key=lambda row: (-abs(row["amount"]), str(row[key])))


def _totals_by(
    name: str, periods: Sequence[str], cells: Sequence[Cell], currency: str
) -> list[dict[str, Any]]:
    """periods: of each cell."""
    by_period: dict[str, list[Cell]] = defaultdict(list)
    for period, cell in zip(periods, cells, strict=True):
        by_period[period].append(cell)
    return [
        {"currency": currency, name: period, **totals_of(by_period[period])} for period in sorted(by_period)
    ]


def _week_of(day: date, starts: Weekday) -> str:
    """The first day of its week."""
    return (day - timedelta(days=(day.weekday() - _WEEKDAYS[starts]) % 7)).isoformat()
