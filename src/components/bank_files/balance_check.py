"""Whether the amounts of a whole file are the steps of its running balance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from src.components.bank_files.entry import Entry, Evidence, Line, Rejected
from src.components.bank_files.inference.balances import RunningBalance
from src.components.bank_files.plan import Basis
from src.components.bank_files.rows import RowReader
from src.domain.transactions import Direction


class BalanceCheck:
    """Whether the amounts of all rows are the steps of the running balance."""

    def __init__(self) -> None:
        self._balances: dict[tuple[str | None, str | None, str], RunningBalance] = {}
        """By account and currency."""
        self._has_balance = False

    def watched(self, lines: Iterable[Line], reader: RowReader) -> Iterator[Entry | Rejected]:
        """What `reader` makes of the lines."""
        if not reader.has_balance:
            yield from map(reader.read, lines)
            return
        for line in lines:
            result = reader.read(line)
            if isinstance(result, Rejected):
                if not result.left_out:
                    self._skip()
            elif not isinstance(line, Rejected):
                self._add(result, reader.balance(line[1]))
            yield result

    def _add(self, entry: Entry, balance: Decimal | None) -> None:
        self._has_balance = self._has_balance or balance is not None
        key = (entry.account_number, entry.account, entry.currency)
        running = self._balances.get(key) or self._balances.setdefault(key, RunningBalance())
        amount = -entry.amount if entry.direction is Direction.EXPENSE else entry.amount
        running.add(amount, balance, entry.date, entry.row)

    def _skip(self) -> None:
        for running in self._balances.values():
            running.skip()

    def evidence(self) -> Iterator[Evidence]:
        """None without a column of balances, or with fewer than two of them."""
        checked = [running for running in self._balances.values() if running.steps]
        if self._has_balance and checked:
            agree, steps = (sum(getattr(running, name) for running in checked) for name in ("agree", "steps"))
            conflicts = (running.conflict for running in checked if running.conflict)
            yield Evidence("balance", Basis.BALANCE, agree, steps, min(conflicts, default=None))
