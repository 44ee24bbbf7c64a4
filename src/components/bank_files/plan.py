"""How a file is to be read. Found by `preview`, mended by a person, remembered as the profile of a bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from src.components.bank_files.plan_checks import check_encoding, check_pattern
from src.domain.money import CURRENCIES
from src.errors import InvalidInput


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    OFX = "ofx"
    QIF = "qif"
    MT940 = "mt940"
    CAMT = "camt"
    MESSAGES = "messages"
    LEDGERLOOP = "ledgerloop"
    """Our own exports, in whatever form; see own.py."""


TABLES = (Format.CSV, Format.XLSX, Format.JSON)
"""The formats whose columns have to be told apart; those of the others are known."""


class Field(StrEnum):
    """What a column holds. Several of DESCRIPTION are put together; the others stand once."""

    DATE = "date"
    PARTY = "party"
    """Who was paid; where there is no PAYER, the other party either way. Stands before the description."""
    PAYER = "payer"
    """Who paid: the other party of money that came in."""
    DESCRIPTION = "description"
    AMOUNT = "amount"
    OUT = "out"
    IN = "in"
    TYPE = "type"
    """A word that says which way the money went."""
    CURRENCY = "currency"
    FEE = "fee"
    """Taken on top of the amount."""
    SUBCATEGORY = "subcategory"
    CATEGORY = "category"
    PAYMENT_MESSAGE = "payment-message"
    """A message of a bank or payment app, which fills what the other columns lack."""
    MODE = "mode"
    ID = "id"
    STATUS = "status"
    BALANCE = "balance"
    NOTHING = ""


class Sign(StrEnum):
    NEGATIVE_IS_EXPENSE = "negative-is-expense"
    POSITIVE_IS_EXPENSE = "positive-is-expense"
    TWO_COLUMNS = "two-columns"
    TYPE_COLUMN = "type-column"
    UNMARKED_IS_EXPENSE = "unmarked-is-expense"
    """A column marks what came in, and is empty beside the rest."""
    UNMARKED_IS_INCOME = "unmarked-is-income"
    ALL_EXPENSES = "all-expenses"


DATE_ORDERS = ("dmy", "mdy", "ymd")
DELIMITERS = (",", ";", "\t", "|")
NO_HEADER = 0

PLAIN_QUESTIONS = ("date_order", "decimal_mark", "sign", "default_currency", "default_date")
COLUMN_QUESTIONS = {
    "date_column": Field.DATE,
    "description_column": Field.DESCRIPTION,
    "amount_column": Field.AMOUNT,
    "out_column": Field.OUT,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is None is worked out from the file by `preview`; `entries` wants a plan it completed."""

    format: Format | None = None
    encoding: str | None = None
    """A codec of Python; for formats that are text."""
    delimiter: str | None = None
    header: int | None = None
    """Row of the heading, 1-based; 0 where there is none. Rows above it are not read."""
    columns: tuple[Field, ...] | None = None
    """For each column from the left what it holds; tables only."""
    date_order: str | None = None
    """`dmy`, `mdy`, `ymd`, or a pattern of strptime such as `%d.%m.%y`."""
    decimal_mark: str | None = None
    sign: Sign | None = None
    default_currency: str | None = None
    """Where a row does not name its own."""
    default_date: date | None = None
    """Where a row or message names no day."""
    mode: str | None = None
    """Where a row does not name its own."""
    take_categories: bool = False
    """Whether the file's categories are a person's labels."""
    open: tuple[str, ...] = ()
    """Keys of the questions nobody has answered yet."""

    def __post_init__(self) -> None:
        for name, allowed in (("delimiter", DELIMITERS), ("decimal_mark", (".", ","))):
            if getattr(self, name) not in (None, *allowed):
                raise InvalidInput(f"The {name.replace('_', ' ')} is none of {' '.join(allowed)}", field=name)
        if self.encoding is not None:
            check_encoding(self.encoding)
        if self.header is not None and not 0 <= self.header <= 10_000:
            raise InvalidInput("The heading stands in none of the first 10,000 rows.", field="header")
        if self.columns is not None:
            _check_columns(self.columns)
        if self.date_order is not None and self.date_order not in DATE_ORDERS:
            check_pattern(self.date_order)
        if self.default_currency is not None and self.default_currency not in CURRENCIES:
            raise InvalidInput("A currency is a code of ISO 4217 such as EUR.", field="default_currency")
        if self.mode is not None and (len(self.mode) > 100 or not self.mode.isprintable()):
            raise InvalidInput("A mode has at most 100 letters.", field="mode")

    def answered(self, key: str, value: str) -> Plan:
        """This plan with an answer taken. Preview the file with it again before `entries`.

        key, value: of a Question and its Choice. Raises InvalidInput.
        """
        still_open = tuple(each for each in self.open if each != key)
        if key in PLAIN_QUESTIONS:
            return replace(self, open=still_open, **_typed({key: value}))
        if key not in COLUMN_QUESTIONS or self.columns is None:
            raise InvalidInput("There is no such question about this file.", field=key)
        columns = _with_column(self.columns, COLUMN_QUESTIONS[key], value)
        dependent: dict[str, Any] = {"date_order": None} if key == "date_column" else {}
        if key in ("amount_column", "out_column"):
            dependent = {"decimal_mark": None, "sign": None}
        return replace(self, columns=columns, open=still_open, **dependent)

    def profile(self) -> Plan:
        """What holds for every file of this layout, without what is this one file's."""
        of_one = dict.fromkeys(("format", "delimiter", "encoding", "header", "default_date"))
        return replace(self, **of_one, open=())  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `from_dict` takes it back."""
        day = self.default_date.isoformat() if self.default_date else None
        listed = None if self.columns is None else [each.value for each in self.columns]
        return {**asdict(self), "columns": listed, "default_date": day, "open": list(self.open)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """Raises InvalidInput at what is no plan."""
        unknown = set(values) - {each.name for each in fields(cls)}
        if unknown:
            raise InvalidInput("The plan has a part that no plan has.", field=str(min(unknown, key=str))[:40])
        return cls(**_typed(values))


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in values.items():
        try:
            typed[name] = None if value is None else _TYPES[name](value)
        except (ValueError, TypeError):
            raise InvalidInput("This part of the plan cannot be read.", field=name) from None
    return {name: value for name, value in typed.items() if value is not None or name in _MAY_BE_NONE}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _listed(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return tuple(_text(each) for each in value)


_TYPES: Mapping[str, Any] = {
    "format": Format,
    "encoding": _text,
    "delimiter": _text,
    "header": _whole,
    "columns": lambda value: tuple(Field(each) for each in _listed(value)),
    "date_order": _text,
    "decimal_mark": _text,
    "sign": Sign,
    "default_currency": lambda value: _text(value).strip().upper(),
    "default_date": lambda value: date.fromisoformat(_text(value)),
    "mode": _text,
    "take_categories": _flag,
    "open": _listed,
}
_MAY_BE_NONE = frozenset(_TYPES) - {"take_categories", "open"}


def _check_columns(columns: tuple[Field, ...]) -> None:
    if len(columns) > 1_000:
        raise InvalidInput("A file has at most 1,000 columns.", field="columns")
    for each in set(columns) - {Field.DESCRIPTION, Field.NOTHING}:
        if columns.count(each) > 1:
            raise InvalidInput(f"Two columns cannot both be the {each.value}.", field="columns")


def _with_column(columns: tuple[Field, ...], role: Field, value: str) -> tuple[Field, ...]:
    """`value`: the place of the column, from 0."""
    if not value.isascii() or not value.isdecimal() or int(value) >= len(columns):
        raise InvalidInput("There is no such column.", field=role.value)
    chosen = int(value)
    if role is Field.OUT:
        other = {Field.OUT: Field.IN, Field.IN: Field.OUT}
        return columns if columns[chosen] is Field.OUT else tuple(other.get(each, each) for each in columns)
    cleared = [Field.NOTHING if each is role else each for each in columns]
    cleared[chosen] = role
    return tuple(cleared)
