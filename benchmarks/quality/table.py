"""Prints the figures as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WAYS = {
    "cold": "Cold start",
    "replay": "Replay",
    "chronological": "Chronological 80/20",
    "random": "Random 80/20",
}
_PLAIN = {"ece", "log_loss", "macro_f1", "macro_recall"}


def show(measured: Mapping[str, Any]) -> None:
    """measured: in the JSON-able form."""
    setup = measured["setup"]
    print(f"\n{measured['machine']}; candidates: {setup['search']}; auto at {setup['auto_precision']:.0%}")
    if setup["without"]:
        print(f"without: {', '.join(setup['without'])}")
    print("In brackets: 95 % intervals, bootstrap by merchant (Wilson if nothing varies).")
    for name, data in measured["data"].items():
        for way in (way for way in _WAYS if way in data):
            _show_one(name, way, data[way])
    print(f"\n{measured['seconds']} s")


def _show_one(name: str, way: str, figures: Mapping[str, Any]) -> None:
    print(f"\n## {name}: {_WAYS[way]}, {figures['rows']:,} rows ({figures['seconds']} s)")
    columns = {"product": figures["product"]}
    if "each correction at once" in figures:
        columns["at once"] = figures["each correction at once"]
    columns |= figures["baselines"]
    rows = list(figures["product"])
    print(f"\n| | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for row in rows:
        print(f"| {row} | {' | '.join(_cell(row, column.get(row)) for column in columns.values())} |")
    if "repeated" in figures:
        print(f"\nrepeated mistakes: {_listed(figures['repeated']['after the block'])}")
        print(f"the same, each correction at once: {_listed(figures['repeated']['at once'])}")
    if "trainings" in figures:
        print(f"trainings: {_listed(_counts(figures['trainings']))}")
    wrong = sum(figures["mistakes"].values())
    print(f"{wrong:,} wrong answers: {_listed(figures['mistakes'])}")


def _cell(row: str, figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return "–"
    if figure["value"] is None:
        return "no rows"
    if row in _PLAIN:
        return f"{figure['value']:.3f} ({_bound(figure['low'])}–{_bound(figure['high'])})"
    return f"{figure['value']:.1%} ({_bound(figure['low'], 100)}–{_bound(figure['high'], 100)})"


def _bound(value: float | None, times: int = 1) -> str:
    if value is None:
        return "?"
    return f"{value * times:.1f}" if times > 1 else f"{value:.3f}"


def _counts(words: list[str]) -> dict[str, int]:
    return {word: words.count(word) for word in dict.fromkeys(words)}


def _listed(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{number} {name}" for name, number in counts.items()) or "none"
