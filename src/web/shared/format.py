"""Format money, dates, shares and accuracies for pages: English words, the visitor's number formats."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import NumberPattern, format_decimal, get_currency_symbol

from src.domain.money import decimal_places
from src.web.shared.locales import locale, number_locale
from src.web.shared.time_zone import local

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy


def money(amount: Decimal | str, currency: str) -> str:
    """`₹350.75`: exact, with the decimals in which `currency` is stored.

    CLDR's decimals are those of shop prices: none for the Serbian dinar, though banks book its hundredths.
    """
    pattern = _money_pattern(number_locale(), decimal_places(currency))
    shown: str = pattern.apply(Decimal(amount), number_locale(), currency=currency, currency_digits=False)
    return shown.replace("-", "-\N{WORD JOINER}")  # no line break after a minus


def about(amount: Decimal, currency: str) -> str:
    """`₹351`: rounded to whole units, for what is only estimated."""
    pattern = _money_pattern(number_locale(), 0)
    shown: str = pattern.apply(amount, number_locale(), currency=currency, currency_digits=False)
    return shown.replace("-", "-\N{WORD JOINER}")


@lru_cache(maxsize=1024)
def _money_pattern(of_locale: str, places: int) -> NumberPattern:
    """The money format of `of_locale` with exactly `places` decimals."""
    pattern: NumberPattern = copy(Locale.parse(of_locale).currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern


def symbol(currency: str) -> str:
    """The sign that `money` uses: `€`, `MX$`, `RSD`."""
    return get_currency_symbol(currency, number_locale())


def amount(value: Decimal, currency: str, *, grouped: bool = False) -> str:
    """The value of a form field: `1150,00`; grouped: as a table shows it, `1.150,00`."""
    places = decimal_places(currency)
    if not grouped:
        return _plain(value, places)
    shown = format_decimal(
        value, format=f"#,##0.{'0' * places}" if places else "#,##0", locale=number_locale()
    )
    return shown.replace("-", "-\N{WORD JOINER}")


def number(value: float) -> str:
    return format_decimal(value, locale=number_locale())


def percent(share: float | None, places: int = 0) -> str:
    """`93 %`, with a no-break space; a dash for None and nan.

    A share that is neither 0 nor 1 is never shown as 0 % or 100 %.
    """
    if share is None or share != share:
        return "–"
    step = Decimal(1).scaleb(-places)
    shown = Decimal(share * 100).quantize(step)
    if shown >= 100 and share < 1:
        return f"{_plain(100 - step, places)}\N{NO-BREAK SPACE}%"
    if shown <= 0 and share > 0:
        return f"<\N{NO-BREAK SPACE}{_plain(step, places)}\N{NO-BREAK SPACE}%"
    return f"{_plain(shown, places)}\N{NO-BREAK SPACE}%"


def _plain(value: Decimal, places: int) -> str:
    return format_decimal(value, format=f"0.{'0' * places}" if places else "0", locale=number_locale())


def accuracy(measured: Accuracy | None) -> str:
    """`91 %`, `91 %, too few to tell`, or a dash without answers."""
    if measured is None or not measured.answers:
        return "–"
    return percent(measured.share) + ("" if measured.enough else ", too few to tell")


def interval(ends: Sequence[float], between: str = " – ") -> str:
    return f"{percent(ends[0])}{between}{percent(ends[1])}"


def counted_right(measured: Accuracy) -> str:
    return f"{number(measured.correct)} of {number(measured.answers)} right"


def points(difference: float) -> str:
    """A difference of shares as percentage points with its sign: `+2.1`."""
    shown = format_decimal(round(abs(difference) * 100, 1), format="0.0", locale=number_locale())
    return f"{'−' if difference < 0 else '+'}{shown}"


def day(value: date) -> str:
    """`4 Mar 2026` in the visitor's order."""
    return format_date(value, "medium", locale=locale())


def month(value: str) -> str:
    """`2026-03` as `Mar 2026`."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMM y", locale=locale())


def month_name(value: str) -> str:
    """`2026-03` as `March 2026`."""
    return format_date(date.fromisoformat(f"{value}-01"), "MMMM y", locale=locale())


def moment(value: datetime) -> str:
    """Date and time by the visitor's clock: `4 Mar 2026, 14:05:00 CET`; without scripts in UTC."""
    there = local(value)
    return f"{format_datetime(there, 'medium', tzinfo=there.tzinfo, locale=locale())} {there.tzname()}"


def ago(value: datetime, now: datetime | None = None) -> str:
    """`3 minutes ago` within a week, else the date."""
    past = (now or datetime.now(UTC)) - value
    if past < timedelta(seconds=45):
        return "just now"
    if past > timedelta(days=7):
        return day(local(value).date())
    return f"{format_timedelta(past, locale=locale(), threshold=0.95)} ago"


def lasted(seconds: float) -> str:
    """`48 s`, `3 min 5 s`, `1 h 2 min`."""
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    minutes, rest = divmod(total, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """A number of bytes: `1.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = (count / 1e3, "kB") if count < 1e6 else (count / 1e6, "MB")
    return f"{format_decimal(round(value, 1), locale=number_locale())} {unit}"


def p_value(p: float) -> str:
    """`p < 0.001`, `p = 0.032`, `p = 0.41`."""
    least = Decimal("0.001")
    return f"p < {_plain(least, 3)}" if p < least else f"p = {_plain(Decimal(p), 3 if p < 0.1 else 2)}"


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """`1 transaction`, `1,204 transactions`."""
    return f"{number(count)} {singular if count == 1 else plural or singular + 's'}"
