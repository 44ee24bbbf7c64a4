"""The transactions of the accounts: sum and count them, move them to another account and back.

A row that was moved keeps in `moved` the acts that moved it, in their order, so that undoing one finds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from src.domain import LOCAL_OWNER
from src.domain.accounts import Account, AccountBalance
from src.domain.acts import UndoResult
from src.domain.money import decimal_places
from src.domain.transactions import Direction
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.linked import unsettle

_BATCH = 5000
_SIGNS = {Direction.INCOME.value: 1, Direction.EXPENSE.value: -1}
_EARLIER = "edits.before.account"


class AccountTransactions:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def names(self) -> list[str]:
        """Every account that a transaction names, read from the index. Raises Unavailable."""
        named = {"owner": LOCAL_OWNER, "account": {"$gt": ""}}
        return list(self._database.transactions.distinct("account", named))

    @guarded
    def count(self, name: str) -> int:
        return int(self._database.transactions.count_documents(_in(name)))

    @guarded
    def may_return(self, name: str) -> bool:
        """Whether an undo of an edit or a deletion may bring a transaction back with this name."""
        deleted = {"$or": [{f"document.{field}": {"$eq": name}} for field in ("account", _EARLIER)]}
        return any(
            collection.find_one({"owner": LOCAL_OWNER, **query}, {"_id": 1})
            for collection, query in (
                (self._database.transactions, {_EARLIER: {"$eq": name}}),
                (self._database.deleted_transactions, deleted),
            )
        )

    @guarded
    def currency(self, name: str) -> str | None:
        """Of one of its transactions; None if there are none."""
        document = self._database.transactions.find_one(_in(name), {"currency": 1})
        return document["currency"] if document else None

    @guarded
    def balances(self, accounts: Sequence[Account]) -> dict[str, AccountBalance]:
        """By id. The index contains all that is summed, so no transaction is read. Raises Unavailable."""
        if not accounts:
            return {}
        query = {"owner": LOCAL_OWNER, "account": {"$in": [account.name for account in accounts]}}
        key = {name: f"${name}" for name in ("account", "currency", "direction")}
        sums = self._database.transactions.aggregate(
            [
                {"$match": query},
                {"$group": {"_id": key, "amount": {"$sum": "$amount"}, "rows": {"$sum": 1}}},
            ]
        )
        by_name: dict[str, list[Document]] = defaultdict(list)
        for cell in sums:
            by_name[cell["_id"]["account"]].append({**cell["_id"], **cell})
        return {account.id: _balance(account, by_name[account.name]) for account in accounts}

    @guarded
    def rename(self, name: str, new: str) -> int:
        """Returns the number of transactions. Raises Unavailable; a retry changes the rest."""
        return self._update(_in(name), [{"$set": _moved(name, new)}])

    @guarded
    def move(self, name: str, into: str | None, *, act: str, at: datetime) -> int:
        """Move all transactions of one account to another, or to none; their links must be settled then.

        Returns how many the act has moved. Raises Unavailable; a retry moves the rest.
        """
        marks = {"$concatArrays": [{"$ifNull": ["$moved", []]}, [{"act": {"$literal": act}}]]}
        if name != into:
            self._update(_in(name), [{"$set": {**_moved(name, into), "moved": marks}}], at)
        return self.count_moved(act)

    @guarded
    def count_moved(self, act: str) -> int:
        """How many transactions an act has moved and not moved back."""
        return int(self._database.transactions.count_documents(_moved_by(act)))

    @guarded
    def move_back(
        self, act: str, name: str, *, targets: Callable[[str], Sequence[str | None]], at: datetime
    ) -> UndoResult:
        """Undo `move`, except for transactions that were moved elsewhere since; settle the links then too.

        targets: the accounts that an act moved to, by their names of today; while one of them is merged, or
        its merge undone, its transactions are in several. Raises Unavailable; safe to repeat.
        """
        restored = kept = 0
        while acts := self._database.transactions.distinct("moved.act", _moved_by(act)):
            names = {target for mark in acts for target in targets(mark)}
            for target in names:
                there = {**_moved_by(act), "account": {"$eq": target}}
                restored += self._update(there, _without_mark(act, _moved(target, name)), at)
            moved_since = {"$elemMatch": {"act": {"$nin": acts}}}
            elsewhere = {**_moved_by(act), "account": {"$nin": list(names)}, "moved": {"$not": moved_since}}
            kept += self._update(elsewhere, _without_mark(act, {}))
        return UndoResult(rows=restored, kept=kept)

    def _update(self, query: Document, update: list[Document], at: datetime | None = None) -> int:
        """Update all that match, in batches: the driver waits a minute for each. Returns their number.

        update: a pipeline; after it, a transaction no longer matches. at: unsettle their links.
        """
        transactions, count = self._database.transactions, 0
        while ids := [row["_id"] for row in transactions.find(query, {"_id": 1}).limit(_BATCH)]:
            if at:
                unsettle(self._database, ids, at=at)
            count += int(transactions.update_many({**query, "_id": {"$in": ids}}, update).modified_count)
        return count


def _in(name: str) -> Document:
    return {"owner": LOCAL_OWNER, "account": {"$eq": name}}


def _moved_by(act: str) -> Document:
    return {"owner": LOCAL_OWNER, "moved.act": {"$eq": act}}


def _moved(name: str | None, new: str | None) -> Document:
    """The fields of a transaction that is moved from one account to another; None: no account.

    An import that has set the account of an existing row recognizes it by its value when it is undone.
    """
    is_it = {"$and": [{"$eq": ["$$this.field", "account"]}, {"$eq": ["$$this.value", {"$literal": name}]}]}
    named = {"$cond": [is_it, {"$mergeObjects": ["$$this", {"value": {"$literal": new}}]}, "$$this"]}
    settings = {"$map": {"input": "$account_from", "in": named}}
    return {
        "account": {"$literal": new} if new else "$$REMOVE",
        "revision": {"$add": ["$revision", 1]},
        "account_from": {"$cond": [{"$isArray": "$account_from"}, settings, "$$REMOVE"]},
    }


def _without_mark(act: str, fields: Document) -> list[Document]:
    """Also without later marks: where the act has not moved it, a later one has not moved it on."""
    position = {"$indexOfArray": ["$moved.act", {"$literal": act}]}
    earlier = {"$cond": [{"$gt": [position, 0]}, {"$slice": ["$moved", position]}, "$$REMOVE"]}
    return [{"$set": {**fields, "moved": earlier}}]


def _balance(account: Account, cells: Iterable[Document]) -> AccountBalance:
    rows = not_counted = units = 0
    for cell in cells:
        rows += cell["rows"]
        if cell["currency"] == account.currency and cell["direction"] in _SIGNS:
            units += _SIGNS[cell["direction"]] * int(cell["amount"])
        else:
            not_counted += cell["rows"]
    moved = Decimal(units).scaleb(-decimal_places(account.currency))
    return AccountBalance(account.opening_balance + moved, rows, not_counted)
