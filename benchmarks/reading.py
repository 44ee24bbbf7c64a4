"""Reads files whose right reading is known, and prints by format how many are right and how others differ.

    python -m benchmarks.reading [DIR]

DIR has lists of files as in tests/bank_files (`*.json`), or files with their readings next to them
(`march.csv` and `march.csv.expected.json`): an object with `reading`, a list of lines such as
`2026-03-04 -12.50 EUR Corner shop`, and perhaps `answers`, `left_out` and `rejected`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.statement_files import content_of
from src.components.bank_files.entry import Entry
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import lines_and_entries, preview
from src.errors import InvalidInput

_EXPECTED = ".expected.json"
_SIGNS = {"expense": "-", "income": "", "transfer": "~"}
_DIFFERENCES = (
    "refused",
    "asked",
    "lost",
    "extra",
    "day",
    "amount",
    "direction",
    "currency",
    "text",
    "counts",
)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/bank_files")
    differences: dict[str, Counter[str]] = defaultdict(Counter)
    for name, content, case in _cases(folder):
        form, difference = _difference(content, case)
        differences[form]["files"] += 1
        differences[form][difference or "right"] += 1
        if difference:
            print(f"{name}: {difference}")
    columns = ("files", "right", *_DIFFERENCES)
    print("format".ljust(12), *(column.rjust(9) for column in columns))
    for form, counts in sorted(differences.items()):
        print(form.ljust(12), *(str(counts[column] or "").rjust(9) for column in columns))


def _cases(folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if path.name.endswith(_EXPECTED):
            file = path.with_name(path.name.removesuffix(_EXPECTED))
            yield file.name, file.read_bytes(), case
        else:
            for item in case:
                yield item["name"], content_of(item), item


def _difference(content: bytes, case: dict[str, Any]) -> tuple[str, str]:
    """(format, the first kind of difference, "" if there is none)."""
    try:
        shown = preview(content, Plan(take_categories=case.get("take_categories", False)))
        wanted = [line.split(" ", 3) for line in case.get("reading", ())]
        answers = {"default_currency": wanted[0][2] if wanted else "EUR", **case.get("answers", {})}
        while key := next((key for key in shown.plan.open if key in answers), None):
            shown = preview(content, shown.plan.answered(key, str(answers.pop(key))))
        form = shown.detected.partition(":")[0]
        if shown.questions:
            return form, "asked"
        results = [result for _, result in lines_and_entries(content, replace(shown.plan, open=()))]
    except InvalidInput:
        return str(case.get("format", "refused")), "" if case.get("refused") else "refused"
    entries = [result for result in results if isinstance(result, Entry)]
    if len(entries) != len(wanted):
        return form, "lost" if len(entries) < len(wanted) else "extra"
    kinds = (_kind(*pair) for pair in zip(entries, wanted, strict=True))
    left_out = sum(not isinstance(result, Entry) and result.left_out for result in results)
    counts = (left_out, len(results) - len(entries) - left_out)
    are_right = counts == (case.get("left_out", 0), case.get("rejected", 0))
    return form, next(filter(None, kinds), "" if are_right else "counts")


def _kind(entry: Entry, wanted: list[str]) -> str:
    day, amount, currency, text = [*wanted, ""][:4]
    if entry.date.isoformat() != day:
        return "day"
    if entry.amount != abs(Decimal(amount.lstrip("~"))):
        return "amount"
    if _SIGNS[entry.direction] != (amount[0] if amount[0] in "-~" else ""):
        return "direction"
    if entry.currency != currency:
        return "currency"
    return "" if text.casefold() in entry.description.casefold() else "text"


if __name__ == "__main__":
    main()
