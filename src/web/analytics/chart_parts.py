"""What the charts of the analytics and quality pages have in common: a chart, its figure, accuracies by week.

Plotly is imported with the first figure: half of a worker's pages never need it. Colours that follow the
theme (text, lines, accent) are set where a figure is drawn; `meta` names the role. No text has markup: Plotly
would style it with attributes, which the content security policy refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from src.web.analytics import text
from src.web.shared import format, locales

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracies, Accuracy

Figure = dict[str, Any]

NEUTRAL = "#8d96a0"
ACCENT = "#1d8a7d"
SHARE_AXIS = {"tickformat": ".0%", "nticks": 6, "range": [0, 1.04]}
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    heads: tuple[str, ...]
    sentence: str
    rows: Sequence[tuple[str, ...]] = ()
    figure: Figure | None = None
    """None if there is nothing to draw."""
    bars: int = 13
    """By their number the page reserves space before the chart is drawn."""
    shape: str = ""
    """A class of the style sheet: `wide` spans the page, `long` is as high as two others."""

    @property
    def height(self) -> str:
        """Another class."""
        if self.bars <= 7:
            return "short"
        return "" if self.bars <= 13 else "tall"


def by_week(title: str, accuracies: Accuracies, sentence: str) -> Chart:
    """How often predictions were right, by the week of the answer."""
    weeks = {str(week): accuracy for week, accuracy in accuracies.items()}
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
        title,
        text.WEEK_HEADS,
        sentence,
        [accuracy_cells(format.day(date.fromisoformat(week)), accuracy) for week, accuracy in weeks.items()],
        drawn([points], yaxis=SHARE_AXIS, xaxis=dates) if weeks else None,
        shape="wide",
    )


def accuracy_cells(name: str, accuracy: Accuracy) -> tuple[str, ...]:
    counts = (format.number(accuracy.correct), format.number(accuracy.answers))
    return (name, *counts, format.accuracy(accuracy), format.interval(accuracy.ci95))


def accuracy_points(measured: Iterable[Accuracy], axis: str = "y", **trace: Any) -> dict[str, Any]:
    """A point for each accuracy with its interval along `axis`, hollow for too few answers to tell.

    None may be without answers.
    """
    accuracies = list(measured)
    shares = [accuracy.correct / accuracy.answers for accuracy in accuracies]
    symbols = ["circle" if accuracy.enough else "circle-open" for accuracy in accuracies]
    return {
        "type": "scatter",
        "mode": "markers",
        axis: shares,
        f"error_{axis}": error_bars(shares, [accuracy.ci95 for accuracy in accuracies]),
        "marker": {"size": 9, "color": ACCENT, "symbol": symbols},
        "customdata": [format.counted_right(accuracy) for accuracy in accuracies],
        "meta": "accent",
        **trace,
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


def month_bars(name: str, color: str, months: Sequence[str], values: Sequence[float]) -> dict[str, Any]:
    """One layer of stacked months."""
    return {
        "type": "bar",
        "name": literal(name),
        "x": list(months),
        "y": list(values),
        "marker": {"color": color, "line": {"width": 0}},
    }


def month_line(name: str, months: Sequence[str], values: Sequence[float | None]) -> dict[str, Any]:
    """Above the layers."""
    line = {"mode": "lines+markers", "line": {"width": 2, "dash": "dot"}, "meta": "ink"}
    return {"type": "scatter", "name": name, "x": list(months), "y": list(values), **line}


def literal(text: str) -> str:
    """Text without markup: Plotly would add styles for tags, which the page's policy forbids."""
    return escape(text, quote=False)


def drawn(traces: Sequence[Mapping[str, Any]], **layout: Any) -> Figure:
    """`traces` in the layout that all figures share."""
    import plotly.graph_objects as go

    base = {
        "template": None,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "legend": LEGEND,
        "separators": "".join(locales.marks()),
        "bargap": 0.28,
        "hoverlabel": {"align": "left"},
    }
    figure: Figure = go.Figure(data=list(traces), layout={**base, **layout}).to_plotly_json()
    return figure
