"""The charts of the quality page: each a figure, one honest sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from src.domain.predictions import DecidedBy
from src.domain.verdicts import Difference
from src.pipeline.monitoring.quality import Accuracy, QualityReport, ReliabilityStep, VersionQuality
from src.web.analytics.charts import Chart, by_week, height, interval
from src.web.analytics.figures import NEUTRAL
from src.web.quality import figures as quality_figures
from src.web.quality import text as sentences
from src.web.quality.text import told
from src.web.shared import format, labels

_COLORS = {
    "rule": "#8f86b8",
    "memory": "#4aa3a3",
    "model": "#3f7fae",
    "person": "#d9904a",
    "waiting": NEUTRAL,
}
_MEASURES = (
    ("Accuracy", "accuracy"),
    ("Macro-F1", "macro_f1"),
    ("A merchant look-up", "lookup_accuracy"),
    ("Always the commonest", "majority_accuracy"),
)
_SHOWN = 25


def all_charts(report: QualityReport, name_of: Callable[[str | None], str]) -> list[Chart]:
    """name_of: a category's name, of its slug."""
    return [
        _weeks(report),
        _categories(report, name_of),
        _reliability(report),
        _deciders(report),
        _months(report),
        _learning(report.versions),
    ]


def _cells(name: str, found: Accuracy) -> tuple[str, ...]:
    if not found.answers:
        return (name, "0", "0", "–", "–")
    counted = (format.number(found.correct), format.number(found.answers))
    return (name, *counted, told(found), interval(found.ci95))


def _weeks(report: QualityReport) -> Chart:
    weeks = [{"week": week, **each.to_dict()} for week, each in report.by_week.items()]
    return by_week(weeks, sentences.weeks(report))


def _reliability(report: QualityReport) -> Chart:
    steps = report.reliability
    rows = [(_step(each), each) for each in steps]
    return Chart(
        "reliability",
        "Can you trust how sure it is?",
        sentences.reliability(report),
        ("Shown as sure", "On average", "Answers", "Right", "95 % interval"),
        [
            (
                name,
                format.percent(each.confidence),
                format.number(each.answered.answers),
                told(each.answered),
                interval(each.answered.ci95),
            )
            for name, each in rows
        ],
        quality_figures.reliability(steps) if steps else None,
    )


def _step(step: ReliabilityStep) -> str:
    return f"{format.percent(step.low)} – {format.percent(step.high)}"


def _deciders(report: QualityReport) -> Chart:
    found = {
        labels.DECIDERS[str(who)]: each for who, each in report.by_decider.items() if who != DecidedBy.MODEL
    }
    newest = sorted(report.by_version.items(), key=lambda item: _number(item[0]), reverse=True)
    found |= {f"Model {version or '?'}": each for version, each in newest}
    return _shares(
        "deciders",
        "By model version, and by your own earlier answers",
        sentences.deciders(newest),
        "Decided by",
        found,
    )


def _number(version: Hashable) -> int:
    return int(str(version)) if str(version).isdigit() else -1


def _categories(report: QualityReport, name_of: Callable[[str | None], str]) -> Chart:
    by_size = sorted(report.by_category.items(), key=lambda item: (-item[1].answers, str(item[0])))
    named = {name_of(str(slug)): (each, report.by_guess.get(slug, Accuracy(0, 0))) for slug, each in by_size}
    return Chart(
        "categories",
        "By category",
        sentences.categories({name: found for name, (found, _) in named.items()}),
        ("What you called", "Recognized", "Answers", "Share", "95 % interval", "Right when it said so"),
        [(*_cells(name, found), told(said)) for name, (found, said) in named.items()],
        quality_figures.shares(list(named)[:_SHOWN], [found for found, _ in list(named.values())[:_SHOWN]])
        if named
        else None,
        height(min(len(named), _SHOWN)),
        shape="long",
    )


def _shares(
    id: str, title: str, sentence: str, head: str, found: Mapping[str, Accuracy], shape: str = ""
) -> Chart:
    shown = {name: each for name, each in list(found.items())[:_SHOWN] if each.answers}
    return Chart(
        id,
        title,
        sentence,
        (head, "Right", "Answers", "Accuracy", "95 % interval"),
        [_cells(name, each) for name, each in found.items()],
        quality_figures.shares(list(shown), list(shown.values())) if shown else None,
        height(len(shown)),
        shape,
    )


def _months(report: QualityReport) -> Chart:
    months, whole = report.decided_by_month, report.decided
    deciders = [who for who in labels.DECIDERS if whole.by[who]]
    return Chart(
        "decided",
        "Who decided",
        sentences.decided(whole),
        ("Month", "Transactions", "Without asking", *(labels.DECIDERS[who] for who in deciders)),
        [
            (
                format.month(str(each.month)),
                format.number(each.total),
                format.percent(each.automation),
                *(format.percent(each.share(who)) for who in deciders),
            )
            for each in months
        ],
        quality_figures.parts_by_month(
            [str(each.month) for each in months],
            [(labels.DECIDERS[who], _COLORS[who], [each.share(who) for each in months]) for who in deciders],
            ("Without asking", [each.automation for each in months]),
        )
        if months
        else None,
        shape="wide",
    )


def _learning(versions: Sequence[VersionQuality]) -> Chart:
    """Gains on the same rows only: the accuracy of each version is of other rows, so no line joins them."""
    judged = [
        (each.labels, each, each.paired) for each in versions if each.labels is not None and each.paired
    ]
    return Chart(
        "learning",
        "What your labels taught it",
        sentences.learning(judged),
        ("Model", "Your labels", "Measured on", *(name for name, _ in _MEASURES), "Champion then", "Gain"),
        [_learned_cells(each) for each in reversed(versions)],
        quality_figures.gains(judged) if judged else None,
        shape="wide",
    )


def _learned_cells(version: VersionQuality) -> tuple[str, ...]:
    figures, paired = version.figures, version.paired
    return (
        f"{version.version}{', promoted' if version.promoted else ''}",
        format.number(version.labels) if version.labels is not None else "–",
        labels.rows_judged(int(figures["rows"]), version.judged_on) if "rows" in figures else "–",
        *(format.percent(figures.get(key), 1) for _, key in _MEASURES),
        f"{format.percent(paired.against_accuracy, 1)} (model {paired.against})" if paired else "–",
        f"{format.points(paired.difference.value)} ({_points(paired.difference)})" if paired else "–",
    )


def _points(difference: Difference) -> str:
    """`−3.0 to +1.2`."""
    return " to ".join(map(format.points, difference.ci95))
