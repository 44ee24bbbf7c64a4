"""How a file is read: detected by `preview`, changed by a person, saved as the profile of a layout."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from src.domain.imports import NEW_CATEGORY, NO_CATEGORY
from src.domain.money import CURRENCIES
from src.domain.visible_text import or_blank
from src.errors import InvalidInput


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    WORKBOOK = "workbook"
    """Of old Excel (.xls) and LibreOffice (.ods)."""
    MARKUP = "markup"
    """Tables of a web page or of XML Spreadsheet 2003."""
    JSON = "json"
    OFX = "ofx"
    QIF = "qif"
    MT940 = "mt940"
    CAMT = "camt"
    LABELLED = "labelled"
    """Text with a line per field, such as `Amount: 12.30`."""
    MESSAGES = "messages"
    LEDGERLOOP = "ledgerloop"
    """Ledgerloop exports in any form; see own_export/."""


TABLES = (Format.CSV, Format.XLSX, Format.WORKBOOK, Format.MARKUP, Format.JSON, Format.LABELLED)
"""The formats whose columns must be detected."""


class Field(StrEnum):
    """The meaning of a column. Several DESCRIPTION columns are joined; see also REPEATED."""

    DATE = "date"
    SECOND_DATE = "second-date"
    """Of settled transactions whose date is blank."""
    PARTY = "party"
    """The other party; of income the PAYER, if there is one. Comes before the description."""
    PAYER = "payer"
    """The other party of income."""
    DESCRIPTION = "description"
    AMOUNT = "amount"
    OUT = "out"
    IN = "in"
    TYPE = "type"
    """A word for the type: expense, income or transfer."""
    CURRENCY = "currency"
    FEE = "fee"
    """Charged on top of the amount."""
    GROSS = "gross"
    """Before the fee, if the amount is the one after it."""
    SUBCATEGORY = "subcategory"
    CATEGORY = "category"
    PAYMENT_MESSAGE = "payment-message"
    """A message of a bank or payment app, which fills blank columns."""
    MODE = "mode"
    ID = "id"
    STATUS = "status"
    BALANCE = "balance"
    ACCOUNT = "account"
    """The name of the own account."""
    ACCOUNT_NUMBER = "account-number"
    """Of the own account."""
    SOURCE = "source"
    """The account that the money leaves: the own one, of income the other party."""
    DESTINATION = "destination"
    COUNTERPARTY = "counterparty"
    """The other party, if it does not belong in the description."""
    NOTES = "notes"
    MCC = "mcc"
    """The merchant category code, of four digits."""
    TAGS = "tags"
    EFFECT = "effect"
    """Debit, Credit, or Memo for rows that do not change the balance."""
    ORIGINAL_AMOUNT = "original-amount"
    """Of a purchase in another currency; it becomes a note."""
    ORIGINAL_CURRENCY = "original-currency"
    OTHER_AMOUNT = "other-amount"
    """Of rows in another currency, which the name of the column gives. Several columns may have it."""
    OTHER_TEXT = "other-text"
    """The text of a row that has no description. Several columns may have it."""
    NOTHING = ""


REPEATED = (Field.DESCRIPTION, Field.OTHER_AMOUNT, Field.OTHER_TEXT, Field.NOTHING)
"""Fields that several columns may have."""


ADDED_FIELDS = (
    Field.ACCOUNT,
    Field.ACCOUNT_NUMBER,
    Field.SOURCE,
    Field.DESTINATION,
    Field.COUNTERPARTY,
    Field.NOTES,
    Field.MCC,
    Field.TAGS,
    Field.ORIGINAL_AMOUNT,
    Field.ORIGINAL_CURRENCY,
    Field.SECOND_DATE,
    Field.EFFECT,
)
"""Fields that leave the description, and so the identity of a row, as it is."""

OF_THE_ACCOUNT = (Field.ACCOUNT, Field.ACCOUNT_NUMBER, Field.SOURCE, Field.DESTINATION)
"""Columns that may have an account number, which is never stored."""


class Sign(StrEnum):
    NEGATIVE_IS_EXPENSE = "negative-is-expense"
    POSITIVE_IS_EXPENSE = "positive-is-expense"
    TWO_COLUMNS = "two-columns"
    TWO_COLUMNS_WITH_REFUNDS = "two-columns-with-refunds"
    """A minus in the column of expenses is income, and the other way round."""
    TWO_COLUMNS_SIGNED = "two-columns-signed"
    """Expenses have a minus in both columns; an amount without one is income."""
    TYPE_COLUMN = "type-column"
    UNMARKED_IS_EXPENSE = "unmarked-is-expense"
    """A column marks income and is blank for expenses."""
    UNMARKED_IS_INCOME = "unmarked-is-income"
    ALL_EXPENSES = "all-expenses"


class Basis(StrEnum):
    """What a decision about a file is based on, the strongest evidence first."""

    BALANCE = "balance"
    """The amounts are the steps of the running balance."""
    MARKS = "marks"
    """The bank marks each row, as with Cr and Dr, or has a column for money out and one for money in."""
    SIGNS = "signs"
    FEE = "fee"
    """A fee makes what comes in smaller."""
    WORDS = "words"
    """Words in columns, such as withdrawal."""
    TEXTS = "texts"
    """Words in the texts, such as salary."""
    ACCOUNT = "account"
    """The file is of a bank account."""
    PROGRAM = "program"
    """The program or the format is known."""


DATE_ORDERS = ("dmy", "mdy", "ymd")
DELIMITERS = (",", ";", "\t", "|")
NO_HEADER = 0
MOST_CATEGORIES = 1_000
_LONGEST_CATEGORY = 100

_ENCODINGS = re.compile(
    r"utf-?(8|16)|cp125\d|cp866|cp874|koi8|iso8859|mac|shift_jis|cp932|gb|big5|euc|cp949|ascii"
)

PLAIN_QUESTIONS = ("date_order", "decimal_mark", "sign", "default_currency", "default_date")
COLUMN_QUESTIONS = {
    "date_column": Field.DATE,
    "description_column": Field.DESCRIPTION,
    "amount_column": Field.AMOUNT,
    "out_column": Field.OUT,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`preview` detects what is None; `lines_and_entries` needs the completed plan."""

    format: Format | None = None
    encoding: str | None = None
    """A Python codec; for formats that are text."""
    delimiter: str | None = None
    header: int | None = None
    """Row of the heading, 1-based; 0 without one. Rows above it are not read."""
    columns: tuple[Field, ...] | None = None
    """From the left; tables only."""
    date_order: str | None = None
    """`dmy`, `mdy`, `ymd`, or a pattern of strptime such as `%d.%m.%y`."""
    decimal_mark: str | None = None
    sign: Sign | None = None
    default_currency: str | None = None
    """For rows without a currency."""
    default_date: date | None = None
    """For rows and messages without a date."""
    mode: str | None = None
    """For rows without a payment method."""
    column_currencies: tuple[str, ...] | None = None
    """From the left, where the names of the columns give different ones; "" for the others."""
    out_mark: str | None = None
    """The mark of the type column that is money out, if all others are money in: C of cargo and abono."""
    account: str | None = None
    """The own account of all rows; None: the one that the file names, if any."""
    take_categories: bool = False
    """Whether the file's categories are the person's answers."""
    categories: tuple[tuple[str, str], ...] = ()
    """What the file's categories become: (name in the file, slug, NEW_CATEGORY or NO_CATEGORY)."""
    open: tuple[str, ...] = ()
    """Keys of the open questions."""

    def __post_init__(self) -> None:
        for name, allowed in (("delimiter", DELIMITERS), ("decimal_mark", (".", ","))):
            sentence = f"The {name.replace('_', ' ')} must be one of {' '.join(allowed)}"
            _check(getattr(self, name) in (None, *allowed), sentence, name)
        is_known = self.encoding is None or _is_encoding(self.encoding)
        _check(is_known, "This encoding is unknown.", "encoding")
        is_row = self.header is None or 0 <= self.header <= 10_000
        _check(is_row, "The row of the heading must be between 0 and 10,000.", "header")
        columns = self.columns or ()
        _check(len(columns) <= 1_000, "A file has at most 1,000 columns.", "columns")
        for field in set(columns) - set(REPEATED):
            sentence = f"Two columns cannot both be the {field.value}."
            _check(columns.count(field) == 1, sentence, "columns")
        is_order = self.date_order in (None, *DATE_ORDERS) or _is_pattern(str(self.date_order))
        sentence = "The date order must be dmy, mdy, ymd or a pattern such as %d.%m.%y"
        _check(is_order, sentence, "date_order")
        is_code = self.default_currency is None or self.default_currency in CURRENCIES
        _check(is_code, "The currency must be an ISO 4217 code such as EUR.", "default_currency")
        are_codes = CURRENCIES.issuperset(filter(None, self.column_currencies or ()))
        _check(are_codes, "The currencies of the columns must be ISO 4217 codes.", "column_currencies")
        is_short = self.mode is None or (len(self.mode) <= 100 and self.mode.isprintable())
        _check(is_short, "The payment method must have at most 100 printable characters.", "mode")
        is_mark = self.out_mark is None or (len(self.out_mark) <= 20 and self.out_mark.isprintable())
        _check(is_mark, "The mark of money out must have at most 20 printable characters.", "out_mark")
        is_name = self.account is None or (len(self.account) <= 100 and self.account.isprintable())
        _check(is_name, "The account must have at most 100 printable characters.", "account")
        are_few = len(self.categories) <= MOST_CATEGORIES
        _check(are_few, f"At most {MOST_CATEGORIES:,} categories of a file can be mapped.", "categories")

    def answered(self, key: str, value: str) -> Plan:
        """This plan with an answer. Preview the file again before reading it.

        key, value: of a Question and its Choice. Raises InvalidInput.
        """
        still_open = tuple(question for question in self.open if question != key)
        if key in PLAIN_QUESTIONS:
            return replace(self, open=still_open, **_typed({key: value}))
        if key not in COLUMN_QUESTIONS or self.columns is None:
            raise InvalidInput("This file has no such question.", field=key)
        columns = _with_column(self.columns, COLUMN_QUESTIONS[key], value)
        dependent: dict[str, Any] = {"date_order": None} if key == "date_column" else {}
        if key in ("amount_column", "out_column"):
            dependent = {"decimal_mark": None, "sign": None}
        return replace(self, columns=columns, open=still_open, **dependent)

    def profile(self) -> Plan:
        """The fields that apply to every file of this layout."""
        file_specific = dict.fromkeys(("format", "delimiter", "encoding", "header", "default_date"))
        return replace(self, **file_specific, open=())  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` is the inverse."""
        day = self.default_date.isoformat() if self.default_date else None
        columns = None if self.columns is None else [field.value for field in self.columns]
        categories = [list(pair) for pair in self.categories]
        currencies = None if self.column_currencies is None else list(self.column_currencies)
        return {
            **asdict(self),
            "columns": columns,
            "column_currencies": currencies,
            "default_date": day,
            "categories": categories,
            "open": list(self.open),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """Raises InvalidInput for unknown or invalid fields."""
        unknown = set(values) - {part.name for part in fields(cls)}
        if unknown:
            raise InvalidInput("There is no such field in a plan.", field=str(min(unknown, key=str))[:40])
        return cls(**_typed(values))


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """values: of JSON. Raises InvalidInput."""
    typed: dict[str, Any] = {}
    for name, value in values.items():
        types, convert = _TYPES[name]
        try:
            if value is not None and type(value) not in types:
                raise TypeError
            typed[name] = None if value is None else convert(value)
        except (ValueError, TypeError):
            raise InvalidInput("This value is invalid.", field=name) from None
    return {name: value for name, value in typed.items() if value is not None or name in _MAY_BE_NONE}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _categories(value: Any) -> tuple[tuple[str, str], ...]:
    """value: pairs, or an object of JSON, where true is NEW_CATEGORY and null is NO_CATEGORY."""
    codes = {True: NEW_CATEGORY, None: NO_CATEGORY}
    pairs = [
        (_text(name), codes[chosen] if chosen is True or chosen is None else _text(chosen))
        for name, chosen in (value.items() if isinstance(value, dict) else value)
    ]
    if any(len(text) > _LONGEST_CATEGORY or not text.isprintable() for pair in pairs for text in pair):
        raise ValueError
    return tuple(dict(pairs).items())


_TYPES: Mapping[str, tuple[Sequence[type], Callable[[Any], Any]]] = {
    "format": ((str, Format), Format),
    "encoding": ((str,), str),
    "delimiter": ((str,), str),
    "header": ((int,), int),
    "columns": ((list, tuple), lambda value: tuple(Field(_text(field)) for field in value)),
    "column_currencies": ((list, tuple), lambda value: tuple(map(_text, value))),
    "date_order": ((str,), str),
    "decimal_mark": ((str,), str),
    "sign": ((str, Sign), Sign),
    "default_currency": ((str,), lambda value: value.strip().upper()),
    "default_date": ((str,), date.fromisoformat),
    "out_mark": ((str,), str),
    "mode": ((str,), str),
    "account": ((str,), lambda value: or_blank(" ".join(value.split())) or None),
    "take_categories": ((bool,), bool),
    "categories": ((dict, list, tuple), _categories),
    "open": ((list, tuple), lambda value: tuple(map(_text, value))),
}
"""The types of each field in JSON, and its conversion."""
_MAY_BE_NONE = frozenset(_TYPES) - {"take_categories", "categories", "open"}


def _with_column(columns: tuple[Field, ...], role: Field, value: str) -> tuple[Field, ...]:
    """value: the position of the column, from 0."""
    is_position = value.isascii() and value.isdecimal() and int(value) < len(columns)
    _check(is_position, "There is no such column.", role.value)
    chosen = int(value)
    if role is Field.OUT:
        other = {Field.OUT: Field.IN, Field.IN: Field.OUT}
        return (
            columns if columns[chosen] is Field.OUT else tuple(other.get(field, field) for field in columns)
        )
    changed = [Field.NOTHING if field is role else field for field in columns]
    changed[chosen] = role
    return tuple(changed)


def _check(is_valid: bool, sentence: str, field: str) -> None:
    """Raises InvalidInput."""
    if not is_valid:
        raise InvalidInput(sentence, field=field)


def _is_encoding(name: str) -> bool:
    try:
        return bool(_ENCODINGS.match(codecs.lookup(name).name))
    except (LookupError, ValueError):
        return False


def _is_pattern(pattern: str) -> bool:
    """Whether a pattern reads back the date it wrote."""
    sample = datetime(2026, 11, 23)  # noqa: DTZ001 - a date without a time
    try:
        return len(pattern) <= 40 and datetime.strptime(sample.strftime(pattern), pattern) == sample  # noqa: DTZ007
    except (ValueError, re.error):
        return False
