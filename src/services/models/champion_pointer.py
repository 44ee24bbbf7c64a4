"""The pointer to the champion: each change is one atomic write that also appends to its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain.models import Pointer
from src.domain.promotions import Promotion, PromotionEvent
from src.domain.reasons import Why
from src.errors import Conflict, NotFound, Pinned
from src.services.models.promotion_history import line_document, line_of
from src.services.mongo.client import Database, Document, guarded
from src.services.mongo.collections import CHAMPION

_HISTORY_KEPT = 1000


class ChampionPointer:
    """`revision` grows with every promotion. The pin is in the same document, so no promotion can miss it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.models

    @guarded
    def read(self) -> Pointer | None:
        document = self._models.find_one({"_id": CHAMPION}, {"history": 0})
        return pointer_of(document) if document else None

    @guarded
    def history(self, limit: int) -> list[Promotion]:
        """Newest first."""
        document = self._models.find_one({"_id": CHAMPION}, {"history": {"$slice": -limit}})
        return [line_of(line) for line in reversed(document["history"])] if document else []

    @guarded
    def flip(
        self,
        target: Document,
        lines: Sequence[Promotion],
        *,
        expected_revision: int,
        unless_pinned: bool,
        pinned_at: datetime | None,
    ) -> Pointer:
        """Point to the version of document `target`. Raises Conflict, Pinned, Unavailable.

        lines: entries for the history, oldest first; the first is the promotion itself.
        """
        written = [line_document(line) for line in lines]
        flipped = {name: target[name] for name in ("version", "run_id", "sha256")}
        flipped |= {"promoted_at": lines[0].at, "by": lines[0].by, "pinned_at": pinned_at}
        if expected_revision == 0:
            document = {"_id": CHAMPION, "revision": 1, "alias": None, "history": written, **flipped}
            try:
                self._models.insert_one(document)
            except DuplicateKeyError:
                raise _moved() from None
            return pointer_of(document)
        current: Document = {"_id": CHAMPION, "revision": expected_revision}
        update = {"$set": flipped, "$inc": {"revision": 1}, "$push": _pushed(written)}
        pointer = self._update({**current, "pinned_at": None} if unless_pinned else current, update)
        if pointer is None:
            raise self._conflict(expected_revision)
        return pointer

    def _conflict(self, expected_revision: int) -> Conflict:
        """Why nothing was written."""
        now = self.read()
        if now and now.revision == expected_revision and now.pinned_at:
            return Pinned(now.version)
        return _moved()

    @guarded
    def pin(self, version: str | None, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Pin the champion; a second pin changes nothing.

        Raises NotFound without a champion, Conflict if it is not `version`, Unavailable.
        """
        return self._mark(version, PromotionEvent.PINNED, by, reason, at, {"pinned_at": at})

    @guarded
    def unpin(self, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Changes nothing without a pin. Raises NotFound, Unavailable."""
        return self._mark(None, PromotionEvent.UNPINNED, by, reason, at, {"pinned_at": None})

    def _mark(
        self,
        version: str | None,
        change: PromotionEvent,
        by: str,
        reason: Why,
        at: datetime,
        fields: Document,
    ) -> Pointer:
        now = self.read()
        if now is None:
            raise NotFound("There is no active model yet.")
        if version is not None and now.version != version:
            raise Conflict(f"Model {now.version} is active now; nothing was changed.")
        line = Promotion(now.version, now.version, at, by, reason, change)
        unmarked = {"$ne": None} if change is PromotionEvent.UNPINNED else None
        current = {"_id": CHAMPION, "revision": now.revision, "pinned_at": unmarked}
        changed = self._update(current, {"$set": fields, "$push": _pushed([line_document(line)])})
        if changed is not None:
            return changed
        again = self.read()
        if again is None or again.revision != now.revision:
            raise _moved()
        return again

    def _update(self, query: Document, update: Document) -> Pointer | None:
        document = self._models.find_one_and_update(query, update, return_document=ReturnDocument.AFTER)
        return pointer_of(document) if document else None


def _pushed(lines: list[Document]) -> Document:
    return {"history": {"$each": lines, "$slice": -_HISTORY_KEPT}}


def _moved() -> Conflict:
    return Conflict("Another model was promoted in the meantime; nothing was changed.")


def pointer_of(document: Document) -> Pointer:
    return Pointer(
        version=document["version"],
        revision=document["revision"],
        run_id=document["run_id"],
        sha256=document["sha256"],
        promoted_at=document["promoted_at"],
        alias=document.get("alias"),
        alias_next=document.get("alias_next"),
        alias_passed_over=document.get("alias_passed_over"),
        by=document.get("by", ""),
        pinned_at=document.get("pinned_at"),
    )
