"""Change settings: an act that can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.feed import Channel, is_on, switch_of
from src.domain.preferences import Preferences
from src.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from src.services.settings.preferences import PreferenceStore
    from src.services.transactions.acts import ActLog


_NOT_SET_UP = {
    Channel.EMAIL: "E-mails need SMTP_HOST, SMTP_FROM and MAIL_TO: set them in the environment first.",
    Channel.WEBHOOK: "Webhooks need WEBHOOK_URL and WEBHOOK_SECRET: set them in the environment first.",
}


@dataclass(frozen=True)
class SettingsEditor:
    preferences: PreferenceStore
    acts: ActLog
    channels: Collection[Channel]
    """Those that the environment has settings for."""
    afterwards: Callable[[], None] = lambda: None
    """Called after each change."""

    def change(self, values: Mapping[str, Any], *, at: datetime) -> tuple[Preferences, str | None]:
        """Returns all settings and the act; None if nothing changes.

        values: fields of `Preferences`. Raises InvalidInput, also for a channel that the environment has no
        settings for; Conflict if it sets one of them; Unavailable.
        """
        before = self.preferences.read()
        after = replace(before, **values)
        if after == before:
            return before, None
        for channel in Channel:
            if channel not in self.channels and is_on(after, channel) and not is_on(before, channel):
                raise InvalidInput(_NOT_SET_UP[channel], field=switch_of(channel))
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
