"""The `import_profiles` collection: saved plans by layout, so that questions are answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from src.domain import LOCAL_OWNER
from src.errors import NotFound
from src.services.mongo.client import Database, guarded


@dataclass(frozen=True)
class Profile:
    layout: str
    name: str
    plan: dict[str, Any]
    used_at: datetime


class ImportProfiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _profiles(self) -> Any:
        return self._database.import_profiles

    @guarded
    def all(self) -> list[Profile]:
        """The last used first."""
        documents = self._profiles.find({"owner": LOCAL_OWNER}).sort("used_at", -1)
        return [
            Profile(document["layout"], document["name"], document["plan"], document["used_at"])
            for document in documents
        ]

    def find(self, layout: str) -> Profile | None:
        return next((profile for profile in self.all() if profile.layout == layout), None)

    def named(self, name: str) -> Profile:
        """Raises NotFound, Unavailable."""
        for profile in self.all():
            if profile.name.casefold() == name.casefold():
                return profile
        raise NotFound("There is no profile with this name.")

    @guarded
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None:
        """Save the plan of a layout. name: "" keeps the name it has."""
        current = self.find(layout)
        fields = {"plan": dict(plan), "used_at": at, "name": name or (current.name if current else "")}
        self._profiles.update_one({"owner": LOCAL_OWNER, "layout": layout}, {"$set": fields}, upsert=True)

    @guarded
    def forget(self, layout: str) -> None:
        """Raises NotFound, Unavailable."""
        query = {"owner": LOCAL_OWNER, "layout": {"$eq": layout}}
        if not self._profiles.delete_one(query).deleted_count:
            raise NotFound("There is no such profile.")
