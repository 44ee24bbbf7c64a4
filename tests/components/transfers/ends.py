"""Invented ends of transfers."""

from datetime import date
from decimal import Decimal

from src.domain.categories import Group
from src.domain.transactions import Direction, Transaction
from src.domain.transfers import End

GROUPS = {
    "dining": Group.DISCRETIONARY,
    "savings": Group.SAVING,
    "debt": Group.TRANSFER,
    "salary": Group.INCOME,
}
OUT, IN = Direction.EXPENSE, Direction.INCOME


def end(name, text, amount="500", *, direction=OUT, day=1, account=None, currency="EUR", **fields):
    transaction = Transaction(
        text,
        Decimal(amount),
        currency,
        date(2026, 3, day),
        direction,
        merchant=fields.pop("merchant", ""),
        account=account,
    )
    return End(name, transaction, **fields)
