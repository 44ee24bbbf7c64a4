"""The pointer to the champion: each change is one atomic write that also appends to its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain.models import Pointer
from src.domain.promotions import Promotion, PromotionEvent
from src.domain.verdicts import Why
from src.errors import Conflict, NotFound, Pinned
from src.services.models.promotion_history import line_document, line_of
from src.services.mongo.client import Database, Document, dataclass_of, guarded
from src.services.mongo.collections import CHAMPION

_HISTORY_KEPT = 1000


class ChampionPointer:
    """`revision` grows with every promotion. The pin is in the same document, so no promotion can miss it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @guarded
    def champion(self) -> Pointer | None:
        document = self._database.models.find_one({"_id": CHAMPION}, {"history": 0})
        return _pointer(document) if document else None

    @guarded
    def _history(self, limit: int) -> list[Promotion]:
        """Newest first."""
        document = self._database.models.find_one({"_id": CHAMPION}, {"history": {"$slice": -limit}})
        return [line_of(line) for line in reversed(document["history"])] if document else []

    @guarded
    def _flip(
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
        flipped = {name: target[name] for name in ("version", "run_id", "sha256")}
        flipped |= {"promoted_at": lines[0].at, "by": lines[0].by, "pinned_at": pinned_at}
        if expected_revision == 0:
            history = [line_document(line) for line in lines]
            document = {"_id": CHAMPION, "revision": 1, "alias": None, "history": history, **flipped}
            try:
                self._database.models.insert_one(document)
            except DuplicateKeyError:
                raise _replaced() from None
            return _pointer(document)
        query: Document = {"revision": expected_revision} | ({"pinned_at": None} if unless_pinned else {})
        pointer = self._update(query, {"$set": flipped, "$inc": {"revision": 1}}, lines)
        if pointer is None:
            current = self.champion()
            if current and current.revision == expected_revision and current.pinned_at:
                raise Pinned(current.version)
            raise _replaced()
        return pointer

    def pin(self, version: str | None = None, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Pin the champion; a second pin changes nothing.

        Raises NotFound without a champion, Conflict if it is not `version`, Unavailable.
        """
        return self._mark(version, PromotionEvent.PINNED, by, reason, at)

    def unpin(self, *, by: str, reason: Why, at: datetime) -> Pointer:
        """Changes nothing without a pin. Raises NotFound without a champion, Unavailable."""
        return self._mark(None, PromotionEvent.UNPINNED, by, reason, at)

    @guarded
    def _mark(
        self, version: str | None, change: PromotionEvent, by: str, reason: Why, at: datetime
    ) -> Pointer:
        before, pins = self.champion(), change is PromotionEvent.PINNED
        if before is None:
            raise NotFound("There is no active model yet.")
        if version is not None and before.version != version:
            raise Conflict(f"Model {before.version} is active now; nothing was changed.")
        query = {"revision": before.revision, "pinned_at": None if pins else {"$ne": None}}
        line = Promotion(before.version, before.version, at, by, reason, change)
        if changed := self._update(query, {"$set": {"pinned_at": at if pins else None}}, [line]):
            return changed
        after = self.champion()
        if after is None or after.revision != before.revision:
            raise _replaced()
        return after

    def _update(self, query: Document, update: Document, lines: Sequence[Promotion]) -> Pointer | None:
        """Change the pointer and append `lines` to its history; None if `query` does not match it."""
        history = {"$each": [line_document(line) for line in lines], "$slice": -_HISTORY_KEPT}
        document = self._database.models.find_one_and_update(
            {"_id": CHAMPION, **query},
            {**update, "$push": {"history": history}},
            return_document=ReturnDocument.AFTER,
        )
        return _pointer(document) if document else None


def _replaced() -> Conflict:
    return Conflict("Another model was promoted in the meantime; nothing was changed.")


def _pointer(document: Document) -> Pointer:
    return dataclass_of(Pointer, document, alias=document.get("alias"))
