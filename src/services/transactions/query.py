"""How a filter, an order and a place in the list become a MongoDB query. Values from outside stay values."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from src.domain import LOCAL_OWNER
from src.domain.feedback import AnswerState, LabelSource
from src.domain.transactions import HISTORY_SORTS, HistoryFilter, Status
from src.errors import InvalidInput
from src.services.transactions.documents import midnight

Query = dict[str, Any]

_BEFORE_THE_ANSWER = {
    "$filter": {
        "input": "$predictions",
        "cond": {"$lte": ["$$this.at", {"$ifNull": ["$label.at", datetime(9999, 1, 1, tzinfo=UTC)]}]},
    }
}
# A transaction that was changed has several predictions. An answer speaks of the one that it could see.
JUDGED = {
    "$cond": [
        {"$gt": [{"$size": "$predictions"}, 1]},
        {"$ifNull": [{"$last": _BEFORE_THE_ANSWER}, {"$first": "$predictions"}]},
        {"$first": "$predictions"},
    ]
}
"""An expression: the newest prediction that stood before the answer which holds; without one, the newest."""

_JUDGED_FIELDS = {
    "predicted": "category",
    "band": "band",
    "version": "model_version",
    "decided_by": "decided_by",
}
_LABELS: dict[AnswerState, Query] = {
    AnswerState.DIRECTLY: {"label.source": LabelSource.FEEDBACK.value},
    AnswerState.SIMILAR: {"label.source": LabelSource.SIMILAR.value},
    AnswerState.NO: {"label": None},
}

# The field of each order, and which way it runs.
_ORDERS = {
    "-date": ("date", -1),
    "date": ("date", 1),
    "-amount": ("value", -1),
    "amount": ("value", 1),
    "confidence": ("confidence", 1),
}


def order_of(sort: str) -> tuple[str, int]:
    """The field and direction of `sort`. Raises InvalidInput for an order there is not."""
    if sort not in _ORDERS:
        raise InvalidInput(f"sort is one of {', '.join(HISTORY_SORTS)}.", field="sort")
    return _ORDERS[sort]


def query_of(where: HistoryFilter) -> Query:
    query: Query = {"owner": LOCAL_OWNER}
    if where.since or where.until:
        query["date"] = _span(
            midnight(where.since) if where.since else None,
            midnight(where.until + timedelta(days=1)) if where.until else None,
        )
    if where.min_amount is not None or where.max_amount is not None:
        low = None if where.min_amount is None else float(where.min_amount)
        high = None if where.max_amount is None else float(where.max_amount)
        query["value"] = {
            **({"$gte": low} if low is not None else {}),
            **({"$lte": high} if high is not None else {}),
        }
    for name in ("category", "mode"):
        if (value := getattr(where, name)) is not None:
            query[name] = {"$eq": value}
    if where.direction is not None:
        query["direction"] = where.direction.value
    if where.status == "needs_review":
        query["needs_review"] = True
    elif where.status is not None:
        query["status"] = Status(where.status).value
    if where.q:
        holds = {"$regex": re.escape(where.q), "$options": "i"}
        query["$or"] = [{name: holds} for name in ("description", "merchant", "subcategory")]
    if where.answer is not None:
        query |= _LABELS[where.answer]
    return query | _judged(where)


def _judged(where: HistoryFilter) -> Query:
    asked = {field: getattr(where, name) for name, field in _JUDGED_FIELDS.items()}
    asked = {field: str(value) for field, value in asked.items() if value is not None}
    if not asked:
        return {}
    same = [
        {"$eq": [{"$getField": {"field": field, "input": JUDGED}}, {"$literal": value}]}
        for field, value in asked.items()
    ]
    # The first condition is the weaker one, but costs far less.
    return {"predictions": {"$elemMatch": asked}, "$expr": {"$and": same}}


def _span(first: datetime | None, before: datetime | None) -> Query:
    return {**({"$gte": first} if first else {}), **({"$lt": before} if before else {})}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last row's value in the order, its id, and the total told on the first page."""

    sort: str
    value: float
    id: ObjectId
    total: int

    def encode(self) -> str:
        parts = [self.sort, self.value, str(self.id), self.total]
        return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, cursor: str, sort: str) -> Place:
        """Raises InvalidInput for a cursor this service did not give, or gave for another order."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            of_sort, value, id_, total = json.loads(base64.urlsafe_b64decode(padded))
            place = cls(str(of_sort), float(value), ObjectId(id_), int(total))
            datetime.fromtimestamp(place.value if place.sort.endswith("date") else 0, tz=UTC)
        except (ValueError, TypeError, OverflowError, OSError, InvalidId, binascii.Error, RecursionError):
            raise InvalidInput("This cursor is not one that an earlier page gave.", field="cursor") from None
        if place.sort != sort:
            raise InvalidInput(f"This cursor belongs to the order {place.sort!r}.", field="cursor")
        return place

    def after(self) -> Query:
        """The condition for the rows that follow."""
        field, way = order_of(self.sort)
        value: Any = datetime.fromtimestamp(self.value, tz=UTC) if field == "date" else self.value
        beyond = "$lt" if way < 0 else "$gt"
        return {"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: self.id}}]}


def place_of(document: dict[str, Any], sort: str, total: int) -> Place:
    value = document[order_of(sort)[0]]
    return Place(sort, value.timestamp() if isinstance(value, datetime) else value, document["_id"], total)
