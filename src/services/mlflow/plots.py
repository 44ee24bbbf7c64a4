"""The two plots of a run: the confusion matrix and the reliability diagram.

Figures are made without pyplot, so there is no global state to close and no display is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _ACCENT, _FAINT = "#1f2933", "#2563a8", "#c4ccd4"


def confusion(labels: Sequence[str], counts: np.ndarray, title: str) -> Figure:
    """counts: int, shape (n_labels, n_labels): [true, answered]. Colour is the share of the true category."""
    side = max(4.0, 0.34 * len(labels) + 2.5)
    figure, axes = _canvas(side, side, title)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=8)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_xlabel("answered")
    axes.set_ylabel("true")
    for row, column in np.argwhere(counts > 0):
        color = "white" if shares[row, column] > 0.5 else _INK
        axes.text(column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=7, color=color)
    return figure


def reliability(
    confidence: Sequence[float], accuracy: Sequence[float], rows: Sequence[int], title: str
) -> Figure:
    """One point per bin of confidence, sized by its rows; calibrated points are on the diagonal."""
    figure, axes = _canvas(5.0, 4.6, title)
    axes.plot([0, 1], [0, 1], color=_FAINT, linewidth=1)
    sizes = 20 + 180 * np.asarray(rows, float) / max([1, *rows])
    axes.scatter(confidence, accuracy, s=sizes, color=_ACCENT, alpha=0.8)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that was right")
    return figure


def _canvas(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_title(title, fontsize=10)
    return figure, axes
