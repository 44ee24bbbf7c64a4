"""The plan a file suggests, and the questions where more than one reading fits all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from src.components.importing import currency
from src.components.importing.amounts import marks_that_fit
from src.components.importing.balances import running
from src.components.importing.contents import MONEY, Contents
from src.components.importing.dates import orders_that_fit
from src.components.importing.entry import Question
from src.components.importing.layout import Layout
from src.components.importing.plan import TABLES, Field, Format, Plan, Sign
from src.components.importing.questions import (
    about_column,
    about_currency,
    about_date_order,
    about_day,
    about_mark,
    about_sign,
)
from src.components.importing.record import Line, Record


class Inference:
    """Fills what a plan leaves open; what it already says stays."""

    def __init__(self, plan: Plan, layout: Layout, sample: Sequence[Record], body: Iterable[Line]) -> None:
        """sample: the first records, heading and what is above it included. body: all records below it."""
        self._plan, self._layout, self._sample = plan, layout, sample
        self._columns = layout.columns
        self._seen = Contents(body, self._columns, sure_of_days=_sure_of_days(plan))
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
            self.questions.append(
                about_column(field, places, self._layout.names, self._sample, self._layout.header)
            )

    def _date_order(self) -> str:
        app = self._layout.app
        texts = self._seen.texts(Field.DATE)
        orders = orders_that_fit(texts)
        if app and app.date_order in orders:
            return str(app.date_order)
        if len(orders) > 1:
            self.questions.append(about_date_order(texts, orders))
        return orders[0] if orders else "ymd"

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
        if Field.TYPE in self._columns:
            return Sign.TYPE_COLUMN
        amounts = self._seen.amounts(self._plan.decimal_mark or ".", Field.AMOUNT)
        unmarked = [each for each in amounts if each.side is None and each.value]
        if not amounts:
            return Sign.NEGATIVE_IS_EXPENSE
        if len(unmarked) < len(amounts) and not any(each.value < 0 for each in unmarked):
            return Sign.ALL_EXPENSES
        if unmarked and all(each.value < 0 for each in unmarked):
            return Sign.NEGATIVE_IS_EXPENSE
        by_balance = self._falling()
        if by_balance:
            return Sign.NEGATIVE_IS_EXPENSE if by_balance > 0 else Sign.POSITIVE_IS_EXPENSE
        question = about_sign(unmarked)
        self.questions.append(question)
        return Sign(question.choices[0].value)

    def _falling(self) -> int:
        if not {Field.AMOUNT, Field.BALANCE} <= set(self._columns):
            return 0
        amount, balance = self._columns.index(Field.AMOUNT), self._columns.index(Field.BALANCE)
        body = [
            cells
            for row, cells in self._sample
            if row > self._layout.header and len(cells) > max(amount, balance)
        ]
        return running([cells[amount] for cells in body], [cells[balance] for cells in body])

    def _currency(self) -> str | None:
        mark = self._plan.decimal_mark or "."
        if not currency.needed(self._seen, mark):
            return None
        codes = currency.candidates(self._seen, self._layout, self._sample, mark)
        if len(codes) != 1:
            codes = codes or [*currency.COMMON]
            self.questions.append(about_currency(codes))
        return codes[0]

    def _day(self) -> None:
        """Messages may leave out the day; a row of a table that has days is none without one."""
        may_lack = self._plan.format is Format.MESSAGES and self._seen.column(Field.DATE).has_blank
        if may_lack or Field.DATE not in self._columns:
            self.questions.append(about_day())


def _sure_of_days(plan: Plan) -> bool:
    """A pattern of a person's own names days that are none otherwise."""
    return plan.format in TABLES and "%" not in (plan.date_order or "")
