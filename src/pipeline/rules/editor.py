"""Add, change, order, delete and import rules: acts that can be undone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from src.components.rules.matching import matches, problem_of
from src.components.rules.widening import widened
from src.components.text.masking import mask
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.rules import (
    LONGEST_NAME,
    MOST_RULES,
    Condition,
    Field,
    Operator,
    Rule,
    as_plain,
    names_in,
    rule_of,
    with_names,
)
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.accounts.names import known_account

if TYPE_CHECKING:
    from src.domain.transactions import Transaction
    from src.services.accounts.repository import Accounts
    from src.services.categories.repository import Categories
    from src.services.rules.repository import Rules
    from src.services.transactions.acts import ActLog

_TRIES = 5
_CHANGED_LATER = "This rule was changed again later. Undo the later change first."
_BUSY = "Others are changing the rules at the same time; try again."

Derive = Callable[[tuple[Rule, ...]], Sequence[Rule]]


def value_problem(condition: Condition) -> str | None:
    """What is wrong with a text or a pattern, as the end of a sentence; None if nothing is."""
    return problem_of(condition)


@dataclass(frozen=True)
class RuleEditor:
    rules: Rules
    categories: Categories
    accounts: Accounts
    acts: ActLog

    def checked(self, rule: Rule, slugs: Collection[str] | None = None) -> Rule:
        """As it would be stored: with masked texts, and the names of today.

        slugs: the categories; None reads them. Raises InvalidInput for an unknown category, or a pattern with
        a long number.
        """
        slugs = self.categories.slugs() if slugs is None else slugs
        if rule.category is not None and rule.category not in slugs:
            raise InvalidInput("There is no category with this name.", field="category")
        masked = replace(
            rule,
            name=mask(rule.name),
            conditions=tuple(map(_masked, rule.conditions)),
            tags=tuple(dict.fromkeys(map(mask, rule.tags))),
        )
        named = self._with_current_accounts(masked)
        return replace(named, name=named.name or _name_of(named.conditions[0]))

    def complete(self, rule: Rule, slugs: Collection[str] | None = None) -> Rule:
        """`checked`, and has an effect. Raises InvalidInput."""
        if rule.category is None and not rule.tags:
            raise InvalidInput("Give the rule a category, tags, or both.", field="category")
        return self.checked(rule, slugs)

    def add(self, rule: Rule, *, at: datetime) -> tuple[Rule, str]:
        """Add it as the last one. Returns it with its id, and the act. Raises InvalidInput, Conflict,
        Unavailable."""
        added = replace(self.complete(rule), id=_new_id())
        act = self._change("rule-added", added.name, lambda rules: _bounded([*rules, added]), at)
        return added, str(act)

    def change(self, rule_id: str, fields: Mapping[str, Any], *, at: datetime) -> tuple[Rule, str | None]:
        """Set some fields. Returns the rule, and the act; None if nothing changes.

        Raises NotFound, InvalidInput, Conflict, Unavailable.
        """
        after = self.complete(replace(self.rules.get(rule_id), **fields))
        # Of the fields that somebody else changes meanwhile, only those given here are replaced.
        kept = {name: getattr(after, name) for name in fields}

        def changed(rules: tuple[Rule, ...]) -> list[Rule]:
            return [replace(rule, **kept) if rule.id == rule_id else rule for rule in rules]

        act = self._change("rule-changed", after.name, changed, at)
        return self.rules.get(rule_id), act

    def include(self, rule_id: str, transaction: Transaction, *, at: datetime) -> tuple[Rule, str | None]:
        """Widen the rule so that it matches this transaction too.

        Raises NotFound, Unavailable, and Conflict if that needs more than another merchant.
        """
        rule = self.rules.get(rule_id)
        wider = rule if matches(rule, transaction) else widened(rule, transaction)
        if wider is None:
            raise Conflict(
                "This rule has conditions that the transaction does not meet. Change them on the rule's page."
            )
        return self.change(rule_id, {"match": wider.match, "conditions": wider.conditions}, at=at)

    def delete(self, rule_id: str, *, at: datetime) -> str:
        """Returns the act. Raises NotFound, Conflict, Unavailable."""
        rule = self.rules.get(rule_id)
        act = self._change(
            "rule-deleted", rule.name, lambda rules: [other for other in rules if other.id != rule_id], at
        )
        if act is None:
            raise NotFound("There is no rule with this id.")
        return act

    def order(self, ids: Sequence[str], *, at: datetime) -> tuple[tuple[Rule, ...], str | None]:
        """Put the rules into this order. Returns them, and the act; None if it is their order already.

        Raises InvalidInput unless `ids` are those of all rules, Conflict, Unavailable.
        """

        def ordered(rules: tuple[Rule, ...]) -> list[Rule]:
            by_id = {rule.id: rule for rule in rules}
            if sorted(ids) != sorted(by_id):
                raise InvalidInput("Give the ids of all rules, each once.", field="ids")
            return [by_id[rule_id] for rule_id in ids]

        act = self._change("rules-ordered", "", ordered, at)
        return self.rules.all(), act

    def move(self, rule_id: str, by: int, *, at: datetime) -> str | None:
        """Move one rule up (-1) or down (1). Raises NotFound, Conflict, Unavailable."""

        def moved(rules: tuple[Rule, ...]) -> list[Rule]:
            others = [rule for rule in rules if rule.id != rule_id]
            position = next((index for index, rule in enumerate(rules) if rule.id == rule_id), None)
            if position is None:
                raise NotFound("There is no rule with this id.")
            others.insert(max(0, position + by), rules[position])
            return others

        return self._change("rules-ordered", "", moved, at)

    def add_all(self, rules: Sequence[Rule], *, at: datetime) -> tuple[list[Rule], str | None]:
        """Add those that do not exist yet, after the others, with their ids if they have any that are free.

        Returns them, and the act.

        Raises InvalidInput, Conflict, Unavailable; nothing is added then.
        """
        slugs = self.categories.slugs()
        checked = [replace(self.complete(rule, slugs), id=rule.id or _new_id()) for rule in rules]
        added: list[Rule] = []

        def extended(existing: tuple[Rule, ...]) -> list[Rule]:
            new = {rule.effect: rule for rule in reversed(checked)}
            for rule in existing:
                new.pop(rule.effect, None)
            taken = {rule.id for rule in existing}
            added[:] = [
                replace(rule, id=_new_id()) if rule.id in taken else rule
                for rule in checked
                if new.get(rule.effect) is rule
            ]
            return _bounded([*existing, *added])

        act = self._change("rules-imported", "", extended, at)
        return added, act

    def _change(self, code: str, name: str, derive: Derive, at: datetime) -> str | None:
        """Returns the act; None if nothing changes. The act is stored first."""
        for _ in range(_TRIES):
            version, before = self.rules.read()
            after = tuple(derive(before))
            if after == before:
                return None
            what = ActSummary(code, {"name": name, **_difference(before, after)})
            act = self.acts.begin(ActKind.RULES, what, at=at)
            if self.rules.replace(version, after):
                self._follow_merges(after)
                self.acts.finish(act, rows=0, keep=True)
                return act
            self.acts.finish(act, rows=0)
        raise Conflict(_BUSY)

    def _follow_merges(self, rules: Sequence[Rule]) -> None:
        """A category may have been merged after it was checked and before the rules were stored."""
        _, merged = self.categories.own_and_merged()
        for slug in {rule.category for rule in rules if rule.category in merged}:
            self.rules.move_category(str(slug), merged[str(slug)])

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if one of the rules, or their order, was changed again later; Unavailable."""
        before, after = (json.loads(str(act.what.values[side])) for side in ("before", "after"))
        undone = _undone_order if act.what.code == "rules-ordered" else self._undone_change
        for _ in range(_TRIES):
            version, rules = self.rules.read()
            restored = tuple(undone(before, after, rules))
            if restored == rules or self.rules.replace(version, restored):
                return UndoResult(rows=0)
        raise Conflict(_BUSY)

    def _undone_change(self, before: Any, after: Any, rules: tuple[Rule, ...]) -> list[Rule]:
        """before, after: the positions and rules that the act changed."""
        _, merged = self.categories.own_and_merged()
        was = {
            rule.id: (position, self._with_current_names(rule, merged)) for position, rule in _read(before)
        }
        became = {rule.id: self._with_current_names(rule, merged) for _, rule in _read(after)}
        current = {rule.id: rule for rule in rules}
        for rule_id, rule in became.items():
            _, earlier = was.get(rule_id, (0, None))
            ours = [self.rules.with_merged_merchants(side) for side in (rule, earlier) if side]
            if current.get(rule_id) not in [*ours, earlier]:
                raise Conflict(_CHANGED_LATER)
        kept = [rule for rule in rules if rule.id not in became or rule.id in was]
        slugs = self.categories.slugs()
        if any(rule.category and rule.category not in slugs for _, rule in was.values()):
            raise Conflict("The category of this rule was deleted later. Undo that first.")
        restored = [was[rule.id][1] if rule.id in was else rule for rule in kept]
        for rule_id, (position, rule) in was.items():
            if rule_id not in current:
                restored.insert(position, rule)
        return restored

    def _with_current_names(self, rule: Rule, merged: Mapping[str, str]) -> Rule:
        """A category may have been merged, and an account renamed."""
        category = merged.get(rule.category or "", rule.category)
        return self._with_current_accounts(replace(rule, category=category))

    def _with_current_accounts(self, rule: Rule) -> Rule:
        accounts = {name: known_account(name, self.accounts) for name in names_in(rule, Field.ACCOUNT)}
        today = {name: account.name for name, account in accounts.items() if account}
        return with_names(rule, Field.ACCOUNT, today)


def _new_id() -> str:
    return secrets.token_hex(12)


def _bounded(rules: list[Rule]) -> list[Rule]:
    if len(rules) > MOST_RULES:
        raise Conflict(f"There can be {MOST_RULES} rules. Delete some first.")
    return rules


def _masked(condition: Condition) -> Condition:
    """Stored transactions are masked too. Raises InvalidInput for a pattern that names a long number."""
    value = condition.value
    if condition.op is Operator.MATCHES and mask(str(value)) != value:
        raise InvalidInput(
            "Numbers of cards, accounts and phones are masked, so no pattern finds them.", field="conditions"
        )
    if isinstance(value, str):
        return replace(condition, value=mask(value))
    if isinstance(value, tuple):
        masked = tuple(mask(part) if isinstance(part, str) else part for part in value)
        return replace(condition, value=masked)
    return condition


def _name_of(condition: Condition) -> str:
    """A name for a rule that was given none, after its first condition: `swiggy`, `amount 1 to 9.50`."""
    field, value = condition.field.value, condition.value
    if condition.op is Operator.BETWEEN and isinstance(value, tuple):
        first, last = value
        text = f"{field} {first} to {last}" if first is not None else f"{field} up to {last}"
        text = text if last is not None else f"{field} from {first}"
    elif isinstance(value, tuple):
        text = ", ".join(map(str, value))
    else:
        text = field if isinstance(value, bool) else str(value)
    return text[:LONGEST_NAME]


def _difference(before: Sequence[Rule], after: Sequence[Rule]) -> dict[str, str]:
    """What undo needs: the ids in order if only the order changed, else the rules that differ."""
    if set(before) == set(after):
        return {side: json.dumps([rule.id for rule in rules]) for side, rules in _sides(before, after)}
    same = set(before) & set(after)
    return {
        side: json.dumps(
            [[position, as_plain(rule)] for position, rule in enumerate(rules) if rule not in same]
        )
        for side, rules in _sides(before, after)
    }


def _sides(before: Sequence[Rule], after: Sequence[Rule]) -> tuple[tuple[str, Sequence[Rule]], ...]:
    return ("before", before), ("after", after)


def _read(plain: Any) -> list[tuple[int, Rule]]:
    return [(position, rule_of(values)) for position, values in plain]


def _undone_order(before: Sequence[str], after: Sequence[str], rules: Sequence[Rule]) -> list[Rule]:
    """Rules that were added since stay behind the others."""
    current = [rule.id for rule in rules]
    remaining = [rule_id for rule_id in after if rule_id in current]
    if [rule_id for rule_id in current if rule_id in after] != remaining:
        if [rule_id for rule_id in before if rule_id in current] == remaining:
            return list(rules)
        raise Conflict("The rules were put into another order since. Undo that first.")
    by_id = {rule.id: rule for rule in rules}
    earlier = [by_id[rule_id] for rule_id in before if rule_id in by_id]
    return [*earlier, *(rule for rule in rules if rule.id not in before)]
