"""A transaction in an export: an item of the history, and the fields that an import needs to restore it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from typing_extensions import TypedDict

from src.domain.categories import Category
from src.domain.transactions import MistakeMark, StoredTransaction
from src.web.categories.schemas import CategoryBody, category_body
from src.web.history.schemas import HistoryItemBody, PastPredictionBody, history_item, past_prediction
from src.web.shared.fields import utc_text


class DoubtBody(TypedDict):
    category: str
    others: str
    wholesale: bool
    label_at: str
    found_at: str
    vouched_at: str | None


class ExportedBody(HistoryItemBody):
    """`components/bank_files/own_export/record.py` reads it."""

    source: str
    audit: bool
    fingerprint: str
    key: str | None
    doubt: DoubtBody | None
    predictions: list[PastPredictionBody]
    own_categories: list[CategoryBody]


def exported(rows: Iterable[StoredTransaction], own: Sequence[Category]) -> Iterator[ExportedBody]:
    """own: the person's own categories. The first row has all of them, so that none is lost, and each other
    row those it names, so that it can be imported alone."""
    by_slug = {category.slug: category for category in own}
    for position, row in enumerate(rows):
        yield _exported(row, own if position == 0 else _named(row, by_slug))


def json_line(body: ExportedBody) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def _exported(row: StoredTransaction, own: Sequence[Category]) -> ExportedBody:
    return {
        **history_item(row),
        "source": row.source,
        "audit": row.audit,
        "fingerprint": row.fingerprint,
        "key": row.key,
        "doubt": _mark(row.mistake) if row.mistake else None,
        "predictions": [past_prediction(prediction) for prediction in row.predictions],
        "own_categories": [category_body(category) for category in own],
    }


def _named(row: StoredTransaction, own: Mapping[str, Category]) -> list[Category]:
    if not own:
        return []
    slugs = {
        *(event.category for event in row.feedback),
        *(prediction.category for prediction in row.predictions),
        *(other.category for prediction in row.predictions for other in prediction.alternatives),
    }
    return [category for slug, category in own.items() if slug in slugs]


def _mark(mark: MistakeMark) -> DoubtBody:
    return {
        "category": mark.category,
        "others": mark.others,
        "wholesale": mark.wholesale,
        "label_at": utc_text(mark.label_at),
        "found_at": utc_text(mark.found_at),
        "vouched_at": utc_text(mark.vouched_at) if mark.vouched_at else None,
    }
