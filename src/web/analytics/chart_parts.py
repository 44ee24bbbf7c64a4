"""What the charts of the analytics and quality pages have in common: a chart, its table, its figure.

Plotly is imported with the first figure: half of a worker's pages never need it. Colours that follow the
theme (text, lines, accent) are set where a figure is drawn; `meta` names the role. No text has markup: Plotly
would style it with attributes, which the content security policy refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from src.web.shared import format, locales

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracy

Figure = dict[str, Any]

NEUTRAL = "#8d96a0"
ACCENT = "#1d8a7d"
SHARE_AXIS = {"tickformat": ".0%", "nticks": 6, "range": [0, 1.04]}
_LONGEST_NAME = 26
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


@dataclass(frozen=True, slots=True)
class TableCell:
    text: str
    link: str = ""
    """To the rows behind a number."""
    amount: str | None = None
    """As a decimal string, for a CSV file."""
    slug: str | None = None
    """Of the category whose colour it has."""
    child: bool = False
    """Of a category: its row is shown below that of its parent."""
    heat: int | None = None
    """0..9 in a heat map."""


Row = tuple[str | TableCell, ...]


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    heads: tuple[str, ...]
    sentence: str
    rows: Sequence[Row] = ()
    figure: Figure | None = None
    """None if there is nothing to draw."""
    bars: int = 13
    """By their number the page reserves space before the chart is drawn."""
    shape: str = ""
    """Classes of the style sheet: `wide` spans the page, `long` is as high as two, `split` has its table next
    to the figure; of `print` the figure is printed, of `print-table` the table."""
    open: bool = False
    """Whether its table is shown at once."""
    csv: str = ""
    """The address of its table as a file."""
    folded_on_a_phone: bool = False
    """Whether a phone shows only its sentence until it is opened."""

    @property
    def table_folds_on_a_phone(self) -> bool:
        """Of an open table."""
        return self.figure is not None and not self.folded_on_a_phone

    @property
    def height(self) -> str:
        """Another class."""
        if self.bars <= 7:
            return "short"
        return "" if self.bars <= 13 else "tall"


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


def month_axis(months: Sequence[str], most: int = 6) -> dict[str, Any]:
    """Every month keeps its place; `most` are named, the year below: six fit into a narrow window."""
    named = list(months)[:: -(-len(months) // most)]
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(months),
        "tickmode": "array",
        "tickvals": named,
        "ticktext": ["<br>".join(name.rsplit(" ", 1)) for name in named],
        "tickangle": 0,
        "automargin": True,
    }


def money_axis(currency: str) -> dict[str, Any]:
    title = {"text": currency, "standoff": 8}
    ticks = {"tickformat": "~s", "nticks": 5, "tickangle": 0}
    return {**ticks, "title": title, "automargin": True, "zeroline": True}


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


def short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…"


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
