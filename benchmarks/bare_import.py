"""The bare cost of the two main steps of an import, on the same rows: the pipeline and the inserts."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import pandas as pd

from src.components.dataset.schema import MODEL_FIELDS
from src.services.models import bundle
from src.services.models.repository import Models
from src.services.mongo.client import Database
from src.services.mongo.collections import INDEXES
from src.services.mongo.embedded_mongo import EmbeddedMongo


def bare(data: Path) -> dict[str, float]:
    """Seconds per step, a thousand rows at a time, for the imported rows of this data directory."""
    database = Database(lambda: EmbeddedMongo(data).uri, "ledgerloop")
    imported = list(database.collection("transactions").find({"source": "import"}))
    try:
        return {
            "pipeline.predict_proba": _predict_proba(database, imported),
            "insert_many": _inserts(database, imported, indexes=False),
            "insert_many with the indexes": _inserts(database, imported, indexes=True),
        }
    finally:
        database.close()


def _predict_proba(database: Database, imported: list[dict[str, Any]]) -> float:
    models = Models(database)
    champion = models.champion()
    assert champion
    pipeline = bundle.loads(models.load(champion.version), champion.sha256).pipeline
    table = pd.DataFrame(imported)
    table["amount"] = table["value"]
    table["date"] = pd.to_datetime(table["date"]).dt.tz_localize(None)
    texts = dict.fromkeys(("subcategory", "mode", "account", "counterparty", "mcc"), "")
    table = table.reindex(columns=MODEL_FIELDS).fillna(texts)
    began = time.monotonic()
    for start in range(0, len(table), 1000):
        pipeline.predict_proba(table.iloc[start : start + 1000])
    return time.monotonic() - began


def _inserts(database: Database, imported: list[dict[str, Any]], *, indexes: bool) -> float:
    name = f"bench_{secrets.token_hex(4)}"
    collection = database.collection(name)
    if indexes:
        collection.create_indexes(INDEXES["transactions"])
    try:
        began = time.monotonic()
        for start in range(0, len(imported), 1000):
            collection.insert_many(imported[start : start + 1000], ordered=False)
        return time.monotonic() - began
    finally:
        collection.drop()
