"""Predictions and the answers to them, counted in MongoDB, and the open questions of the audit sample."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from pymongo import DESCENDING

from src.domain import LOCAL_OWNER
from src.domain.feedback import LabelSource
from src.domain.preferences import Preferences, Weekday
from src.domain.quality import CONFIDENCE_STEPS, AnswerCount, ConfusionCount, PredictionCount, VersionQuality
from src.domain.transactions import HistoryFilter, Status, StoredTransaction
from src.services.mongo.client import Database, Document, guarded, read_as
from src.services.mongo.collections import CHAMPION
from src.services.transactions.documents import stored_of
from src.services.transactions.linked import CARRIED
from src.services.transactions.query import JUDGED, query_of

VERSIONS_SHOWN = 200

_GUESS = {"$ifNull": ["$judged.category", {"$first": {"$first": "$judged.alternatives"}}, None]}
_JUDGED_ANSWER = {
    "judged.confidence": 1,
    "version": "$judged.model_version",
    "band": "$judged.band",
    "decided_by": "$judged.decided_by",
    "audited": {"$eq": ["$audit", True]},
    "step": {
        "$size": {
            "$filter": {
                "input": CONFIDENCE_STEPS[1:],
                "cond": {"$lte": ["$$this", "$judged.confidence"]},
            }
        }
    },
    "right": {"$eq": ["$label.category", _GUESS]},
    "predicted_right": {"$eq": ["$label.category", "$judged.category"]},
    "category": "$label.category",
    "predicted": "$judged.category",
    "guess": _GUESS,
}
_ANSWER_KEY = ("week", "version", "band", "decided_by", "audited", "step", "right", "predicted_right")
_CONFUSION_KEY = ("category", "predicted", "guess")
_PREDICTION_KEY = {
    "month": {"$dateToString": {"date": "$date", "format": "%Y-%m"}},
    "band": "$judged.band",
    "decided_by": "$judged.decided_by",
    "agrees": {
        "$cond": [
            {"$eq": [{"$type": "$label.category"}, "string"]},
            {"$eq": ["$label.category", "$judged.category"]},
            None,
        ]
    },
}


def _week(starts: Weekday) -> Document:
    """The first day of the answer's week."""
    begins = {"$dateTrunc": {"date": "$label.at", "unit": "week", "startOfWeek": starts.value}}
    return {"$dateToString": {"date": begins, "format": "%Y-%m-%d"}}


class QualityCounts:
    """Only answers to single transactions count; one to all similar rows does not judge each prediction."""

    def __init__(self, database: Database, preferences: Callable[[], Preferences]) -> None:
        """preferences: the first day of the week."""
        self._database = database
        self._preferences = preferences

    @guarded
    def answers(
        self, *, since: date | None = None, until: date | None = None
    ) -> tuple[list[AnswerCount], list[ConfusionCount]]:
        """Current answers to transactions of these days, counted in two ways. Raises Unavailable."""
        query = {
            **query_of(HistoryFilter(since=since, until=until)),
            "feedback.act": {"$exists": True},  # the index contains only those
            "label.source": LabelSource.FEEDBACK.value,
        }
        answers, confusions = (
            _group("answers", {name: f"${name}" for name in key}) for key in (_ANSWER_KEY, _CONFUSION_KEY)
        )
        [facets] = self._database.transactions.aggregate(
            [
                {"$match": query},
                _trim("alternatives", "model_version"),
                {"$project": {"label": 1, "audit": 1, "judged": JUDGED}},
                {"$project": {**_JUDGED_ANSWER, "week": _week(self._preferences().week_starts)}},
                {"$facet": {"answers": answers, "confusions": confusions}},
            ]
        )
        return (
            [read_as(AnswerCount, count) for count in facets["answers"]],
            [read_as(ConfusionCount, count) for count in facets["confusions"]],
        )

    @guarded
    def predictions(self, *, since: date | None = None, until: date | None = None) -> list[PredictionCount]:
        """All predictions of transactions of these days; a label that was imported judges none."""
        query = {
            **query_of(HistoryFilter(since=since, until=until)),
            "label.source": {"$ne": LabelSource.IMPORT.value},
        }
        judged = {"$project": {"date": 1, "label": 1, "judged": JUDGED}}
        groups = _group("predictions", _PREDICTION_KEY)
        counted = self._database.transactions.aggregate([{"$match": query}, _trim(), judged, *groups])
        return [read_as(PredictionCount, count) for count in counted]

    @guarded
    def versions(self) -> list[VersionQuality]:
        """The newest versions, oldest first, with the labels their runs had. Raises Unavailable."""
        models = self._database.models
        pointer = models.find_one({"_id": CHAMPION}, {"history.version": 1}) or {}
        promoted = [line["version"] for line in pointer.get("history", [])]
        runs = {
            "from": "training_runs",
            "localField": "run_id",
            "foreignField": "_id",
            "as": "runs",
            "pipeline": [{"$project": {"labels": "$data.feedback_rows", "decision": 1}}],
        }
        fields = {
            **dict.fromkeys(("version", "metrics", "created_at"), 1),
            "promoted": {"$in": ["$version", promoted]},
            "measured_on": {"$ifNull": ["$measured_on", None]},
            "labels": {"$ifNull": [{"$first": "$runs.labels"}, None]},
            "decision": {"$ifNull": [{"$first": "$runs.decision"}, None]},
        }
        documents = models.aggregate(
            [
                {"$match": {"version": {"$exists": True}, "file_id": {"$exists": True}}},
                {"$sort": {"created_at": DESCENDING}},
                {"$limit": VERSIONS_SHOWN},
                {"$lookup": runs},
                {"$project": fields},
            ]
        )
        return [read_as(VersionQuality, document) for document in documents][::-1]


class AuditSample:
    """Automatic predictions drawn for a spot check when they were stored; any answer closes one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def unanswered(self, limit: int) -> list[StoredTransaction]:
        """The newest ones that need no review for another reason, and whose category counts.

        Raises Unavailable.
        """
        query = {
            "owner": LOCAL_OWNER,
            "audit": True,
            "status": Status.PREDICTED.value,
            "needs_review": False,
            **dict.fromkeys(CARRIED),
        }
        rows = self._database.transactions.find(query)
        return [stored_of(document) for document in rows.sort("_id", DESCENDING).limit(limit)]


def _trim(*more: str) -> Document:
    """Only the fields that are counted: the rest of a prediction is many times as large."""
    names = ("category", "confidence", "band", "decided_by", "at", *more)
    predictions = {f"predictions.{name}": 1 for name in names}
    return {"$project": {"_id": 0, "date": 1, "audit": 1, "label": 1, **predictions}}


def _group(count: str, key: Document) -> list[Document]:
    """Documents of `key`, with the number of their rows as `count` and the sum of the confidences."""
    sums = {count: {"$sum": 1}, "confidence": {"$sum": "$judged.confidence"}}
    return [{"$group": {"_id": key, **sums}}, {"$replaceWith": {"$mergeObjects": ["$$ROOT", "$_id"]}}]
