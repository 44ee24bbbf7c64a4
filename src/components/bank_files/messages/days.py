"""The day that a message reports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from src.components.bank_files.inference.dates import readings
from src.components.bank_files.words.months import MONTHS

_YEAR = "(?:[0-9]{4}|[0-9]{2})"
_DAY = re.compile(
    r"(?<![0-9A-Za-zА-я_])(?:(?:[0-9]{4}[-/:]|(?<![0-9]\.)[0-9]{4}\. ?)[0-9]{1,2}(?:[-/.:]|\. )[0-9]{1,2}"
    r"|(?:[0-9]{1,2}([-/])[0-9]{1,2}\1|(?<![0-9]\.)[0-9]{1,2}\. ?[0-9]{1,2}\. ?)(?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|\.|º)?(?: de |[-/ .])?(?P<name>[^\W\d_]{{3,12}})\.?(?: de |"
    rf"[-/, .']{{0,2}}){_YEAR}"
    r"|(?P<name_>[^\W\d_]{3,12})\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})(?![0-9A-Za-zА-я_-]|:[0-9])"
    r"|(?<![0-9])(?P<east>[0-9]{4}[年년] ?[0-9]{1,2}[月월] ?[0-9]{1,2}[日일])",
    re.IGNORECASE,
)
"""A sentence may end right before a date; a point after digits would belong to an amount."""
_WITHOUT_YEAR = re.compile(
    r"(?<![0-9年년])(?P<month>[0-9]{1,2})[月월] ?(?P<day>[0-9]{1,2})[日일]"
    r"|(?<![\w:./-])(?P<day_>[0-9]{1,2})(?:st|nd|rd|th|\.)?(?: de |"
    r"[-/ .])?(?P<name>[^\W\d_]{3,12})(?![^\W_]|[-/][0-9]| [0-9]+(?![0-9:.]))"
    r"|(?<![^\W\d_])(?P<name_>[^\W\d_]{3,12})\.? (?P<day__>[0-9]{1,2})(?:st|nd|rd|th)?"
    r"(?![\w:/-]|[.,][0-9]|,? [0-9]{4})"
    r"|(?<![\w/.,-])(?P<day___>[0-9]{2})\.(?P<month_>[0-9]{2})(?=,? [0-9]{1,2}:[0-9]{2})"
    r"|(?<![\w/.-])(?P<first>[0-9]{2})/(?P<second>[0-9]{2})(?![\w/.-]| ?[%)])",
    re.IGNORECASE,
)
_MONTHS = {name for names in MONTHS.values() for name in names.replace(",", "").split()}
_KOREAN = re.compile("[\uac00-\ud7af]")


def without_days(message: str) -> str:
    """The message with spaces instead of its days, at the same positions."""
    characters = list(message)
    for match in (*_dated(message), *(match for match, _ in _yearless(message))):
        characters[match.start() : match.end()] = " " * len(match[0])
    return "".join(characters)


def find_day(message: str) -> str:
    """As written; `--MM-DD` without a year; "" if there is none."""
    first = next(_dated(message), None)
    if first:
        return first[0].replace(":", "-").replace("년", "-").replace("월", "-").replace("일", "")
    return next((day for _, day in _yearless(message)), "")


def _dated(message: str) -> Iterator[re.Match[str]]:
    match = _DAY.search(message)
    while match:
        is_day = not (match["name"] or match["name_"]) or bool(readings(match[0]))
        if is_day:
            yield match
        match = _DAY.search(message, match.end() if is_day else match.start() + 1)


def _yearless(message: str) -> Iterator[tuple[re.Match[str], str]]:
    """Of two numbers only those that are one day in any order, or in Korean text."""
    for match in _WITHOUT_YEAR.finditer(message):
        if match["month"]:
            month, day = int(match["month"]), int(match["day"])
        elif match["month_"]:
            month, day = int(match["month_"]), int(match["day___"])
        elif name := match["name"] or match["name_"]:
            number = match["day_"] or match["day__"]
            is_name = name.casefold() in _MONTHS
            named = readings(f"{number} {name} 2000").get("dmy") if is_name else None
            if not named:
                continue
            month, day = named.month, named.day
        else:
            month, day = int(match["first"]), int(match["second"])
            if not _KOREAN.search(message):
                if month == day or not 12 < max(month, day) < 32:
                    continue
                month, day = sorted((month, day))
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield match, f"--{month:02}-{day:02}"
