"""The charts of the quality page: each a figure, one sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from src.domain.predictions import DecidedBy
from src.domain.quality import VersionQuality
from src.web.analytics.chart_parts import (
    ACCENT,
    NEUTRAL,
    SHARE_AXIS,
    Chart,
    accuracy_cells,
    accuracy_points,
    drawn,
    error_bars,
    literal,
    month_bars,
    month_line,
)
from src.web.quality import text
from src.web.shared import format, labels

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy, QualityReport

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
        _weeks(report),
        _categories(report, name_of),
        _reliability(report),
        _deciders(report),
        _months(report),
        _learning(report),
    ]


def _weeks(report: QualityReport) -> Chart:
    """How often predictions were right, by the week of the answer."""
    weeks = {str(week): accuracy for week, accuracy in report.by_week.items()}
    few = sum(not accuracy.enough for accuracy in weeks.values())
    points = accuracy_points(
        weeks.values(),
        x=list(weeks),
        hovertemplate="Week of %{x|%-d %b %Y}<br>%{y:.0%}, %{customdata}<extra></extra>",
        line={"color": ACCENT, "width": 1.5},
        # A line through weeks of a few answers each would suggest a trend that is only chance.
        mode="markers" if 2 * few >= len(weeks) else "lines+markers",
    )
    # Plotly would fill the space between a few weeks with days.
    ticks = {"tickvals": list(weeks)} if len(weeks) <= 8 else {}
    dates = {"type": "date", "tickformat": "%-d %b", "automargin": True, **ticks}
    return Chart(
        "accuracy",
        text.BEST_GUESSES,
        text.WEEK_HEADS,
        text.weeks(report),
        [accuracy_cells(format.day(date.fromisoformat(week)), accuracy) for week, accuracy in weeks.items()],
        drawn([points], yaxis=SHARE_AXIS, xaxis=dates) if weeks else None,
        shape="wide",
    )


def _categories(report: QualityReport, name_of: Callable[[str | None], str]) -> Chart:
    by_size = sorted(report.by_category.items(), key=lambda item: (-item[1].answers, str(item[0])))
    recalls = {name_of(str(slug)): recall for slug, recall in by_size}
    rows = [
        (*accuracy_cells(name_of(str(slug)), recall), format.accuracy(report.by_guess.get(slug)))
        for slug, recall in by_size
    ]
    return _shares("categories", text.categories(recalls), rows, recalls, shape="long")


def _shares(
    id: str, sentence: str, rows: Sequence[tuple[str, ...]], measured: Mapping[str, Accuracy], shape: str = ""
) -> Chart:
    """A point for each name, the first on top."""
    shown = dict(islice(measured.items(), _SHOWN))
    points = accuracy_points(
        shown.values(),
        axis="x",
        y=[literal(name) for name in shown],
        hovertemplate="%{y}<br>%{x:.0%}, %{customdata}<extra></extra>",
    )
    downwards = {"autorange": "reversed", "automargin": True, "type": "category"}
    across = {"tickformat": ".0%", "tickvals": [0, 0.5, 1], "range": [-0.02, 1.04]}
    figure = drawn([points], xaxis=across, yaxis=downwards) if shown else None
    return Chart(id, *text.CHARTS[id], sentence, rows, figure, len(shown), shape)


def _reliability(report: QualityReport) -> Chart:
    """Accuracy by confidence; calibrated predictions are on the diagonal."""
    steps = report.reliability
    rows = [
        (
            format.interval((step.low, step.high)),
            format.percent(step.confidence),
            format.number(step.answered.answers),
            format.accuracy(step.answered),
            format.interval(step.answered.ci95),
        )
        for step in steps
    ]
    dots = {"mode": "lines", "line": {"dash": "dot", "width": 1.5}, "meta": "muted", "hoverinfo": "skip"}
    diagonal = {"type": "scatter", "x": [0, 1], "y": [0, 1], **dots}
    confidences = [step.confidence for step in steps]
    answered = [step.answered for step in steps]
    points = accuracy_points(answered, x=confidences, hovertemplate=text.CONFIDENCE_HOVER)
    across, up = (
        {**SHARE_AXIS, "title": _title(words), "automargin": True}
        for words in (text.CONFIDENCE_AXIS, text.ACCURACY_AXIS)
    )
    figure = drawn([diagonal, points], xaxis=across, yaxis=up) if steps else None
    return Chart("reliability", *text.CHARTS["reliability"], text.reliability(report), rows, figure)


def _deciders(report: QualityReport) -> Chart:
    numbers = {version: int(str(version)) if str(version).isdigit() else -1 for version in report.by_version}
    newest = sorted(report.by_version.items(), key=lambda item: numbers[item[0]], reverse=True)
    measured: dict[str, Accuracy] = {
        labels.DECIDERS[str(decider)]: accuracy
        for decider, accuracy in report.by_decider.items()
        if decider != DecidedBy.MODEL
    }
    measured |= {f"Model {version or '?'}": accuracy for version, accuracy in newest}
    rows = [accuracy_cells(name, accuracy) for name, accuracy in measured.items()]
    return _shares("deciders", text.deciders(newest), rows, measured)


def _months(report: QualityReport) -> Chart:
    """The share of each decider, stacked, and that of automatic ones as a line."""
    months = report.decided_by_month
    names = [format.month(str(month.month)) for month in months]
    title, heads = text.CHARTS["decided"]
    shares = {
        decider: [month.by[decider] / month.total for month in months]
        for decider in labels.DECIDERS
        if report.decided.by[decider]
    }
    rows = [
        (
            name,
            format.number(month.total),
            format.percent(month.automation),
            *(format.percent(share[position]) for share in shares.values()),
        )
        for position, (name, month) in enumerate(zip(names, months, strict=True))
    ]
    traces = [
        month_bars(labels.DECIDERS[decider], _COLORS[decider], names, share)
        for decider, share in shares.items()
    ]
    traces.append(month_line(heads[2], names, [month.automation for month in months]))
    hover = {"hovertemplate": "%{x}<br>%{fullData.name} %{y:.0%}<extra></extra>"}
    across = {"type": "category", "automargin": True, "nticks": 12}
    layout = {"barmode": "stack", "showlegend": True, "xaxis": across}
    up = {**SHARE_AXIS, "range": [0, 1.02]}
    return Chart(
        "decided",
        title,
        (*heads, *(labels.DECIDERS[decider] for decider in shares)),
        text.decided(report.decided),
        rows,
        drawn([trace | hover for trace in traces], **layout, yaxis=up) if months else None,
        shape="wide",
    )


def _learning(report: QualityReport) -> Chart:
    """Gains only: accuracies of different versions are of different rows, so they make no curve.

    A point for each version with the 95 % interval of its gain; hollow if it was never promoted.
    """
    judged = [
        (version.labels, version, version.paired)
        for version in report.versions
        if version.labels is not None and version.paired
    ]
    differences = [paired.difference for _, _, paired in judged]
    gains = [difference.value for difference in differences]
    symbols = ["circle" if version.promoted else "circle-open" for _, version, _ in judged]
    points = {
        "type": "scatter",
        "x": [labels for labels, _, _ in judged],
        "y": gains,
        "mode": "markers",
        "error_y": error_bars(gains, [difference.ci95 for difference in differences]),
        "marker": {"size": 9, "color": ACCENT, "symbol": symbols},
        "customdata": [version.version for _, version, _ in judged],
        "meta": "accent",
        "hovertemplate": text.GAIN_HOVER,
    }
    across = {"title": _title(text.ANSWERS_AXIS), "rangemode": "tozero", "automargin": True, "nticks": 8}
    up = {"tickformat": "+.0%", "nticks": 6, "title": _title(text.GAIN_AXIS), "zeroline": True}
    return Chart(
        "learning",
        *text.CHARTS["learning"],
        text.learning(judged),
        [_version_cells(version) for version in reversed(report.versions)],
        drawn([points], xaxis=across, yaxis=up) if judged else None,
        shape="wide",
    )


def _title(words: str) -> dict[str, Any]:
    return {"text": words, "font": {"size": 12}, "standoff": 8}


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
