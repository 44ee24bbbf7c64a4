"""Plotly figures of the quality page: shares with their intervals, reliability, months, learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from src.domain.quality import PairedAccuracy
from src.pipeline.monitoring.quality import Accuracy, ReliabilityStep, VersionQuality
from src.web.analytics.figures import ACCENT, NEUTRAL, Figure, drawn, literal, symbol
from src.web.shared import format

_PERCENT = {"tickformat": ".0%", "nticks": 6}


def shares(names: Sequence[str], found: Sequence[Accuracy]) -> Figure:
    """A point for each name, the first on top, with its interval; hollow where too few answers tell.

    None of `found` may be without answers.
    """
    import plotly.graph_objects as go

    points = go.Scatter(
        x=[each.share for each in found],
        y=[literal(each) for each in names],
        error_x=_bars(found),
        customdata=[_counted(each) for each in found],
        hovertemplate="%{y}<br>%{x:.0%}, %{customdata}<extra></extra>",
        **_points(found),
    )
    downwards = {"autorange": "reversed", "automargin": True, "type": "category"}
    return drawn(
        [points],
        xaxis={"tickformat": ".0%", "tickvals": [0, 0.5, 1], "range": [-0.02, 1.04]},
        yaxis=downwards,
    )


def reliability(steps: Sequence[ReliabilityStep]) -> Figure:
    """How sure the predictions were against how often they were right; honest ones lie on the line."""
    import plotly.graph_objects as go

    found = [each.answered for each in steps]
    line = go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "width": 1.5}, meta="muted", hoverinfo="skip"
    )
    points = go.Scatter(
        x=[each.confidence for each in steps],
        y=[each.share for each in found],
        error_y=_bars(found),
        customdata=[_counted(each) for each in found],
        hovertemplate="Shown %{x:.0%} sure<br>%{y:.0%}, %{customdata}<extra></extra>",
        **_points(found),
    )
    axes = {
        "xaxis": {**_PERCENT, "range": [0, 1.04], "title": _title("How sure it was"), "automargin": True},
        "yaxis": {**_PERCENT, "range": [0, 1.04], "title": _title("How often right"), "automargin": True},
    }
    return drawn([line, points], **axes)


def parts_by_month(
    months: Sequence[str],
    parts: Sequence[tuple[str, str, Sequence[float]]],
    over: tuple[str, Sequence[float | None]],
) -> Figure:
    """parts: (name, colour, share of each month), stacked; over: a line above them."""
    import plotly.graph_objects as go

    named = [format.month(each) for each in months]
    traces: list[Any] = [
        go.Bar(
            name=name,
            x=named,
            y=list(values),
            marker={"color": color, "line": {"width": 0}},
            hovertemplate="%{x}<br>%{fullData.name} %{y:.0%}<extra></extra>",
        )
        for name, color, values in parts
    ]
    traces.append(
        go.Scatter(
            name=over[0],
            x=named,
            y=list(over[1]),
            mode="lines+markers",
            line={"width": 2, "dash": "dot"},
            meta="ink",
            hovertemplate="%{x}<br>%{fullData.name} %{y:.0%}<extra></extra>",
        )
    )
    axes = {
        "yaxis": {**_PERCENT, "range": [0, 1.02]},
        "xaxis": {"type": "category", "automargin": True, "nticks": 12},
    }
    return drawn(traces, barmode="stack", showlegend=True, **axes)


def gains(judged: Sequence[tuple[int, VersionQuality, PairedAccuracy]]) -> Figure:
    """judged: labels, version, and how it did against the champion of that time.

    A point for each version with the 95 % interval of its gain; one that never served is hollow.
    """
    import plotly.graph_objects as go

    differences = [paired.difference for _, _, paired in judged]
    values = [each.value for each in differences]
    points = go.Scatter(
        name="Gain in accuracy over the champion",
        x=[labels for labels, _, _ in judged],
        y=values,
        mode="markers",
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [each.ci95[1] - each.value for each in differences],
            "arrayminus": [each.value - each.ci95[0] for each in differences],
            "thickness": 1.2,
        },
        marker={
            "size": 9,
            "color": ACCENT,
            "symbol": ["circle" if each.promoted else "circle-open" for _, each, _ in judged],
        },
        customdata=[each.version for _, each, _ in judged],
        meta="accent",
        hovertemplate="Model %{customdata}, %{x} labels<br>%{y:+.1%} against the champion<extra></extra>",
    )
    below = {"title": _title("Labels of yours it knew"), "rangemode": "tozero", "automargin": True}
    beside = {**_PERCENT, "tickformat": "+.0%", "title": _title("Gain on the same rows")}
    return drawn([points], xaxis={**below, "nticks": 8}, yaxis={**beside, "zeroline": True})


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12}, "standoff": 8}


def _points(found: Sequence[Accuracy]) -> dict[str, Any]:
    symbols = [symbol(each.answers) for each in found]
    return {"mode": "markers", "marker": {"size": 9, "color": ACCENT, "symbol": symbols}, "meta": "accent"}


def _bars(found: Sequence[Accuracy]) -> dict[str, Any]:
    shares = [each.correct / each.answers for each in found]
    return {
        "type": "data",
        "array": [each.ci95[1] - share for each, share in zip(found, shares, strict=True)],
        "arrayminus": [share - each.ci95[0] for each, share in zip(found, shares, strict=True)],
        "thickness": 1,
        "width": 3,
        "color": NEUTRAL,
    }


def _counted(found: Accuracy) -> str:
    return f"{format.number(found.correct)} of {format.number(found.answers)} right"
