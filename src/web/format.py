"""Money, dates and shares as the page shows them: English words, the visitor's own number and date forms."""

from __future__ import annotations

from copy import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import NumberPattern, format_decimal
from flask import Blueprint, has_request_context, request

from src.domain.money import decimal_places

DEFAULT_LOCALE = "en_US"


@lru_cache(maxsize=256)  # what a browser sends is not bounded
def _english_of(language: str) -> str:
    """The English of the visitor's territory: de-DE -> en_DE, which writes 1.234,50 and English months."""
    territory = language.replace("_", "-").split("-")[-1].upper()
    try:
        return str(Locale.parse(f"en_{territory}"))
    except (UnknownLocaleError, ValueError):
        return DEFAULT_LOCALE


def locale() -> str:
    """The locale of this request, from its first `Accept-Language` that names a territory."""
    if not has_request_context():
        return DEFAULT_LOCALE
    languages = (language for language, _ in request.accept_languages)
    return next((_english_of(each) for each in languages if "-" in each), DEFAULT_LOCALE)


def money(amount: Decimal | str, currency: str) -> str:
    """`₹350.75`: exact, never a float, with the decimals that `currency` is stored in.

    The decimals that locale data gives are those of shop prices: none for the Serbian dinar, though banks
    book its hundredths.
    """
    pattern = _money_pattern(locale(), decimal_places(currency))
    shown: str = pattern.apply(Decimal(amount), locale(), currency=currency, currency_digits=False)
    return shown.replace("-", "-\N{WORD JOINER}")  # no line ends between a minus and its number


@lru_cache(maxsize=1024)
def _money_pattern(of_locale: str, places: int) -> NumberPattern:
    """How `of_locale` writes money, with exactly `places` decimals."""
    pattern = copy(Locale.parse(of_locale).currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern


def number(value: float) -> str:
    return format_decimal(value, locale=locale())


def percent(share: float | None, places: int = 0) -> str:
    """`93 %`, with a space that does not break; None and nan are a dash.

    A share that is neither 0 nor 1 is never shown as 0 % or 100 %.
    """
    if share is None or share != share:
        return "–"
    shown = Decimal(share * 100).quantize(Decimal(1).scaleb(-places))
    step = Decimal(1).scaleb(-places)
    if shown >= 100 and share < 1:
        return f"{_plain(100 - step, places)}\N{NO-BREAK SPACE}%"
    if shown <= 0 and share > 0:
        return f"<\N{NO-BREAK SPACE}{_plain(step, places)}\N{NO-BREAK SPACE}%"
    return f"{_plain(shown, places)}\N{NO-BREAK SPACE}%"


def _plain(value: Decimal, places: int) -> str:
    return format_decimal(value, format=f"0.{'0' * places}" if places else "0", locale=locale())


def points(difference: float) -> str:
    """A difference of shares as percentage points with its sign: `+2.1`."""
    shown = format_decimal(round(abs(difference) * 100, 1), format="0.0", locale=locale())
    return f"{'−' if difference < 0 else '+'}{shown}"


def day(value: date) -> str:
    """`4 Mar 2026` in the visitor's order."""
    return format_date(value, "medium", locale=locale())


def month(value: str) -> str:
    """`2026-03` as `Mar 2026`."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMM y", locale=locale())


def moment(value: datetime) -> str:
    """Date and time in UTC, said so."""
    return f"{format_datetime(value.astimezone(UTC), 'medium', locale=locale())} UTC"


def ago(value: datetime, now: datetime | None = None) -> str:
    """`3 minutes ago` within a week, the date after that."""
    past = (now or datetime.now(UTC)) - value
    if past < timedelta(seconds=45):
        return "just now"
    if past > timedelta(days=7):
        return day(value.date())
    return f"{format_timedelta(past, locale=locale(), threshold=0.95)} ago"


def lasted(seconds: float) -> str:
    """`48 s`, `3 min 5 s`, `1 h 2 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """Bytes as a person reads them: `1.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = (count / 1e3, "kB") if count < 1e6 else (count / 1e6, "MB")
    return f"{format_decimal(round(value, 1), locale=locale())} {unit}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 transaction`, `1,204 transactions`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def register(blueprint: Blueprint) -> None:
    """Make these the filters of every template."""
    for each in (money, number, percent, points, day, month, moment, ago, lasted, size, counted):
        blueprint.add_app_template_filter(each)
