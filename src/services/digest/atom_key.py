"""The secret part of the Atom feed's address."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from pymongo import ReturnDocument

from src.services.host.secret_key import derived_key
from src.services.mongo.client import Database, guarded

_ID = "atom"


class AtomKey:
    """Derived from the key of the installation and a number in the database, which has no use alone."""

    def __init__(self, database: Database, secret: Callable[[], str]) -> None:
        self._database = database
        self._secret = secret

    @guarded
    def current(self) -> str:
        """Raises Unavailable."""
        states = self._database.states
        document = states.find_one({"_id": _ID}) or states.find_one_and_update(
            {"_id": _ID},
            {"$setOnInsert": {"number": secrets.token_hex(16)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return derived_key(self._secret(), f"atom feed {document['number']}")

    @guarded
    def renew(self) -> None:
        """The former address leads nowhere from now on."""
        number = {"$set": {"number": secrets.token_hex(16)}}
        self._database.states.update_one({"_id": _ID}, number, upsert=True)

    def opens(self, key: str) -> bool:
        return hmac.compare_digest(self.current().encode(), key.encode("utf-8", "replace"))
