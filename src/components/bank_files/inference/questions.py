"""Each question with its possible answers, and an example of what each makes of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from src.components.bank_files.entry import Choice, Question, clean
from src.components.bank_files.inference.amounts import Amount, parse_amount
from src.components.bank_files.inference.dates import readings
from src.components.bank_files.plan import Field, Sign
from src.components.bank_files.record import Cell, as_text

_ORDERS = {"dmy": "Day first", "mdy": "Month first", "ymd": "Year first"}
_MARKS = {".": "The point parts the decimals", ",": "The comma parts the decimals"}
_COLUMNS = {
    Field.DATE: ("date_column", "Which column has the day of the transaction?"),
    Field.DESCRIPTION: ("description_column", "Which column has the text that tells what it was?"),
    Field.AMOUNT: ("amount_column", "Which column has the amount?"),
    Field.OUT: ("out_column", "Which column has the money that went out?"),
}


def about_date_order(texts: Iterable[str], orders: Sequence[str]) -> Question:
    listed = list(texts)
    telling = next(
        (each for each in listed if len({readings(each).get(order) for order in orders}) > 1), listed[0]
    )
    days = {order: readings(telling).get(order) for order in orders}
    choices = (
        Choice(order, _ORDERS[order], f"{clean(telling, 30)} is {_day(days[order])}") for order in orders
    )
    return Question("date_order", "Which part of a date is the day, and which the month?", tuple(choices))


def _day(day: object) -> str:
    return f"{day:%-d %B %Y}" if day else "no day"


def about_mark(texts: Iterable[str], marks: Sequence[str]) -> Question:
    telling = next(each for each in texts if parse_amount(each, ".") != parse_amount(each, ","))
    choices = []
    for mark in marks:
        amount = parse_amount(telling, mark)
        choices.append(
            Choice(mark, _MARKS[mark], f"{clean(telling, 30)} is {amount.value:f}" if amount else "")
        )
    return Question("decimal_mark", "Which mark parts the decimals of an amount?", tuple(choices))


def about_sign(amounts: Sequence[Amount], *, marked: bool) -> Question:
    """amounts: signed as written; those beside which CR or DR stands are left away.

    marked: whether a column is there to mark what came in, though in this file it is empty.

    Most people spend more often than they are paid, so the first choice makes the most of them spending.
    """
    text = "Which amounts are spending?"
    minus = next((each.value for each in amounts if each.value < 0), None)
    plus = next((each.value for each in amounts if each.value > 0), None)
    example = f"{plus:f}" if plus else ""
    if minus is None:
        return Question(
            "sign",
            text,
            (
                Choice(
                    Sign.UNMARKED_IS_EXPENSE if marked else Sign.ALL_EXPENSES,
                    "All of them",
                    f"{example} was spent" if example else "",
                ),
                Choice(
                    Sign.UNMARKED_IS_INCOME if marked else Sign.NEGATIVE_IS_EXPENSE,
                    "None: all of it came in",
                    f"{example} came in" if example else "",
                ),
            ),
        )
    less, more = f"{minus:f}", example
    choices = (
        Choice(Sign.NEGATIVE_IS_EXPENSE, "Those with a minus", f"{less} was spent, {more} came in"),
        Choice(Sign.POSITIVE_IS_EXPENSE, "Those without a minus", f"{more} was spent, {less} came in"),
    )
    mostly_minus = 2 * sum(each.value < 0 for each in amounts) >= len(amounts)
    return Question("sign", text, choices if mostly_minus else choices[::-1])


def about_currency(codes: Sequence[str]) -> Question:
    choices = tuple(Choice(code, code) for code in codes)
    return Question("default_currency", "In which currency are these amounts?", choices, any_value=True)


def about_day() -> Question:
    text = "Some transactions name no day. Which day shall they have?"
    return Question("default_date", text, (), any_value=True)


def about_column(
    field: Field, places: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Question:
    key, text = _COLUMNS[field]
    choices = []
    for place in places:
        filled = (as_text(cells[place]) for cells in rows if place < len(cells) and cells[place])
        choices.append(Choice(str(place), name_of(place, names), clean(next(filled, ""), 60)))
    return Question(key, text, tuple(choices))


def name_of(place: int, names: Sequence[str]) -> str:
    """place: from 0."""
    return (clean(names[place], 60) if place < len(names) else "") or f"Column {place + 1}"
