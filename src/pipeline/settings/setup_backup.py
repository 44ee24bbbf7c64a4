"""How the ledger is set up now, for a backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from src.domain.backups import Setup

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.anomalies.reports import Dismissals
    from src.services.budgets.repository import Budgets, Limits
    from src.services.history.saved_filters import SavedFilters
    from src.services.imports.repository import ImportProfiles
    from src.services.insight.decisions import SeriesDecisions
    from src.services.merchants.repository import Merchants
    from src.services.review.skips import ReviewSkips
    from src.services.rules.repository import Rules
    from src.services.settings.preferences import PreferenceStore


@dataclass(frozen=True)
class SetupBackup:
    accounts: Accounts
    saved_filters: SavedFilters
    preferences: PreferenceStore
    merchants: Merchants
    rules: Rules
    recurring: SeriesDecisions
    review_skips: ReviewSkips
    profiles: ImportProfiles
    budgets: Budgets
    limits: Limits
    dismissals: Dismissals

    def current(self) -> Setup:
        """Raises Unavailable."""
        return Setup(
            accounts=tuple(self.accounts.with_all_former_keys()),
            saved_filters=tuple(self.saved_filters.all()),
            settings=self.preferences.changed(),
            merchants=tuple(self.merchants.decided()),
            rules=self.rules.all(),
            recurring=tuple(self.recurring.all()),
            skipped_groups=tuple(self.review_skips.all()),
            profiles=tuple(self.profiles.all()),
            budgets=self.budgets.all(),
            limits=self.limits.all(),
            dismissals=tuple(self.dismissals.all()),
        )
