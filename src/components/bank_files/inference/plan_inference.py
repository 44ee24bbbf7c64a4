"""Detects the plan of a file, and asks if more than one reading fits the whole file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from src.components.bank_files.entry import Choice, Line, Question, Record, as_text, cell_at
from src.components.bank_files.inference.amounts import (
    SHARED_SIGNS,
    SIGNS,
    is_amount,
    marks_that_fit,
    unit_of,
)
from src.components.bank_files.inference.cells import MONEY, Contents, transactions
from src.components.bank_files.inference.column_detection import Layout
from src.components.bank_files.inference.dates import is_date, orders_that_fit
from src.components.bank_files.inference.headings import unit_in
from src.components.bank_files.inference.questions import (
    column_question,
    date_order_question,
    decimal_mark_question,
    sign_question,
)
from src.components.bank_files.inference.signs import balance_sign, sign_by_marks, sign_by_words
from src.components.bank_files.plan import TABLES, Field, Format, Plan, Sign
from src.domain.money import CURRENCIES

_COMMON = ("USD", "EUR", "GBP", "INR", "CHF", "CAD", "AUD", "JPY", "SGD", "BRL")

_CODE = re.compile(r"(?<![^\W_])[A-Z]{3}(?![^\W_])")
_WORDS = frozenset("ALL AMD ANG BAM BOB COP CUP DOP GEL LAK MAD MOP PAB PEN RON SOS TOP TRY".split())
"""Codes that are also words or names, and so do not count above a table."""
_SYMBOLS = re.compile("[€£₹₽₺₩₪₫₴₦₱฿₸元円]")


class Inference:
    """Fills the fields that a plan leaves None; the others stay."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        sample: Sequence[Record],
        body: Iterable[Line],
        usual_currency: str = "",
    ) -> None:
        """sample: the first records, with the heading and the rows above it. body: all records below it."""
        self._usual_currency = usual_currency
        self._plan, self._layout, self._sample = plan, layout, sample
        self._columns = layout.columns
        self._rows = transactions([cells for row, cells in sample if row > layout.header])
        # Dates of a person's own pattern are not recognized without it.
        dates_required = plan.format in TABLES and "%" not in (plan.date_order or "")
        dates_required = dates_required and Field.PAYMENT_MESSAGE not in self._columns
        self._contents = Contents(body, self._columns, dates_required=dates_required)
        self.questions: list[Question] = []

    def run(self) -> Plan:
        self._plan = replace(self._plan, header=self._layout.header, columns=self._columns)
        for field, positions in self._layout.ambiguities:
            self.questions.append(column_question(field, positions, self._layout.names, self._rows))
        finders: dict[str, Callable[[], Any]] = {
            "date_order": self._date_order,
            "decimal_mark": self._decimal_mark,
            "sign": self._sign,
            "default_currency": self._currency,
        }
        for name, find in finders.items():
            if getattr(self._plan, name) is None:
                self._plan = replace(self._plan, **{name: find()})
        if self._plan.default_date is None and self._may_lack_dates():
            self.questions.append(Question("default_date", (), any_value=True))
        return replace(self._plan, open=tuple(question.key for question in self.questions))

    def _date_order(self) -> str:
        app = self._layout.app
        texts = self._contents.texts(Field.DATE)
        orders = orders_that_fit(texts)
        if app and app.date_order in orders:
            return str(app.date_order)
        if len(orders) > 1:
            orders = self._narrowed_by_other_dates(texts, orders)
        if len(orders) > 1:
            self.questions.append(date_order_question(texts, orders))
        return orders[0] if orders else "ymd"

    def _narrowed_by_other_dates(self, texts: list[str], orders: tuple[str, ...]) -> tuple[str, ...]:
        """A bank writes all dates of a file alike, also in other columns and above the table."""
        others = (
            cell for _, cells in self._sample for cell in cells if isinstance(cell, str) and is_date(cell)
        )
        certain = orders_that_fit(dict.fromkeys((*texts, *others)))
        return certain if len(certain) == 1 and certain[0] in orders else orders

    def _decimal_mark(self) -> str:
        app = self._layout.app
        texts = self._contents.texts(*MONEY)
        marks = marks_that_fit(texts)
        if app and app.decimal_mark in marks:
            return str(app.decimal_mark)
        if len(marks) > 1:  # the balance is written with the same decimal mark
            with_balance = marks_that_fit([*texts, *self._contents.texts(Field.BALANCE)])
            marks = with_balance if len(with_balance) == 1 else marks
        if len(marks) > 1 and (above := self._amounts_above()):
            of_balances = marks_that_fit(above)
            marks = of_balances if len(of_balances) == 1 and of_balances[0] in marks else marks
        if len(marks) > 1:
            self.questions.append(decimal_mark_question(texts, marks))
        return marks[0]

    def _amounts_above(self) -> list[str]:
        """Above the table, such as a balance."""
        above = (cells for row, cells in self._sample if row < self._layout.header)
        texts = (cell for cells in above for cell in cells if isinstance(cell, str))
        return list(dict.fromkeys(text for text in texts if is_amount(text) and not is_date(text)))

    def _sign(self) -> Sign:
        if self._layout.app:
            return self._layout.app.sign
        if {Field.OUT, Field.IN} & set(self._columns):
            return self._sign_of_two_columns()
        amounts = self._contents.amounts(self._plan.decimal_mark or ".", Field.AMOUNT)
        by_marks = sign_by_marks(self._contents.column(Field.TYPE))
        if by_marks is Sign.TYPE_COLUMN or (by_marks and not any(amount.value < 0 for amount in amounts)):
            return by_marks
        unmarked = [amount for amount in amounts if amount.side is None and amount.value]
        if not amounts:
            return Sign.NEGATIVE_IS_EXPENSE
        if len(unmarked) < len(amounts) and not any(amount.value < 0 for amount in unmarked):
            return Sign.ALL_EXPENSES
        if unmarked and all(amount.value < 0 for amount in unmarked):
            return Sign.NEGATIVE_IS_EXPENSE
        if sign := self._detected_sign():
            return sign
        question = sign_question(unmarked, marked=Field.TYPE in self._columns)
        self.questions.append(question)
        return Sign(question.choices[0].value)

    def _sign_of_two_columns(self) -> Sign:
        """If a column has a few amounts with a minus, these go the other way."""
        for field in (Field.OUT, Field.IN):
            amounts = self._contents.amounts(self._plan.decimal_mark or ".", field)
            if 0 < sum(amount.value < 0 for amount in amounts) < sum(amount.value > 0 for amount in amounts):
                return Sign.TWO_COLUMNS_WITH_REFUNDS
        return Sign.TWO_COLUMNS

    def _detected_sign(self) -> Sign | None:
        """By a running balance, or by words in the same rows."""
        rows = self._rows
        columns = {field: position for position, field in enumerate(self._columns)}
        if {Field.AMOUNT, Field.BALANCE} <= set(columns):
            complete = [
                cells for cells in rows if len(cells) > max(columns[Field.AMOUNT], columns[Field.BALANCE])
            ]
            fields = (Field.AMOUNT, Field.BALANCE, Field.DATE)
            sign = balance_sign(
                *([cell_at(cells, columns.get(field)) for cells in complete] for field in fields)
            )
            if sign:
                return sign
        is_table = Field.AMOUNT in columns and self._plan.format in TABLES
        return sign_by_words(rows, self._columns, self._plan.decimal_mark or ".") if is_table else None

    def _currency(self) -> str | None:
        mark = self._plan.decimal_mark or "."
        codes = _possible_currencies(self._contents, self._layout, self._sample, mark, self._usual_currency)
        if len(codes) > 1:
            self.questions.append(Question("default_currency", tuple(map(Choice, codes)), any_value=True))
        return codes[0] if codes else None

    def _may_lack_dates(self) -> bool:
        """Messages may have no date; a row without one in a table with dates is no transaction."""
        of_messages = self._plan.format is Format.MESSAGES or Field.PAYMENT_MESSAGE in self._columns
        has_blank = of_messages and self._contents.column(Field.DATE).has_blank
        return has_blank or Field.DATE not in self._columns


def _possible_currencies(
    contents: Contents, layout: Layout, sample: Sequence[Record], mark: str, usual: str
) -> list[str]:
    """The codes that rows without a currency may have: one if the file is clear, none without such rows.

    sample: the first records, with the heading and the rows above it. mark: the decimal mark. usual: comes
    first unless the file contradicts it.
    """
    units = {amount.unit for amount in contents.amounts(mark, *MONEY)}
    column = contents.column(Field.CURRENCY)
    codes = {unit_of(text) for text in column.texts}
    all_named = codes and not column.has_blank and codes <= CURRENCIES
    if all_named or units <= CURRENCIES:
        return []
    units = (units | codes) - {""}
    named_columns = zip(layout.names, layout.columns, strict=False)
    in_names = {unit_in(name) for name, field in named_columns if field in (*MONEY, Field.BALANCE)} - {""}
    units |= in_names
    if len(in_names) == 1 and all(in_names <= {unit, *SHARED_SIGNS.get(unit, ())} for unit in units):
        units = in_names
    if len(units) == 1 and units <= CURRENCIES:
        return [*units]
    above = _above(sample, layout.header)
    if not units and len(above) == 1:
        return [*above]
    shared = [code for unit in sorted(units) for code in SHARED_SIGNS.get(unit, ())]
    candidates = [*sorted(above & set(shared)), *shared, *sorted(units & CURRENCIES), *sorted(above)]
    if len(set(candidates)) == 1:
        return candidates[:1]
    first = [usual] if usual in CURRENCIES and usual in (candidates or CURRENCIES) else []
    return list(dict.fromkeys((*first, *(candidates or _COMMON))))


def _above(sample: Sequence[Record], header: int) -> set[str]:
    """Currencies named above the table."""
    texts = [as_text(cell) for row, cells in sample if row < header for cell in cells]
    codes = {code for text in texts for code in _CODE.findall(text)} & CURRENCIES - _WORDS
    return codes | {SIGNS[sign] for text in texts for sign in _SYMBOLS.findall(text)}
