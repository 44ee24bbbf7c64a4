"""The words of settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from babel import Locale

from src.domain.acts import Act
from src.domain.preferences import Preferences, Weekday
from src.web.shared import format

NAMES = {
    "currency": "Currency",
    "locale": "Numbers and dates",
    "week_starts": "First day of the week",
    "month_starts": "First day of the month",
    "auto_precision": "Precision of automatic predictions",
    "audit_share": "Spot checks",
    "retrain_every_hours": "Time between trainings",
    "learning": "Learning from answers",
    "digest": "Monthly digest",
    "alarm_anomalies": "Alarms about unusual payments",
    "alarm_budgets": "Alarms about budgets",
    "alarm_limits": "Alarms about finance rules",
    "alarm_recurring": "Alarms about recurring payments",
    "feed_atom": "Atom feed",
    "send_email": "E-mail",
    "send_webhook": "Webhook",
    "send_details": "Names and amounts in what is sent",
}
WEEKDAYS = {Weekday.MONDAY: "Monday", Weekday.SATURDAY: "Saturday", Weekday.SUNDAY: "Sunday"}
_LOCALES = (
    "en_US en_GB en_IE en_CA en_AU en_IN de_DE de_AT de_CH fr_FR fr_CH fr_CA es_ES es_MX it_IT nl_NL pt_PT "
    "pt_BR sv_SE nb_NO da_DK fi_FI pl_PL cs_CZ ja_JP hi_IN ar_EG"
).split()
_OFFERED: Mapping[str, Sequence[Any]] = {
    "locale": (None, *_LOCALES),
    "week_starts": tuple(Weekday),
    "auto_precision": (0.8, 0.9, 0.95, 0.98, 0.99),
    "audit_share": (0, 0.01, 0.02, 0.05, 0.1),
    "learning": (True, False),
    "retrain_every_hours": (1, 3, 6, 12, 24, 72, 168),
}
"""The values that the page offers; the API takes any."""


def options(preferences: Preferences) -> dict[str, list[tuple[str, str]]]:
    """By setting: the values as a form sends them, with their words; the present value is among them."""
    present = asdict(preferences)
    return {
        name: [
            (form_value(setting), value(name, setting))
            for setting in (*offered, *([] if present[name] in offered else [present[name]]))
        ]
        for name, offered in _OFFERED.items()
    }


def form_value(setting: Any) -> str:
    if isinstance(setting, bool):
        return str(setting).lower()
    return "" if setting is None else f"{setting:g}" if isinstance(setting, float) else str(setting)


def locale_name(name: str) -> str:
    """`Deutsch (Deutschland)`."""
    return Locale.parse(name).display_name or name


def value(name: str, setting: Any) -> str:
    """A setting's value in words."""
    match name:
        case "locale":
            return locale_name(setting) if setting else "Language of the browser"
        case "week_starts":
            return WEEKDAYS[Weekday(setting)]
        case "auto_precision" | "audit_share":
            return f"{format.number(round(100 * setting, 1))}\N{NO-BREAK SPACE}%"
        case "retrain_every_hours":
            return format.counted(setting, "hour")
    if isinstance(setting, bool):
        return "On" if setting else "Off"
    return str(setting)


def changes(act: Act) -> str:
    """`Currency: USD → EUR`."""
    return _lines(_values(act, "before"), _values(act, "after"))


def restored(act: Act) -> str:
    """The same after an undo: `Currency: EUR → USD.`"""
    return f"{_lines(_values(act, 'after'), _values(act, 'before'))}."


def _lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    lines = (f"{NAMES[name]}: {value(name, before[name])} → {value(name, after[name])}" for name in after)
    return "; ".join(lines)


def _values(act: Act, side: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = json.loads(str(act.what.values[side]))
    return values
