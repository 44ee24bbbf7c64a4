"""The charts of the quality page: each a figure, one sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from src.domain.predictions import DecidedBy
from src.web.analytics.charts import Chart, accuracy_cells, by_week, height
from src.web.analytics.figures import NEUTRAL
from src.web.analytics.text import accuracy, interval
from src.web.quality import figures, text
from src.web.shared import format, labels

if TYPE_CHECKING:
    from src.components.monitoring.live_accuracy import Accuracy, ReliabilityStep
    from src.domain.quality import VersionQuality
    from src.pipeline.monitoring.quality import QualityReport

_COLORS = {
    "rule": "#8f86b8",
    "memory": "#4aa3a3",
    "model": "#3f7fae",
    "person": "#d9904a",
    "waiting": NEUTRAL,
}
_METRICS = ("accuracy", "macro_f1", "lookup_accuracy", "majority_accuracy")
_SHOWN = 25


def all_charts(report: QualityReport, name_of: Callable[[str | None], str]) -> list[Chart]:
    """name_of: the name of a category, by its slug."""
    return [
        by_week(report.by_week, text.weeks(report)),
        _categories(report, name_of),
        _reliability(report),
        _deciders(report),
        _months(report),
        _learning(report),
    ]


def _categories(report: QualityReport, name_of: Callable[[str | None], str]) -> Chart:
    by_size = sorted(report.by_category.items(), key=lambda item: (-item[1].answers, str(item[0])))
    recalls = {name_of(str(slug)): recall for slug, recall in by_size}
    precisions = [report.by_guess.get(slug) for slug, _ in by_size]
    shown = list(recalls)[:_SHOWN]
    return Chart(
        "categories",
        *text.CHARTS["categories"],
        text.categories(recalls),
        [
            (*accuracy_cells(name, recall), accuracy(precision))
            for (name, recall), precision in zip(recalls.items(), precisions, strict=True)
        ],
        figures.shares(shown, [recalls[name] for name in shown]) if shown else None,
        height(len(shown)),
        shape="long",
    )


def _reliability(report: QualityReport) -> Chart:
    return Chart(
        "reliability",
        *text.CHARTS["reliability"],
        text.reliability(report),
        [_reliability_cells(step) for step in report.reliability],
        figures.reliability(report.reliability) if report.reliability else None,
    )


def _reliability_cells(step: ReliabilityStep) -> tuple[str, ...]:
    measured = step.answered
    return (
        interval((step.low, step.high)),
        format.percent(step.confidence),
        format.number(measured.answers),
        accuracy(measured),
        interval(measured.ci95),
    )


def _deciders(report: QualityReport) -> Chart:
    newest = sorted(report.by_version.items(), key=lambda item: _number(item[0]), reverse=True)
    measured: dict[str, Accuracy] = {
        labels.DECIDERS[str(decider)]: accuracy
        for decider, accuracy in report.by_decider.items()
        if decider != DecidedBy.MODEL
    }
    measured |= {f"Model {version or '?'}": accuracy for version, accuracy in newest}
    shown = [(name, accuracy) for name, accuracy in list(measured.items())[:_SHOWN] if accuracy.answers]
    return Chart(
        "deciders",
        *text.CHARTS["deciders"],
        text.deciders(newest),
        [accuracy_cells(name, accuracy) for name, accuracy in measured.items()],
        figures.shares(*zip(*shown, strict=True)) if shown else None,
        height(len(shown)),
    )


def _number(version: Hashable) -> int:
    return int(str(version)) if str(version).isdigit() else -1


def _months(report: QualityReport) -> Chart:
    months = report.decided_by_month
    deciders = [decider for decider in labels.DECIDERS if report.decided.by[decider]]
    title, heads = text.CHARTS["decided"]
    parts = [
        (labels.DECIDERS[decider], _COLORS[decider], [month.by[decider] / month.total for month in months])
        for decider in deciders
    ]
    automation = [month.automation for month in months]
    return Chart(
        "decided",
        title,
        (*heads, *(name for name, _, _ in parts)),
        text.decided(report.decided),
        [
            (
                format.month(str(month.month)),
                format.number(month.total),
                format.percent(month.automation),
                *(format.percent(month.by[decider] / month.total) for decider in deciders),
            )
            for month in months
        ],
        figures.parts_by_month([str(month.month) for month in months], parts, (heads[2], automation))
        if months
        else None,
        shape="wide",
    )


def _learning(report: QualityReport) -> Chart:
    """Gains only: accuracies of different versions are of different rows, so they make no curve."""
    judged = [
        (version.labels, version, version.paired)
        for version in report.versions
        if version.labels is not None and version.paired
    ]
    return Chart(
        "learning",
        *text.CHARTS["learning"],
        text.learning(judged),
        [_version_cells(version) for version in reversed(report.versions)],
        figures.gains(judged) if judged else None,
        shape="wide",
    )


def _version_cells(version: VersionQuality) -> tuple[str, ...]:
    metrics, paired = version.figures, version.paired
    against, gain = "–", "–"
    if paired:
        against = f"{format.percent(paired.against_accuracy, 1)} (model {paired.against})"
        ends = " to ".join(map(format.points, paired.difference.ci95))
        gain = f"{format.points(paired.difference.value)} ({ends})"
    return (
        f"{version.version}{', promoted' if version.promoted else ''}",
        format.number(version.labels) if version.labels is not None else "–",
        labels.rows_judged(int(metrics["rows"]), version.judged_on) if "rows" in metrics else "–",
        *(format.percent(metrics.get(name), 1) for name in _METRICS),
        against,
        gain,
    )
