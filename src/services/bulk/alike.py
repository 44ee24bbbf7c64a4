"""Bulk changes by the database itself: one update for a batch of transactions that are changed alike.

The others are left to `BulkRows.change`: those whose earlier answers, links or new prediction count, or which
somebody has changed since the act.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.domain.bulk import BulkChange
from src.domain.feedback import Feedback
from src.domain.predictions import Band
from src.domain.transactions import Status
from src.services.mongo.client import Database, Document, guarded
from src.services.transactions.bulk import changed_by, is_so, stored_value
from src.services.transactions.documents import INPUT_FIELDS, OPTIONAL_FIELDS, feedback_document, first_answer
from src.services.transactions.linked import CARRIED
from src.services.transactions.optimistic_update import object_ids

_BATCH = 5000
_BY_ID = "_id_"
"""Named, because by the act MongoDB would read all its transactions again for each batch."""
_FIELDS = (*INPUT_FIELDS, "value")
_NOT_LINKED: Document = {name: {"$exists": False} for name in CARRIED}


class AlikeChanges:
    """In the `transactions` collection. Each transaction is then as `BulkRows.change` would leave it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def change(
        self, ids: Sequence[str], change: BulkChange, act: str, *, at: datetime, only_answered: bool
    ) -> list[str]:
        """Returns the ids of those that are left. Raises Unavailable; safe to repeat.

        only_answered: leave the unanswered ones, because they are predicted again.
        """
        transactions = self._database.transactions
        chosen = {"_id": {"$in": object_ids(ids)}, "owner": LOCAL_OWNER}
        untouched = {f"{events}.act": {"$ne": act} for events in ("edits", "feedback")}
        earlier = {f"{events}.at": {"$not": {"$gt": at}} for events in ("edits", "feedback")}
        other: Document = {"label.category": {"$ne": change.category}} if change.category else {}
        if change.answers_others:
            other = {"label": None}
        answered = {"label": {"$ne": None}} if only_answered else {}
        new = {"$expr": {"$not": [is_so(change)]}}
        query = {**chosen, **untouched, **earlier, **other, **answered, **new, **_NOT_LINKED}
        update = [{"$set": _changed(change, act, at)}]
        changed = transactions.update_many(query, update, index=_BY_ID).modified_count
        if changed == len(ids):
            return []
        return [str(row["_id"]) for row in transactions.find({**chosen, **untouched}, {"_id": 1})]

    @guarded
    def undo(self, ids: Sequence[str], act: str, *, at: datetime) -> int:
        """Undo `act` in those of `ids` that nobody has changed since; returns their number.

        Raises Unavailable; safe to repeat.
        """
        transactions, undone, all_ids = self._database.transactions, 0, object_ids(ids)
        for start in range(0, len(all_ids), _BATCH):
            batch = {"_id": {"$in": all_ids[start : start + _BATCH]}}
            query = {**changed_by(act), **batch, **_NOT_LINKED, "$expr": _is_newest(act)}
            undone += int(transactions.update_many(query, _undone(act, at), index=_BY_ID).modified_count)
        return undone


def _changed(change: BulkChange, act: str, at: datetime) -> Document:
    """The fields to set, as expressions."""
    fields: Document = {"revision": {"$add": ["$revision", 1]}}
    if change.fields:
        before: Document = {name: f"${name}" for name in _FIELDS}
        new = {name: _value(name, value) for name, value in change.fields.items()}
        edit = {"act": {"$literal": act}, "at": at, "before": before, "after": {**before, **new}}
        edits = {"$concatArrays": [{"$ifNull": ["$edits", []]}, [edit]]}
        fields |= {**new, "edits": {"$cond": [is_so(BulkChange(change.fields)), "$edits", edits]}}
    if change.category:
        [stage] = first_answer(Feedback(change.category, at, act, change.source))
        fields |= stage["$set"]
    return fields


def _value(name: str, value: Any) -> Any:
    if not value and name in OPTIONAL_FIELDS:
        return "$$REMOVE"
    return {"$literal": stored_value(name, value)}


def _is_newest(act: str) -> Document:
    """Whether its only answer, and its newest edit that is not undone, are of `act`, if any is."""
    answers, edits = "$feedback.act", {"$ifNull": ["$edits.act", []]}
    is_only_answer = {"$eq": [answers, [{"$literal": act}]]}
    return {
        "$and": [
            {"$or": [is_only_answer, {"$not": [{"$in": [{"$literal": act}, answers]}]}]},
            {"$or": [_is_newest_edit(act), {"$not": [{"$in": [{"$literal": act}, edits]}]}]},
        ]
    }


def _is_newest_edit(act: str) -> Document:
    newest = {"$and": [{"$eq": ["$$edit.act", {"$literal": act}]}, {"$lte": ["$$edit.undone_at", None]}]}
    return {"$let": {"vars": {"edit": {"$last": "$edits"}}, "in": newest}}


def _undone(act: str, at: datetime) -> list[Document]:
    """The update. Without an answer, the newest prediction counts that `act` has not made."""
    of_act = {"$eq": ["$$this.act", {"$literal": act}]}
    marked = {"$cond": [of_act, {"$mergeObjects": ["$$this", {"undone_at": at}]}, "$$this"]}
    event = {"$literal": feedback_document(Feedback(None, at, act))}
    is_answer = {"$eq": ["$feedback.act", [{"$literal": act}]]}
    newest = {"$let": {"vars": {"newest": {"$last": "$predictions"}}, "in": "$$newest.act"}}
    made_last = {"$eq": [newest, {"$literal": act}]}
    restored: Document = {
        **{name: {"$cond": [_is_newest_edit(act), _before(name), f"${name}"]} for name in _FIELDS},
        "edits": {"$cond": [{"$isArray": "$edits"}, {"$map": {"input": "$edits", "in": marked}}, "$$REMOVE"]},
        "feedback": {"$cond": [is_answer, {"$concatArrays": ["$feedback", [event]]}, "$feedback"]},
        "label": {"$cond": [is_answer, None, "$label"]},
        "predictions": {
            "$cond": [
                {"$and": [made_last, {"$or": [is_answer, {"$eq": ["$label", None]}]}]},
                {"$filter": {"input": "$predictions", "cond": {"$not": [of_act]}}},
                "$predictions",
            ]
        },
        "revision": {"$add": ["$revision", 1]},
    }
    predicted = {
        "category": {"$last": "$predictions.category"},
        "confidence": {"$last": "$predictions.confidence"},
        "rule": _rule_of({"$last": "$predictions"}),
        "status": {"$literal": Status.PREDICTED.value},
        "needs_review": {"$ne": [{"$last": "$predictions.band"}, Band.AUTO.value]},
    }
    unanswered = {"$eq": ["$label", None]}
    state = {name: {"$cond": [unanswered, value, f"${name}"]} for name, value in predicted.items()}
    return [{"$set": restored}, {"$set": state}]


def _rule_of(prediction: Document) -> Document:
    """As `current_fields` has it."""
    rule = {"id": "$$newest.rule", "at": "$$newest.at"}
    decided = {"$cond": [{"$gt": ["$$newest.rule", None]}, rule, None]}
    return {"$let": {"vars": {"newest": prediction}, "in": decided}}


def _before(name: str) -> Document:
    """A field as it was before the newest edit; missing if it was not set."""
    value = {"$let": {"vars": {"edit": {"$last": "$edits"}}, "in": f"$$edit.before.{name}"}}
    return {"$ifNull": [value, "$$REMOVE" if name in OPTIONAL_FIELDS else None]}
