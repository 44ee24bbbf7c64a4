"""The analysis of the ledger, in parts such as unusual spending and the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

Revision = str
"""Another one after each change of the ledger."""


@dataclass(frozen=True, slots=True)
class ClaimedAnalysis:
    """An analysis that one process may do."""

    attempt: int
    revision: Revision
    """Of the ledger before it began."""
    today: date
    train: bool
    """Whether the parts that learn are to learn anew."""
    requests: int = 0
    """How often one was requested before it began."""


@dataclass(frozen=True, slots=True)
class PartState:
    """The newest analysis of a part."""

    at: datetime
    ok: bool
    """False if it failed; what an earlier one stored may still be there."""
    revision: Revision
    day: date
    """The day that was today for it."""


@dataclass(frozen=True, slots=True)
class AnalysisStatus:
    """What was analysed, compared with the present ledger."""

    revision: Revision
    """Of the ledger."""
    today: date
    parts: Mapping[str, PartState] = field(default_factory=dict)

    def is_current(self, part: str) -> bool:
        """Whether the part was analysed since the ledger last changed, today."""
        state = self.parts.get(part)
        return bool(state and state.ok and (state.revision, state.day) == (self.revision, self.today))

    def has_ended(self, part: str) -> bool:
        """Whether the present ledger was analysed, with or without success."""
        state = self.parts.get(part)
        return bool(state and (state.revision, state.day) == (self.revision, self.today))
