"""Fingerprint of a run's training inputs, computed without loading them: equal fingerprints, equal runs.

A different fingerprint may still mean the same data; the training process then compares exactly. So most
idle slots need no process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from src.config import Settings
from src.domain import LOCAL_OWNER
from src.services.merchants.repository import NOT_LEARNED
from src.services.mlflow.provenance import provenance
from src.services.mongo.client import Database, guarded
from src.services.transactions.documents import HAS_LABEL

_IGNORED_SETTINGS = {"mongo_uri", "mongo_db_name", "secret_key"}  # secrets, and they differ between hosts
_MERCHANT_FIELDS = {"_id": 0, "key": 1, "learn": 1, "forgotten.at": 1}
_FIELDS = {"revision": 1, "label": 1, "holdout": 1, "doubt": 1}


class DataFingerprint:
    """One hash of the labels' revisions, of what is not learned, the lexicon, the code and the settings."""

    def __init__(self, database: Database, lexicon_sha256: Callable[[], str], settings: Settings) -> None:
        self._database = database
        self._lexicon_sha256 = lexicon_sha256
        self._settings = settings

    @cached_property
    def code(self) -> str:
        """Hash of the source that trains, of Python and of the libraries; needs no checkout.

        Of the code as it was when this process started, which is the code it runs.
        """
        versions = {name: value for name, value in provenance().items() if name != "git.commit"}
        return hashlib.sha256(repr(sorted(versions.items())).encode()).hexdigest()

    @guarded
    def sha256(self) -> str:
        """Raises Unavailable. 100,000 labels take about half a second."""
        settings = self._settings.model_dump_json(exclude=_IGNORED_SETTINGS)
        digest = hashlib.sha256(f"{self.code}\n{self._lexicon_sha256()}\n{settings}\n".encode())
        rows: Any = self._database.transactions
        for documents in rows.find_raw_batches({"owner": LOCAL_OWNER, **HAS_LABEL}, _FIELDS).sort("_id"):
            digest.update(documents)
        not_learned = self._database.merchants.find({"owner": LOCAL_OWNER, **NOT_LEARNED}, _MERCHANT_FIELDS)
        for merchant in not_learned.sort("key"):
            digest.update(repr(merchant).encode())
        return digest.hexdigest()
