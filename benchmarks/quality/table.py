"""The figures as tables to read, and to paste into a page."""

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
    print("In brackets: 95 % intervals, bootstrap by merchant (Wilson where nothing varies).")
    for name, data in measured["data"].items():
        for way in (way for way in _WAYS if way in data):
            _show_one(name, way, data[way])
    print(f"\n{measured['seconds']} s")


def _show_one(name: str, way: str, found: Mapping[str, Any]) -> None:
    print(f"\n## {name}: {_WAYS[way]}, {found['rows']:,} rows ({found['seconds']} s)")
    columns = {"product": found["product"]}
    if "each correction at once" in found:
        columns["at once"] = found["each correction at once"]
    columns |= found["baselines"]
    rows = list(found["product"])
    print(f"\n| | {' | '.join(columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for row in rows:
        print(f"| {row} | {' | '.join(_cell(row, column.get(row)) for column in columns.values())} |")
    if "repeated" in found:
        print(f"\nrepeated mistakes: {_said(found['repeated']['after the block'])}")
        print(f"the same, each correction at once: {_said(found['repeated']['at once'])}")
    if "trainings" in found:
        print(f"trainings: {_said(_counts(found['trainings']))}")
    wrong = sum(found["mistakes"].values())
    print(f"{wrong:,} wrong answers: {_said(found['mistakes'])}")


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


def _said(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{number} {name}" for name, number in counts.items()) or "none"
