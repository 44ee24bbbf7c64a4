"""Writes the figures between the two marks of a Markdown file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import marks

_BASELINES = {
    "lookup, then TF-IDF + logistic regression": "lookup + TF-IDF",
    "smart_importer": "smart_importer",
}
_COLUMNS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "cold": (
        "Cold start",
        {
            "accuracy": ("product", "accuracy"),
            "ECE": ("product", "ece"),
            "`auto`, share": ("product", "auto, share"),
            "`auto`, precision": ("product", "auto, precision"),
        },
    ),
    "replay": (
        "Replay",
        {
            "accuracy": ("product", "accuracy"),
            "each correction at once": ("each correction at once", "accuracy"),
            "repeated mistakes": ("product", "repeated mistakes"),
            "ECE": ("product", "ece"),
            "`auto`, share": ("product", "auto, share"),
            "`auto`, precision": ("product", "auto, precision"),
        },
    ),
}
"""By protocol, the title and figures of its table; the command prints and stores more."""


def rewrite(page: Path, measured: Mapping[str, Any]) -> None:
    """measured: in the JSON-able form. Raises ValueError if the page has no marks."""
    marks.rewrite(page, tables(measured))


def tables(measured: Mapping[str, Any]) -> Iterator[str]:
    setup = measured["setup"]
    yield f"Measured on {measured['machine']}; candidates in each training: {setup['search']}."
    yield "In brackets: 95 % intervals, bootstrap over merchants."
    for protocol, (title, columns) in _COLUMNS.items():
        datasets = [data for data in measured["data"].values() if protocol in data]
        if datasets:
            yield from _table(title, columns, [(data["about"], data[protocol]) for data in datasets])


def _table(
    title: str, columns: Mapping[str, tuple[str, str]], datasets: list[tuple[str, Mapping[str, Any]]]
) -> Iterator[str]:
    """A data set is a column, because there are more figures than data sets."""
    yield f"\n### {title}\n"
    yield f"| | {' | '.join(about for about, _ in datasets)} |"
    yield "|---" * (len(datasets) + 1) + "|"
    yield f"| rows predicted | {' | '.join(format(data['rows'], ',') for _, data in datasets)} |"
    for name, (part, figure) in columns.items():
        cells = (_cell(figure, data[part].get(figure)) for _, data in datasets)
        yield f"| {name} | {' | '.join(cells)} |"
    for baseline, short in _BASELINES.items():
        cells = (
            _cell("accuracy", data["baselines"].get(baseline, {}).get("accuracy")) for _, data in datasets
        )
        yield f"| *{short}: accuracy* | {' | '.join(cells)} |"


def _cell(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return "–"
    numbers = (figure["value"], figure["low"], figure["high"])
    if None in numbers:
        return f"{figure['value']:.3f}"
    if name == "ece":
        return "{:.3f} ({:.3f}–{:.3f})".format(*numbers)
    return "{:.1f} % ({:.1f}–{:.1f})".format(*(100 * number for number in numbers))
