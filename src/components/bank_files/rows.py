"""From a record and a plan to an entry, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from src.components.bank_files.entry import (
    Cell,
    Entry,
    Line,
    Reason,
    Rejected,
    as_text,
    cell_at,
    clean,
    short_label,
    validated,
)
from src.components.bank_files.inference.amounts import SHARED_SIGNS, Amount, amount_of, currency_of, unit_of
from src.components.bank_files.inference.cells import is_date_cell, trimmed
from src.components.bank_files.inference.dates import date_of
from src.components.bank_files.inference.headings import field_of
from src.components.bank_files.inference.wording import (
    direction_of,
    is_balance,
    is_balance_type,
    is_footer,
    is_memo,
    is_settled,
    is_unsettled,
)
from src.components.bank_files.own_account import account_of
from src.components.bank_files.plan import ADDED_FIELDS, Field, Plan, Sign
from src.domain.money import CURRENCIES, KNOWN_CURRENCIES, decimal_places
from src.domain.transactions import Direction

_BY_TYPE_COLUMN = (Sign.TYPE_COLUMN, Sign.UNMARKED_IS_EXPENSE, Sign.UNMARKED_IS_INCOME)
_TWO_COLUMNS = (Sign.TWO_COLUMNS, Sign.TWO_COLUMNS_WITH_REFUNDS, Sign.TWO_COLUMNS_SIGNED)
_FALLBACK_TEXTS = (Field.CATEGORY, Field.NOTES, Field.COUNTERPARTY, Field.TYPE, Field.TAGS)
"""Used if a transaction has no text, nor another column of text."""
_CALCULATED = 4
"""Decimals of an amount that is rounded."""
_MAX_PARTY = 200
_MAX_NOTES = 1000
_MAX_TAGS = 20
_MAX_TAG = 50
_MCC = re.compile(r"[0-9]{4}")
_BETWEEN_TAGS = re.compile(r"[,;|]|\s(?=#)")
_WITH_ADDED_FIELDS = {*ADDED_FIELDS, Field.PARTY, Field.PAYER, Field.SUBCATEGORY}

_Money = tuple[Decimal, Direction, str]
"""(amount, direction, currency code or sign)"""


class RowReader:
    """Reads the records of a file by one plan."""

    def __init__(self, plan: Plan) -> None:
        columns = plan.columns or ()
        self._plan, self._width = plan, len(columns)
        self._texts = [position for position, field in enumerate(columns) if field is Field.DESCRIPTION]
        self._other_texts = [position for position, field in enumerate(columns) if field is Field.OTHER_TEXT]
        self._positions = {field: position for position, field in enumerate(columns) if field}
        self._amounts = [
            position for position, field in enumerate(columns) if field in (Field.AMOUNT, Field.OTHER_AMOUNT)
        ]
        self._has_added_fields = not _WITH_ADDED_FIELDS.isdisjoint(columns)
        self._order, self._mark = plan.date_order or "ymd", plan.decimal_mark or "."

    def read(self, line: Line) -> Entry | Rejected:
        if isinstance(line, Rejected):
            return line
        row, cells = line[0], list(line[1])
        if any(cells[self._width :]):
            return self._too_wide(row, trimmed(cells))
        cells += [""] * (self._width - len(cells))
        if is_unsettled(self._text(cells, Field.STATUS)):
            return Rejected(row, Reason.UNSETTLED, left_out=True)
        if is_memo(self._text(cells, Field.EFFECT)):
            return Rejected(row, Reason.MEMO, left_out=True)
        day, money = self._date(cells), self._money(cells)
        if day and money is None and self._has_only_balance(cells):
            return Rejected(row, Reason.BALANCE, left_out=True)
        if day is None or money is None:
            return _no_transaction(row, cells, has_date=day is not None, has_amount=money is not None)
        if isinstance(money, Reason):
            return Rejected(row, money, left_out=money in (Reason.BALANCE, Reason.MEMO))
        text = self._description(cells, money[1])
        if is_balance(text):
            return Rejected(row, Reason.BALANCE, left_out=True)
        return self._entry(row, cells, text, day, money)

    def _has_only_balance(self, cells: list[Cell]) -> bool:
        blank = (Field.AMOUNT, Field.OTHER_AMOUNT, Field.OUT, Field.IN)
        is_blank = not any(self._text(cells, field).strip() for field in blank)
        return is_blank and self._amount(cells, Field.BALANCE) is not None

    def _too_wide(self, row: int, cells: Sequence[Cell]) -> Rejected:
        """A delimiter too many shifts the date by the surplus; a summary has its date in another column."""
        position = self._positions.get(Field.DATE)
        dates = {index for index, cell in enumerate(cells) if is_date_cell(cell)}
        if position is None or not dates or dates & {position, position + len(cells) - self._width}:
            return Rejected(row, Reason.TOO_MANY_COLUMNS)
        return Rejected(row, Reason.DATE_MISPLACED, left_out=True)

    def _entry(self, row: int, cells: list[Cell], text: str, day: date, money: _Money) -> Entry | Rejected:
        amount, direction, unit = money
        currency_text = self._text(cells, Field.CURRENCY).strip()
        codes = [read(name) for name, read in ((currency_text, currency_of), (unit, unit_of)) if name]
        default = (self._plan.default_currency or "") if not currency_text or codes[0] else ""
        currency = next((code for code in codes if code in KNOWN_CURRENCIES), default)
        if any(_is_of_another_sign(code, currency) for code in codes):
            currency = ""
        if not currency:
            return Rejected(row, Reason.UNKNOWN_CURRENCY)
        labels = (Field.MODE, Field.SUBCATEGORY, Field.CATEGORY, Field.ID)
        mode, subcategory, category, bank_id = (short_label(self._text(cells, field)) for field in labels)
        mode, category = mode or self._plan.mode, category if self._plan.take_categories else None
        rounded = _rounded(amount, currency)
        entry = Entry(row, text, rounded, currency, day, direction, mode, subcategory, category, bank_id)
        entry = self._with_added_fields(entry, cells) if self._has_added_fields else entry
        if rounded != amount:
            exact = f"Amount in the file: {amount.normalize():f}"
            entry = replace(entry, notes="; ".join(filter(None, (entry.notes, exact))))
        return validated(entry)

    def _with_added_fields(self, entry: Entry, cells: list[Cell]) -> Entry:
        """With what does not belong to the identity of a row."""
        ends = (Field.DESTINATION, Field.SOURCE)
        other, own = ends[::-1] if entry.direction is Direction.INCOME else ends
        account = self._text(cells, own) or self._text(cells, Field.ACCOUNT)
        name, number = account_of(account, self._text(cells, Field.ACCOUNT_NUMBER))
        party = self._party(cells, entry.direction) or self._text(cells, Field.COUNTERPARTY)
        notes = clean(self._text(cells, Field.NOTES), _MAX_NOTES)
        own_notes = notes if notes != entry.description else ""
        code = self._text(cells, Field.MCC).strip() or entry.subcategory or ""
        return replace(
            entry,
            account=name,
            account_number=number,
            counterparty=clean(party or self._text(cells, other), _MAX_PARTY) or None,
            notes="; ".join(filter(None, (own_notes, self._original(cells, entry)))) or None,
            mcc=code if _MCC.fullmatch(code) else None,
            tags=_tags(self._text(cells, Field.TAGS)),
        )

    def _original(self, cells: list[Cell], entry: Entry) -> str:
        """What a purchase in another currency cost there, such as `480.00 MXN`."""
        amount = self._amount(cells, Field.ORIGINAL_AMOUNT)
        if amount is None or not amount.value:
            return ""
        currency = unit_of(self._text(cells, Field.ORIGINAL_CURRENCY)) or amount.unit
        is_other = currency in CURRENCIES and currency != entry.currency
        return f"{abs(amount.value):f} {currency}" if is_other else ""

    def _cell(self, cells: list[Cell], field: Field) -> Cell:
        return cell_at(cells, self._positions.get(field))

    def _text(self, cells: list[Cell], field: Field) -> str:
        return as_text(self._cell(cells, field))

    def _amount(self, cells: list[Cell], field: Field) -> Amount | None:
        return amount_of(self._cell(cells, field), self._mark)

    def _date(self, cells: list[Cell]) -> date | None:
        cell = self._cell(cells, Field.DATE)
        is_blank = isinstance(cell, str) and not cell.strip()
        if is_blank and is_settled(self._text(cells, Field.STATUS)):
            cell = self._cell(cells, Field.SECOND_DATE) or cell
            is_blank = isinstance(cell, str) and not cell.strip()
        default = self._plan.default_date
        if default and isinstance(cell, str) and cell.startswith("--"):
            cell = f"{default.year}{cell[1:]}"
        return default if is_blank else date_of(cell, self._order)

    def _party(self, cells: list[Cell], direction: Direction) -> str:
        payer = _one_line(self._text(cells, Field.PAYER)) if direction is Direction.INCOME else ""
        return payer or _one_line(self._text(cells, Field.PARTY))

    def _description(self, cells: list[Cell], direction: Direction) -> str:
        """The other party and the texts, not repeated; without either, the payment method or category."""
        party = self._party(cells, direction)
        parts = dict.fromkeys(_one_line(as_text(cells[position])) for position in self._texts)
        text = clean(" ".join(filter(None, parts))) if self._texts else party
        if party and party.casefold() not in text.casefold():
            text = party if text.casefold() in party.casefold() else clean(f"{party} {text}")
        return text or self._fallback(cells)

    def _fallback(self, cells: list[Cell]) -> str:
        """The payment method and all other texts, else another word about the payment."""
        others = [
            self._text(cells, Field.MODE),
            *(as_text(cells[position]) for position in self._other_texts),
        ]
        texts = dict.fromkeys(text for other in others if any(map(str.isalnum, text := _one_line(other))))
        whole = [text for text in texts if not any(text in other for other in texts if other != text)]
        fallbacks = (clean(self._text(cells, field)) for field in _FALLBACK_TEXTS)
        return clean(" ".join(whole)) or next((text for text in fallbacks if any(map(str.isalnum, text))), "")

    @property
    def has_balance(self) -> bool:
        return Field.BALANCE in self._positions

    def signed(self, cells: Sequence[Cell]) -> tuple[Decimal, Decimal | None, date | None] | None:
        """(amount, negative if it left the account; the balance of the row, if it has one; the day)."""
        money = self._money(list(cells))
        if money is None or isinstance(money, Reason) or money[1] is Direction.TRANSFER:
            return None
        if self.balance_of_day(cells):
            return None
        amount = money[0] if money[1] is Direction.INCOME else -money[0]
        return amount, self.balance(cells), self._date(list(cells))

    def balance_of_day(self, cells: Sequence[Cell]) -> tuple[date, Decimal] | None:
        """Of a row that has nothing but a balance, in its column or in that of the amounts."""
        texts = [as_text(cell_at(cells, position)).strip() for position in self._texts]
        party = self._text(list(cells), Field.PARTY).strip()
        if not any(map(is_footer, filter(None, (*texts, party)))):
            return None
        day = self._date(list(cells))
        amount = self._amount(list(cells), Field.BALANCE) or self._amount(list(cells), Field.AMOUNT)
        return (day, amount.value) if day and amount else None

    def balance(self, cells: Sequence[Cell]) -> Decimal | None:
        """Negative if it is marked as a debit."""
        balance = amount_of(cell_at(cells, self._positions.get(Field.BALANCE)), self._mark)
        if balance is None:
            return None
        return -abs(balance.value) if balance.side is Direction.EXPENSE else balance.value

    def _money(self, cells: list[Cell]) -> _Money | Reason | None:
        """None if there is no amount."""
        sign = self._plan.sign
        if sign in _TWO_COLUMNS:
            return self._money_of_two_columns(cells)
        amount = self._one_amount(cells)
        if amount is None or isinstance(amount, Reason):
            return amount
        word = self._text(cells, Field.TYPE).strip() if sign in _BY_TYPE_COLUMN else ""
        direction: Direction | None
        if not word and sign is not Sign.TYPE_COLUMN:
            direction = amount.side or self._direction_of(amount.value)
        elif is_balance_type(word):
            return Reason.BALANCE
        elif is_memo(word):
            return Reason.MEMO
        elif self._plan.out_mark is not None:
            direction = Direction.EXPENSE if word.upper() == self._plan.out_mark else Direction.INCOME
        else:
            direction = direction_of(word)
        if direction is None:
            return Reason.UNKNOWN_TYPE
        return self._with_fee(cells, abs(amount.value), direction), direction, amount.unit

    def _one_amount(self, cells: list[Cell]) -> Amount | Reason | None:
        """Of the columns of amounts, each in its own currency, the one that has an amount in this row."""
        if len(self._amounts) == 1:
            return amount_of(cell_at(cells, self._amounts[0]), self._mark)
        currencies = self._plan.column_currencies or ()
        amounts = [
            amount._replace(unit=str(cell_at(currencies, position)) or amount.unit)
            for position in self._amounts
            if (amount := amount_of(cell_at(cells, position), self._mark))
        ]
        filled = [amount for amount in amounts if amount.value] or amounts[:1]
        return Reason.TWO_AMOUNTS if len(filled) > 1 else next(iter(filled), None)

    def _direction_of(self, value: Decimal) -> Direction:
        if self._plan.sign in (Sign.ALL_EXPENSES, Sign.UNMARKED_IS_EXPENSE):
            return Direction.EXPENSE if value >= 0 else Direction.INCOME
        is_expense = (value < 0) == (self._plan.sign is not Sign.POSITIVE_IS_EXPENSE)
        return Direction.EXPENSE if is_expense else Direction.INCOME

    def _money_of_two_columns(self, cells: list[Cell]) -> _Money | Reason | None:
        spent, income = self._amount(cells, Field.OUT), self._amount(cells, Field.IN)
        if spent and income and spent.value and income.value:
            return Reason.TWO_AMOUNTS
        is_income = bool(income and (income.value or not spent))
        amount = income if is_income else spent
        if amount is None:
            return None
        if self._plan.sign is Sign.TWO_COLUMNS_WITH_REFUNDS and amount.value < 0:
            is_income = not is_income
        if self._plan.sign is Sign.TWO_COLUMNS_SIGNED and amount.value:
            is_income = amount.value > 0
        direction = amount.side or (Direction.INCOME if is_income else Direction.EXPENSE)
        return self._with_fee(cells, abs(amount.value), direction), direction, amount.unit

    def _with_fee(self, cells: list[Cell], amount: Decimal, direction: Direction) -> Decimal:
        fee = self._amount(cells, Field.FEE)
        if fee is None or not fee.value:
            return amount
        return amount + abs(fee.value) if direction is Direction.EXPENSE else abs(amount - abs(fee.value))


def _no_transaction(row: int, cells: list[Cell], *, has_date: bool, has_amount: bool) -> Rejected:
    texts = [text for cell in cells if (text := as_text(cell).strip())]
    if any(map(is_footer, texts)):
        return Rejected(row, Reason.TOTAL, left_out=True)
    if not has_date and any(map(is_unsettled, texts)):
        return Rejected(row, Reason.UNSETTLED, left_out=True)
    if sum(field_of(text) is not Field.NOTHING for text in texts) > 1:
        return Rejected(row, Reason.REPEATED_HEADING, left_out=True)
    if not has_date and not has_amount:
        return Rejected(row, Reason.NO_TRANSACTION, left_out=True)
    return Rejected(row, Reason.DATE_MISSING if has_amount else Reason.AMOUNT_MISSING)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    """Four and more decimals are those of a calculation; three may be thousands, and are rejected."""
    if int(amount.as_tuple().exponent) > -_CALCULATED:
        return amount
    if currency not in CURRENCIES or int(amount.normalize().as_tuple().exponent) > -_CALCULATED:
        return amount
    return amount.quantize(Decimal(1).scaleb(-decimal_places(currency)), ROUND_HALF_UP)


def _is_of_another_sign(sign: str, currency: str) -> bool:
    """Whether the currency has one sign of SHARED_SIGNS and the amount another one: a file may have both."""
    return sign in SHARED_SIGNS and any(
        currency in codes and currency not in SHARED_SIGNS[sign] for codes in SHARED_SIGNS.values()
    )


def _tags(text: str) -> tuple[str, ...]:
    tags = (clean(tag.strip().lstrip("#"), _MAX_TAG) for tag in _BETWEEN_TAGS.split(text))
    return tuple(dict.fromkeys(filter(None, tags)))[:_MAX_TAGS]


def _one_line(text: str) -> str:
    """Returns "" for a mark such as `/`."""
    text = clean(text)
    return "" if len(text) < 3 and not any(map(str.isalnum, text)) and text.isascii() else text
