"""The document that says what serves: each change of it is one atomic write that also writes its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from src.domain.models import Pointer
from src.domain.promotions import Promotion, PromotionEvent
from src.errors import Conflict, NotFound, Pinned
from src.services.models.promotion_history import line_document, line_of
from src.services.mongo.client import Database, Document, guarded

_ID = "champion"
_HISTORY_KEPT = 1000


class ChampionPointer:
    """`revision` grows with every promotion. A pin stands in the same document: no promotion can miss it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _models(self) -> Any:
        return self._database.models

    @guarded
    def read(self) -> Pointer | None:
        document = self._models.find_one({"_id": _ID}, {"history": 0})
        return pointer_of(document) if document else None

    @guarded
    def history(self, limit: int) -> list[Promotion]:
        """Newest first."""
        document = self._models.find_one({"_id": _ID}, {"history": {"$slice": -limit}})
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
        """Let the version of document `target` serve. Raises Conflict, Pinned, Unavailable.

        lines: what the history says of it, oldest first; the first is the promotion itself.
        """
        written = [line_document(line) for line in lines]
        flipped = {name: target[name] for name in ("version", "run_id", "sha256")}
        flipped |= {"promoted_at": lines[0].at, "by": lines[0].by, "pinned_at": pinned_at}
        if expected_revision == 0:
            document = {"_id": _ID, "revision": 1, "alias": None, "history": written, **flipped}
            try:
                self._models.insert_one(document)
            except DuplicateKeyError:
                raise _moved() from None
            return pointer_of(document)
        here: Document = {"_id": _ID, "revision": expected_revision}
        update = {"$set": flipped, "$inc": {"revision": 1}, "$push": _pushed(written)}
        found = self._updated({**here, "pinned_at": None} if unless_pinned else here, update)
        if found is None:
            raise self._refused(expected_revision)
        return found

    def _refused(self, expected_revision: int) -> Conflict:
        """Why nothing was written."""
        now = self.read()
        if now and now.revision == expected_revision and now.pinned_at:
            return Pinned(now.version)
        return _moved()

    @guarded
    def pin(self, version: str | None, *, by: str, reason: str, at: datetime) -> Pointer:
        """Keep what serves, `version` if one is named; a second time changes nothing.

        Raises NotFound where nothing serves, Conflict where another version does, Unavailable.
        """
        return self._mark(version, PromotionEvent.PINNED, by, reason, at, {"pinned_at": at})

    @guarded
    def let_go(self, *, by: str, reason: str, at: datetime) -> Pointer:
        """End the pin; changes nothing where there is none. Raises NotFound, Unavailable."""
        return self._mark(None, PromotionEvent.UNPINNED, by, reason, at, {"pinned_at": None})

    def _mark(
        self,
        version: str | None,
        change: PromotionEvent,
        by: str,
        reason: str,
        at: datetime,
        fields: Document,
    ) -> Pointer:
        now = self.read()
        if now is None:
            raise NotFound("No model serves yet.")
        if version is not None and now.version != version:
            raise Conflict(f"Model {now.version} serves now; nothing was changed.")
        line = Promotion(now.version, now.version, at, by, reason, change)
        unmarked = {"$ne": None} if change is PromotionEvent.UNPINNED else None
        here = {"_id": _ID, "revision": now.revision, "pinned_at": unmarked}
        changed = self._updated(here, {"$set": fields, "$push": _pushed([line_document(line)])})
        if changed is not None:
            return changed
        again = self.read()
        if again is None or again.revision != now.revision:
            raise _moved()
        return again

    def _updated(self, here: Document, update: Document) -> Pointer | None:
        found = self._models.find_one_and_update(here, update, return_document=ReturnDocument.AFTER)
        return pointer_of(found) if found else None


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
