"""A name for all that a run would learn from, found without reading it: equal names, equal runs.

It is cheap and errs on one side only: another name may still mean the same data, which the training process
then finds out exactly. So most idle slots need no process at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from src.config import Settings
from src.domain import LOCAL_OWNER
from src.services.mlflow.provenance import provenance
from src.services.mongo.client import Database, guarded
from src.services.transactions.repository import HAS_LABEL

_NO_PART = {"mongo_uri", "mongo_db_name", "secret_key"}  # secrets, and they differ between hosts
_TELLS = {"revision": 1, "label": 1, "holdout": 1, "doubt": 1}


def made_with_sha256() -> str:
    """Of the source that trains, of Python and of the libraries; no checkout is needed."""
    told = {name: value for name, value in provenance().items() if name != "git.commit"}
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()


class Standing:
    """The labels by their revisions, the lexicon, the code and the settings, in one hash."""

    def __init__(self, database: Database, lexicon_sha256: Callable[[], str], settings: Settings) -> None:
        self._database = database
        self._lexicon_sha256 = lexicon_sha256
        self._settings = settings

    @cached_property
    def code(self) -> str:
        """As it was when this process began, which is the code it runs."""
        return made_with_sha256()

    @guarded
    def sha256(self) -> str:
        """Raises Unavailable. 100,000 labels take about half a second."""
        settings = self._settings.model_dump_json(exclude=_NO_PART)
        digest = hashlib.sha256(f"{self.code}\n{self._lexicon_sha256()}\n{settings}\n".encode())
        rows: Any = self._database.transactions
        for documents in rows.find_raw_batches({"owner": LOCAL_OWNER, **HAS_LABEL}, _TELLS).sort("_id"):
            digest.update(documents)
        return digest.hexdigest()
