"""The table of drift, for whatever page includes `quality/_drift.html`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from src.domain.quality import DriftMeasure, DriftResult, DriftVerdict
from src.pipeline.monitoring.drift import DriftReport
from src.web.shared import format
from src.web.shared.blueprint import bp, category_name
from src.web.shared.services import container

_NAMES = {
    DriftMeasure.MERCHANTS: ("New merchants", "not among the 300 transactions before"),
    DriftMeasure.AMOUNTS: ("Amounts", "the middle one is shown"),
    DriftMeasure.CATEGORIES: ("Predicted categories", "the one that moved most is shown"),
    DriftMeasure.ACCURACY: ("Live accuracy", "answers that agree with the prediction"),
}
_TONES = {DriftVerdict.STEADY: "good", DriftVerdict.SHIFTED: "warn", DriftVerdict.TOO_FEW: ""}
_INDEX = (DriftMeasure.AMOUNTS, DriftMeasure.CATEGORIES)


@bp.app_template_global()
def drift_view() -> dict[str, Any]:
    """The report, what it comes to in words with their tone, and its signs as the cells of a table."""
    report = container().drift.look()
    words, tone = _summary(report)
    return {"report": report, "words": words, "tone": tone, "rows": [_row(sign) for sign in report.signs]}


def _summary(report: DriftReport) -> tuple[str, str]:
    if report.drifting:
        return "Drift seen", "warn"
    steady = any(sign.verdict is DriftVerdict.STEADY for sign in report.signs)
    return ("No sign of drift", "good") if steady else ("Too few to tell", "")


def _row(sign: DriftResult) -> dict[str, str]:
    name, note = _NAMES[sign.measure]
    return {
        "name": name,
        "note": _moved(sign) or note,
        "then": _value(sign, sign.then),
        "now": _value(sign, sign.now),
        "rows": f"{format.number(sign.rows_then)} / {format.number(sign.rows_now)}",
        "change": _change(sign),
        "least": _effect(sign, sign.least_effect),
        "verdict": _verdict(sign),
        "tone": _TONES[sign.verdict],
    }


def _moved(sign: DriftResult) -> str:
    """The category that the two shares are of."""
    if sign.measure is not DriftMeasure.CATEGORIES or sign.then == sign.now:
        return ""
    return f"{category_name(sign.of or None)} moved most"


def _value(sign: DriftResult, value: float | None) -> str:
    if value is not None and sign.measure is DriftMeasure.AMOUNTS:
        return format.money(Decimal(str(round(value, 2))), sign.of)
    return format.percent(value)


def _change(sign: DriftResult) -> str:
    return "–" if sign.effect is None else _effect(sign, sign.effect)


def _effect(sign: DriftResult, effect: float) -> str:
    """For the worse is up, except of accuracy, which falls."""
    if sign.measure in _INDEX:
        return f"index {format.number(round(effect, 2))}"
    down = sign.measure is DriftMeasure.ACCURACY
    return f"{format.points(-effect if down else effect)} points"


def _verdict(sign: DriftResult) -> str:
    if sign.verdict is DriftVerdict.SHIFTED:
        return f"Has shifted (n = {format.number(sign.rows_now)})"
    return sign.told[:1].upper() + sign.told[1:]
