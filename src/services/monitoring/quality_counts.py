"""What the database knows of predictions and of the answers to them, counted there."""

from __future__ import annotations

from datetime import date
from typing import Any

from pymongo import DESCENDING

from src.domain.feedback import LabelSource
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import CONFIDENCE_STEPS, AnswerCount, ConfusionCount, PredictionCount, VersionQuality
from src.domain.transactions import HistoryFilter
from src.domain.verdicts import judged_on_of
from src.services.mongo.client import Database, Document, guarded
from src.services.runs.documents import verdict_of
from src.services.transactions.query import JUDGED, query_of

VERSIONS_SHOWN = 200

_GUESS = {"$ifNull": ["$judged.category", {"$first": {"$first": "$judged.alternatives"}}, None]}
_ANSWER = {
    "judged.confidence": 1,
    "week": {"$dateTrunc": {"date": "$label.at", "unit": "week", "startOfWeek": "monday"}},
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
    "given": {"$eq": ["$label.category", "$judged.category"]},
    "category": "$label.category",
    "predicted": "$judged.category",
    "guess": _GUESS,
}
_KIND = {
    name: f"${name}"
    for name in ("week", "version", "band", "decided_by", "audited", "step", "right", "given")
}
_CATEGORIES = {name: f"${name}" for name in ("category", "predicted", "guess")}
_PREDICTION = {
    "month": {"$dateTrunc": {"date": "$date", "unit": "month"}},
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


class QualityCounts:
    """Only answers to single transactions judge; 'and all similar' says nothing of each prediction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def answers(
        self, *, since: date | None = None, until: date | None = None
    ) -> tuple[list[AnswerCount], list[ConfusionCount]]:
        """The answers that stand, to transactions of these days, counted in two ways. Raises Unavailable."""
        query = {
            **query_of(HistoryFilter(since=since, until=until)),
            "feedback.act": {"$exists": True},  # an index holds those alone
            "label.source": LabelSource.FEEDBACK.value,
        }
        [found] = self._rows.aggregate(
            [
                {"$match": query},
                _trimmed("alternatives", "model_version"),
                {"$project": {"label": 1, "audit": 1, "judged": JUDGED}},
                {"$project": _ANSWER},
                {"$facet": {"kinds": _counted(_KIND), "categories": _counted(_CATEGORIES)}},
            ]
        )
        return [_answer_count(each) for each in found["kinds"]], [
            ConfusionCount(**each["_id"], answers=each["count"]) for each in found["categories"]
        ]

    @guarded
    def predictions(self, *, since: date | None = None, until: date | None = None) -> list[PredictionCount]:
        """All predictions for transactions of these days; labels that came with an import judge none."""
        query = {
            **query_of(HistoryFilter(since=since, until=until)),
            "label.source": {"$ne": LabelSource.IMPORT.value},
        }
        judged = {"$project": {"date": 1, "label": 1, "judged": JUDGED}}
        found = self._rows.aggregate([{"$match": query}, _trimmed(), judged, *_counted(_PREDICTION)])
        return [_prediction_count(each) for each in found]

    @property
    def _rows(self) -> Any:
        return self._database.transactions

    @guarded
    def versions(self) -> list[VersionQuality]:
        """The newest versions, oldest first, each with the labels its run had. Raises Unavailable."""
        models = self._database.models
        pointer = models.find_one({"_id": "champion"}, {"history.version": 1}) or {}
        served = {line["version"] for line in pointer.get("history", [])}
        found = models.aggregate(
            [
                {"$match": {"version": {"$exists": True}, "file_id": {"$exists": True}}},
                {"$sort": {"created_at": DESCENDING}},
                {"$limit": VERSIONS_SHOWN},
                {
                    "$lookup": {
                        "from": "training_runs",
                        "localField": "run_id",
                        "foreignField": "_id",
                        "as": "runs",
                        "pipeline": [{"$project": {"labels": "$data.feedback_rows", "decision": 1}}],
                    }
                },
                {
                    "$project": {
                        "version": 1,
                        "metrics": 1,
                        "measured_on": 1,
                        "created_at": 1,
                        "run": {"$first": "$runs"},
                    }
                },
            ]
        )
        versions = [
            VersionQuality(
                version=each["version"],
                labels=each.get("run", {}).get("labels"),
                metrics=each["metrics"],
                created_at=each["created_at"],
                promoted=each["version"] in served,
                measured_on=judged_on_of(each.get("measured_on")),
                decision=verdict_of(each.get("run", {}).get("decision")),
            )
            for each in found
        ]
        return versions[::-1]


def _trimmed(*more: str) -> Document:
    """Only what is counted: what else a prediction holds is many times as much, and costs to carry along."""
    counted = ("category", "confidence", "band", "decided_by", "at", *more)
    predictions = {f"predictions.{name}": 1 for name in counted}
    return {"$project": {"_id": 0, "date": 1, "audit": 1, "label": 1, **predictions}}


def _counted(key: Document) -> list[Document]:
    return [{"$group": {"_id": key, "count": {"$sum": 1}, "confidence": {"$sum": "$judged.confidence"}}}]


def _answer_count(found: Document) -> AnswerCount:
    kind = found["_id"]
    return AnswerCount(
        answers=found["count"],
        confidence=found["confidence"],
        week=f"{kind['week']:%Y-%m-%d}",
        version=kind["version"],
        band=Band(kind["band"]),
        decided_by=DecidedBy(kind["decided_by"]),
        audited=kind["audited"],
        step=kind["step"],
        right=kind["right"],
        given=kind["given"],
    )


def _prediction_count(found: Document) -> PredictionCount:
    kind = found["_id"]
    return PredictionCount(
        predictions=found["count"],
        confidence=found["confidence"],
        month=f"{kind['month']:%Y-%m}",
        band=Band(kind["band"]),
        decided_by=DecidedBy(kind["decided_by"]),
        agrees=kind["agrees"],
    )
