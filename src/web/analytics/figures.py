"""Plotly figures. Plotly is imported when the first one is made: half a worker's pages never need it.

Colours that follow the theme (text, lines, accent) are set where a figure is drawn; `meta` names the role.
No text has markup: Plotly would style it by attributes, which the content security policy refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from src.domain.quality import TOO_FEW_ANSWERS
from src.web.shared import format

Figure = dict[str, Any]

NEUTRAL = "#8d96a0"
ACCENT = "#1d8a7d"


_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
_MOST_MONTH_NAMES = 6


@dataclass(frozen=True)
class Layer:
    """One layer of the stacked months."""

    name: str
    color: str
    amounts: Sequence[Decimal]
    """One for each month."""


def bars(
    names: Sequence[str],
    amounts: Sequence[Decimal],
    told: Sequence[str],
    colors: Sequence[str] | None = None,
    *,
    title: str = "",
) -> Figure:
    """Lying bars, the first on top. Without `colors` they take the accent of the theme.

    title: of the axis of amounts.
    """
    import plotly.graph_objects as go

    bar = go.Bar(
        x=[float(each) for each in amounts],
        y=[literal(each) for each in names],
        orientation="h",
        marker={"color": list(colors) if colors else ACCENT, "cornerradius": 4, "line": {"width": 0}},
        customdata=list(told),
        meta=None if colors else "accent",
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
    )
    downwards = {"autorange": "reversed", "automargin": True}
    return drawn([bar], yaxis=downwards, xaxis=_amounts(title))


def stacked(
    months: Sequence[str],
    layers: Sequence[Layer],
    earned: Sequence[Decimal],
    money: Callable[[Decimal], str],
    title: str,
) -> Figure:
    """A bar a month, refunds that exceed what was spent below zero; `earned`, if there is any, as a line.

    title: of the axis of amounts.
    """
    import plotly.graph_objects as go

    traces: list[Any] = [
        go.Bar(
            name=literal(layer.name),
            x=list(months),
            y=[float(each) for each in layer.amounts],
            marker={"color": layer.color, "line": {"width": 0}},
            customdata=[money(each) for each in layer.amounts],
            hovertemplate="%{x}<br>%{fullData.name} %{customdata}<extra></extra>",
        )
        for layer in layers
    ]
    if earned:
        traces.append(
            go.Scatter(
                name="Earned",
                x=list(months),
                y=[float(each) for each in earned],
                mode="lines+markers",
                line={"width": 2, "dash": "dot"},
                customdata=[money(each) for each in earned],
                hovertemplate="%{x}<br>Earned %{customdata}<extra></extra>",
                meta="ink",
            )
        )
    every = -(-len(months) // _MOST_MONTH_NAMES)
    named = {"tickmode": "array", "tickvals": list(months)[::every], "tickangle": 0}
    # Months without a transaction keep their place on the axis.
    axis = {"type": "category", "categoryorder": "array", "categoryarray": list(months), "automargin": True}
    return drawn(
        traces,
        barmode="relative",
        showlegend=True,
        legend={**_LEGEND, "traceorder": "normal"},
        yaxis=_amounts(title),
        xaxis={**axis, **named},
    )


def _amounts(title: str) -> dict[str, Any]:
    return {"tickformat": "~s", "nticks": 6, "title": {"text": title, "standoff": 8}, "automargin": True}


def weeks(found: Sequence[Mapping[str, Any]]) -> Figure:
    """Accuracy by week with its intervals; hollow points stand for too few answers to tell."""
    import plotly.graph_objects as go

    shares = [each["accuracy"] for each in found]
    telling = sum(each["answers"] >= TOO_FEW_ANSWERS for each in found)
    points = go.Scatter(
        x=[each["week"] for each in found],
        y=shares,
        # A line through weeks of a few answers each would draw a trend out of chance.
        mode="lines+markers" if 2 * telling > len(found) else "markers",
        meta="accent",
        line={"color": ACCENT, "width": 1.5},
        marker={"size": 9, "color": ACCENT, "symbol": [symbol(each["answers"]) for each in found]},
        error_y={
            "type": "data",
            "array": [each["ci95"][1] - share for each, share in zip(found, shares, strict=True)],
            "arrayminus": [share - each["ci95"][0] for each, share in zip(found, shares, strict=True)],
            "thickness": 1,
            "width": 3,
            "color": NEUTRAL,
        },
        customdata=[f"{each['correct']} of {each['answers']} right" for each in found],
        hovertemplate="Week of %{x|%-d %b %Y}<br>%{y:.0%}, %{customdata}<extra></extra>",
    )
    # Plotly would fill the room between a few weeks with days.
    ticks = {"tickvals": [each["week"] for each in found]} if len(found) <= 8 else {}
    dates = {"type": "date", "tickformat": "%-d %b", "automargin": True, **ticks}
    return drawn([points], yaxis={"tickformat": ".0%", "range": [0, 1.04], "nticks": 6}, xaxis=dates)


def literal(text: str) -> str:
    """Text as it is: Plotly would take tags in it for markup, and style what the page's policy forbids."""
    return escape(text, quote=False)


def symbol(answers: int) -> str:
    return "circle" if answers >= TOO_FEW_ANSWERS else "circle-open"


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
        "separators": "".join(format.marks()),
        "bargap": 0.28,
        "hoverlabel": {"align": "left"},
    }
    figure: Figure = go.Figure(data=list(traces), layout={**base, **layout}).to_plotly_json()
    return figure


def figure_json(figure: Figure) -> str:
    """JSON that may stand inside a script element: no text in it can end the element."""
    text = json.dumps(figure, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
