"""Find the two ends of own transfers among transactions: certain pairs, and doubtful ones to suggest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from src.components.text.exchange_rates import units_per_dollar
from src.components.transfers.evidence import evidence_of, text_of
from src.components.transfers.wording import Wording, mentions, wording_of
from src.domain.categories import Group
from src.domain.transactions import Direction, Transaction
from src.domain.transfers import TRANSFER_WITHIN, End, transfer_misfit

_SAME_WORTH = 1.6
"""The rough rates, and fees, allow two amounts that are one transfer to differ by this factor."""
MOST_COUNTERPARTS = 6
"""A transaction with more plausible counterparts gets no suggestion: its amount is too common to tell."""


@dataclass(frozen=True, slots=True)
class Match:
    out: End
    into: End
    score: float
    certain: bool


def pairs(ends: Iterable[End], groups: Mapping[str, Group], *, new: Collection[str]) -> list[Match]:
    """The plausible pairs of equal amount that contain a new transaction.

    ends: the new ones, and all others of the same amounts within twice `TRANSFER_WITHIN`, so that whether a
    counterpart is the only one can be decided. groups: by category. new: ids.
    """
    by_amount: dict[tuple[str, Decimal], list[End]] = defaultdict(list)
    for end in ends:
        by_amount[end.transaction.currency, end.transaction.amount].append(end)
    return [match for same in by_amount.values() for match in _among(same, groups, new)]


def _among(ends: Sequence[End], groups: Mapping[str, Group], new: Collection[str]) -> list[Match]:
    """ends: of one amount."""
    plausible = [
        (out, into, evidence)
        for out, into in _near(ends)
        if transfer_misfit(out.transaction, into.transaction) is None
        and (evidence := evidence_of(out, into, groups)).is_plausible
    ]
    counterparts = Counter(end.id for out, into, _ in plausible for end in (out, into))
    return [
        Match(out, into, evidence.score(_days(out, into)), is_only and evidence.is_certain)
        for out, into, evidence in plausible
        if (out.id in new or into.id in new)
        and max(counterparts[out.id], counterparts[into.id]) <= MOST_COUNTERPARTS
        for is_only in (counterparts[out.id] == 1 == counterparts[into.id],)
    ]


def conversions(ends: Iterable[End], groups: Mapping[str, Group], *, new: Collection[str]) -> list[Match]:
    """Pairs of different currencies that both read like a transfer, each the best counterpart of the other.

    They are never certain, because the exact rate is not known.
    """
    worded = [end for end in ends if reads_like_a_transfer(end)]
    fitting = [
        (_conversion_evidence(out.transaction, into.transaction), out, into)
        for out, into in _near(worded)
        if out.transaction.currency != into.transaction.currency
        and transfer_misfit(out.transaction, into.transaction) is None
    ]
    best: dict[str, int] = defaultdict(int)
    for strength, *two in fitting:
        for end in two:
            best[end.id] = max(best[end.id], strength)
    strongest = [(out, into) for strength, out, into in fitting if strength == best[out.id] == best[into.id]]
    counterparts = Counter(end.id for two in strongest for end in two)
    return [
        Match(out, into, evidence_of(out, into, groups).score(_days(out, into)), certain=False)
        for out, into in strongest
        if (out.id in new or into.id in new) and counterparts[out.id] == 1 == counterparts[into.id]
    ]


def _conversion_evidence(out: Transaction, into: Transaction) -> int:
    """A point for each text that names the other currency, and one for amounts of about the same worth."""
    named = mentions(text_of(out), into.currency) + mentions(text_of(into), out.currency)
    worth = [
        float(transaction.amount) / units_per_dollar(transaction.currency) for transaction in (out, into)
    ]
    return named + (max(worth) <= _SAME_WORTH * min(worth))


def reads_like_a_transfer(end: End) -> bool:
    return wording_of(text_of(end.transaction)) >= Wording.TRANSFER


def _near(ends: Sequence[End]) -> Iterator[tuple[End, End]]:
    """The expenses, each with the incomes that are near enough in time."""
    incomes = sorted(
        (end for end in ends if end.transaction.direction is Direction.INCOME), key=lambda end: _day(end)
    )
    days = [_day(end) for end in incomes]
    for out in ends:
        if out.transaction.direction is Direction.EXPENSE:
            first = bisect_left(days, _day(out) - TRANSFER_WITHIN)
            last = bisect_right(days, _day(out) + TRANSFER_WITHIN)
            for into in incomes[first:last]:
                yield out, into


def _day(end: End) -> date:
    return end.transaction.date


def _days(out: End, into: End) -> int:
    return abs(_day(out) - _day(into)).days
