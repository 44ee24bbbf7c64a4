"""Plotly figures. Plotly is imported with the first one: half of a worker's pages never need it.

Colours that follow the theme (text, lines, accent) are set where a figure is drawn; `meta` names the role.
No text has markup: Plotly would style it with attributes, which the content security policy refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from src.web.analytics.text import INCOME, counted_right
from src.web.shared import locales

if TYPE_CHECKING:
    from src.components.monitoring.live_accuracy import Accuracy

Figure = dict[str, Any]

NEUTRAL = "#8d96a0"
ACCENT = "#1d8a7d"
SHARE_AXIS = {"tickformat": ".0%", "nticks": 6, "range": [0, 1.04]}

_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
_MOST_MONTH_NAMES = 6


@dataclass(frozen=True)
class Layer:
    """One layer of the stacked months."""

    name: str
    color: str
    amounts: Sequence[Decimal]
    """One per month."""


def bars(
    names: Sequence[str],
    amounts: Sequence[Decimal],
    money: Callable[[Decimal], str],
    currency: str,
    **marker: Any,
) -> Figure:
    """Horizontal bars, the first on top; in the accent of the theme unless `color` is given."""
    import plotly.graph_objects as go

    bar = go.Bar(
        x=[float(amount) for amount in amounts],
        y=[literal(name) for name in names],
        orientation="h",
        marker={"color": ACCENT, "cornerradius": 4, "line": {"width": 0}, **marker},
        customdata=[money(amount) for amount in amounts],
        meta=None if marker else "accent",
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
    )
    downwards = {"autorange": "reversed", "automargin": True}
    return drawn([bar], yaxis=downwards, xaxis=_money_axis(currency))


def stacked(
    months: Sequence[str],
    layers: Sequence[Layer],
    income: Sequence[Decimal],
    money: Callable[[Decimal], str],
    currency: str,
) -> Figure:
    """One bar per month, refunds above the spending below zero; `income`, if any, as a line."""
    import plotly.graph_objects as go

    traces: list[Any] = [
        go.Bar(
            name=literal(layer.name),
            x=list(months),
            y=[float(amount) for amount in layer.amounts],
            marker={"color": layer.color, "line": {"width": 0}},
            customdata=[money(amount) for amount in layer.amounts],
            hovertemplate="%{x}<br>%{fullData.name} %{customdata}<extra></extra>",
        )
        for layer in layers
    ]
    if income:
        traces.append(
            go.Scatter(
                name=INCOME,
                x=list(months),
                y=[float(amount) for amount in income],
                mode="lines+markers",
                line={"width": 2, "dash": "dot"},
                customdata=[money(amount) for amount in income],
                hovertemplate="%{x}<br>%{fullData.name} %{customdata}<extra></extra>",
                meta="ink",
            )
        )
    every = -(-len(months) // _MOST_MONTH_NAMES)
    ticks = {"tickmode": "array", "tickvals": list(months)[::every], "tickangle": 0}
    # Months without a transaction keep their place on the axis.
    axis = {"type": "category", "categoryorder": "array", "categoryarray": list(months), "automargin": True}
    return drawn(
        traces,
        barmode="relative",
        showlegend=True,
        legend={**_LEGEND, "traceorder": "normal"},
        yaxis=_money_axis(currency),
        xaxis={**axis, **ticks},
    )


def _money_axis(currency: str) -> dict[str, Any]:
    return {"tickformat": "~s", "nticks": 6, "title": {"text": currency, "standoff": 8}, "automargin": True}


def weeks(accuracies: Mapping[str, Accuracy]) -> Figure:
    import plotly.graph_objects as go

    measured = list(accuracies.values())
    enough = sum(accuracy.enough for accuracy in measured)
    points = go.Scatter(
        x=list(accuracies),
        y=[accuracy.share for accuracy in measured],
        error_y=accuracy_bars(measured),
        hovertemplate="Week of %{x|%-d %b %Y}<br>%{y:.0%}, %{customdata}<extra></extra>",
        line={"color": ACCENT, "width": 1.5},
        # A line through weeks of a few answers each would suggest a trend that is only chance.
        **accuracy_points(measured, mode="lines+markers" if 2 * enough > len(measured) else "markers"),
    )
    # Plotly would fill the space between a few weeks with days.
    ticks = {"tickvals": list(accuracies)} if len(measured) <= 8 else {}
    dates = {"type": "date", "tickformat": "%-d %b", "automargin": True, **ticks}
    return drawn([points], yaxis=SHARE_AXIS, xaxis=dates)


def accuracy_points(measured: Sequence[Accuracy], mode: str = "markers") -> dict[str, Any]:
    """Hollow points for too few answers to tell."""
    symbols = ["circle" if accuracy.enough else "circle-open" for accuracy in measured]
    return {
        "mode": mode,
        "marker": {"size": 9, "color": ACCENT, "symbol": symbols},
        "customdata": [counted_right(accuracy) for accuracy in measured],
        "meta": "accent",
    }


def error_bars(values: Sequence[float], intervals: Sequence[tuple[float, float]]) -> dict[str, Any]:
    ends = list(zip(values, intervals, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, (_, high) in ends],
        "arrayminus": [value - low for value, (low, _) in ends],
        "thickness": 1,
        "width": 3,
        "color": NEUTRAL,
    }


def accuracy_bars(measured: Sequence[Accuracy]) -> dict[str, Any]:
    """None of `measured` may be without answers."""
    shares = [accuracy.correct / accuracy.answers for accuracy in measured]
    return error_bars(shares, [accuracy.ci95 for accuracy in measured])


def literal(text: str) -> str:
    """Text without markup: Plotly would add styles for tags, which the page's policy forbids."""
    return escape(text, quote=False)


def drawn(traces: Sequence[Any], **layout: Any) -> Figure:
    """`traces` in the layout that all figures share."""
    import plotly.graph_objects as go

    base = {
        "template": None,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "legend": _LEGEND,
        "separators": "".join(locales.marks()),
        "bargap": 0.28,
        "hoverlabel": {"align": "left"},
    }
    figure: Figure = go.Figure(data=list(traces), layout={**base, **layout}).to_plotly_json()
    return figure


def figure_json(figure: Figure) -> str:
    """JSON for a script element: no text in it can end the element."""
    text = json.dumps(figure, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
