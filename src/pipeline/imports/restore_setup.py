"""Restore what a Ledgerloop export says of how the ledger was set up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from src.components.bank_files.plan import Plan
from src.components.text.masking import mask
from src.domain.accounts import Account
from src.domain.anomalies import Dismissal
from src.domain.backups import Setup
from src.domain.budgets import Budget
from src.domain.imports import Profile
from src.domain.limits import Limit
from src.domain.recurring import StoredDecision
from src.domain.review import GroupKey, SkippedGroup
from src.domain.rules import Rule
from src.errors import Conflict, InvalidInput
from src.pipeline.budgets.editor import ListEditor, checked_budgets, checked_limits
from src.pipeline.rules.editor import value_problem

if TYPE_CHECKING:
    from src.pipeline.merchants.editor import MerchantEditor
    from src.pipeline.rules.editor import RuleEditor
    from src.pipeline.settings.editor import SettingsEditor
    from src.services.accounts.repository import Accounts
    from src.services.anomalies.reports import Dismissals
    from src.services.history.saved_filters import SavedFilters
    from src.services.imports.repository import ImportProfiles
    from src.services.insight.decisions import SeriesDecisions
    from src.services.review.skips import ReviewSkips

T = TypeVar("T", Budget, Limit)


@dataclass(frozen=True)
class SetupRestore:
    accounts: Accounts
    saved_filters: SavedFilters
    settings: SettingsEditor
    merchants: MerchantEditor
    rules: RuleEditor
    recurring: SeriesDecisions
    review_skips: ReviewSkips
    profiles: ImportProfiles
    budgets: ListEditor[Budget]
    limits: ListEditor[Limit]
    dismissals: Dismissals
    clock: Callable[[], datetime]

    def add(self, setup: Setup) -> None:
        """Add what does not exist here; what a person has set up here stays. Settings are restored only
        where none was changed.

        Raises Unavailable; safe to repeat.
        """
        for account in setup.accounts:
            self._add_account(replace(account, name=mask(account.name)))
        for saved in setup.saved_filters:
            with suppress(Conflict):  # it exists
                self.saved_filters.add(mask(saved.name), saved.query, at=self.clock())
        for merchant in setup.merchants:
            with suppress(Conflict):  # somebody changes it now
                self.merchants.restore(merchant, at=self.clock())
        self._add_rules(setup.rules)
        self._add_recurring(setup.recurring)
        self._add_skipped_groups(setup.skipped_groups)
        self._add_profiles(setup.profiles)
        self._add_budgets(setup.budgets, setup.limits)
        self._add_dismissals(setup.dismissals)
        preferences = self.settings.preferences
        if setup.settings and not preferences.changed():
            unlocked = {name: setup.settings[name] for name in setup.settings.keys() - preferences.locked}
            with suppress(Conflict, InvalidInput):  # somebody sets them now, or a person has edited the file
                self.settings.change(unlocked, at=self.clock())

    def _add_rules(self, rules: Sequence[Rule]) -> None:
        """After the others. A rule that is not valid here is left out: a person has edited the file."""
        with suppress(Conflict, InvalidInput):  # somebody changes the rules or deletes a category now
            slugs = self.rules.categories.slugs()
            self.rules.add_all([rule for rule in rules if self._is_valid(rule, slugs)], at=self.clock())

    def _add_recurring(self, decisions: Sequence[StoredDecision]) -> None:
        for stored in decisions:
            name = stored.decision.name
            decision = replace(stored.decision, name=mask(name) if name else None)
            self.recurring.add(replace(stored, decision=decision))

    def _add_skipped_groups(self, skips: Sequence[SkippedGroup]) -> None:
        known = {skipped.key for skipped in self.review_skips.all()}
        for skipped in skips:
            with suppress(ValueError):  # a person has edited the file
                GroupKey.read(skipped.key)
                if skipped.key not in known:
                    self.review_skips.set(skipped.key, skipped.until)

    def _add_profiles(self, profiles: Sequence[Profile]) -> None:
        known = {profile.layout for profile in self.profiles.all()}
        for profile in profiles:
            if profile.layout not in known:
                with suppress(InvalidInput):  # a person has edited the file
                    plan = Plan.from_dict(profile.plan).profile().to_dict()
                    self.profiles.remember(profile.layout, plan, name=mask(profile.name), at=profile.used_at)

    def _add_budgets(self, budgets: Sequence[Budget], limits: Sequence[Limit]) -> None:
        categories = {category.slug: category for category in self.rules.categories.all()}
        with suppress(Conflict):  # somebody changes them now
            self.budgets.restore(_valid(budgets, lambda one: checked_budgets([one], categories)), categories)
            self.limits.restore(_valid(limits, lambda one: checked_limits([one], categories)), categories)

    def _add_dismissals(self, dismissals: Sequence[Dismissal]) -> None:
        """With the categories and merchants that theirs were merged into here, so that they still teach."""
        _, categories = self.rules.categories.own_and_merged()
        merchants = self.merchants.merchants.canonical([dismissal.merchant for dismissal in dismissals])
        for dismissal in dismissals:
            category, merchant = dismissal.category or "", dismissal.merchant
            self.dismissals.add(
                replace(
                    dismissal,
                    category=categories.get(category, dismissal.category),
                    merchant=merchants.get(merchant, merchant),
                )
            )

    def _is_valid(self, rule: Rule, slugs: Collection[str]) -> bool:
        try:
            self.rules.complete(rule, slugs)
        except InvalidInput:
            return False
        return not any(map(value_problem, rule.conditions))

    def _add_account(self, account: Account) -> None:
        with suppress(Conflict):  # it exists under another name, or somebody adds it now
            existing = self.accounts.by_name(account.name)
            if existing is None:
                self.accounts.add(account)
            elif existing.automatic:  # a transaction has named it, and no person has changed it
                account = replace(account, id=existing.id, numbers=existing.numbers)
                self.accounts.change(existing, replace(account, merged_opening=existing.merged_opening))


def _valid(items: Sequence[T], checked: Callable[[T], Sequence[T]]) -> list[T]:
    """Without those that `checked` refuses: a person has edited the file."""
    valid: list[T] = []
    for item in items:
        with suppress(InvalidInput):
            valid += checked(item)
    return valid
