"""Plotly figures of the quality page: shares with their intervals, reliability, months, gains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from src.web.analytics.figures import (
    ACCENT,
    SHARE_AXIS,
    Figure,
    accuracy_bars,
    accuracy_points,
    drawn,
    error_bars,
    literal,
)
from src.web.quality import text
from src.web.shared import format

if TYPE_CHECKING:
    from src.components.monitoring.live_accuracy import Accuracy, ReliabilityStep
    from src.domain.quality import PairedAccuracy, VersionQuality


def shares(names: Sequence[str], measured: Sequence[Accuracy]) -> Figure:
    """A point for each name, the first on top; none of `measured` may be without answers."""
    import plotly.graph_objects as go

    points = go.Scatter(
        x=[accuracy.share for accuracy in measured],
        y=[literal(name) for name in names],
        error_x=accuracy_bars(measured),
        hovertemplate="%{y}<br>%{x:.0%}, %{customdata}<extra></extra>",
        **accuracy_points(measured),
    )
    downwards = {"autorange": "reversed", "automargin": True, "type": "category"}
    across = {"tickformat": ".0%", "tickvals": [0, 0.5, 1], "range": [-0.02, 1.04]}
    return drawn([points], xaxis=across, yaxis=downwards)


def reliability(steps: Sequence[ReliabilityStep]) -> Figure:
    """Accuracy by confidence; calibrated predictions are on the diagonal."""
    import plotly.graph_objects as go

    measured = [step.answered for step in steps]
    diagonal = go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "width": 1.5}, meta="muted", hoverinfo="skip"
    )
    points = go.Scatter(
        x=[step.confidence for step in steps],
        y=[accuracy.share for accuracy in measured],
        error_y=accuracy_bars(measured),
        hovertemplate=text.CONFIDENCE_HOVER,
        **accuracy_points(measured),
    )
    across, up = (
        {**SHARE_AXIS, "title": _title(words), "automargin": True}
        for words in (text.CONFIDENCE_AXIS, text.ACCURACY_AXIS)
    )
    return drawn([diagonal, points], xaxis=across, yaxis=up)


def parts_by_month(
    months: Sequence[str],
    parts: Sequence[tuple[str, str, Sequence[float]]],
    line: tuple[str, Sequence[float | None]],
) -> Figure:
    """parts: (name, colour, share of each month), stacked; line: name and shares, drawn above them."""
    import plotly.graph_objects as go

    names = [format.month(month) for month in months]
    hover = "%{x}<br>%{fullData.name} %{y:.0%}<extra></extra>"
    traces: list[Any] = [
        go.Bar(
            name=name,
            x=names,
            y=list(values),
            marker={"color": color, "line": {"width": 0}},
            hovertemplate=hover,
        )
        for name, color, values in parts
    ]
    traces.append(
        go.Scatter(
            name=line[0],
            x=names,
            y=list(line[1]),
            mode="lines+markers",
            line={"width": 2, "dash": "dot"},
            meta="ink",
            hovertemplate=hover,
        )
    )
    across = {"type": "category", "automargin": True, "nticks": 12}
    up = {**SHARE_AXIS, "range": [0, 1.02]}
    return drawn(traces, barmode="stack", showlegend=True, xaxis=across, yaxis=up)


def gains(judged: Sequence[tuple[int, VersionQuality, PairedAccuracy]]) -> Figure:
    """judged: labels, version, and its comparison with the champion of that time.

    A point for each version with the 95 % interval of its gain; hollow if it was never promoted.
    """
    import plotly.graph_objects as go

    differences = [paired.difference for _, _, paired in judged]
    values = [difference.value for difference in differences]
    symbols = ["circle" if version.promoted else "circle-open" for _, version, _ in judged]
    points = go.Scatter(
        x=[labels for labels, _, _ in judged],
        y=values,
        mode="markers",
        error_y=error_bars(values, [difference.ci95 for difference in differences]),
        marker={"size": 9, "color": ACCENT, "symbol": symbols},
        customdata=[version.version for _, version, _ in judged],
        meta="accent",
        hovertemplate=text.GAIN_HOVER,
    )
    across = {"title": _title(text.ANSWERS_AXIS), "rangemode": "tozero", "automargin": True, "nticks": 8}
    up = {"tickformat": "+.0%", "nticks": 6, "title": _title(text.GAIN_AXIS), "zeroline": True}
    return drawn([points], xaxis=across, yaxis=up)


def _title(words: str) -> dict[str, Any]:
    return {"text": words, "font": {"size": 12}, "standoff": 8}
