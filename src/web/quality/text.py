"""What the quality page says of its numbers: calm, plain, and no more than they bear out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from src.domain.predictions import Band
from src.domain.quality import TOO_FEW_ANSWERS, PairedAccuracy
from src.pipeline.monitoring.quality import (
    Accuracy,
    Confusion,
    Decided,
    Estimate,
    QualityReport,
    VersionQuality,
)
from src.web.analytics.charts import interval
from src.web.shared import format
from src.web.shared.labels import BANDS, rows_judged

_NO_ANSWERS = "No answers yet. It appears with the first predictions you confirm or correct."


def told(found: Accuracy) -> str:
    """`91 %`, or that nothing can be said."""
    if not found.answers:
        return "–"
    return format.percent(found.share) + ("" if found.enough else ", too few to tell")


def weeks(report: QualityReport) -> str:
    overall, given = report.overall, report.given
    if not overall.answers:
        return _NO_ANSWERS
    share = f"the best guess was right in {format.number(overall.correct)} ({format.percent(overall.share)})"
    counted = f"Of {format.counted(overall.answers, 'answer')}, {share}."
    if not overall.enough:
        return f"{counted} Too few answers to tell: anywhere from {interval(overall.ci95, ' to ')} is likely."
    outright = f"{format.number(given.correct)} of these were given outright, the others only offered. "
    return (
        f"{counted} {outright if given.correct < overall.correct else ''}"
        "These are the rows you answered, which are often the doubtful ones."
    )


def reliability(report: QualityReport) -> str:
    steps = report.reliability
    if not steps:
        return _NO_ANSWERS
    unasked = " Corrections of sorted rows weigh on it until enough random checks are answered."
    unasked = unasked if report.unasked else ""
    most = max(steps, key=lambda each: (each.answered.answers, each.low))
    found = most.answered
    right = f"{format.percent(found.share)} were right (n = {format.number(found.answers)})"
    said = f"Of the rows shown as {format.percent(most.confidence)} sure, {right}."
    if not found.enough:
        return f"{said} Too few answers to tell whether that is honest."
    low, high = found.ci95
    if low <= most.confidence <= high:
        return f"{said} What it promised lies within the likely {interval(found.ci95, ' to ')}.{unasked}"
    if most.confidence < low:
        return f"{said} It could have been surer.{unasked}"
    return f"{said} It was surer than it had reason to be.{unasked}"


def deciders(newest: Sequence[tuple[Hashable, Accuracy]]) -> str:
    judged = [(version, each) for version, each in newest if each.enough]
    if not judged:
        return "Too few answers to tell how any version does." if newest else _NO_ANSWERS
    version, found = judged[0]
    return (
        f"Model {version} was right in {told(found)} of {format.counted(found.answers, 'answer')} to what it "
        "decided itself. Versions met different rows, so small differences say little."
    )


def categories(found: Mapping[str, Accuracy]) -> str:
    judged = {name: each for name, each in found.items() if each.enough}
    if not judged:
        return "Too few answers to tell the categories apart." if found else _NO_ANSWERS
    by_share = sorted(judged, key=lambda name: judged[name].correct / judged[name].answers)
    worst, best = by_share[0], by_share[-1]
    if worst == best:
        answers = format.counted(judged[best].answers, "answer")
        return f"{best} was recognized in {told(judged[best])} of {answers}."
    said = (
        f"{best} is recognized best ({told(judged[best])} of {format.number(judged[best].answers)}), "
        f"{worst} worst ({told(judged[worst])} of {format.number(judged[worst].answers)})"
    )
    if judged[worst].ci95[1] >= judged[best].ci95[0]:
        return f"{said}; so few answers cannot truly tell them apart."
    return f"{said}."


def learning(judged: Sequence[tuple[int, VersionQuality, PairedAccuracy]]) -> str:
    """judged: labels, version, and how it did against the champion of that time."""
    if not judged:
        return "No two models have been compared on the same rows yet. Each comparison adds a point."
    labels, version, paired = judged[-1]
    return (
        f"Model {version.version} knew {format.counted(labels, 'label')} of yours: on the same "
        f"{rows_judged(paired.rows, paired.judged_on)} it was right in {format.percent(paired.accuracy, 1)}, "
        f"model {paired.against}, the champion then, in {format.percent(paired.against_accuracy, 1)}. "
        "Each point compares two models on the same rows. Different points are of different rows, so no "
        "line joins them."
    )


def decided(whole: Decided) -> str:
    share, counted = format.percent(whole.automation), format.counted(whole.total, "transaction")
    return (
        f"{share} of {counted} were sorted without asking and never changed. "
        "What you confirmed counts for whoever had decided it."
    )


def headline(report: QualityReport, estimate: Estimate, auto_precision: float) -> list[tuple[str, str, str]]:
    """(what, figure, what is to be known of it) of the few numbers to see first."""
    sorted_rows = next(each for each in report.strata if each.band is Band.AUTO)
    return [
        _over_all(estimate),
        ("Among your answers", told_plainly(report.overall), _counted(report.overall, "answer")),
        (
            "Right when sorted without asking",
            told_plainly(sorted_rows.answered),
            f"{_counted(sorted_rows.answered, 'random check')}; {format.percent(auto_precision)} is the aim",
        ),
        (
            "Expected of unanswered rows",
            format.percent(report.expected),
            f"an estimate: how sure it was of {format.counted(report.unanswered, 'row')}",
        ),
        (
            "Sorted without asking",
            format.percent(report.decided.automation),
            f"and never changed, of {format.counted(report.total, 'transaction')}",
        ),
    ]


def _over_all(estimate: Estimate) -> tuple[str, str, str]:
    name = "Right, over all predictions"
    if not estimate.enough:
        return name, "–", "too few answers to tell"
    return name, format.percent(estimate.share), f"estimated; likely {interval(estimate.ci95, ' to ')}"


def told_plainly(found: Accuracy) -> str:
    """The bare share, and a dash where too few answers tell."""
    return format.percent(found.share) if found.enough else "–"


def _counted(found: Accuracy, one: str) -> str:
    if not found.answers:
        return f"no {one}s yet"
    counted = f"{format.number(found.correct)} of {format.counted(found.answers, one)}"
    return (
        f"{counted}, likely {interval(found.ci95, ' to ')}" if found.enough else f"{counted}: too few to tell"
    )


def rests_on(report: QualityReport, estimate: Estimate) -> str:
    """Why the figure over all predictions is another one than that of the answers, and how far it bears."""
    why = (
        "People answer mostly what looks doubtful, so answers alone can make the predictions look worse than "
        "they are. Over all predictions, each kind counts as often as it occurs: rows sorted without asking "
        "by the random checks among them, the others by your answers to them."
    )
    lacking = [each for each in report.strata if each.predictions and not each.enough]
    if not lacking:
        few = f" It rests on {format.counted(estimate.answers, 'answer')}: too few to tell yet."
        return why if estimate.enough else f"{why}{few}"
    missing = " and ".join(
        f"{format.counted(each.predictions, 'row')} of “{BANDS[each.band]}” rest on "
        f"{_few(each.answered.answers, 'random check' if each.band is Band.AUTO else 'answer')}"
        for each in lacking
    )
    if estimate.enough:
        return f"{why} Little is known of a small part: {missing}."
    return f"{why} Too few to tell for now: {missing}. From about {TOO_FEW_ANSWERS} on, it can be told."


def _few(count: int, one: str) -> str:
    return f"no {one} yet" if not count else format.counted(count, one)


def mistakes(found: Confusion) -> str:
    wrong = found.mistakes()
    answers = sum(found.counts.values())
    if not answers:
        return _NO_ANSWERS
    if not wrong:
        return f"None of {format.counted(answers, 'answer')} changed one category into another."
    mixed = sum(n for _, _, n in wrong)
    return (
        f"{format.number(mixed)} of {format.counted(answers, 'answer')} changed one category into another. "
        "Each number opens its transactions."
    )
