"""How far the MLflow alias `champion` has followed the pointer: written before and after each move of it.

Who finds the alias at a version that stands in neither `alias` (where it was) nor `alias_next` (where it was
about to be moved) knows that a person moved it. For that, only one process may move it at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from src.errors import Unavailable
from src.services.mongo.client import Database, Document, from_now, guarded

_ID = "champion"
LEASE_S = 300
"""Longer than the process lives that holds it, so that no late move of a slow one is possible."""


class AliasSteps:
    """Fields of the pointer document, reckoned by MongoDB's own clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.models

    @contextmanager
    def lease(self) -> Iterator[None]:
        """No other process moves the alias during the block. Raises Unavailable while another one does."""
        holder = secrets.token_hex(8)
        if not self._take(holder):
            raise Unavailable("Another process is about the alias.", retry_after_s=LEASE_S)
        try:
            yield
        finally:
            self._give_back(holder)

    @guarded
    def _take(self, holder: str) -> bool:
        lease = {"holder": {"$literal": holder}, "until": from_now(LEASE_S)}
        return self._claimed("alias_lease.until", 0, {"alias_lease": lease})

    @guarded
    def _give_back(self, holder: str) -> None:
        self._models.update_one({"_id": _ID, "alias_lease.holder": holder}, {"$unset": {"alias_lease": ""}})

    @guarded
    def claim_look(self, every_s: float) -> bool:
        """Whether no process, on whatever host, has looked for `every_s`; then it is this one's turn."""
        return self._claimed("alias_looked_at", every_s, {"alias_looked_at": "$$NOW"})

    def _claimed(self, field: str, ago_s: float, fields: Document) -> bool:
        # A field that is missing sorts before every date.
        free = {"_id": _ID, "$expr": {"$lte": [f"${field}", from_now(-ago_s)]}}
        return bool(self._models.update_one(free, [{"$set": fields}]).matched_count)

    @guarded
    def about_to(self, version: str, *, found: str | None) -> None:
        """The alias, which is at `found`, is moved to `version` next."""
        self._set({"alias": found, "alias_next": version})

    @guarded
    def landed(self, version: str) -> None:
        """The alias names `version` now."""
        self._set({"alias": version, "alias_next": None})

    @guarded
    def passed_over(self, version: str) -> None:
        """The registry does not have `version`, so the alias stays where it is while that one serves."""
        self._set({"alias_passed_over": version})

    def _set(self, fields: Document) -> None:
        self._models.update_one({"_id": _ID}, {"$set": fields})
