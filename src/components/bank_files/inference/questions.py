"""Questions about a file that can be read in more than one way, with an example of each reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from src.components.bank_files.entry import Cell, Choice, Question, as_text, clean
from src.components.bank_files.inference.amounts import Amount, parse_amount
from src.components.bank_files.inference.dates import readings
from src.components.bank_files.plan import COLUMN_QUESTIONS, Field, Sign

_COLUMN_KEYS = {field: key for key, field in COLUMN_QUESTIONS.items()}


def date_order_question(texts: Iterable[str], orders: Sequence[str]) -> Question:
    texts = list(texts)
    ambiguous = (text for text in texts if len({readings(text).get(order) for order in orders}) > 1)
    sample = next(ambiguous, texts[0])
    dates = readings(sample)
    choices = (Choice(order, dates[order].isoformat() if order in dates else "") for order in orders)
    return Question("date_order", tuple(choices), clean(sample, 30))


def decimal_mark_question(texts: Iterable[str], marks: Sequence[str]) -> Question:
    sample = next(text for text in texts if parse_amount(text, ".") != parse_amount(text, ","))
    amounts = {mark: parse_amount(sample, mark) for mark in marks}
    choices = (Choice(mark, f"{amount.value:f}" if amount else "") for mark, amount in amounts.items())
    return Question("decimal_mark", tuple(choices), clean(sample, 30))


def sign_question(amounts: Sequence[Amount], *, marked: bool) -> Question:
    """amounts: signed as written, without those that CR or DR marks.

    marked: whether the file has a column that marks income, though it is empty here.

    Most people spend more often than they are paid, so the first choice makes most amounts spending.
    """
    minus = next((f"{amount.value:f}" for amount in amounts if amount.value < 0), "")
    plus = next((f"{amount.value:f}" for amount in amounts if amount.value > 0), "")
    if not minus:
        all_spent = Sign.UNMARKED_IS_EXPENSE if marked else Sign.ALL_EXPENSES
        all_income = Sign.UNMARKED_IS_INCOME if marked else Sign.NEGATIVE_IS_EXPENSE
        return Question("sign", (Choice(all_spent, spent=plus), Choice(all_income, income=plus)))
    choices = (
        Choice(Sign.NEGATIVE_IS_EXPENSE, spent=minus, income=plus),
        Choice(Sign.POSITIVE_IS_EXPENSE, spent=plus, income=minus),
    )
    mostly_minus = 2 * sum(amount.value < 0 for amount in amounts) >= len(amounts)
    return Question("sign", choices if mostly_minus else choices[::-1])


def column_question(
    field: Field, positions: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Question:
    choices = []
    for position in positions:
        filled = (as_text(cells[position]) for cells in rows if position < len(cells) and cells[position])
        example = clean(next(filled, ""), 60)
        choices.append(Choice(str(position), example, column=column_name(position, names)))
    return Question(_COLUMN_KEYS[field], tuple(choices))


def column_name(position: int, names: Sequence[str]) -> str:
    """position: from 0."""
    return clean(names[position], 60) if position < len(names) else ""
