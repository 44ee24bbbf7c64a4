"""Settle links: derive which are in effect, and what their transactions carry.

Whether a link is in effect (`shown`), and what its transactions carry (`transfer`, `refund_of`), follows from
its status and from the transactions. So it is derived again after each change of either, and a job finishes
what was interrupted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from src.domain import LOCAL_OWNER
from src.domain.refunds import parts_of_refunds
from src.domain.transactions import Transaction
from src.domain.transfers import Link, LinkKind, LinkStatus, links_to_show
from src.services.mongo.client import Database, Document, guarded, unconfirmed
from src.services.transactions.documents import (
    INPUT_FIELDS,
    IS_UNCERTAIN,
    refund_part_documents,
    transaction_of,
)
from src.services.transactions.linked import CARRIED, touching, unsettle
from src.services.transactions.optimistic_update import object_ids
from src.services.transfers.documents import link_of

_AT_ONCE = 500
_ROUNDS = 200
_TRIES = 50
_DUPLICATE = 11000
_IN_EFFECT: dict[str, Document] = {
    field: {"owner": LOCAL_OWNER, "kind": kind.value, "shown": True, "status": LinkStatus.PAIRED.value}
    for field, kind in (("transfer", LinkKind.TRANSFER), ("refund_of", LinkKind.REFUND))
}
"""The links in effect, by the field of the transactions that carry them."""


class Settlement:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def unsettle(self, transaction_ids: Collection[str], *, at: datetime) -> None:
        """Note that these transactions are about to change: a job checks them if nobody else does."""
        unsettle(self._database, object_ids(transaction_ids), at=at)

    @guarded
    def settle_unsettled(self, *, before: datetime | None = None) -> None:
        """Settle the links whose transactions have changed. before: only if they changed before that time.

        Raises Unavailable; safe to repeat.
        """
        since = {"$lt": before} if before else {"$exists": True}
        query = {"owner": LOCAL_OWNER, "unsettled_at": since}
        for _ in range(_ROUNDS):
            links = list(self._database.transfers.find(query, {"out": 1, "in": 1}).limit(_AT_ONCE))
            if not links:
                return
            self.settle({str(link[end]) for link in links for end in ("out", "in")})

    @guarded
    def settle_strays(self) -> None:
        """Settle the transactions that carry a link that is not in effect, or wait for an answer with one.

        Raises Unavailable.
        """
        ways = {"transfer": ("transfer", "_id", "$links._id"), "refund_of": ("_id", "in", "$links.out")}
        for field, (local, foreign, carried) in ways.items():
            of_it = {"from": "transfers", "localField": local, "foreignField": foreign, "as": "links"}
            not_linked = {"$not": [{"$in": [f"${field}", carried]}]}
            strays = self._database.transactions.aggregate(
                [
                    {"$match": {"owner": LOCAL_OWNER, field: {"$exists": True}}},
                    {"$project": {field: 1, "needs_review": 1}},
                    {"$lookup": {**of_it, "pipeline": [{"$match": _IN_EFFECT[field]}]}},
                    {"$match": {"$or": [{"needs_review": True}, {"$expr": not_linked}]}},
                    {"$project": {"_id": 1}},
                ]
            )
            self.settle([str(row["_id"]) for row in strays])

    @guarded
    def settle(self, transaction_ids: Collection[str], *, but: Collection[str] = ()) -> None:
        """Derive which links of these transactions are in effect, and what the transactions carry.

        but: those of them that carry none, as their change has seen. Raises Unavailable; safe to repeat, in
        any number of processes.
        """
        ids, carry_none = object_ids(transaction_ids), set(object_ids(but))
        for start in range(0, len(ids), _AT_ONCE):
            batch = ids[start : start + _AT_ONCE]
            if self._are_linked(batch, [id_ for id_ in batch if id_ not in carry_none]):
                self._settle(batch)

    def _are_linked(self, ids: Sequence[ObjectId], may_carry: Sequence[ObjectId]) -> bool:
        """Whether any has a link, or carries one. Most do not; who adds a link later calls `settle`."""
        if self._database.transfers.find_one(touching(ids), {"_id": 1}):
            return True
        if not may_carry:
            return False
        carry = {"$or": [{name: {"$exists": True}} for name in CARRIED]}
        query = {"_id": {"$in": list(may_carry)}, "owner": LOCAL_OWNER, **carry}
        return self._database.transactions.find_one(query, {"_id": 1}) is not None

    def _settle(self, ids: Sequence[ObjectId]) -> None:
        for _ in range(_TRIES):
            if self._is_settled(ids):
                return

    def _is_settled(self, ids: Sequence[ObjectId]) -> bool:
        """False if another process has changed the links meanwhile: what was derived may be out of date."""
        # A slower process that has read them before finds them changed, and derives again.
        self._database.transfers.update_many(touching(ids), {"$inc": {"revision": 1}})
        ends = self._connected({*ids, *_ends(self._touching(ids))})
        links = self._touching(ends)
        # Whether a suggestion is shown depends on the links that its transactions have elsewhere.
        elsewhere = self._touching(self._connected(_ends(links)), "paired")
        around = {link["_id"]: link for link in (*elsewhere, *links)}
        rows = self._carriers({*ends, *_ends(around.values())})
        transactions = {str(row_id): transaction_of(row) for row_id, row in rows.items()}
        shown = links_to_show(map(link_of, around.values()), transactions)
        shown -= self._show(links, shown)
        in_effect = [link_of(around[link_id]) for link_id in shown]
        in_effect = [link for link in in_effect if link.status is LinkStatus.PAIRED]
        self._mark([rows[row_id] for row_id in ends if row_id in rows], _carried(in_effect, transactions))
        if _revisions(self._touching(ends)) != _revisions(links):
            return False
        self._conclude(links, rows)
        return True

    def _connected(self, ids: set[ObjectId]) -> set[ObjectId]:
        """Also the transactions that paired links connect with these: what is in effect depends on them."""
        while (connected := ids | _ends(self._touching(ids, "paired"))) != ids:
            ids = connected
        return ids

    def _touching(self, ids: Collection[ObjectId], status: str | None = None) -> list[Document]:
        query = {**touching(ids), **({"status": status} if status else {})}
        return list(self._database.transfers.find(query))

    def _carriers(self, ids: Collection[ObjectId]) -> dict[ObjectId, Document]:
        fields = {**INPUT_FIELDS, **dict.fromkeys(CARRIED, 1), "needs_review": 1}
        documents = self._database.transactions.find(
            {"_id": {"$in": list(ids)}, "owner": LOCAL_OWNER}, fields
        )
        return {document["_id"]: document for document in documents}

    def _show(self, links: Sequence[Document], shown: set[str]) -> set[str]:
        """Store which are shown; returns those that another process has kept from it meanwhile."""
        changed = [link for link in links if link.get("shown", False) != (link["_id"] in shown)]
        changed.sort(key=lambda link: link["_id"] in shown)  # a transaction is freed before it is taken
        updates = [UpdateOne(_as_read(link), {"$set": {"shown": link["_id"] in shown}}) for link in changed]
        try:
            if updates:
                self._database.transfers.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if unconfirmed(error) or any(failure["code"] != _DUPLICATE for failure in failures):
                raise
            return {changed[failure["index"]]["_id"] for failure in failures}
        return set()

    def _mark(self, rows: Iterable[Document], carried: Mapping[ObjectId, Document]) -> None:
        """Let the transactions carry their links in effect, and no others."""
        links = ((row, carried.get(row["_id"], {})) for row in rows)
        updates = [_marking(row, fields) for row, fields in links if not _is_marked(row, fields)]
        if updates:
            self._database.transactions.bulk_write(updates, ordered=False)

    def _conclude(self, links: Sequence[Document], rows: dict[ObjectId, Document]) -> None:
        """Forget the links whose transactions will not return, but for what a person dismissed."""
        missing = {end for end in _ends(links) if end not in rows}
        if missing:
            deleted = self._database.deleted_transactions.find({"_id": {"$in": list(missing)}}, {"_id": 1})
            gone = missing - {document["_id"] for document in deleted}
            dismissed = {"status": {"$ne": LinkStatus.DISMISSED.value}}
            self._database.transfers.delete_many({**touching(gone), **dismissed})
        updates = [
            UpdateOne(_as_read(link), {"$unset": {"unsettled_at": ""}})
            for link in links
            if "unsettled_at" in link
        ]
        if updates:
            self._database.transfers.bulk_write(updates, ordered=False)


def _carried(in_effect: Sequence[Link], transactions: Mapping[str, Transaction]) -> dict[ObjectId, Document]:
    """What transactions carry of the links, by the ids of the transactions."""
    parts = parts_of_refunds(in_effect, transactions)
    carried: dict[ObjectId, Document] = {}
    for link in in_effect:
        out, into = ObjectId(link.out), ObjectId(link.into)
        if link.kind is LinkKind.TRANSFER:
            carried[out] = carried[into] = {"transfer": link.id}
        else:
            currency = transactions[link.into].currency
            lowered = refund_part_documents(parts.get(link.into, ()), currency)
            carried[into] = {"refund_of": out, **({"refund_parts": lowered} if lowered else {})}
    return carried


def _is_marked(row: Document, carried: Document) -> bool:
    return _carried_by(row) == carried and not (carried and row["needs_review"])


def _marking(row: Document, carried: Document) -> UpdateOne:
    """The category of a transaction that carries a link does not count, so it waits for no answer."""
    # Only if nobody else has settled it meanwhile.
    query = {"_id": row["_id"], **{name: row.get(name) for name in CARRIED}}
    fields = {name: {"$literal": carried[name]} if name in carried else "$$REMOVE" for name in CARRIED}
    waits = False if carried else IS_UNCERTAIN
    return UpdateOne(
        query, [{"$set": {**fields, "needs_review": waits, "revision": {"$add": ["$revision", 1]}}}]
    )


def _carried_by(row: Document) -> Document:
    return {name: row[name] for name in CARRIED if name in row}


def _ends(links: Iterable[Document]) -> set[ObjectId]:
    return {link[end] for link in links for end in ("out", "in")}


def _revisions(links: Iterable[Document]) -> dict[str, int]:
    return {link["_id"]: link["revision"] for link in links}


def _as_read(link: Document) -> Document:
    return {"_id": link["_id"], "revision": link["revision"]}
