"""Finds the columns of amounts: one, one for money out and one for money in, or one for each currency."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice, pairwise, permutations, product

from src.components.bank_files.inference.cells import Cells, is_amount_cell
from src.components.bank_files.inference.headings import currency_of_column, folded, names_net
from src.components.bank_files.inference.signs import is_running_balance
from src.components.bank_files.plan import Field

_BOOKED = {
    folded(amount): folded(currency)
    for amount, currency in (
        pair.split(":")
        for pair in (
            "billing amount:billing currency|billed amount:billed currency|"
            "settlement amount:settlement currency|settled amount:settled currency|"
            "account amount:account currency|amount in account currency:account currency|"
            "account currency amount:account currency|charged amount:charged currency|"
            "amount charged:currency charged|booked amount:booked currency|posted amount:posted currency|"
            "abrechnungsbetrag:abrechnungswährung|betrag in kontowährung:kontowährung|"
            "montant facturé:devise de facturation|montant en devise du compte:devise du compte|"
            "importe facturado:moneda de facturación|importo addebitato:valuta di addebito|"
            "kwota rozliczenia:waluta rozliczenia|сумма в валюте счета:валюта счета|"
            "סכום חיוב:מטבע חיוב"
        ).split("|")
    )
}
"""Names of what was booked, and of its currency."""
_MAX_AMOUNTS = 6
"""Columns of amounts among which a balance is searched."""

Ambiguity = tuple[Field, tuple[int, ...]]
"""A field that several columns may hold, and the positions of these columns, the likeliest first."""


def clear(columns: list[Field], *unwanted: Field) -> None:
    columns[:] = [Field.NOTHING if field in unwanted else field for field in columns]


def prefer_net(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """The amount after the fee is what was booked, if a column has it."""
    if not {Field.AMOUNT, Field.FEE} <= set(columns):
        return
    gross, fee = columns.index(Field.AMOUNT), columns.index(Field.FEE)
    for net, name in enumerate(names):
        if names_net(name) and not columns[net] and cells.is_net(gross, fee, net):
            columns[gross], columns[fee], columns[net] = Field.GROSS, Field.NOTHING, Field.AMOUNT
            return


def prefer_booked(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """Next to an amount of any currency, the one that a card or an account was charged is what was booked."""
    if Field.AMOUNT not in columns or Field.ORIGINAL_AMOUNT in columns:
        return
    original = columns.index(Field.AMOUNT)
    if original >= len(names) or folded(names[original]) in _BOOKED:
        return
    for position, name in enumerate(names[: len(columns)]):
        if columns[position] or folded(name) not in _BOOKED or not cells.mostly(position, is_amount_cell):
            continue
        clear(columns, Field.ORIGINAL_CURRENCY)
        if Field.CURRENCY in columns:
            columns[columns.index(Field.CURRENCY)] = Field.ORIGINAL_CURRENCY
        columns[original], columns[position] = Field.ORIGINAL_AMOUNT, Field.AMOUNT
        currency = _BOOKED[folded(name)]
        free = (at for at, other in enumerate(names[: len(columns)]) if folded(other) == currency)
        for at in islice(free, 1):
            columns[at] = Field.CURRENCY
        return


def find_currency_columns(names: tuple[str, ...], columns: list[Field], cells: Cells) -> None:
    """Several columns of amounts, each in the currency that its name gives: a row has an amount in one."""
    if {Field.OUT, Field.IN} & set(columns):
        return
    codes = {
        position: code
        for position, name in enumerate(names[: len(columns)])
        if (code := currency_of_column(name))
        and columns[position] in (Field.NOTHING, Field.AMOUNT)
        and (cells.is_empty(position) or cells.mostly(position, is_amount_cell))
    }
    filled = [position for position in codes if not cells.is_empty(position)]
    differ = len(set(codes.values())) == len(codes) > 1
    if not differ or not filled or not all(cells.alternate(*pair) for pair in combinations(filled, 2)):
        return
    clear(columns, Field.AMOUNT)
    for position in codes:
        columns[position] = Field.OTHER_AMOUNT
    columns[filled[0]] = Field.AMOUNT


def rival_amounts(names: tuple[str, ...], columns: Sequence[Field], cells: Cells) -> list[Ambiguity]:
    """Two columns with one name, but perhaps for its currency, and different amounts: one was booked."""
    if Field.AMOUNT not in columns or Field.OTHER_AMOUNT in columns:
        return []
    chosen = columns.index(Field.AMOUNT)
    name = folded(names[chosen]) if chosen < len(names) else ""
    others = (
        position
        for position, other in enumerate(names[: len(columns)])
        if name
        and not columns[position]
        and folded(other) == name
        and cells.mostly(position, is_amount_cell)
        and any(first != second for first, second in cells.pairs(chosen, position))
    )
    return [(Field.AMOUNT, (chosen, position)) for position in islice(others, 1)]


def find_other_side(columns: list[Field], free: list[int], cells: Cells) -> None:
    """Of money out and money in, the column whose name is unknown: a row has an amount in one of them."""
    sides = {Field.OUT, Field.IN} & set(columns)
    if len(sides) != 1:
        return
    side = sides.pop()
    position = columns.index(side)
    others = (
        other for other in free if cells.mostly(other, is_amount_cell) and cells.alternate(position, other)
    )
    for other in islice(others, 1):
        columns[other] = Field.IN if side is Field.OUT else Field.OUT


def _sides(
    first: int, second: int, columns: list[Field], positions: Sequence[int], cells: Cells
) -> list[Ambiguity]:
    """Money out and money in, as a running balance shows, else as most banks have them."""
    for out, into in ((first, second), (second, first)):
        for balance in positions:
            if balance not in (out, into) and cells.is_balance(balance, out, into):
                columns[out], columns[into], columns[balance] = Field.OUT, Field.IN, Field.BALANCE
                return []
    columns[first], columns[second] = Field.OUT, Field.IN
    return [(Field.OUT, (first, second))]


def find_amounts(columns: list[Field], free: list[int], cells: Cells) -> list[Ambiguity]:
    """One column of amounts, perhaps with a balance, or one for money out and one for money in."""
    unnamed = (position for position in free if not columns[position])
    positions = [position for position in unnamed if cells.mostly(position, is_amount_cell)]
    positions = [position for position in positions if cells.looks_like_money(position)] or positions
    if not positions:
        return []
    for first, second in pairwise(positions):
        if cells.alternate(first, second):
            return _sides(first, second, columns, positions, cells)
    columns[positions[0]] = Field.AMOUNT
    if len(positions) == 1:
        return []
    days = cells.columns[columns.index(Field.DATE)] if Field.DATE in columns else []
    for before, (amount, balance) in product((False, True), permutations(positions[:_MAX_AMOUNTS], 2)):
        if is_running_balance(cells.columns[amount], cells.columns[balance], days, before=before):
            columns[positions[0]] = Field.NOTHING
            clear(columns, Field.BALANCE)
            columns[amount], columns[balance] = Field.AMOUNT, Field.BALANCE
            return []
    return [(Field.AMOUNT, tuple(positions))]
