"""Change settings: an act that can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.preferences import Preferences
from src.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.acts import ActLog


@dataclass(frozen=True)
class SettingsEditor:
    preferences: PreferenceStore
    acts: ActLog
    afterwards: Callable[[], None] = lambda: None
    """Called after each change."""

    def change(self, values: Mapping[str, Any], *, at: datetime) -> tuple[Preferences, str | None]:
        """Returns all settings and the act; None if nothing changes.

        values: fields of `Preferences`. Raises InvalidInput, Conflict if the environment sets one of them,
        Unavailable.
        """
        before = self.preferences.read()
        after = replace(before, **values)
        if after == before:
            return before, None
        act = self.acts.begin(ActKind.SETTINGS, _summary(before, after), at=at)
        try:
            self.preferences.change(before, after)
        except (Conflict, InvalidInput):
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=0, keep=True)
        self.afterwards()
        return after, act

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Restore the settings of the act. Raises Conflict if one was changed again since, Unavailable."""
        was, new = (json.loads(str(act.what.values[side])) for side in ("before", "after"))
        now = self.preferences.read()
        held = asdict(now)
        if any(held[name] not in (new[name], was[name]) for name in was):
            raise Conflict("This setting was changed again later. Undo the later change first.")
        self.preferences.change(now, replace(now, **was))
        self.afterwards()
        return UndoResult(rows=0)


def _summary(before: Preferences, after: Preferences) -> ActSummary:
    was, new = asdict(before), asdict(after)
    changed = [name for name in new if new[name] != was[name]]
    sides = {"before": was, "after": new}
    return ActSummary(
        "settings-changed",
        {side: json.dumps({name: values[name] for name in changed}) for side, values in sides.items()},
    )
