"""Writes the figures between the two marks of a Markdown file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

_SHORT = {
    "majority": "majority",
    "exact lookup": "lookup",
    "lookup, then TF-IDF + logistic regression": "lookup + TF-IDF",
    "smart_importer": "smart_importer",
}
_COLUMNS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "cold": (
        "Cold start",
        {
            "accuracy": ("product", "accuracy"),
            "macro-recall": ("product", "macro_recall"),
            "ECE": ("product", "ece"),
            "`auto`, share": ("product", "auto, share"),
            "`auto`, precision": ("product", "auto, precision"),
            "`suggest`, share": ("product", "suggest, share"),
            "`suggest`, precision": ("product", "suggest, precision"),
        },
    ),
    "replay": (
        "Replay",
        {
            "accuracy": ("product", "accuracy"),
            "last quarter": ("product", "accuracy, last quarter"),
            "each correction at once": ("each correction at once", "accuracy"),
            "repeated mistakes": ("product", "repeated mistakes"),
            "… of merchants with one name": ("product", "repeated mistakes, one name"),
            "ECE": ("product", "ece"),
            "`auto`, share": ("product", "auto, share"),
            "`auto`, precision": ("product", "auto, precision"),
        },
    ),
    "chronological": (
        "Chronological 80/20",
        {
            "accuracy": ("product", "accuracy"),
            "macro-F1": ("product", "macro_f1"),
            "log loss": ("product", "log_loss"),
            "ECE": ("product", "ece"),
            "`auto`, share": ("product", "auto, share"),
            "`auto`, precision": ("product", "auto, precision"),
            "unseen merchants: accuracy": ("product", "accuracy of unseen merchants"),
            "`auto` there, share": ("product", "auto of unseen merchants, share"),
            "`auto` there, precision": ("product", "auto of unseen merchants, precision"),
        },
    ),
}
_COLUMNS["random"] = ("Random 80/20, for data without dates", _COLUMNS["chronological"][1])
_NOT_SHARES = {"macro_recall", "macro_f1", "log_loss", "ece"}


def rewrite(page: Path, measured: Mapping[str, Any]) -> None:
    """measured: in the JSON-able form. Raises ValueError if the page has no marks."""
    text = page.read_text()
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{page} has no place for figures: it needs the lines {BEGIN} and {END}.")
    page.write_text(before + BEGIN + "\n\n" + "\n".join(tables(measured)) + "\n" + END + after)


def tables(measured: Mapping[str, Any]) -> Iterator[str]:
    setup = measured["setup"]
    yield f"Measured on {measured['machine']}; candidates tried at each training: {setup['search']}."
    yield "In brackets: 95 % intervals."
    for protocol, (title, columns) in _COLUMNS.items():
        datasets = [data for data in measured["data"].values() if protocol in data]
        if datasets:
            yield from _protocol(title, columns, [(data["about"], data[protocol]) for data in datasets])


def _protocol(
    title: str, columns: Mapping[str, tuple[str, str]], datasets: list[tuple[str, Mapping[str, Any]]]
) -> Iterator[str]:
    """A data set is a column, because there are more figures than data sets."""
    yield f"\n### {title}\n"
    yield f"| | {' | '.join(about for about, _ in datasets)} |"
    yield "|---" * (len(datasets) + 1) + "|"
    yield f"| rows asked | {' | '.join(format(data['rows'], ',') for _, data in datasets)} |"
    for name, (part, figure) in columns.items():
        cells = (_cell(figure, data[part].get(figure)) for _, data in datasets)
        yield f"| {name} | {' | '.join(cells)} |"
    for baseline, short in _SHORT.items():
        cells = (
            _cell("accuracy", data["baselines"].get(baseline, {}).get("accuracy")) for _, data in datasets
        )
        yield f"| *{short}: accuracy* | {' | '.join(cells)} |"
    yield "\nWrong answers, by kind:\n"
    for about, data in datasets:
        kinds = "; ".join(f"{number:,} {kind}" for kind, number in data["mistakes"].items())
        yield f"- {about}: {kinds or 'none'}."


def _cell(name: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return "–"
    numbers = (figure["value"], figure["low"], figure["high"])
    if None in numbers:
        return f"{figure['value']:.3f}"
    if name in _NOT_SHARES:
        return "{:.3f} ({:.3f}–{:.3f})".format(*numbers)
    return "{:.1f} % ({:.1f}–{:.1f})".format(*(100 * number for number in numbers))
