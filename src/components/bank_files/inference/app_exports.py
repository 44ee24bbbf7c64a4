"""The exports of other programs, recognized by their headings; their columns need no questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.components.bank_files.inference.headings import folded
from src.components.bank_files.plan import Field, Sign

_D, _T, _A = Field.DATE, Field.DESCRIPTION, Field.AMOUNT


@dataclass(frozen=True)
class App:
    name: str
    columns: Mapping[str, Field]
    """By column name. The heading has all names of `columns` and `required`."""
    sign: Sign
    required: Sequence[str] = ()
    date_order: str | None = None
    decimal_mark: str | None = "."
    currency: str | None = None
    mode: str | None = None


APPS = (
    App(
        "Mint",
        {
            "date": _D,
            "description": _T,
            "amount": _A,
            "transaction type": Field.TYPE,
            "category": Field.CATEGORY,
        },
        Sign.TYPE_COLUMN,
        required=("original description", "account name"),
        date_order="mdy",
    ),
    App(
        "YNAB",
        {"date": _D, "payee": _T, "category": Field.CATEGORY, "outflow": Field.OUT, "inflow": Field.IN},
        Sign.TWO_COLUMNS,
        required=("account", "memo"),
        decimal_mark=None,
    ),
    App(
        "Monarch",
        {"date": _D, "merchant": _T, "category": Field.CATEGORY, "amount": _A},
        Sign.NEGATIVE_IS_EXPENSE,
        required=("account", "original statement", "notes"),
        date_order="ymd",
    ),
    App(
        "Firefly III",
        {
            "journal id": Field.ID,
            "type": Field.TYPE,
            "currency code": Field.CURRENCY,
            "amount": _A,
            "description": _T,
            "date": _D,
            "category": Field.CATEGORY,
        },
        Sign.TYPE_COLUMN,
        required=("source name", "destination name"),
        date_order="ymd",
    ),
    App(
        "Actual",
        {"date": _D, "payee": _T, "category": Field.CATEGORY, "amount": _A},
        Sign.NEGATIVE_IS_EXPENSE,
        required=("account", "notes", "cleared"),
        date_order="ymd",
    ),
    App(
        "Sure or Maybe",
        {"date": _D, "amount": _A, "name": _T, "category": Field.CATEGORY, "currency": Field.CURRENCY},
        Sign.POSITIVE_IS_EXPENSE,
        required=("account name", "tags", "notes"),
        date_order="ymd",
    ),
    App(
        "Monzo",
        {
            "transaction id": Field.ID,
            "date": _D,
            "type": Field.MODE,
            "name": _T,
            "category": Field.CATEGORY,
            "amount": _A,
            "currency": Field.CURRENCY,
        },
        Sign.NEGATIVE_IS_EXPENSE,
        required=("emoji", "notes and tags"),
        date_order="dmy",
    ),
    App(
        "Revolut",
        {
            "type": Field.MODE,
            "completed date": _D,
            "description": _T,
            "amount": _A,
            "fee": Field.FEE,
            "currency": Field.CURRENCY,
            "state": Field.STATUS,
            "balance": Field.BALANCE,
        },
        Sign.NEGATIVE_IS_EXPENSE,
        required=("product", "started date"),
        date_order="ymd",
    ),
    App(
        "Tinkoff",
        {
            "дата операции": _D,
            "статус": Field.STATUS,
            "сумма операции": _A,
            "валюта операции": Field.CURRENCY,
            "категория": Field.CATEGORY,
            "mcc": Field.SUBCATEGORY,
            "описание": _T,
        },
        Sign.NEGATIVE_IS_EXPENSE,
        date_order="dmy",
        decimal_mark=None,
    ),
)


def recognize(names: Sequence[str]) -> App | None:
    """The program whose export has this heading; of several the one with the most columns."""
    present = {folded(name) for name in names if len(name) <= 80}
    fitting = [
        app for app in APPS if present.issuperset({*map(folded, app.columns), *map(folded, app.required)})
    ]
    return max(fitting, key=lambda app: len(app.columns) + len(app.required), default=None)


def columns_of(app: App, names: Sequence[str]) -> tuple[Field, ...]:
    wanted = {folded(name): field for name, field in app.columns.items()}
    return tuple(wanted.pop(folded(name), Field.NOTHING) for name in names)
