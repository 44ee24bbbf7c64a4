"""The `settings` collection: the settings that a person has changed. The environment's are the defaults."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from src.config import known_locale
from src.domain import LOCAL_OWNER
from src.domain.preferences import Preferences, Weekday
from src.errors import Conflict, InvalidInput, Unavailable
from src.services.mongo.client import Database, guarded

_KEPT_FOR_S = 1.0
"""How long `current` is cached; every request needs it."""


class PreferenceStore:
    def __init__(
        self,
        database: Database,
        defaults: Preferences,
        locked: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """locked: the names that the environment sets; they cannot be changed."""
        self._database = database
        self.defaults = defaults
        self.locked = frozenset(locked)
        self._clock = clock
        self._current = defaults
        self._read_at = -math.inf
        self._token: bytes | None = None

    def current(self) -> Preferences:
        """At most a second old, and at once if changed on this host; the last known ones while MongoDB does
        not answer."""
        token = self._database.basis_changes.token()
        if token != self._token or self._clock() - self._read_at >= _KEPT_FOR_S:
            with suppress(Unavailable):
                self._current = self.read()
            self._read_at, self._token = self._clock(), token
        return self._current

    @guarded
    def read(self) -> Preferences:
        """Raises Unavailable."""
        document = self._database.settings.find_one({"_id": LOCAL_OWNER}) or {}
        names = asdict(self.defaults).keys() - self.locked
        values = {name: value for name, value in document.get("values", {}).items() if name in names}
        if "week_starts" in values:
            values["week_starts"] = Weekday(values["week_starts"])
        return replace(self.defaults, **values)

    def changed(self) -> dict[str, Any]:
        """Those that differ from their defaults, by name. Raises Unavailable."""
        now, defaults = asdict(self.read()), asdict(self.defaults)
        return {name: value for name, value in now.items() if value != defaults[name]}

    @guarded
    def change(self, before: Preferences, after: Preferences) -> None:
        """Store the differences of the two; one that equals its default is not stored.

        Raises InvalidInput for an unknown locale, Conflict if the environment sets a changed one, or if
        somebody else has changed one since `before`; Unavailable.
        """
        if after.locale and after.locale != before.locale:
            try:
                known_locale(after.locale)
            except ValueError as error:
                raise InvalidInput(str(error), field="locale") from None
        was, new, defaults = asdict(before), asdict(after), asdict(self.defaults)
        changed = [name for name in new if new[name] != was[name]]
        if locked := sorted(self.locked.intersection(changed)):
            raise Conflict(f"The environment sets {locked[0].upper()}, so it cannot be changed here.")
        settings = self._database.settings
        settings.update_one({"_id": LOCAL_OWNER}, {"$setOnInsert": {"owner": LOCAL_OWNER}}, upsert=True)
        unchanged = {f"values.{name}": _stored(was[name], defaults[name]) for name in changed}
        update = {
            "$set": {f"values.{name}": new[name] for name in changed if new[name] != defaults[name]},
            "$unset": {f"values.{name}": "" for name in changed if new[name] == defaults[name]},
        }
        filled: Mapping[str, Any] = {operator: fields for operator, fields in update.items() if fields}
        if filled and not settings.update_one({"_id": LOCAL_OWNER, **unchanged}, filled).matched_count:
            raise Conflict("Somebody else has changed this setting meanwhile. Reload and try again.")
        self._read_at = -math.inf


def _stored(value: Any, default: Any) -> Any:
    """A query for the stored form of `value`."""
    return {"$in": [None, value]} if value == default else {"$eq": value}
