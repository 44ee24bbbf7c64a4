"""The plan a file suggests, and the questions where more than one reading fits all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from src.components.bank_files.contents import MONEY, Contents
from src.components.bank_files.entry import Question
from src.components.bank_files.inference import currency
from src.components.bank_files.inference.amounts import marks_that_fit
from src.components.bank_files.inference.balances import running
from src.components.bank_files.inference.cells import transactions
from src.components.bank_files.inference.dates import is_date, orders_that_fit
from src.components.bank_files.inference.layout import Layout
from src.components.bank_files.inference.questions import (
    about_column,
    about_currency,
    about_date_order,
    about_day,
    about_mark,
    about_sign,
)
from src.components.bank_files.inference.signs import told_by_marks, told_by_words
from src.components.bank_files.plan import TABLES, Field, Format, Plan, Sign
from src.components.bank_files.record import Cell, Line, Record


class Inference:
    """Fills what a plan leaves open; what it already says stays."""

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        sample: Sequence[Record],
        body: Iterable[Line],
        usual_currency: str = "",
    ) -> None:
        """sample: the first records, heading and what is above it included. body: all records below it."""
        self._usual_currency = usual_currency
        self._plan, self._layout, self._sample = plan, layout, sample
        self._columns = layout.columns
        self._rows = transactions([cells for row, cells in sample if row > layout.header])
        sure_of_days = _sure_of_days(plan) and Field.PAYMENT_MESSAGE not in self._columns
        self._seen = Contents(body, self._columns, sure_of_days=sure_of_days)
        self.questions: list[Question] = []

    def run(self) -> Plan:
        self._plan = replace(self._plan, header=self._layout.header, columns=self._columns)
        self._ask_for_columns()
        self._fill("date_order", self._date_order)
        self._fill("decimal_mark", self._decimal_mark)
        self._fill("sign", self._sign)
        self._fill("default_currency", self._currency)
        self._fill("default_date", self._day)
        return replace(self._plan, open=tuple(each.key for each in self.questions))

    def _fill(self, name: str, find: Any) -> None:
        if getattr(self._plan, name) is None:
            found: dict[str, Any] = {name: find()}
            self._plan = replace(self._plan, **found)

    def _ask_for_columns(self) -> None:
        for field, places in self._layout.doubts:
            self.questions.append(about_column(field, places, self._layout.names, self._rows))

    def _date_order(self) -> str:
        app = self._layout.app
        texts = self._seen.texts(Field.DATE)
        orders = orders_that_fit(texts)
        if app and app.date_order in orders:
            return str(app.date_order)
        if len(orders) > 1:
            orders = self._as_elsewhere(texts, orders)
        if len(orders) > 1:
            self.questions.append(about_date_order(texts, orders))
        return orders[0] if orders else "ymd"

    def _as_elsewhere(self, texts: list[str], orders: tuple[str, ...]) -> tuple[str, ...]:
        """A bank writes all days of a file alike: those of other columns, and those above the table."""
        others = (
            each for _, cells in self._sample for each in cells if isinstance(each, str) and is_date(each)
        )
        certain = orders_that_fit(dict.fromkeys((*texts, *others)))
        return certain if len(certain) == 1 and certain[0] in orders else orders

    def _decimal_mark(self) -> str:
        app = self._layout.app
        texts = self._seen.texts(*MONEY)
        marks = marks_that_fit(texts)
        if app and app.decimal_mark in marks:
            return str(app.decimal_mark)
        if len(marks) > 1:
            marks = self._by_balance(marks)
        if len(marks) > 1:
            self.questions.append(about_mark(texts, marks))
        return marks[0]

    def _by_balance(self, marks: tuple[str, ...]) -> tuple[str, ...]:
        """A balance in the same file is written with the same marks."""
        certain = marks_that_fit([*self._seen.texts(*MONEY), *self._seen.texts(Field.BALANCE)])
        return certain if len(certain) == 1 and self._seen.texts(Field.BALANCE) else marks

    def _sign(self) -> Sign:
        if self._layout.app:
            return self._layout.app.sign
        if {Field.OUT, Field.IN} & set(self._columns):
            return Sign.TWO_COLUMNS
        amounts = self._seen.amounts(self._plan.decimal_mark or ".", Field.AMOUNT)
        by_marks = told_by_marks(self._seen.column(Field.TYPE))
        if by_marks is Sign.TYPE_COLUMN or (by_marks and not any(each.value < 0 for each in amounts)):
            return by_marks
        unmarked = [each for each in amounts if each.side is None and each.value]
        if not amounts:
            return Sign.NEGATIVE_IS_EXPENSE
        if len(unmarked) < len(amounts) and not any(each.value < 0 for each in unmarked):
            return Sign.ALL_EXPENSES
        if unmarked and all(each.value < 0 for each in unmarked):
            return Sign.NEGATIVE_IS_EXPENSE
        told = self._told_sign()
        if told:
            return told
        question = about_sign(unmarked, marked=Field.TYPE in self._columns)
        self.questions.append(question)
        return Sign(question.choices[0].value)

    def _told_sign(self) -> Sign | None:
        """By a balance that falls, or by words in the same rows."""
        rows = self._rows
        columns = {each: place for place, each in enumerate(self._columns)}
        if {Field.AMOUNT, Field.BALANCE} <= set(columns):
            whole = [
                cells for cells in rows if len(cells) > max(columns[Field.AMOUNT], columns[Field.BALANCE])
            ]
            wanted = (Field.AMOUNT, Field.BALANCE, Field.DATE)
            falls = running(*(_column(whole, columns.get(each)) for each in wanted))
            if falls:
                return Sign.NEGATIVE_IS_EXPENSE if falls > 0 else Sign.POSITIVE_IS_EXPENSE
        in_columns = Field.AMOUNT in columns and self._plan.format in TABLES
        return told_by_words(rows, self._columns, self._plan.decimal_mark or ".") if in_columns else None

    def _currency(self) -> str | None:
        mark = self._plan.decimal_mark or "."
        if not currency.needed(self._seen, mark):
            return None
        codes = currency.candidates(self._seen, self._layout, self._sample, mark)
        if len(codes) != 1:
            codes = currency.choices(codes, self._usual_currency)
            self.questions.append(about_currency(codes))
        return codes[0]

    def _day(self) -> None:
        """Messages may leave out the day; a row of a table that has days is none without one."""
        of_messages = self._plan.format is Format.MESSAGES or Field.PAYMENT_MESSAGE in self._columns
        may_lack = of_messages and self._seen.column(Field.DATE).has_blank
        if may_lack or Field.DATE not in self._columns:
            self.questions.append(about_day())


def _sure_of_days(plan: Plan) -> bool:
    """A pattern of a person's own names days that are none otherwise."""
    return plan.format in TABLES and "%" not in (plan.date_order or "")


def _column(rows: Sequence[Sequence[Cell]], place: int | None) -> list[Cell]:
    return [] if place is None else [cells[place] if place < len(cells) else "" for cells in rows]
