"""The `forecasts` collection: of each currency the forecast, and the methods that the last training chose."""

from __future__ import annotations

from collections.abc import Sequence

from src.domain import LOCAL_OWNER
from src.domain.forecasts import Choice, Forecast
from src.services.mongo.client import Database, Document, adapter_of, guarded, read_as

_FORECAST, _CHOICE = "forecast", "choice"


class Forecasts:
    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def get(self, currency: str | None = None) -> Forecast | None:
        """Of the most frequent currency by default; None if it was never analysed. Raises Unavailable."""
        query: Document = {"owner": LOCAL_OWNER, "kind": _FORECAST}
        if currency is not None:
            query["currency"] = {"$eq": currency}
        document = self._database.forecasts.find_one(query, sort=[("rank", 1)])
        return _readable(document)

    @guarded
    def currencies(self) -> list[str]:
        """The most frequent first. Raises Unavailable."""
        query = {"owner": LOCAL_OWNER, "kind": _FORECAST}
        documents = self._database.forecasts.find(query, {"currency": 1}, sort=[("rank", 1)])
        return [document["currency"] for document in documents]

    @guarded
    def replace(self, forecasts: Sequence[Forecast]) -> None:
        """forecasts: that of the most frequent currency first. Raises Unavailable."""
        for rank, forecast in enumerate(forecasts):
            key = _key(_FORECAST, forecast.currency)
            value = adapter_of(Forecast).dump_python(forecast, mode="json")
            self._database.forecasts.replace_one(key, {**key, "rank": rank, "value": value}, upsert=True)
        kept = [forecast.currency for forecast in forecasts]
        gone = {"owner": LOCAL_OWNER, "kind": _FORECAST, "currency": {"$nin": kept}}
        self._database.forecasts.delete_many(gone)

    @guarded
    def choice(self, currency: str) -> Choice | None:
        document = self._database.forecasts.find_one(_key(_CHOICE, currency))
        try:
            return read_as(Choice, document["value"]) if document else None
        except ValueError:  # of another release
            return None

    @guarded
    def remember(self, choice: Choice) -> None:
        key = _key(_CHOICE, choice.currency)
        value = adapter_of(Choice).dump_python(choice, mode="json")
        self._database.forecasts.replace_one(key, {**key, "value": value}, upsert=True)


def _key(kind: str, currency: str) -> Document:
    return {"owner": LOCAL_OWNER, "kind": kind, "currency": currency}


def _readable(document: Document | None) -> Forecast | None:
    try:
        return read_as(Forecast, document["value"]) if document else None
    except ValueError:  # of another release: the next analysis replaces it
        return None
