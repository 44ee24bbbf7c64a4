"""A kept transaction with its whole life: an item of the history, and what brings it back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from src.domain.categories import Category
from src.domain.predictions import Prediction
from src.domain.transactions import DoubtMark, StoredTransaction
from src.web.categories.schemas import CategoryBody, category_body
from src.web.history.schemas import HistoryItemBody, history_item
from src.web.prediction.schemas import AlternativeBody, ReasonBody
from src.web.shared.fields import utc_text


class PastPredictionBody(TypedDict):
    category: str | None
    confidence: float
    band: str
    decided_by: str
    model_version: str | None
    at: str
    act: str | None
    alternatives: list[AlternativeBody]
    explanation: list[ReasonBody]
    shadow: dict[str, Any] | None


class DoubtBody(TypedDict):
    category: str
    others: str
    wholesale: bool
    label_at: str
    found_at: str
    vouched_at: str | None


class ExportedBody(HistoryItemBody):
    """What is beside an item of the history is read by `components/bank_files/own_export/record.py`."""

    source: str
    audit: bool
    fingerprint: str
    key: str | None
    doubt: DoubtBody | None
    predictions: list[PastPredictionBody]
    own_categories: list[CategoryBody]


def exported(rows: Iterable[StoredTransaction], own: Sequence[Category]) -> Iterator[ExportedBody]:
    """own: the person's own categories. All of them stand beside the first row, whether it names them or not,
    so that none is lost; and beside each row those it names, so that each row can be brought back alone."""
    by_slug = {each.slug: each for each in own}
    for place, row in enumerate(rows):
        yield _exported(row, own if place == 0 else _named(row, by_slug))


def json_line(body: ExportedBody) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def _exported(row: StoredTransaction, own: Sequence[Category]) -> ExportedBody:
    return {
        **history_item(row),
        "source": row.source,
        "audit": row.audit,
        "fingerprint": row.fingerprint,
        "key": row.key,
        "doubt": _doubt(row.doubt) if row.doubt else None,
        "predictions": [past_prediction(each) for each in row.predictions],
        "own_categories": [category_body(each) for each in own],
    }


def _named(row: StoredTransaction, own: Mapping[str, Category]) -> list[Category]:
    if not own:
        return []
    slugs = {
        *(event.category for event in row.feedback),
        *(each.category for each in row.predictions),
        *(other.category for each in row.predictions for other in each.alternatives),
    }
    return [category for slug, category in own.items() if slug in slugs]


def _doubt(mark: DoubtMark) -> DoubtBody:
    return {
        "category": mark.category,
        "others": mark.others,
        "wholesale": mark.wholesale,
        "label_at": utc_text(mark.label_at),
        "found_at": utc_text(mark.found_at),
        "vouched_at": utc_text(mark.vouched_at) if mark.vouched_at else None,
    }


def past_prediction(prediction: Prediction) -> PastPredictionBody:
    return {
        "category": prediction.category,
        "confidence": prediction.confidence,
        "band": prediction.band.value,
        "decided_by": prediction.decided_by.value,
        "model_version": prediction.model_version,
        "at": utc_text(prediction.at),
        "act": prediction.act,
        "alternatives": [
            {"category": each.category, "probability": each.probability} for each in prediction.alternatives
        ],
        "explanation": [{"feature": each.feature, "weight": each.weight} for each in prediction.explanation],
        "shadow": asdict(prediction.shadow) if prediction.shadow else None,
    }
