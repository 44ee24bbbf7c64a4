"""MongoDB queries for the history's filters, orders and cursors. Values from outside stay values."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

from bson import ObjectId

from src.domain import LOCAL_OWNER
from src.domain.categories import Flow, Group, flow_of, group_that_counts
from src.domain.feedback import AnswerState, LabelSource
from src.domain.sums import Counted
from src.domain.transactions import HISTORY_SORTS, Direction, HistoryFilter, Status, Transaction
from src.errors import InvalidInput
from src.services.mongo.client import midnight
from src.services.mongo.cursors import decode_cursor, encode_cursor, not_a_cursor, time_of
from src.services.mongo.marking import WORDS
from src.services.search.text import words_query
from src.services.transactions.documents import IS_SPLIT, Document, replaced_fields
from src.services.transactions.linked import UNLINKED

_BEFORE_THE_ANSWER = {
    "$filter": {
        "input": "$predictions",
        "cond": {"$lte": ["$$this.at", {"$ifNull": ["$label.at", datetime(9999, 1, 1, tzinfo=UTC)]}]},
    }
}
# A transaction may have several predictions. An answer judges the one that was shown.
JUDGED = {
    "$cond": [
        {"$gt": [{"$size": "$predictions"}, 1]},
        {"$ifNull": [{"$last": _BEFORE_THE_ANSWER}, {"$first": "$predictions"}]},
        {"$first": "$predictions"},
    ]
}
"""An expression: the newest prediction before the current answer; without an answer, the newest."""

_JUDGED_FIELDS = {
    "predicted": "category",
    "band": "band",
    "version": "model_version",
    "decided_by": "decided_by",
}
_LABELS: dict[AnswerState, Document] = {
    AnswerState.DIRECTLY: {"label.source": LabelSource.FEEDBACK.value},
    AnswerState.SIMILAR: {"label.source": {"$in": [LabelSource.SIMILAR.value, LabelSource.ONCE.value]}},
    AnswerState.NO: {"label": None},
}

_EQUAL = (
    *("mode", "direction", "account", "counterparty", "tag", "mcc", "merchant", "currency"),
    *("import_id", "rule"),
)
"""Filters that one field must equal."""
_FIELDS = {"tag": "tags", "import_id": "import", "rule": "rule.id"}

_NOTHING: Document = {"_id": {"$in": []}}
_INDEXED = (
    *("category", "account", "counterparty", "tag", "mcc", "merchant", "currency", "import_id"),
    *("direction", "status", "counted"),
)
"""Filters with an index of their own, by date."""
_MANY = 5000
# Sort -> field and direction.
_ORDERS = {
    "-date": ("date", -1),
    "date": ("date", 1),
    "-amount": ("value", -1),
    "amount": ("value", 1),
    "confidence": ("confidence", 1),
}


class Count(NamedTuple):
    rows: int
    is_exact: bool = True
    """Else there may be more."""


def order_of(sort: str) -> tuple[str, int]:
    """The field and direction of `sort`. Raises InvalidInput for an unknown one."""
    if sort not in _ORDERS:
        raise InvalidInput(f"sort is one of {', '.join(HISTORY_SORTS)}.", field="sort")
    return _ORDERS[sort]


def index_of(sort: str) -> str:
    """The index of all transactions in this order."""
    field, _ = order_of(sort)
    return {
        "date": "owner_1_date_-1__id_-1",
        "value": "owner_1_value_-1__id_-1",
        "confidence": "owner_1_confidence_1__id_1",
    }[field]


def walks(where: HistoryFilter, sort: str, total: Count) -> bool:
    """Whether a page is best read from all transactions in its order, because many of them match and no index
    has these alone in this order. MongoDB would try all indexes first, which costs many times as much."""
    if where.stored_words or (total.is_exact and total.rows < _MANY):
        return False
    in_own_index = {name: value for name in _INDEXED if (value := getattr(where, name))}
    if where.direction is Direction.EXPENSE:
        in_own_index.pop("direction")
    if where.status in ("predicted", "needs_review"):
        in_own_index.pop("status")
    return not in_own_index or sort not in ("-date", "date")


def same_input(transaction: Transaction) -> Document:
    """Those with the same text, amount, direction, account and day. transaction: prepared."""
    fields = replaced_fields(transaction)
    compared = ("description", "subcategory", "amount", "currency", "date", "direction", "account")
    return {"owner": LOCAL_OWNER, **{name: {"$eq": fields[name]} for name in compared}}


def query_of(where: HistoryFilter) -> Document:
    query: Document = {"owner": LOCAL_OWNER}
    if where.since or where.until:
        first = {"$gte": midnight(where.since)} if where.since else {}
        last = {"$lt": midnight(where.until + timedelta(days=1))} if where.until else {}
        query["date"] = {**first, **last}
    bounds = {"$gte": where.min_amount, "$lte": where.max_amount}
    if values := {name: float(bound) for name, bound in bounds.items() if bound is not None}:
        query["value"] = values
    for name in _EQUAL:
        if (value := getattr(where, name)) is not None:
            query[_FIELDS.get(name, name)] = {"$eq": value}
    if where.status == "needs_review":
        query["needs_review"] = True
    elif where.status is not None:
        query["status"] = Status(where.status).value
    query |= {name: {"$in": ["", None]} for name in where.without}
    if conditions := _conditions(where):
        query["$and"] = conditions
    if where.answer is not None:
        query |= _LABELS[where.answer]
    return query | _judged(where)


def disjoint_queries(where: HistoryFilter) -> list[Document]:
    """Queries whose matches together, none twice, are those of the filter. Each is counted by its own index,
    where one query for a category would read every transaction of the currency.
    """
    counted, category = where.counted, where.category
    if counted and counted.categories is not None and not category:
        others = query_of(replace(where, counted=None))
        of_category = {"$in": list(counted.categories)}
        unlinked = _without_index(_unlinked(counted))
        parts: list[Document] = [
            {"category": of_category, "splits": None, **unlinked},
            {"splits.category": of_category, **IS_SPLIT, **unlinked},
            _ends(counted),
            refunds_counted(counted),
        ]
    elif category and not counted:
        others = query_of(replace(where, category=None))
        part = {"splits.category": {"$eq": category}, **IS_SPLIT}
        parts = [{"category": {"$eq": category}}, {**part, "category": {"$ne": category}}]
    else:
        return [query_of(where)]
    return [{"$and": [others, part]} for part in parts if part != _NOTHING]


def _conditions(where: HistoryFilter) -> list[Document]:
    conditions = [*_of_category(where.category), *texts_query(where)]
    if where.stored_words:
        conditions.append({WORDS: {"$in": [None, *where.stored_words[0]]}})
    if where.weekdays:
        days = [day + 1 for day in where.weekdays]
        conditions.append({"$expr": {"$in": [{"$isoDayOfWeek": "$date"}, days]}})
    if where.counted:
        conditions += rows_counted(where.counted)
    return conditions


def texts_query(where: HistoryFilter) -> list[Document]:
    """What its `q` matches, by the texts themselves."""
    return words_query(where.q or "", dict(where.merchants_named))


def plan_of(where: HistoryFilter) -> Document:
    """Options of an aggregation of what the filter matches: MongoDB would try all indexes for a second."""
    return {"hint": WORDS} if where.stored_words else {}


def read_in_turn(where: HistoryFilter) -> list[HistoryFilter]:
    """What finds every transaction of a list, some of them twice. One whose texts change, or whose words are
    stored meanwhile, moves within the index; it may be missed by one reading, but then is found before it or
    after it among those without words."""
    without_words = replace(where, stored_words=((),))
    return [without_words, where, without_words] if where.stored_words else [where]


def without_text(where: HistoryFilter) -> HistoryFilter:
    return replace(where, q=None, merchants_named=(), stored_words=())


def _of_category(category: str | None) -> list[Document]:
    """Itself or a part of it. IS_SPLIT only lets the planner use the index of parts."""
    if category is None:
        return []
    part = {"splits.category": {"$eq": category}, **IS_SPLIT}
    return [{"$or": [{"category": {"$eq": category}}, part]}]


def rows_counted(counted: Counted) -> list[Document]:
    """An unsplit transaction counts by its own category, a split one by its parts, a linked refund by its
    purchase, and an end of an own transfer as a transfer.
    """
    refunds = refunds_counted(counted)
    exact = {"$or": [_unlinked(counted), _ends(counted), refunds]}
    return [*_candidates(counted, refunds), _without_index(exact)]


def unlinked_counted(counted: Counted) -> list[Document]:
    """The transactions without links; a split one if at least one of its parts counts."""
    return [*_candidates(counted), _without_index(_unlinked(counted))]


def refunds_counted(counted: Counted) -> Document:
    return {"_id": {"$in": [ObjectId(refund) for refund in counted.refunds]}}


def _candidates(counted: Counted, *others: Document) -> Iterator[Document]:
    """More than what counts, but simple enough for indexes. others: what is not found by its own fields."""
    if counted.categories is not None:
        category = {"$in": list(counted.categories)}
        yield {"$or": [{"category": category}, {"splits.category": category, **IS_SPLIT}, *others]}
    if counted.merchant is not None:
        yield {"$or": [_of_merchant(counted), *others]}


def _without_index(query: Document) -> Document:
    """The same, but no index is considered: trying many of them takes seconds."""
    return {"$nor": [{"$nor": [query]}]}


def _unlinked(counted: Counted) -> Document:
    return {**UNLINKED, **_of_merchant(counted), "$or": list(_by_category(counted))}


def _ends(counted: Counted) -> Document:
    """The ends of own transfers, which count by their own category and merchant."""
    if counted.flow not in (None, Flow.TRANSFERRED):
        return _NOTHING
    category = {} if counted.categories is None else {"category": {"$in": list(counted.categories)}}
    return {"transfer": {"$exists": True}, **_of_merchant(counted), **category}


def _of_merchant(counted: Counted) -> Document:
    if counted.merchant is None:
        return {}
    return {"merchant": {"$in": ["", None]} if counted.merchant == "" else {"$eq": counted.merchant}}


def _by_category(counted: Counted) -> Iterator[Document]:
    for direction, needs_review in product(Direction, (False, True)):
        groups = {
            group
            for group in (None, *Group)
            if counted.flow in (None, _flow(group, direction, needs_review=needs_review))
        }
        category = _category_in(counted, groups)
        state = {"direction": direction.value, "needs_review": True if needs_review else {"$ne": True}}
        yield {**state, "splits": None, "category": category}
        yield {**state, "splits": {"$elemMatch": {"category": category}}}


def _flow(group: Group | None, direction: Direction, *, needs_review: bool) -> Flow:
    return flow_of(group_that_counts(group, direction, needs_review=needs_review), direction)[0]


def _category_in(counted: Counted, groups: Collection[Group | None]) -> Document:
    """Those of the filter in one of the groups; None is the group of no category and of a deleted one."""
    if counted.categories is not None:
        return {"$in": [slug for slug in counted.categories if counted.groups.get(slug or "") in groups]}
    if None in groups:
        return {"$nin": [slug for slug, group in counted.groups.items() if group not in groups]}
    return {"$in": [slug for slug, group in counted.groups.items() if group in groups]}


def _judged(where: HistoryFilter) -> Document:
    values = {field: getattr(where, name) for name, field in _JUDGED_FIELDS.items()}
    values = {field: str(value) for field, value in values.items() if value is not None}
    if not values:
        return {}
    equal = [
        {"$eq": [{"$getField": {"field": field, "input": JUDGED}}, {"$literal": value}]}
        for field, value in values.items()
    ]
    # The first condition matches more, but costs far less.
    return {"predictions": {"$elemMatch": values}, "$expr": {"$and": equal}}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins, or ends if it is `backward`, and what is known of the whole list."""

    sort: str
    value: float
    row: ObjectId
    total: Count
    """Of all pages, counted for the first one."""
    start: int
    """How many rows are before the page; approximate if rows were added or deleted since."""
    backward: bool

    @classmethod
    def at(cls, document: Document, sort: str, *, total: Count, start: int, backward: bool = False) -> Cursor:
        value = document[order_of(sort)[0]]
        number = value.timestamp() if isinstance(value, datetime) else value
        return cls(sort, number, document["_id"], total, start, backward)

    @classmethod
    def read(cls, text: str, sort: str) -> Cursor:
        """Raises InvalidInput for a cursor that no page gave, or that belongs to another order."""
        order_of(sort)
        types = (str, float, ObjectId, int, bool, int, bool)
        of_sort, value, row, rows, is_exact, start, backward = decode_cursor(text, *types)
        cursor = cls(of_sort, value, row, Count(rows, is_exact), start, backward)
        if cursor.sort != sort:
            raise InvalidInput(f"This cursor belongs to the order {cursor.sort!r}.", field="cursor")
        return cursor

    def __str__(self) -> str:
        return encode_cursor(self.sort, self.value, str(self.row), *self.total, self.start, self.backward)

    @property
    def condition(self) -> Document:
        """The rows that follow, or precede, the cursor's row. Raises InvalidInput for an impossible time."""
        field, direction = order_of(self.sort)
        beyond = "$lt" if (direction < 0) != self.backward else "$gt"
        value = _time_at(self.value) if field == "date" else self.value
        return {"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: self.row}}]}


def _time_at(seconds: float) -> datetime:
    try:
        return time_of(seconds)
    except (ValueError, OverflowError, OSError):
        raise not_a_cursor() from None
