"""What a backup contains in addition to transactions and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from src.domain.accounts import Account
from src.domain.anomalies import Dismissal
from src.domain.budgets import Budget
from src.domain.imports import Profile
from src.domain.limits import Limit
from src.domain.merchants import Merchant
from src.domain.recurring import StoredDecision
from src.domain.review import SkippedGroup
from src.domain.rules import Rule
from src.domain.transactions import SavedFilter


@dataclass(frozen=True, slots=True)
class Setup:
    """How a person has set up the ledger."""

    accounts: tuple[Account, ...] = ()
    """Without their numbers."""
    saved_filters: tuple[SavedFilter, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The fields of `Preferences` that differ from their defaults."""
    merchants: tuple[Merchant, ...] = ()
    """Those that a person decided something about."""
    rules: tuple[Rule, ...] = ()
    recurring: tuple[StoredDecision, ...] = ()
    skipped_groups: tuple[SkippedGroup, ...] = ()
    profiles: tuple[Profile, ...] = ()
    budgets: tuple[Budget, ...] = ()
    limits: tuple[Limit, ...] = ()
    """Those that differ from the defaults."""
    dismissals: tuple[Dismissal, ...] = ()
    """Of unusual spending."""

    def with_slugs(self, slugs: Mapping[str, str]) -> Setup:
        """With other slugs of categories, where `slugs` has one."""

        def today(slug: str | None) -> str | None:
            return slugs.get(slug, slug) if slug else slug

        limits = [
            replace(
                limit,
                category=today(limit.category),
                categories=tuple(slugs.get(slug, slug) for slug in limit.categories),
            )
            for limit in self.limits
        ]
        return replace(
            self,
            rules=tuple(replace(rule, category=today(rule.category)) for rule in self.rules),
            budgets=tuple(replace(budget, category=today(budget.category)) for budget in self.budgets),
            limits=tuple(limits),
            dismissals=tuple(replace(one, category=today(one.category)) for one in self.dismissals),
        )
