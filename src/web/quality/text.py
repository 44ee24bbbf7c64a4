"""The words of the quality page: no more than the numbers support."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from src.domain.predictions import Band
from src.domain.quality import (
    TOO_FEW_ANSWERS,
    DriftMeasure,
    DriftResult,
    DriftVerdict,
    PairedAccuracy,
    VersionQuality,
)
from src.web.models.verdict_sentences import drift_words
from src.web.shared import format
from src.web.shared.blueprint import category_name
from src.web.shared.labels import BANDS, rows_judged
from src.web.shared.periods import period

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy, Confusion, DecisionCounts, Estimate, QualityReport

CHARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "categories": (
        "By category",
        ("Your category", "Recognized", "Answers", "Recall", "95 % interval", "Precision"),
    ),
    "reliability": (
        "Can you trust the confidence?",
        ("Confidence", "On average", "Answers", "Right", "95 % interval"),
    ),
    "deciders": (
        "By model version, and by your earlier answers",
        ("Decided by", "Right", "Answers", "Accuracy", "95 % interval"),
    ),
    "decided": ("Who decided", ("Month", "Transactions", "Automatic")),
    "learning": (
        "Gain from your answers",
        (
            "Model",
            "Your answers",
            "Measured on",
            "Accuracy",
            "Macro-F1",
            "Lookup baseline",
            "Majority baseline",
            "Champion then",
            "Gain",
        ),
    ),
}
"""Title, and heads of the table."""
BEST_GUESSES = "Your answers that agreed with the best guess, by week"
WEEK_HEADS = ("Week of", "Right", "Answers", "Accuracy", "95 % interval")

CONFIDENCE_AXIS, ACCURACY_AXIS = "Confidence", "Share that was right"
ANSWERS_AXIS, GAIN_AXIS = "Your answers at that time", "Gain on the same rows"
CONFIDENCE_HOVER = "Confidence %{x:.0%}<br>%{y:.0%}, %{customdata}<extra></extra>"
GAIN_HOVER = "Model %{customdata}, %{x} answers<br>%{y:+.1%} against the champion<extra></extra>"

DRIFT_MEASURES = {
    DriftMeasure.MERCHANTS: ("New merchants", "not among the 300 transactions before"),
    DriftMeasure.AMOUNTS: ("Amounts", "median"),
    DriftMeasure.CATEGORIES: ("Predicted categories", "the one that changed most"),
    DriftMeasure.ACCURACY: ("Live accuracy", "answers that agree with the prediction"),
}
"""Name and note."""
_TONES = {DriftVerdict.STEADY: "good", DriftVerdict.SHIFTED: "warn", DriftVerdict.TOO_FEW: ""}
_NO_ANSWERS = "No answers yet. This appears with the first predictions you confirm or correct."


def span(report: QualityReport | None) -> str:
    if report is None:
        return "This period is not valid."
    days = period(report.since, report.until)
    return f"This counts transactions {days}." if days else "This counts all your transactions."


def how_measured(report: QualityReport, estimate: Estimate) -> str:
    """Why the accuracy of all predictions differs from that of the answers, and which answers are missing."""
    why = (
        "People mostly answer doubtful predictions, so answers alone can make the predictions look worse "
        "than they are. The accuracy of all predictions weights each group by its size: automatic "
        "predictions are measured by spot checks, a random sample of them, the others by your answers."
    )
    lacking = [stratum for stratum in report.strata if stratum.predictions and not stratum.enough]
    if not lacking:
        few = f" It is based on {format.counted(estimate.answers, 'answer')}: too few to tell yet."
        return why if estimate.enough else f"{why}{few}"
    missing = " and ".join(
        f"{format.counted(stratum.predictions, 'transaction')} of “{BANDS[stratum.band]}” with "
        f"{_few(stratum.answered.answers, 'spot check' if stratum.band is Band.AUTO else 'answer')}"
        for stratum in lacking
    )
    if estimate.enough:
        return f"{why} Little is known about a small part: {missing}."
    return f"{why} Too few to tell for now: {missing}. About {TOO_FEW_ANSWERS} are needed."


def _few(count: int, singular: str) -> str:
    return format.counted(count, singular) if count else f"no {singular} yet"


def weeks(report: QualityReport) -> str:
    overall, predicted_right = report.overall, report.predicted_right
    if not overall.answers:
        return _NO_ANSWERS
    right = f"the best guess was right in {format.number(overall.correct)} ({format.percent(overall.share)})"
    counted = f"Of {format.counted(overall.answers, 'answer')}, {right}."
    if not overall.enough:
        likely = format.interval(overall.ci95, " to ")
        return f"{counted} Too few answers to tell: anywhere from {likely} is likely."
    suggested = f"{format.number(overall.correct - predicted_right.correct)} of these were only suggested. "
    return (
        f"{counted} {suggested if predicted_right.correct < overall.correct else ''}"
        "Your answers are mostly to doubtful predictions."
    )


def reliability(report: QualityReport) -> str:
    if not report.reliability:
        return _NO_ANSWERS
    largest = max(report.reliability, key=lambda step: (step.answered.answers, step.low))
    measured, (low, high) = largest.answered, largest.answered.ci95
    counted = (
        f"Of predictions with {format.percent(largest.confidence)} confidence, "
        f"{format.percent(measured.share)} were right (n = {format.number(measured.answers)})."
    )
    if not measured.enough:
        return f"{counted} Too few answers to judge the confidence."
    verdict = f"The confidence is within the likely range, {format.interval(measured.ci95, ' to ')}."
    if largest.confidence < low:
        verdict = "The model is underconfident."
    elif largest.confidence > high:
        verdict = "The model is overconfident."
    unasked = " Corrections of automatic results count here until enough spot checks are answered."
    return f"{counted} {verdict}{unasked if report.unasked else ''}"


def deciders(newest: Sequence[tuple[Hashable, Accuracy]]) -> str:
    judged = [(version, measured) for version, measured in newest if measured.enough]
    if not judged:
        return "Too few answers to judge any version." if newest else _NO_ANSWERS
    version, measured = judged[0]
    answers = format.counted(measured.answers, "answer")
    return (
        f"Model {version} was right in {format.accuracy(measured)} of {answers} to its own predictions. "
        "Versions are measured on different transactions, so small differences mean little."
    )


def categories(recalls: Mapping[str, Accuracy]) -> str:
    judged = {name: recall for name, recall in recalls.items() if recall.enough}
    if not judged:
        return "Too few answers to compare the categories." if recalls else _NO_ANSWERS
    by_share = sorted(judged, key=lambda name: judged[name].correct / judged[name].answers)
    worst, best = by_share[0], by_share[-1]
    if worst == best:
        answers = format.counted(judged[best].answers, "answer")
        return f"{best} was recognized in {format.accuracy(judged[best])} of {answers}."
    shares = {
        name: f"{format.accuracy(judged[name])} of {format.number(judged[name].answers)}"
        for name in (best, worst)
    }
    compared = f"{best} is recognized best ({shares[best]}), {worst} worst ({shares[worst]})"
    if judged[worst].ci95[1] >= judged[best].ci95[0]:
        return f"{compared}, but the difference is within chance."
    return f"{compared}."


def learning(judged: Sequence[tuple[int, VersionQuality, PairedAccuracy]]) -> str:
    """judged: labels, version, and its comparison with the champion of that time."""
    if not judged:
        return "No two models have been compared on the same rows yet. Each comparison adds a point."
    labels, version, paired = judged[-1]
    return (
        f"Model {version.version} was trained on {format.number(labels)} of your answers: on the same "
        f"{rows_judged(paired.rows, paired.judged_on)} it was right in {format.percent(paired.accuracy, 1)}, "
        f"model {paired.against}, the champion then, in {format.percent(paired.against_accuracy, 1)}. "
        "Each point compares two models on the same rows. Different points have different rows, so no line "
        "connects them."
    )


def decided(counts: DecisionCounts) -> str:
    share, total = format.percent(counts.automation), format.counted(counts.total, "transaction")
    return (
        f"{share} of {total} were categorized automatically and never changed. "
        "A prediction you confirmed counts for what made it: the model, or your earlier answer."
    )


def mistakes(confusion: Confusion) -> str:
    answers, wrong = sum(confusion.counts.values()), confusion.mistakes
    if not answers:
        return _NO_ANSWERS
    counted = format.counted(answers, "answer")
    if not wrong:
        return f"None of {counted} changed one category into another."
    changed = format.number(sum(count for _, _, count in wrong))
    return f"{changed} of {counted} changed one category into another. Each number opens its transactions."


def drift_row(result: DriftResult) -> dict[str, str]:
    """The cells of the table. A larger effect is worse: the accuracy falls, the others rise."""
    name, note = DRIFT_MEASURES[result.measure]
    if result.measure is DriftMeasure.CATEGORIES and result.then != result.now:
        note = f"{category_name(result.of or None)} changed most"
    verdict = drift_words(result)
    if result.verdict is DriftVerdict.SHIFTED:
        verdict = f"has shifted (n = {format.number(result.rows_now)})"
    return {
        "name": name,
        "note": note,
        "then": _drift_value(result, result.then),
        "now": _drift_value(result, result.now),
        "change": _drift_effect(result, result.effect),
        "limit": _drift_effect(result, result.least_effect),
        "verdict": f"{verdict[0].upper()}{verdict[1:]}",
        "tone": _TONES[result.verdict],
    }


def _drift_value(result: DriftResult, value: float | None) -> str:
    if value is not None and result.measure is DriftMeasure.AMOUNTS:
        return format.money(Decimal(str(round(value, 2))), result.of)
    return format.percent(value)


def _drift_effect(result: DriftResult, effect: float | None) -> str:
    if effect is None:
        return "–"
    if result.measure in (DriftMeasure.AMOUNTS, DriftMeasure.CATEGORIES):
        return f"index {format.number(round(effect, 2))}"
    return f"{format.points(-effect if result.measure is DriftMeasure.ACCURACY else effect)} points"
