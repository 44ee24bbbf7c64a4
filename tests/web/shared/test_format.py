"""Money, dates and shares as the page shows them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from src.domain.money import KNOWN_CURRENCIES, decimal_places
from src.web.shared import format
from src.web.shared.amounts import readings
from src.web.shared.fields import money

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def visitor():
    """Set the languages a visitor's browser asks for."""
    app = Flask(__name__)
    contexts = []

    def visit(languages):
        context = app.test_request_context(headers={"Accept-Language": languages})
        context.push()
        contexts.append(context)

    yield visit
    for context in reversed(contexts):
        context.pop()


@pytest.mark.parametrize(
    ("languages", "shown"),
    [
        ("en-US,en;q=0.9", "₹123,456.70"),
        ("en-IN", "₹1,23,456.70"),
        ("de-DE,de;q=0.9,en;q=0.8", "123.456,70\N{NO-BREAK SPACE}₹"),
        ("fr", "123\N{NARROW NO-BREAK SPACE}456,70\N{NO-BREAK SPACE}₹"),
        ("de,en-US;q=0.7,en;q=0.3", "123.456,70\N{NO-BREAK SPACE}₹"),
        ("pl,en-US", "123.456,70\N{NO-BREAK SPACE}₹"),
        ("pt-BR,en-US;q=0.8", "₹\N{NO-BREAK SPACE}123.456,70"),
        ("en,de;q=0.9", "₹123,456.70"),
        ("en-US;q=0.2,de;q=0.9", "123.456,70\N{NO-BREAK SPACE}₹"),
        ("*", "₹123,456.70"),
        ("xx-YYYY, ;;", "₹123,456.70"),
    ],
)
def test_an_amount_has_the_form_of_the_visitors_territory(visitor, languages, shown):
    visitor(languages)
    assert format.money(Decimal("123456.70"), "INR") == shown


def test_a_date_is_in_english_whatever_the_language(visitor):
    visitor("de,en-US;q=0.7")
    assert format.day(date(2026, 3, 4)) == "4 Mar 2026"
    visitor("ru-RU")
    assert format.day(date(2026, 3, 4)) == "4 Mar 2026"


@pytest.mark.parametrize(
    "languages", ["en-US", "de-DE", "en-IN", "fr-FR", "de-CH", "pt-BR", "pl", "ja", "ar-EG"]
)
def test_what_is_shown_can_be_typed_in_every_currency(visitor, languages):
    visitor(languages)
    for currency in KNOWN_CURRENCIES:
        for units in (1, 10, 1055, 123456700):
            amount = Decimal(units).scaleb(-decimal_places(currency))
            shown = format.money(amount, currency)
            texts = readings(shown, currency)
            assert Decimal(texts[0]) == amount, (currency, shown, texts)


def test_an_amount_has_the_decimals_of_its_currency():
    assert format.money("3500", "JPY") == "¥3,500"
    assert format.money("1.5", "KWD").endswith("1.500")


@pytest.mark.parametrize("languages", ["en-US", "de-DE", "en-IN", "de-CH"])
def test_every_currency_is_shown_with_the_digits_it_is_stored_in(visitor, languages):
    visitor(languages)
    decimal_mark = "," if languages == "de-DE" else "."
    for currency in KNOWN_CURRENCIES:
        for units in (1, 10, 1055, 123456789):
            amount = Decimal(units).scaleb(-decimal_places(currency))
            shown = format.money(amount, currency)
            [number] = re.findall(r"[0-9][0-9.,’]*", shown)
            digits = re.sub(f"[^0-9{decimal_mark}]", "", number).replace(",", ".")
            assert digits == money(amount, currency), (currency, shown)


def test_money_that_shops_no_longer_count_in_cents_is_shown_as_the_bank_books_it():
    assert format.money("10.55", "RSD") == "RSD10.55"
    assert format.money("0.005", "IQD") == "IQD0.005"


def test_a_minus_is_not_parted_from_its_number():
    assert format.money("-11593.29", "EUR") == "-\N{WORD JOINER}€11,593.29"


def test_an_amount_beyond_binary_floats_is_shown_exactly():
    assert format.money("999999999999.99", "USD") == "$999,999,999,999.99"


@pytest.mark.parametrize(
    ("share", "places", "shown"),
    [
        (0.934, 0, "93 %"),
        (0.9, 1, "90.0 %"),
        (1.0, 0, "100 %"),
        (0.999, 0, "99 %"),
        (0.0, 0, "0 %"),
        (0.001, 0, "< 1 %"),
        (None, 0, "–"),
        (float("nan"), 0, "–"),
    ],
)
def test_a_share_is_never_rounded_to_certainty(share, places, shown):
    assert format.percent(share, places).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_difference_carries_its_sign():
    assert (format.points(0.0213), format.points(-0.05)) == ("+2.1", "−5.0")


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=20), "Feb 12, 2026"),
    ],
)
def test_a_moment_is_relative_within_a_week_and_a_date_after(past, words):
    assert format.ago(NOW - past, NOW) == words


def test_lengths_sizes_and_counts_have_their_units():
    assert [format.lasted(seconds) for seconds in (48, 60, 185, 3720)] == [
        "48 s",
        "1 min",
        "3 min 5 s",
        "1 h 2 min",
    ]
    assert [format.size(count) for count in (900, 1_400, 2_100_000)] == ["900 bytes", "1.4 kB", "2.1 MB"]
    assert [format.counted(count, "answer") for count in (0, 1, 1204)] == [
        "0 answers",
        "1 answer",
        "1,204 answers",
    ]


def test_a_p_value_has_the_digits_that_matter(visitor):
    shown = [format.p_value(p) for p in (0.0004, 0.0321, 0.4049)]
    assert shown == ["p < 0.001", "p = 0.032", "p = 0.40"]
    visitor("de-DE")
    assert format.p_value(0.0321) == "p = 0,032"


def test_a_month_is_named():
    assert format.month("2026-03") == "Mar 2026"
    assert format.day(date(2026, 3, 4)) == "Mar 4, 2026"
