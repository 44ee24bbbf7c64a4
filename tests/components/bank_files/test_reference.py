"""The reference corpus of tests/bank_files: files in the layouts of real banks, each with its right reading.

All names and numbers in them are invented. The answers are those of a person to the questions that a file
leaves open; the currency is among the readings, so it is answered from there.
"""

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.statement_files import content_of
from src.components.bank_files.entry import Entry
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import preview
from src.errors import InvalidInput
from tests.components.bank_files.reading import entries

FILES = [
    case
    for path in sorted((Path(__file__).parents[2] / "bank_files").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]
SIGNS = {"expense": "-", "income": "", "transfer": "~"}


def answered(case):
    """The preview after the answers of the case; all questions it asks must be among them."""
    content, answers = content_of(case), dict(case.get("answers", {}))
    shown = preview(content, Plan(take_categories=case.get("take_categories", False)))
    if "default_currency" in shown.plan.open:
        answers.setdefault("default_currency", case["reading"][0].split(" ")[2])
    while answers and (key := next((key for key in shown.plan.open if key in answers), None)):
        shown = preview(content, shown.plan.answered(key, answers.pop(key)))
    assert answers == {}, "was not asked"
    return shown


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"])
def test_a_file_of_a_bank_is_read_right(case):
    if case.get("refused"):
        with pytest.raises(InvalidInput):
            preview(content_of(case))
        return
    shown = answered(case)
    assert shown.questions == ()
    results = list(entries(content_of(case), shown.plan))
    read = [result for result in results if isinstance(result, Entry)]
    wanted = [line.split(" ", 3) for line in case["reading"]]
    assert [
        [entry.date.isoformat(), f"{SIGNS[entry.direction]}{entry.amount.normalize():f}", entry.currency]
        for entry in read
    ] == [parts[:3] for parts in wanted]
    missing = [
        (text, entry.description)
        for entry, (*_, text) in zip(read, wanted, strict=True)
        if text.casefold() not in entry.description.casefold()
    ]
    assert missing == []
    left_out = sum(not isinstance(result, Entry) and result.left_out for result in results)
    assert (left_out, len(results) - left_out - len(read)) == (
        case.get("left_out", 0),
        case.get("rejected", 0),
    )
    counts = (shown.entry_count, shown.rejected_count, shown.left_out_count)
    assert counts == (len(read), len(results) - left_out - len(read), left_out)


def number_of(cell, mark):
    """A number, read without the code of the product; None if the cell is none."""
    plain = re.sub(r"[^0-9.,-]", "", cell.replace("\u2212", "-")).replace("," if mark == "." else ".", "")
    is_date = re.search(r"[0-9]{2,4}[-/.][0-9]{2}[-/.]", cell)
    plain = plain.replace(mark, ".")
    return None if is_date or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain) else Decimal(plain)


@pytest.mark.parametrize(
    "case", [case for case in FILES if "balance" in case and "lines" in case], ids=lambda case: case["name"]
)
def test_the_right_reading_adds_up_to_the_balances_in_the_file(case):
    where = case["balance"]
    text, amounts = "\n".join(case["lines"]), [Decimal(line.split(" ")[1]) for line in case["reading"]]
    rows = csv.reader(io.StringIO(text), delimiter=where["delimiter"])
    cells = (row[where["column"]] for row in rows if where["column"] < len(row))
    balances = [number for cell in cells if (number := number_of(cell, where["mark"])) is not None]
    if not where["oldest_first"]:
        balances, amounts = balances[::-1], amounts[::-1]
    assert [after - before for before, after in pairwise(balances)] == amounts[1:]


def test_the_corpus_is_of_many_banks_and_countries_and_most_need_no_answer():
    assert len({case["bank"] for case in FILES}) >= 60
    assert len({case["country"] for case in FILES}) >= 30
    assert sum(not case.get("answers") for case in FILES) >= 0.8 * len(FILES)


def test_a_plan_reads_back_from_json_as_it_was():
    plan = answered(next(case for case in FILES if case["name"] == "ca-rbc")).plan
    assert plan.column_currencies is not None
    assert Plan.from_dict(plan.to_dict()) == replace(plan)
