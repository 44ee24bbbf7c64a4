"""Which amounts are spending: by a running balance, by marks, by words in the same rows, or by a fee.

The strongest evidence decides: the arithmetic of a balance, then the bank's own marks, then the signs, then
words in columns, then words in texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from src.components.bank_files.entry import Cell, as_text, cell_at
from src.components.bank_files.inference.amounts import Amount, amount_of, marks_that_fit
from src.components.bank_files.inference.balances import RunningBalance
from src.components.bank_files.inference.cells import MOSTLY, Column
from src.components.bank_files.inference.dates import date_of, orders_that_fit
from src.components.bank_files.inference.wording import direction_of, out_mark_of
from src.components.bank_files.plan import Basis, Field, Sign
from src.components.bank_files.words.movements import RECEIVED, SPENT
from src.domain.transactions import Direction

_MIN_WORDS = 2
_MIN_BALANCES = 3
_NO_WORDS = (Field.AMOUNT, Field.BALANCE, Field.DATE, Field.DESCRIPTION, Field.CURRENCY, Field.ID)
_NO_TEXTS = (Field.AMOUNT, Field.BALANCE, Field.DATE, Field.CURRENCY, Field.ACCOUNT_NUMBER)
_TEXTS_READ = 300
"""Rows whose texts are searched for words of a payment."""
_UNANIMOUS = 0.9
_OF_A_SHOP = frozenset(("charge", "refund", "return", "sale", "paid", "received", "payment"))
"""A shop writes them of what it earns and pays back, a card of what was spent."""
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?")


class SignFound(NamedTuple):
    """What shows the sign, and in how many of the rows that show anything."""

    sign: Sign
    basis: Basis
    agree: int
    of: int


def sign_by_balance(
    candidates: Sequence[Sign], rows: Callable[[Sign], Iterable[tuple[Decimal, Decimal | None, date | None]]]
) -> SignFound | None:
    """The sign by which the amounts are the steps of the balance; None if none is, or two are.

    rows: (signed amount, balance, day) of consecutive rows by a sign.
    """
    counted = []
    for sign in candidates:
        balance = RunningBalance()
        for amount, after, day in rows(sign):
            balance.add(amount, after, day)
        counted.append((balance.agree, sign, balance.steps))
    counted.sort(key=lambda count: count[0], reverse=True)
    (agree, sign, steps), (second, *_) = counted[:2]
    if not agree or agree < MOSTLY * steps or agree == second:
        return None
    return SignFound(sign, Basis.BALANCE, agree, steps)


def sign_by_balance_rows(
    candidates: Sequence[Sign],
    balances: Mapping[date, Decimal],
    rows: Callable[[Sign], Iterable[tuple[Decimal, Decimal | None, date | None]]],
) -> SignFound | None:
    """The sign by which the amounts lead from one day's balance to the next, in any order of the rows.

    balances: by day, of rows of their own such as `SALDO DO DIA`. rows: see `sign_by_balance`.
    """
    days = sorted(balances)
    counted = []
    for sign in candidates:
        amounts = [(day, amount) for amount, _, day in rows(sign) if day]
        agree = sum(
            balances[day] - balances[before] == sum(amount for at, amount in amounts if before < at <= day)
            for before, day in pairwise(days)
        )
        counted.append((agree, sign))
    counted.sort(key=lambda count: count[0], reverse=True)
    (agree, sign), (second, _), *_ = counted
    steps = len(days) - 1
    if agree < max(_MIN_WORDS, MOSTLY * steps) or agree == second:
        return None
    return SignFound(sign, Basis.BALANCE, agree, steps)


def sign_by_words(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> SignFound | None:
    """The sign that all words of direction agree on; None if there are too few or they disagree."""
    position = columns.index(Field.AMOUNT)
    word_columns = [column for column, field in enumerate(columns) if field not in _NO_WORDS]
    amounts = [(amount, cells) for cells in rows if (amount := amount_of(cell_at(cells, position), mark))]
    votes = [
        ((amount.value < 0) == (direction is Direction.EXPENSE), word)
        for amount, cells in amounts
        if amount.value and amount.side is None
        for direction, word in _directions(cells, word_columns)
    ]
    has_negative = any(amount.value < 0 for amount, _ in amounts)
    agree = [minus_is_expense for minus_is_expense, _ in votes]
    if len(agree) < _MIN_WORDS or len(set(agree)) > 1 or not has_negative:
        return None
    if not agree[0] and all(word in _OF_A_SHOP for _, word in votes):
        return None
    sign = Sign.NEGATIVE_IS_EXPENSE if agree[0] else Sign.POSITIVE_IS_EXPENSE
    return SignFound(sign, Basis.WORDS, len(agree), len(agree))


def _directions(cells: Sequence[Cell], positions: Sequence[int]) -> Iterator[tuple[Direction, str]]:
    for position in positions:
        word = as_text(cell_at(cells, position)).strip()
        direction = direction_of(word) if 1 < len(word) <= 40 else None
        if direction in (Direction.EXPENSE, Direction.INCOME):
            yield direction, word.casefold()


def sign_by_texts(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> SignFound | None:
    """The sign by which nearly all texts such as `card payment` or `salary` have their direction."""
    position = columns.index(Field.AMOUNT)
    texts_at = [column for column, field in enumerate(columns) if field not in _NO_TEXTS]
    votes = []
    has_negative = False
    for cells in rows[:_TEXTS_READ]:
        amount = amount_of(cell_at(cells, position), mark)
        if amount is None or not amount.value or amount.side:
            continue
        has_negative = has_negative or amount.value < 0
        direction = direction_by_texts([cell_at(cells, column) for column in texts_at])
        if direction:
            votes.append((amount.value < 0) == (direction is Direction.EXPENSE))
    agree = max(sum(votes), len(votes) - sum(votes))
    if len(votes) < _MIN_WORDS or agree < _UNANIMOUS * len(votes) or not has_negative:
        return None
    sign = Sign.NEGATIVE_IS_EXPENSE if 2 * sum(votes) > len(votes) else Sign.POSITIVE_IS_EXPENSE
    return SignFound(sign, Basis.TEXTS, agree, len(votes))


def direction_by_texts(cells: Sequence[Cell]) -> Direction | None:
    """Of one row, by words such as `card payment` or `salary`; None without one, or with words of both."""
    text = " | ".join(map(as_text, cells)).casefold()
    spent, received = (_longest(pattern, text) for pattern in (_spent(), _received()))
    if spent == received:
        return None
    return Direction.EXPENSE if spent > received else Direction.INCOME


def _longest(pattern: re.Pattern[str], text: str) -> int:
    """Letters of the longest match: `pagamento recebido` outweighs `pagamento`."""
    return max((len(match[0]) for match in pattern.finditer(text)), default=0)


def _words(table: dict[str, str]) -> re.Pattern[str]:
    words = sorted({word for words in table.values() for word in words.split("|")}, key=len, reverse=True)
    spaced = [re.escape(word) for word in words if not _is_unspaced(word)]
    unspaced = [re.escape(word) for word in words if _is_unspaced(word)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)|{'|'.join(unspaced)}")


def _is_unspaced(word: str) -> bool:
    """Whether it is of a script without blanks between words."""
    return word[0] >= "\u3040"


@cache
def _spent() -> re.Pattern[str]:
    return _words(SPENT)


@cache
def _received() -> re.Pattern[str]:
    return _words(RECEIVED)


def sign_by_fee(
    rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str, gross: int
) -> SignFound | None:
    """A fee makes less of what comes in and more of what goes out.

    gross: the position of the amount before the fee; the AMOUNT is the one after it.
    """
    net = columns.index(Field.AMOUNT)
    pairs = ((amount_of(cell_at(cells, gross), mark), amount_of(cell_at(cells, net), mark)) for cells in rows)
    votes = [
        (before.value > 0) == (abs(after.value) < abs(before.value))
        for before, after in pairs
        if before and after and before.value and before.value != after.value
    ]
    if not votes or len(set(votes)) > 1:
        return None
    sign = Sign.NEGATIVE_IS_EXPENSE if votes[0] else Sign.POSITIVE_IS_EXPENSE
    return SignFound(sign, Basis.FEE, len(votes), len(votes))


def sign_by_parties(rows: Sequence[Sequence[Cell]], columns: Sequence[Field], mark: str) -> SignFound | None:
    """The sign by which all rows that name a payer only are income, and those with a payee only spending."""
    if not {Field.PARTY, Field.PAYER} <= set(columns):
        return None
    votes = []
    for cells in rows:
        amount = amount_of(cell_at(cells, columns.index(Field.AMOUNT)), mark)
        payee, payer = (
            bool(as_text(cell_at(cells, columns.index(field))).strip())
            for field in (Field.PARTY, Field.PAYER)
        )
        if amount and amount.value and payee != payer:
            votes.append((amount.value < 0) == payee)
    if len(votes) < _MIN_WORDS or len(set(votes)) > 1:
        return None
    sign = Sign.NEGATIVE_IS_EXPENSE if votes[0] else Sign.POSITIVE_IS_EXPENSE
    return SignFound(sign, Basis.MARKS, len(votes), len(votes))


def sign_by_plus(texts: Iterable[str], amounts: Sequence[Amount]) -> SignFound | None:
    """Who writes a plus before each amount without a minus means income."""
    plus = sum(text.strip().startswith("+") or text.strip().endswith("+") for text in texts)
    positive = sum(amount.value > 0 for amount in amounts)
    if not plus or plus < positive or positive == len(amounts):
        return None
    return SignFound(Sign.NEGATIVE_IS_EXPENSE, Basis.SIGNS, plus, plus)


def sign_by_account(rows: Sequence[Sequence[Cell]]) -> SignFound | None:
    """A file with IBANs is of a bank account, and no bank writes what left an account without its minus."""
    with_iban = sum(
        any(isinstance(cell, str) and _IBAN.fullmatch(cell.strip()) for cell in cells) for cells in rows
    )
    return SignFound(Sign.NEGATIVE_IS_EXPENSE, Basis.ACCOUNT, with_iban, len(rows)) if with_iban else None


def are_of_a_shop(words: Iterable[str], amounts: Sequence[Amount]) -> bool:
    """Whether words such as `charge` may be a shop's, next to amounts that have their own signs."""
    words = [word.strip().casefold() for word in words]
    return bool(words) and _OF_A_SHOP.issuperset(words) and any(amount.value < 0 for amount in amounts)


def sign_by_marks(marks: Column) -> Sign | None:
    """If a column marks only one direction, such as Cr, its blank rows have the other direction.

    None if it is empty.
    """
    if not marks.texts:
        return None
    if out_mark_of(marks.texts):
        return Sign.TYPE_COLUMN
    directions = {direction_of(text) for text in marks.texts} - {None}
    if marks.has_blank and directions == {Direction.INCOME}:
        return Sign.UNMARKED_IS_EXPENSE
    if marks.has_blank and directions == {Direction.EXPENSE}:
        return Sign.UNMARKED_IS_INCOME
    return Sign.TYPE_COLUMN


def is_running_balance(
    amounts: Sequence[Cell], balances: Sequence[Cell], days: Sequence[Cell] = (), *, before: bool = False
) -> bool:
    """Whether `balances` fall or rise with `amounts`, by either sign.

    amounts: of consecutive rows. days: of the same rows, to find out whether the first is the oldest or the
    newest; if unclear, both are tried. before: whether each balance is that before its row, which only rows
    in a clear order of time can show.
    """
    texts = {cell for cell in (*amounts, *balances) if isinstance(cell, str) and cell}
    mark = marks_that_fit(texts)[0]
    parsed = (map(amount_of, pair, (mark, mark)) for pair in zip(amounts, balances, strict=False))
    complete = [(amount.value, balance.value) for amount, balance in parsed if amount and balance]
    if len(complete) < _MIN_BALANCES:
        return False
    steps, order = list(pairwise(complete)), _order_of_time(days)
    later, earlier = (order > 0, order < 0) if before else (order >= 0, order <= 0)
    for factor in (1, -1):
        agree = [0, 0]
        for (amount, balance), (next_amount, next_balance) in steps:
            of_later, of_earlier = (amount, next_amount) if before else (next_amount, amount)
            agree[0] += next_balance - balance == factor * of_later
            agree[1] += balance - next_balance == factor * of_earlier
        if max(agree[0] * later, agree[1] * earlier) >= MOSTLY * len(steps):
            return True
    return False


def _order_of_time(days: Sequence[Cell]) -> int:
    """1 if the first row is the oldest, -1 if it is the newest, 0 if unclear."""
    texts = dict.fromkeys(day for day in days if isinstance(day, str) and day)
    order = (orders_that_fit(texts) or ("ymd",))[0]
    dates = [parsed for day in days if (parsed := date_of(day, order))]
    rises = any(before < after for before, after in pairwise(dates))
    falls = any(before > after for before, after in pairwise(dates))
    return int(rises) - int(falls)
