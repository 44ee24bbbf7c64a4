"""Amounts without any sign next to a running balance: the step of the balance shows the direction of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice, pairwise

from src.components.bank_files.entry import Cell, Line, Reason, Rejected, as_text, cell_at
from src.components.bank_files.inference.amounts import Amount, amount_of, marks_that_fit
from src.components.bank_files.inference.cells import MOSTLY
from src.components.bank_files.inference.signs import direction_by_texts
from src.components.bank_files.plan import Field
from src.domain.transactions import Direction

_SAMPLE = 2_000
_FEWEST = 3
_OTHER_EVIDENCE = {Field.OUT, Field.IN, Field.TYPE, Field.OTHER_AMOUNT, Field.FEE, Field.PAYMENT_MESSAGE}

_Money = tuple[Amount, Amount]
"""(amount, balance)"""


def signs_by_balance(
    lines: Callable[[], Iterator[Line]], columns: Sequence[Field]
) -> Callable[[], Iterator[Line]] | None:
    """The lines with a sign before each amount; None if the amounts have signs, or the balance shows none.

    A row whose balance does not follow from its neighbour is rejected, unless its text shows its direction.
    """
    if not {Field.AMOUNT, Field.BALANCE} <= set(columns) or _OTHER_EVIDENCE & set(columns):
        return None
    position, balance_at = columns.index(Field.AMOUNT), columns.index(Field.BALANCE)
    sample = [line[1] for line in islice(lines(), _SAMPLE) if not isinstance(line, Rejected)]
    pairs = [(cell_at(cells, position), cell_at(cells, balance_at)) for cells in sample]
    mark = marks_that_fit({cell for pair in pairs for cell in pair if isinstance(cell, str) and cell})[0]
    rows = [money for pair in pairs if (money := _money(*pair, mark))]
    if len(rows) < _FEWEST or any(_is_signed(cell, mark) for cell, _ in pairs):
        return None
    oldest_first = _order(rows)
    if oldest_first is None:
        return None
    return lambda: _signed(list(lines()), position, balance_at, mark, oldest_first=oldest_first)


def _money(amount: Cell, balance: Cell, mark: str) -> _Money | None:
    parsed, after = amount_of(amount, mark), amount_of(balance, mark)
    return (parsed, after) if parsed and after else None


def _is_signed(cell: Cell, mark: str) -> bool:
    amount = amount_of(cell, mark)
    has_plus = isinstance(cell, str) and "+" in cell
    return amount is not None and (amount.value < 0 or amount.side is not None or has_plus)


def _order(rows: Sequence[_Money]) -> bool | None:
    """Whether the first row is the oldest; None if the steps are not the amounts, or all go one way."""
    steps = [
        (after[1].value - before[1].value, before[0].value, after[0].value)
        for before, after in pairwise(rows)
    ]
    counts = {
        True: [step for step, _, amount in steps if abs(step) == amount],
        False: [step for step, amount, _ in steps if abs(step) == amount],
    }
    oldest_first = len(counts[True]) >= len(counts[False])
    agree = counts[oldest_first]
    both_ways = any(step > 0 for step in agree) and any(step < 0 for step in agree)
    return oldest_first if both_ways and len(agree) >= MOSTLY * len(steps) else None


def _signed(
    lines: Sequence[Line], position: int, balance_at: int, mark: str, *, oldest_first: bool
) -> Iterator[Line]:
    ordered = lines if oldest_first else lines[::-1]
    directions = dict(_directions(ordered, position, balance_at, mark))
    for line in lines:
        if isinstance(line, Rejected) or line[0] not in directions:
            yield line
            continue
        direction = directions[line[0]] or direction_by_texts(line[1])
        if direction is None:
            yield Rejected(line[0], Reason.DIRECTION_UNKNOWN)
        else:
            yield line[0], _with_sign(line[1], position, "-" if direction is Direction.EXPENSE else "+")


def _directions(
    lines: Iterable[Line], position: int, balance_at: int, mark: str
) -> Iterator[tuple[int, Direction | None]]:
    """(row, direction by the balance) of each row with an amount; lines: the oldest first."""
    before: Decimal | None = None
    for line in lines:
        if isinstance(line, Rejected):
            before = before if line.left_out else None
            continue
        money = _money(cell_at(line[1], position), cell_at(line[1], balance_at), mark)
        if money is None:
            after_all = amount_of(cell_at(line[1], balance_at), mark)
            is_blank = not as_text(cell_at(line[1], position)).strip()
            before = after_all.value if after_all and is_blank else before  # such as the opening balance
            continue
        amount, after = money[0].value, money[1].value
        step = after - before if before is not None else Decimal(0)
        is_known = amount != 0 and abs(step) == amount
        direction = Direction.INCOME if step > 0 else Direction.EXPENSE
        if amount:
            yield line[0], direction if is_known else None
        before = after


def _with_sign(cells: Sequence[Cell], position: int, sign: str) -> list[Cell]:
    cell = cells[position]
    signed: Cell = f"{sign}{as_text(cell).strip()}" if not isinstance(cell, Decimal) or sign == "+" else -cell
    return [*cells[:position], signed, *cells[position + 1 :]]
