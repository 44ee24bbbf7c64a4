"""Records each move of the MLflow alias `champion` in the pointer document, before and after the move.

An alias at a version that is neither `alias` (where it was) nor `alias_next` (where it was about to be moved)
was moved by a person. For that, only one process may move it at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from src.errors import Unavailable
from src.services.mongo.client import Database, Document, from_now, guarded
from src.services.mongo.collections import CHAMPION

LEASE_S = 300
"""Longer than the process that holds it may run, so that no slow process moves the alias too late."""


class AliasRecord:
    """Fields of the pointer document; times are by MongoDB's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def lease(self) -> Iterator[None]:
        """No other process moves the alias during the block. Raises Unavailable while another one does."""
        holder = secrets.token_hex(8)
        lease = {"holder": {"$literal": holder}, "until": from_now(LEASE_S)}
        if not self._claim("alias_lease.until", 0, {"alias_lease": lease}):
            raise Unavailable(
                "Another process is updating the model alias; try again in five minutes.",
                retry_after_s=LEASE_S,
            )
        try:
            yield
        finally:
            self._release(holder)

    @guarded
    def _release(self, holder: str) -> None:
        self._database.models.update_one(
            {"_id": CHAMPION, "alias_lease.holder": holder}, {"$unset": {"alias_lease": ""}}
        )

    def claim_check(self, every_s: float) -> bool:
        """Whether no process on any host has checked for `every_s`; if so, this one may."""
        return self._claim("alias_looked_at", every_s, {"alias_looked_at": "$$NOW"})

    @guarded
    def _claim(self, field: str, ago_s: float, fields: Document) -> bool:
        # A field that is missing sorts before every date.
        free = {"_id": CHAMPION, "$expr": {"$lte": [f"${field}", from_now(-ago_s)]}}
        return bool(self._database.models.update_one(free, [{"$set": fields}]).matched_count)

    def record_target(self, version: str, *, current: str | None) -> None:
        """The alias, now at `current`, is moved to `version` next."""
        self._set({"alias": current, "alias_next": version})

    def record_moved(self, version: str) -> None:
        """The alias is at `version` now."""
        self._set({"alias": version, "alias_next": None})

    def record_missing(self, version: str) -> None:
        """MLflow does not have `version`, so the alias does not move while that is the champion."""
        self._set({"alias_passed_over": version})

    @guarded
    def _set(self, fields: Document) -> None:
        self._database.models.update_one({"_id": CHAMPION}, {"$set": fields})
