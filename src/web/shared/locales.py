"""The locales of a visitor: English words, the number and date formats of the browser's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_decimal_symbol, get_group_symbol
from flask import current_app, has_app_context, has_request_context, request

from src.web.shared.services import container

_DEFAULT_LOCALE = "en_US"
_GENERIC_ENGLISH = "en_001"


@dataclass(frozen=True, slots=True)
class _Locales:
    words: str
    """English as the territory writes it: en_DE has 4 Mar 2026 and 1.234,50."""
    numbers: str
    """The same, or the territory's language if CLDR has no English for it."""
    native: str
    """The visitor's own language."""


_DEFAULT = _Locales(_DEFAULT_LOCALE, _DEFAULT_LOCALE, _DEFAULT_LOCALE)


@lru_cache(maxsize=256)  # a browser may send any language
def _locales_of(language: str) -> _Locales | None:
    """None for an unknown language. Without a territory, the one with most speakers is taken."""
    try:
        native = Locale.parse(language, sep="-" if "-" in language else "_")
        territory = native.territory or str(get_global("likely_subtags")[str(native)]).split("_")[-1]
    except (UnknownLocaleError, ValueError, KeyError):
        return None
    try:
        english = Locale("en", territory=territory)
    except UnknownLocaleError:
        return _Locales(_GENERIC_ENGLISH, str(native), str(native))
    return _Locales(str(english), str(english), str(native))


def _locales() -> _Locales:
    """The locales of this request: the setting decides, else the browser's first known language."""
    if (chosen := _chosen()) and (locales := _locales_of(chosen)):
        return locales
    if not has_request_context():
        return _DEFAULT
    known = (_locales_of(language) for language, _ in request.accept_languages)
    return next((locales for locales in known if locales), _DEFAULT)


def _chosen() -> str | None:
    """The setting; None without an application, and in one without services."""
    has_services = has_app_context() and "ledgerloop" in current_app.extensions
    return container().preferences.current().locale if has_services else None


def locale() -> str:
    """The locale of dates and words."""
    return _locales().words


def number_locale() -> str:
    return _locales().numbers


def native_locale() -> str:
    """For files that the visitor's own programs read."""
    return _locales().native


def marks() -> tuple[str, str]:
    """The visitor's decimal mark and thousands separator."""
    return get_decimal_symbol(number_locale()), get_group_symbol(number_locale())
