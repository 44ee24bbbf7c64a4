"""What the newest analysis found unusual, and what a person dismissed."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

from src.domain import LOCAL_OWNER
from src.domain.anomalies import Anomaly, AnomalyKind, AnomalyReport, Counts, Dismissal, Method, ReasonCode
from src.services.categories.repository import Categories
from src.services.mongo.client import Database, Document, dataclass_of, guarded

_BY_OWNER = {"owner": LOCAL_OWNER}


class AnomalyReports:
    """One document, which each analysis replaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def store(self, report: AnomalyReport) -> None:
        """Raises Unavailable."""
        document = {
            **_BY_OWNER,
            "at": report.at,
            "method": report.method.value,
            "counts": asdict(report.counts),
            "items": [_document(anomaly) for anomaly in report.anomalies],
        }
        self._database.anomalies.replace_one(_BY_OWNER, document, upsert=True)

    @guarded
    def newest(self) -> AnomalyReport:
        """An empty one if the ledger was never analysed. Raises Unavailable."""
        document = self._database.anomalies.find_one(_BY_OWNER)
        if document is None:
            return AnomalyReport()
        return AnomalyReport(
            anomalies=tuple(_anomaly(item) for item in document["items"]),
            counts=dataclass_of(Counts, document["counts"]),
            method=Method(document["method"]),
            at=document["at"],
        )


class Dismissals:
    def __init__(self, database: Database, categories: Categories) -> None:
        self._database = database
        self._categories = categories

    @guarded
    def all(self) -> list[Dismissal]:
        """Of a category that was merged, with the one it is part of now. Raises Unavailable."""
        dismissals = [_dismissal(document) for document in self._database.dismissed_anomalies.find(_BY_OWNER)]
        if not any(dismissal.category for dismissal in dismissals):
            return dismissals
        _, merged = self._categories.own_and_merged()
        return [
            replace(dismissal, category=merged.get(dismissal.category or "", dismissal.category))
            for dismissal in dismissals
        ]

    @guarded
    def add(self, dismissal: Dismissal) -> bool:
        """False if it is dismissed already. Raises Unavailable."""
        fields = asdict(dismissal)
        key = {**_BY_OWNER, "key": fields.pop("id")}
        result = self._database.dismissed_anomalies.update_one(key, {"$setOnInsert": fields}, upsert=True)
        return result.upserted_id is not None

    @guarded
    def remove(self, anomaly_id: str) -> None:
        """Safe to repeat. Raises Unavailable."""
        self._database.dismissed_anomalies.delete_one({**_BY_OWNER, "key": {"$eq": anomaly_id}})


def _document(anomaly: Anomaly) -> Document:
    return {
        **asdict(anomaly),
        "transaction_ids": list(anomaly.transaction_ids),
        "values": dict(anomaly.values),
        "date": anomaly.date.isoformat(),
    }


def _anomaly(item: Document) -> Anomaly:
    return Anomaly(
        **{
            **item,
            "kind": AnomalyKind(item["kind"]),
            "reason": ReasonCode(item["reason"]),
            "method": Method(item["method"]),
            "transaction_ids": tuple(item["transaction_ids"]),
            "date": date.fromisoformat(item["date"]),
        }
    )


def _dismissal(document: Document) -> Dismissal:
    names = ("currency", "amount", "merchant", "category", "at")
    values = {name: document[name] for name in names}
    return Dismissal(id=document["key"], kind=AnomalyKind(document["kind"]), **values)
