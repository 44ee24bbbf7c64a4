"""The analysis of the ledger: its parts one after the other, each with its own failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from src.domain.analysis import ClaimedAnalysis
from src.errors import LeaseLost, Unavailable

if TYPE_CHECKING:
    from src.services.analysis.state import AnalysisState

log = logging.getLogger(__name__)

Part = Callable[[date, bool], None]
"""Takes the day that is today, and whether to learn anew; stores what it finds."""


@dataclass(frozen=True)
class LedgerAnalysis:
    state: AnalysisState
    parts: Mapping[str, Part]
    """In this order."""

    def run(self, *, holder: str, attempt: int) -> list[str]:
        """The parts that failed. Raises LeaseLost, Unavailable."""
        failed = []
        with self.state.keep_lease(holder, attempt):
            claimed = self.state.begin(attempt)
            for name, part in self.parts.items():
                ok = _succeeds(name, part, claimed)
                self.state.record(claimed, name, ok=ok, holder=holder)
                failed += [] if ok else [name]
            self.state.finish(claimed, holder=holder)
        return failed


def _succeeds(name: str, part: Part, claimed: ClaimedAnalysis) -> bool:
    try:
        part(claimed.today, claimed.train)
    except (LeaseLost, Unavailable):
        raise
    except Exception:
        log.exception("analysis failed", extra={"part": name})
        return False
    return True
