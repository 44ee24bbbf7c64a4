"""Detects the plan of a file, and asks if more than one reading fits the whole file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from src.components.bank_files.entry import Choice, Evidence, Line, Question, Record, cell_at
from src.components.bank_files.inference.amounts import (
    MARKS,
    Amount,
    amount_of,
    is_amount,
    marks_that_fit,
    unit_of,
)
from src.components.bank_files.inference.balances import RunningBalance
from src.components.bank_files.inference.cells import MONEY, Contents, transactions
from src.components.bank_files.inference.column_detection import Layout
from src.components.bank_files.inference.currencies import currency_of_equal_amounts, possible_currencies
from src.components.bank_files.inference.dates import is_date, orders_that_fit
from src.components.bank_files.inference.headings import (
    currency_of_column,
    likely_currencies,
    may_write_month_first,
    unit_in,
)
from src.components.bank_files.inference.questions import (
    column_question,
    date_order_question,
    decimal_mark_question,
    sign_question,
)
from src.components.bank_files.inference.signs import (
    SignFound,
    are_of_a_shop,
    sign_by_account,
    sign_by_balance,
    sign_by_balance_rows,
    sign_by_fee,
    sign_by_marks,
    sign_by_parties,
    sign_by_plus,
    sign_by_texts,
    sign_by_words,
)
from src.components.bank_files.inference.wording import out_mark_of
from src.components.bank_files.plan import TABLES, Basis, Field, Format, Plan, Sign
from src.components.bank_files.rows import RowReader
from src.domain.money import CURRENCIES, decimal_places

_OF_EACH_ROW = (Basis.MARKS, Basis.WORDS, Basis.TEXTS)
"""Evidence that may contradict a balance, as where the balance of a card is what is owed."""


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
        self.evidence: list[Evidence] = []

    def run(self) -> Plan:
        self._plan = replace(self._plan, header=self._layout.header, columns=self._columns)
        if Field.OTHER_AMOUNT in self._columns and self._layout.names:
            codes = tuple(map(currency_of_column, self._layout.names))
            self._plan = replace(self._plan, column_currencies=codes)
        if self._plan.default_currency in self._currencies_of_others():
            self._plan = replace(self._plan, default_currency=None)
        if self._plan.out_mark is None:
            self._plan = replace(self._plan, out_mark=out_mark_of(self._contents.column(Field.TYPE).texts))
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
            if name == "sign":
                self._check_fee()
        if self._plan.default_date is None and self._may_lack_dates():
            self.questions.append(Question("default_date", (), any_value=True))
        return replace(self._plan, open=tuple(question.key for question in self.questions))

    def _currencies_of_others(self) -> set[str]:
        """Of the amounts that were not chosen, if the name of the chosen ones has another currency."""
        named = list(zip(self._columns, map(currency_of_column, self._layout.names), strict=False))
        chosen = {code for field, code in named if code and field in MONEY}
        return {code for field, code in named if code and not field} - chosen if chosen else set()

    def _date_order(self) -> str:
        app = self._layout.app
        texts = self._contents.texts(Field.DATE)
        orders = orders_that_fit(texts)
        if app and app.date_order in orders:
            return str(app.date_order)
        if len(orders) > 1:
            orders = self._narrowed_by_other_dates(texts, orders)
        has_comma = marks_that_fit(self._contents.texts(*MONEY)) == (",",)
        if len(orders) > 1 and (has_comma or not may_write_month_first(self._layout.names)):
            orders = tuple(order for order in orders if order != "mdy")
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
        if len(marks) > 1 and (mark := self._mark_of_currency(texts)):
            return mark
        if len(marks) == 1:
            return marks[0]
        question = decimal_mark_question(texts, marks)
        self.questions.append(question)
        return question.choices[0].value

    def _mark_of_currency(self, texts: list[str]) -> str | None:
        """Three digits behind a mark are decimals of a currency with three, and thousands of all others."""
        codes = {unit_of(text) for text in self._contents.column(Field.CURRENCY).texts}
        codes |= {unit_in(name) for name in self._layout.names} - {""}
        codes = codes or {
            code for code in likely_currencies(self._layout.names)[:1] if not decimal_places(code)
        }
        places = {decimal_places(code) for code in codes if code in CURRENCIES}
        separators = {character for text in texts for character in text if character in MARKS}
        if len(separators) != 1 or not places or not codes <= CURRENCIES or (3 in places and len(places) > 1):
            return None
        separator = separators.pop()
        return separator if 3 in places else next(mark for mark in MARKS if mark != separator)

    def _amounts_above(self) -> list[str]:
        """Above the table, such as a balance."""
        above = (cells for row, cells in self._sample if row < self._layout.header)
        texts = (cell for cells in above for cell in cells if isinstance(cell, str))
        return list(dict.fromkeys(text for text in texts if is_amount(text) and not is_date(text)))

    def _sign(self) -> Sign:
        if self._layout.app:
            return self._decided(self._layout.app.sign, Basis.PROGRAM)
        by_rule, candidates = self._sign_by_rule(), self._possible_signs()
        by_balance = None
        if Field.BALANCE in self._columns and len(candidates) > 1:
            by_balance = sign_by_balance(candidates, self._signed_rows)
        if by_balance is None and len(candidates) > 1 and (balances := self._balances_of_days()):
            by_balance = sign_by_balance_rows(candidates, balances, self._signed_rows)
        if by_balance:
            certain = by_rule if isinstance(by_rule, SignFound) and by_rule.basis in _OF_EACH_ROW else None
            if certain and self._differ(certain.sign, by_balance.sign):
                signs = (by_balance.sign, certain.sign)
                self.questions.append(Question("sign", tuple(map(self._sign_choice, signs))))
            return self._decided(*by_balance)
        if isinstance(by_rule, Question):
            self.questions.append(by_rule)
            return Sign(by_rule.choices[0].value)
        return self._decided(*by_rule)

    def _decided(self, sign: Sign, basis: Basis, agree: int = 0, of: int = 0) -> Sign:
        self.evidence.append(Evidence("sign", basis, agree, of))
        return sign

    def _possible_signs(self) -> tuple[Sign, ...]:
        if {Field.OUT, Field.IN} & set(self._columns):
            return (Sign.TWO_COLUMNS, Sign.TWO_COLUMNS_WITH_REFUNDS, Sign.TWO_COLUMNS_SIGNED)
        by_minus = (Sign.NEGATIVE_IS_EXPENSE, Sign.POSITIVE_IS_EXPENSE)
        return (*by_minus, Sign.TYPE_COLUMN) if Field.TYPE in self._columns else by_minus

    def _balances_of_days(self) -> dict[date, Decimal]:
        """Of rows that have only a balance; without days that have several."""
        reader = RowReader(self._plan)
        by_day: dict[date, set[Decimal]] = defaultdict(set)
        for cells in self._rows:
            if balance := reader.balance_of_day(cells):
                by_day[balance[0]].add(balance[1])
        return {day: values.pop() for day, values in by_day.items() if len(values) == 1}

    def _signed_rows(self, sign: Sign) -> Iterator[tuple[Decimal, Decimal | None, date | None]]:
        reader = RowReader(replace(self._plan, sign=sign))
        return (signed for cells in self._rows if (signed := reader.signed(cells)))

    def _check_fee(self) -> None:
        """A fee that the amounts contain already, as the balance shows, is not charged on top of them."""
        if self._layout.app or not {Field.FEE, Field.BALANCE} <= set(self._columns):
            return
        without = tuple(Field.NOTHING if field is Field.FEE else field for field in self._columns)
        agree = []
        for columns in (self._columns, without):
            reader, balance = RowReader(replace(self._plan, columns=columns)), RunningBalance()
            for signed in filter(None, map(reader.signed, self._rows)):
                balance.add(*signed)
            agree.append(balance.agree)
        if agree[1] > agree[0]:
            self._plan = replace(self._plan, columns=without)

    def _differ(self, first: Sign, second: Sign) -> bool:
        return [*self._signed_rows(first)] != [*self._signed_rows(second)]

    def _sign_choice(self, sign: Sign) -> Choice:
        amounts = [amount for amount, *_ in self._signed_rows(sign)]
        spent = next((f"{-amount:f}" for amount in amounts if amount < 0), "")
        income = next((f"{amount:f}" for amount in amounts if amount > 0), "")
        return Choice(sign, spent=spent, income=income)

    def _sign_by_rule(self) -> SignFound | Question:
        """Without regard to a balance; a question if more than one sign fits."""
        if {Field.OUT, Field.IN} & set(self._columns):
            signs = self._signs_of_two_columns()
            if len(signs) > 1:
                return Question("sign", tuple(map(self._sign_choice, signs)))
            return SignFound(signs[0], Basis.MARKS, len(self._rows), len(self._rows))
        mark = self._plan.decimal_mark or "."
        amounts = self._contents.amounts(mark, Field.AMOUNT, Field.OTHER_AMOUNT)
        marks = self._contents.column(Field.TYPE)
        by_marks = None if are_of_a_shop(marks.texts, amounts) else sign_by_marks(marks)
        if by_marks is Sign.TYPE_COLUMN or (by_marks and not any(amount.value < 0 for amount in amounts)):
            return SignFound(by_marks, Basis.MARKS, len(self._rows), len(self._rows))
        unmarked = [amount for amount in amounts if amount.side is None and amount.value]
        if not amounts:
            return SignFound(Sign.NEGATIVE_IS_EXPENSE, Basis.SIGNS, 0, 0)
        if len(unmarked) < len(amounts) and not any(amount.value < 0 for amount in unmarked):
            marked = len(amounts) - len(unmarked)
            return SignFound(Sign.ALL_EXPENSES, Basis.MARKS, marked, len(amounts))
        if unmarked and all(amount.value < 0 for amount in unmarked):
            return SignFound(Sign.NEGATIVE_IS_EXPENSE, Basis.SIGNS, len(unmarked), len(unmarked))
        if by_words := self._sign_by_words(unmarked):
            return by_words
        position = self._columns.index(Field.AMOUNT)
        in_rows = [amount for cells in self._rows if (amount := amount_of(cell_at(cells, position), mark))]
        # Numbers of a workbook are collected as two examples only.
        of_rows = [amount for amount in in_rows if amount.side is None and amount.value]
        return sign_question(of_rows or unmarked, marked=Field.TYPE in self._columns)

    def _sign_by_words(self, amounts: Sequence[Amount]) -> SignFound | None:
        """By a plus, a fee, words, or because the file is of a bank account."""
        is_table = Field.AMOUNT in self._columns and self._plan.format in TABLES
        if not is_table or not any(amount.value < 0 for amount in amounts):
            return None
        mark, table = self._plan.decimal_mark or ".", (self._rows, self._columns)
        by_fee = None
        if Field.GROSS in self._columns:
            by_fee = sign_by_fee(*table, mark, self._columns.index(Field.GROSS))
        return (
            sign_by_plus(self._contents.texts(Field.AMOUNT), amounts)
            or by_fee
            or sign_by_parties(*table, mark)
            or sign_by_words(*table, mark)
            or sign_by_texts(*table, mark)
            or sign_by_account([cells for _, cells in self._sample])
        )

    def _signs_of_two_columns(self) -> tuple[Sign, ...]:
        """If a column has amounts with a minus and others without, the fewer ones go the other way."""
        (out_minus, out_plus), (in_minus, in_plus) = map(self._with_and_without_minus, (Field.OUT, Field.IN))
        is_mixed = bool(out_minus and out_plus) or bool(in_minus and in_plus)
        if not is_mixed:
            return (Sign.TWO_COLUMNS,)
        if out_minus and out_minus == out_plus:
            return (Sign.TWO_COLUMNS_WITH_REFUNDS, Sign.TWO_COLUMNS_SIGNED)
        if out_minus > out_plus:
            return (Sign.TWO_COLUMNS_SIGNED,)
        if in_minus > in_plus and not out_minus:
            return (Sign.TWO_COLUMNS_WITH_REFUNDS, Sign.TWO_COLUMNS)
        return (Sign.TWO_COLUMNS_WITH_REFUNDS,)

    def _with_and_without_minus(self, field: Field) -> tuple[int, int]:
        if field not in self._columns:
            return 0, 0
        mark, position = self._plan.decimal_mark or ".", self._columns.index(field)
        amounts = [amount_of(cell_at(cells, position), mark) for cells in self._rows]
        values = [amount.value for amount in amounts if amount and amount.value]
        minus = sum(value < 0 for value in values)
        return minus, len(values) - minus

    def _currency(self) -> str | None:
        mark = self._plan.decimal_mark or "."
        if booked := currency_of_equal_amounts(self._rows, self._columns, mark):
            return booked
        codes = possible_currencies(self._contents, self._layout, self._sample, mark, self._usual_currency)
        if len(codes) > 1:
            self.questions.append(Question("default_currency", tuple(map(Choice, codes)), any_value=True))
        return codes[0] if codes else None

    def _may_lack_dates(self) -> bool:
        """Messages may have no date; a row without one in a table with dates is no transaction."""
        of_messages = self._plan.format is Format.MESSAGES or Field.PAYMENT_MESSAGE in self._columns
        days = self._contents.column(Field.DATE)
        has_blank = of_messages and days.has_blank
        lacks_year = any(day.startswith("--") for day in days.texts)
        return has_blank or lacks_year or Field.DATE not in self._columns
