"""The visitor's time zone: the pages' script keeps its name in a cookie. Without it, times are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import has_request_context, request

COOKIE = "time_zone"
_LONGEST_NAME = 64


@lru_cache(maxsize=128)  # a visitor may send any name
def _zone_of(name: str) -> tzinfo:
    """UTC for a name that the system does not know."""
    try:
        return ZoneInfo(name) if len(name) <= _LONGEST_NAME else UTC
    except (KeyError, ValueError, OSError):  # unknown, no name of a file, a folder
        return UTC


def zone() -> tzinfo:
    name = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return _zone_of(name) if name else UTC


def local(at: datetime) -> datetime:
    """The same moment by the visitor's clock."""
    return at.astimezone(zone())


def today() -> date:
    """The visitor's day."""
    return datetime.now(zone()).date()
