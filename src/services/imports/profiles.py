"""The `import_profiles` collection: how a person said that files of one layout are to be read."""

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
        found = self._profiles.find({"owner": LOCAL_OWNER}).sort("used_at", -1)
        return [Profile(each["layout"], each["name"], each["plan"], each["used_at"]) for each in found]

    def find(self, layout: str) -> Profile | None:
        return next((each for each in self.all() if each.layout == layout), None)

    def named(self, name: str) -> Profile:
        """Raises NotFound, Unavailable."""
        found = next((each for each in self.all() if each.name.casefold() == name.casefold()), None)
        if found is None:
            raise NotFound("There is no profile of this name.")
        return found

    @guarded
    def remember(self, layout: str, plan: Mapping[str, Any], *, name: str, at: datetime) -> None:
        """A second time replaces the plan, and keeps the first name unless another is given."""
        before = self.find(layout)
        fields = {"plan": dict(plan), "used_at": at, "name": name or (before.name if before else "")}
        self._profiles.update_one({"owner": LOCAL_OWNER, "layout": layout}, {"$set": fields}, upsert=True)

    @guarded
    def forget(self, layout: str) -> None:
        """Raises NotFound, Unavailable."""
        query = {"owner": LOCAL_OWNER, "layout": {"$eq": layout}}
        if not self._profiles.delete_one(query).deleted_count:
            raise NotFound("There is no such profile.")
