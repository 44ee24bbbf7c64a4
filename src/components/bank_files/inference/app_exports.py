"""The exports of other programs, recognized by their headings; their columns need no questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.components.bank_files.inference.headings import field_of, folded
from src.components.bank_files.plan import Field, Sign


def _columns(**names: str) -> dict[str, Field]:
    """By column name. names: of the columns, by the names of the fields."""
    return {name: Field[field] for field, name in names.items()}


@dataclass(frozen=True)
class App:
    name: str
    columns: Mapping[str, Field]
    """By column name. The heading has all names of `columns` and `required`."""
    required: Sequence[str] = ()
    sign: Sign = Sign.NEGATIVE_IS_EXPENSE
    date_order: str | None = "ymd"
    decimal_mark: str | None = "."


APPS = (
    App(
        "Mint",
        _columns(
            DATE="date",
            DESCRIPTION="description",
            AMOUNT="amount",
            TYPE="transaction type",
            CATEGORY="category",
        ),
        ("original description", "account name"),
        Sign.TYPE_COLUMN,
        date_order="mdy",
    ),
    App(
        "YNAB",
        _columns(DATE="date", PARTY="payee", CATEGORY="category", OUT="outflow", IN="inflow"),
        ("account", "memo"),
        Sign.TWO_COLUMNS,
        date_order=None,
        decimal_mark=None,
    ),
    App(
        "Monarch",
        _columns(DATE="date", PARTY="merchant", CATEGORY="category", AMOUNT="amount"),
        ("account", "original statement", "notes"),
    ),
    App(
        "Firefly III",
        _columns(
            ID="journal id",
            TYPE="type",
            CURRENCY="currency code",
            AMOUNT="amount",
            DESCRIPTION="description",
            DATE="date",
            CATEGORY="category",
            SOURCE="source name",
            DESTINATION="destination name",
        ),
        sign=Sign.TYPE_COLUMN,
    ),
    App(
        "Actual",
        _columns(DATE="date", PARTY="payee", CATEGORY="category", AMOUNT="amount"),
        ("account", "notes", "cleared"),
    ),
    App(
        "Sure or Maybe",
        _columns(DATE="date", AMOUNT="amount", DESCRIPTION="name", CATEGORY="category", CURRENCY="currency"),
        ("account name", "tags", "notes"),
        Sign.POSITIVE_IS_EXPENSE,
    ),
    App(
        "Monzo",
        _columns(
            ID="transaction id",
            DATE="date",
            MODE="type",
            PARTY="name",
            CATEGORY="category",
            AMOUNT="amount",
            CURRENCY="currency",
        ),
        ("emoji", "notes and tags"),
        date_order="dmy",
    ),
    App(
        "Revolut",
        _columns(
            MODE="type",
            DATE="completed date",
            DESCRIPTION="description",
            AMOUNT="amount",
            FEE="fee",
            CURRENCY="currency",
            STATUS="state",
            BALANCE="balance",
        ),
        ("product", "started date"),
    ),
    App(
        "PayPal",
        _columns(
            DATE="date",
            PARTY="name",
            MODE="type",
            STATUS="status",
            CURRENCY="currency",
            GROSS="gross",
            AMOUNT="net",
            ID="transaction id",
        ),
        ("timezone", "fee"),
        date_order=None,
        decimal_mark=None,
    ),
    App(
        "PayPal",
        _columns(
            DATE="datum",
            PARTY="name",
            MODE="typ",
            STATUS="status",
            CURRENCY="währung",
            GROSS="brutto",
            AMOUNT="netto",
            ID="transaktionscode",
        ),
        ("zeitzone", "uhrzeit"),
        date_order="dmy",
        decimal_mark=",",
    ),
    App(
        "Plaid",
        _columns(
            DATE="date",
            DESCRIPTION="name",
            AMOUNT="amount",
            CURRENCY="iso currency code",
            STATUS="pending",
            PARTY="merchant name",
            ID="transaction id",
        ),
        ("unofficial currency code",),
        Sign.POSITIVE_IS_EXPENSE,
    ),
    App(
        "Tinkoff",
        _columns(
            DATE="дата операции",
            STATUS="статус",
            AMOUNT="сумма операции",
            CURRENCY="валюта операции",
            CATEGORY="категория",
            SUBCATEGORY="mcc",
            DESCRIPTION="описание",
        ),
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
    """With the balance, if there is one: it shows whether the amounts add up."""
    wanted = {folded(name): field for name, field in app.columns.items()}
    columns = [wanted.pop(folded(name), Field.NOTHING) for name in names]
    balances = (at for at, name in enumerate(names) if field_of(name) is Field.BALANCE and not columns[at])
    if Field.BALANCE not in columns and (position := next(balances, None)) is not None:
        columns[position] = Field.BALANCE
    return tuple(columns)
