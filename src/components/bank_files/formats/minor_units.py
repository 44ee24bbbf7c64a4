"""Amounts that programs export in the smallest unit of their currency: 1240 for 12.40 EUR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from src.components.bank_files.entry import Cell, as_text
from src.components.bank_files.inference.amounts import currency_of
from src.domain.money import decimal_places

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_ -]+")
_MINOR = re.compile(r"(?:^| )(?:in )?(?:minor(?: units?| value)?|base units?|cents|pence|centavos|kopecks)$")
_PROGRAMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    # Monzo
    (
        frozenset(("account_balance", "is_load", "local_amount")),
        frozenset(("amount", "account_balance", "local_amount")),
    ),
    # Stripe
    (
        frozenset(("object", "net", "fee", "available_on")),
        frozenset(("amount", "net", "fee")),
    ),
    (
        frozenset(("object", "amount_captured", "amount_refunded")),
        frozenset(("amount", "amount_captured", "amount_refunded")),
    ),
    # monobank
    (
        frozenset(("operationAmount", "commissionRate", "cashbackAmount")),
        frozenset(("amount", "operationAmount", "commissionRate", "cashbackAmount", "balance")),
    ),
)
"""The keys by which an object is recognized, and its amounts."""


def is_minor(key: str) -> bool:
    """Whether a key says so, as `minorUnits` or `amount_cents`."""
    return bool(_MINOR.search(_HUMP.sub(" ", key).lower()))


def without_minor(key: str) -> str:
    """The name of the same amount in whole units; "" for `minorUnits` alone."""
    return _MINOR.sub("", _HUMP.sub(" ", key).lower()).strip()


def major(number: Any, currency: str) -> Cell:
    """number: in the smallest unit of `currency`."""
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or number != int(number):
        return number if isinstance(number, (str, Decimal)) else ""
    return Decimal(number).scaleb(-decimal_places(currency_of(currency)))


def in_major_units(item: Mapping[str, Cell]) -> dict[str, Cell]:
    """An object of a program that is known to count in the smallest unit, or whose keys say so."""
    return dict(_converted(item))


def _converted(item: Mapping[str, Cell]) -> Iterator[tuple[str, Cell]]:
    amounts = next((amounts for keys, amounts in _PROGRAMS if keys <= item.keys()), frozenset())
    currency = next((as_text(cell) for key, cell in item.items() if _names_currency(key)), "")
    for key, cell in item.items():
        if key in amounts:
            yield key, major(cell, currency)
        elif is_minor(key) and (name := without_minor(key.rpartition(".")[2])):
            in_whole_units = any(
                without_minor(other.rpartition(".")[2]) == name for other in item if other != key
            )
            if not in_whole_units:
                yield name, major(cell, currency)
        else:
            yield key, cell


def _names_currency(key: str) -> bool:
    return _HUMP.sub(" ", key.rpartition(".")[2]).lower() in (
        "currency",
        "currency code",
        "iso currency code",
    )
