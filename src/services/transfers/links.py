"""The `transfers` collection: one document is one link between two transactions.

`status` is what was decided; `Settlement` derives what follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import DESCENDING, UpdateOne
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.transactions import StoredTransaction
from src.domain.transfers import Link, LinkedBy, LinkedRows, LinkKind, LinkPage, LinkStatus
from src.errors import Conflict, NotFound
from src.services.mongo.client import Document, guarded
from src.services.mongo.cursors import decode_cursor, encode_cursor, time_of
from src.services.transactions.documents import stored_of
from src.services.transactions.optimistic_update import object_ids
from src.services.transfers.documents import link_document, link_of
from src.services.transfers.settlement import Settlement

_TRIES = 50


class Links(Settlement):
    @guarded
    def get(self, link_id: str) -> Link:
        """Raises NotFound, Unavailable."""
        if (link := self.find(link_id)) is None:
            raise NotFound("There is no pair with this id.")
        return link

    @guarded
    def find(self, link_id: str) -> Link | None:
        document = self._database.transfers.find_one(_by_id(link_id))
        return link_of(document) if document else None

    def of(self, transaction_id: str) -> list[Link]:
        """The links of a transaction, also dismissed ones. Raises Unavailable."""
        return self.of_any([transaction_id])

    @guarded
    def of_any(self, transaction_ids: Collection[str]) -> list[Link]:
        """The links of these transactions, also dismissed ones. Raises Unavailable."""
        return [link_of(document) for document in self._touching(object_ids(transaction_ids))]

    def in_effect(self, transaction_id: str) -> list[Link]:
        """The transfer or the refunds that a transaction is part of. Raises Unavailable."""
        return [link for link in self.of(transaction_id) if link.shown and link.status is LinkStatus.PAIRED]

    @guarded
    def add(self, links: Sequence[Link]) -> int:
        """Add the links that do not exist, and settle them.

        A suggestion that is decided by now gets that status. Returns how many were added or changed. Raises
        Unavailable; safe to repeat.
        """
        updates = [_addition(link) for link in links]
        updates += [_decision(link) for link in links if link.status is not LinkStatus.SUGGESTED]
        if not updates:
            return 0
        result = self._database.transfers.bulk_write(updates)
        self.settle({end for link in links for end in (link.out, link.into)})
        return int(result.upserted_count + result.modified_count)

    @guarded
    def decide(self, link: Link, status: LinkStatus, act: str, *, at: datetime) -> None:
        """Store what a person decided, as `act`, and settle it. link: as it is, or a new one."""
        decided: Document = {
            "status": status.value,
            "by": LinkedBy.PERSON.value,
            "out": ObjectId(link.out),
            "in": ObjectId(link.into),
            "shown": False,
            "unsettled_at": at,
        }
        is_refund = link.kind is LinkKind.REFUND and status is LinkStatus.PAIRED
        for _ in range(_TRIES):
            if is_refund:
                decided |= {"order": self._next_order(decided["out"]), "part": link.part}
            new = {name: value for name, value in link_document(link).items() if name not in decided}
            del new["acts"]
            update = {
                "$set": decided,
                "$setOnInsert": new,
                "$push": {"acts": act},
                "$inc": {"revision": 1},
            }
            try:
                self._database.transfers.update_one(_by_id(link.id), update, upsert=True)
            except DuplicateKeyError:  # another refund of the purchase, or the same one, was linked meanwhile
                continue
            self.settle([link.out, link.into])
            return
        raise Conflict("Others are linking this transaction at the same time; try again.")

    def _next_order(self, purchase: ObjectId) -> int:
        query = {"owner": LOCAL_OWNER, "out": purchase, "order": {"$exists": True}}
        last = self._database.transfers.find_one(query, {"order": 1}, sort=[("order", DESCENDING)])
        return 1 + (last["order"] if last else 0)

    @guarded
    def restore(
        self, link: Link, act: str, status: LinkStatus | None, by: LinkedBy | None, *, at: datetime
    ) -> bool:
        """Undo `act`, the newest of `link`: back to an earlier status, or forget it (None).

        False if somebody else has changed the link. Raises Unavailable; safe to repeat.
        """
        before = {"status": (status or LinkStatus.DISMISSED).value, "by": (by or link.by).value}
        update = {"$set": {**before, "unsettled_at": at}, "$pop": {"acts": 1}, "$inc": {"revision": 1}}
        if status is not LinkStatus.PAIRED:
            update["$unset"] = {"order": "", "part": ""}
        query = {**_by_id(link.id), "acts": {"$eq": list(link.acts)}}
        restored = bool(self._database.transfers.update_one(query, update).matched_count)
        self.settle([link.out, link.into])
        if restored:
            self.forget(link.id, unless=status)
        return restored

    @guarded
    def forget(self, link_id: str, *, unless: LinkStatus | None) -> None:
        """Delete a link of which every act is undone, unless it had a status before the first one."""
        if unless is None:
            query = {**_by_id(link_id), "acts": [], "status": LinkStatus.DISMISSED.value}
            self._database.transfers.delete_one(query)

    @guarded
    def page(
        self, kind: LinkKind, status: LinkStatus, *, limit: int = 50, cursor: str | None = None
    ) -> LinkPage:
        """Latest first, each with its transactions. Raises InvalidInput for a foreign cursor, Unavailable."""
        query: Document = {**_shown(kind), "status": status.value}
        if cursor:
            date, link_id = decode_cursor(cursor, time_of, str)
            query["$or"] = [{"date": {"$lt": date}}, {"date": date, "_id": {"$lt": link_id}}]
        order = [("date", DESCENDING), ("_id", DESCENDING)]
        documents = list(self._database.transfers.find(query).sort(order).limit(limit + 1))
        items = documents[:limit]
        rows = self._rows(items)
        linked = [
            LinkedRows(link_of(item), rows[item["out"]], rows[item["in"]])
            for item in items
            if item["out"] in rows and item["in"] in rows
        ]
        more = len(documents) > limit
        next_cursor = encode_cursor(items[-1]["date"].timestamp(), items[-1]["_id"]) if more else None
        return LinkPage(tuple(linked), next_cursor)

    def _rows(self, links: Iterable[Document]) -> dict[ObjectId, StoredTransaction]:
        ids = {link[end] for link in links for end in ("out", "in")}
        documents = self._database.transactions.find({"_id": {"$in": list(ids)}, "owner": LOCAL_OWNER})
        return {document["_id"]: stored_of(document) for document in documents}

    @guarded
    def count_suggested(self) -> int:
        """Suggestions that wait for the person, of both kinds."""
        kinds = {"kind": {"$in": [kind.value for kind in LinkKind]}}
        query = {"owner": LOCAL_OWNER, **kinds, "shown": True, "status": LinkStatus.SUGGESTED.value}
        return int(self._database.transfers.count_documents(query))


def _by_id(link_id: str) -> Document:
    return {"_id": {"$eq": link_id}, "owner": LOCAL_OWNER}


def _shown(kind: LinkKind) -> Document:
    return {"owner": LOCAL_OWNER, "kind": kind.value, "shown": True}


def _addition(link: Link) -> UpdateOne:
    inserted = {**link_document(link), "revision": 1, "unsettled_at": link.created_at}
    return UpdateOne(_by_id(link.id), {"$setOnInsert": inserted}, upsert=True)


def _decision(link: Link) -> UpdateOne:
    """If it was only suggested until now: such a link has no order and no part."""
    document = link_document(link)
    names = {"status", "by", "score", "shown", "part", "order"} & document.keys()
    decided = {**{name: document[name] for name in names}, "unsettled_at": link.created_at}
    query = {**_by_id(link.id), "status": LinkStatus.SUGGESTED.value}
    return UpdateOne(query, {"$set": decided, "$inc": {"revision": 1}})
