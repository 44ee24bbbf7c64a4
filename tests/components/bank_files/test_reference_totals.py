"""An independent check of the reference corpus: what the files say adds up to their right readings.

Nothing of the product is used: amounts and balances are taken from the raw text by regular expressions.
"""

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

FILES = [
    case
    for path in sorted((Path(__file__).parents[2] / "bank_files").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
    if "refused" not in case
]


def of_formats(*formats):
    return [case for case in FILES if case["format"] in formats]


def total_of(case):
    """By currency, of the right reading."""
    totals = Counter()
    for line in case["reading"]:
        _, amount, currency, *_ = line.split(" ")
        totals[currency] += Decimal(amount)
    return {currency: total for currency, total in totals.items() if total}


def decimal(text, mark="."):
    plain = re.sub(r"[^0-9.,-]", "", text).replace("," if mark == "." else ".", "").replace(mark, ".")
    return Decimal(plain)


@pytest.mark.parametrize("case", [case for case in FILES if "totals" in case], ids=lambda case: case["name"])
def test_the_amounts_of_a_table_add_up_to_its_reading_in_each_currency(case):
    """Also of rows that only convert others: what they take back, they add again."""
    where = case["totals"]
    rows = list(csv.reader(io.StringIO("\n".join(case["lines"])), delimiter=where["delimiter"]))
    totals = Counter()
    for row in rows[1:]:
        if all(row[int(column)] in texts for column, texts in where.get("only", {}).items()):
            totals[row[where["currency"]]] += decimal(row[where["amount"]], where["mark"])
    assert {currency: total for currency, total in totals.items() if total} == total_of(case)


@pytest.mark.parametrize("case", of_formats("mt940"), ids=lambda case: case["name"])
def test_the_reading_of_mt940_leads_from_the_first_balance_to_the_last(case):
    text = "\n".join(case["lines"])
    opened = re.findall(r"^:60[FM]:([CD])[0-9]{6}[A-Z]{3}([0-9.,]+)", text, re.MULTILINE)
    closed = re.findall(r"^:62[FM]:([CD])[0-9]{6}[A-Z]{3}([0-9.,]+)", text, re.MULTILINE)
    sides = {"C": 1, "D": -1}
    steps = [sides[side] * decimal(amount, ",") for side, amount in closed]
    steps += [-sides[side] * decimal(amount, ",") for side, amount in opened]
    if len(opened) == len(closed) > 0:
        assert sum(steps) == sum(total_of(case).values())


@pytest.mark.parametrize("case", of_formats("camt"), ids=lambda case: case["name"])
def test_the_booked_entries_of_camt_add_up_to_their_reading(case):
    text = re.sub(r"<(/?)\w+:", r"<\1", "\n".join(case["lines"]))
    totals = Counter()
    for entry in re.findall(r"<Ntry>.*?</Ntry>", text, re.DOTALL):
        if re.search(r"<Sts>\s*(?:<Cd>)?\s*(?:PDNG|INFO|FUTR)", entry):
            continue
        currency, amount = re.search(r'<Amt Ccy="([A-Z]{3})">([0-9.]+)', entry).groups()
        side = re.search(r"<CdtDbtInd>(\w+)", entry)[1]
        totals[currency] += Decimal(amount) if side == "CRDT" else -Decimal(amount)
    assert {currency: total for currency, total in totals.items() if total} == total_of(case)


@pytest.mark.parametrize("case", of_formats("ofx"), ids=lambda case: case["name"])
def test_the_amounts_of_ofx_add_up_to_their_reading(case):
    amounts = re.findall(r"<TRNAMT>\s*([-+0-9.,]+)", "\n".join(case["lines"]))
    read = [Decimal(line.split(" ")[1]) for line in case["reading"]]
    if not any(amount.startswith("-") for amount in amounts):
        read = list(map(abs, read))
    mark = "," if re.search(r",[0-9]{1,2}$", amounts[0]) else "."
    wanted = sum(decimal(amount, mark) for amount in amounts)
    assert abs(wanted - sum(read)) < Decimal("0.01") * len(read)


@pytest.mark.parametrize("case", of_formats("qif"), ids=lambda case: case["name"])
def test_the_amounts_of_qif_add_up_to_their_reading(case):
    """Each transaction by its total, else by its parts."""
    total = Decimal()
    for block in re.split(r"^\^", "\n".join(case["lines"]), flags=re.MULTILINE):
        if re.search(r"^!(?:Account|Type:(?!Bank|CCard|Cash|Oth))", block, re.MULTILINE | re.IGNORECASE):
            continue
        if not re.search("^D", block, re.MULTILINE):  # of a list of accounts
            continue
        whole = re.findall(r"^T(.+)$", block, re.MULTILINE)[:1]
        for amount in whole or re.findall(r"^\$(.+)$", block, re.MULTILINE):
            total += decimal(amount, "," if re.search(r",[0-9]{1,2}$", amount.strip()) else ".")
    assert total == sum(total_of(case).values())


@pytest.mark.parametrize("case", [case for case in FILES if "sheets" in case], ids=lambda case: case["name"])
def test_the_balances_of_a_workbook_are_those_of_its_reading(case):
    where = case.get("balance")
    if where is None:
        return
    rows = [row for sheet in case["sheets"] for row in sheet if len(row) > where["column"]]
    cells = [row[where["column"]] for row in rows]
    balances = [
        Decimal(str(cell)) if not isinstance(cell, str) else decimal(cell, where["mark"])
        for cell in cells
        if not isinstance(cell, str) or re.fullmatch(r"-?[0-9.,]+", cell)
    ]
    amounts = [Decimal(line.split(" ")[1]) for line in case["reading"]]
    if not where["oldest_first"]:
        balances, amounts = balances[::-1], amounts[::-1]
    assert [after - before for before, after in pairwise(balances)] == amounts[1:]
