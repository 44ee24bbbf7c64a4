"""Messages of banks, wallets and payment apps of many countries, each with its right reading."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from src.components.bank_files.entry import Entry
from src.components.bank_files.plan import Format, Plan, Sign
from src.components.bank_files.read import lines_and_entries, preview
from src.domain.transactions import Direction
from src.errors import InvalidInput

_FILE = Path(__file__).parents[2] / "bank_files" / "messages.jsonl"
MESSAGES = [json.loads(line) for line in _FILE.read_text("utf-8").splitlines()]
"""message, country (ISO 3166); of a payment amount (expenses have a minus), currency (ISO 4217), day ("": the
message has none) and perhaps words of the text."""

_MONTH_FIRST = ("US", "PH")
_SIGNS = {Direction.EXPENSE: -1, Direction.INCOME: 1}
_NO_DAY = date(2026, 1, 15)
_CURRENCIES = {
    country: currency
    for currency, countries in {
        "AED": "AE", "ARS": "AR", "AUD": "AU", "BRL": "BR", "CAD": "CA", "CLP": "CL", "CNY": "CN",
        "COP": "CO", "EGP": "EG", "JPY": "JP", "MAD": "MA", "TND": "TN", "XOF": "CI", "HKD": "HK",
        "TWD": "TW", "NOK": "NO", "DKK": "DK", "NZD": "NZ", "IQD": "IQ", "UYU": "UY",
        "LKR": "LK", "MXN": "MX", "NPR": "NP", "PKR": "PK", "SAR": "SA", "SEK": "SE",
        "SGD": "SG", "USD": "US",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _read(content: bytes, country: str) -> list[Entry]:
    """The transactions, after the questions are answered as a person of that country would."""
    plan = preview(content, Plan()).plan
    answers = {
        "date_order": "mdy" if country in _MONTH_FIRST else "dmy",
        "default_currency": _CURRENCIES.get(country, "INR"),
        "default_date": _NO_DAY.isoformat(),
        "sign": Sign.ALL_EXPENSES.value,
    }
    for key in plan.open:
        if key in answers:
            plan = plan.answered(key, answers[key])
    plan = preview(content, plan).plan
    assert plan.format is Format.MESSAGES
    return [result for _, result in lines_and_entries(content, plan) if isinstance(result, Entry)]


def _no_transactions(content: bytes, country: str) -> bool:
    try:
        return _read(content, country) == []
    except InvalidInput as error:
        return "no list of transactions" in str(error)


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: f"{case['country']}-{case['message'][:30]}")
def test_a_message_is_read_right(case):
    content = case["message"].encode()
    if "amount" not in case:
        assert _no_transactions(content, case["country"])
        return
    entries = _read(content, case["country"])
    (entry,) = entries
    day = date.fromisoformat(case["day"]) if case["day"] else _NO_DAY
    assert (entry.amount * _SIGNS[entry.direction], entry.currency, entry.date) == (
        Decimal(case["amount"]),
        case["currency"],
        day,
    )
    assert case.get("text", "").casefold() in entry.description.casefold()
