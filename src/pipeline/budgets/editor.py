"""Change budgets and finance rules: acts that can be undone. They follow categories that are merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from src.domain import budgets, limits
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.budgets import SPENDING_GROUPS, Budget
from src.domain.categories import Category
from src.domain.limits import DEFAULTS, Limit
from src.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from src.services.budgets.repository import StoredList
    from src.services.transactions.acts import ActLog

T = TypeVar("T", Budget, Limit)
Plain = dict[str, dict[str, Any] | None]
"""By key; None if there is none."""

MOST = 200
_TRIES = 5


@dataclass(frozen=True)
class ListEditor(Generic[T]):
    """Changes the budgets, or the finance rules."""

    stored: StoredList[T]
    acts: ActLog
    kind: ActKind
    moved: Callable[[Sequence[T], str, str | None], list[T]]
    """With a category that was merged into another, or deleted."""
    afterwards: Callable[[], None] = lambda: None
    """Called after each change by a person."""

    def all(self) -> tuple[T, ...]:
        return self.stored.all()

    def change(self, derive: Callable[[tuple[T, ...]], Sequence[T]], *, at: datetime) -> str | None:
        """Returns the act; None if nothing changes. Raises InvalidInput, Conflict, Unavailable."""
        for _ in range(_TRIES):
            version, before = self.stored.read()
            after = tuple(derive(before))
            was, new = self._difference(before, after)
            if not was:
                if before != after:  # another order
                    self.stored.replace(version, after)
                return None
            what = ActSummary(
                f"{self.kind.value}-changed", {"before": json.dumps(was), "after": json.dumps(new)}
            )
            act = self.acts.begin(self.kind, what, at=at)
            if self.stored.replace(version, after):
                self.acts.finish(act, rows=0, keep=True)
                self.afterwards()
                return act
            self.acts.finish(act, rows=0)
        raise Conflict("Others are changing this at the same time; try again.")

    def restore(self, items: Sequence[T], slugs: Collection[str]) -> None:
        """Add those of a backup that are missing and whose categories exist. Raises Conflict, Unavailable."""

        def with_missing(before: tuple[T, ...]) -> Sequence[T]:
            by_key = {item.key: item for item in items if set(_named(item)) <= set(slugs)}
            by_key |= {item.key: item for item in before}
            return list(by_key.values())[:MOST]

        self._replace(with_missing)

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if one of them was changed again later; Unavailable. Safe to repeat."""
        was, new = (json.loads(str(act.what.values[side])) for side in ("before", "after"))
        current = self._plain(self.all())
        if any(current.get(key) not in (was[key], new[key]) for key in was):
            raise Conflict("This was changed again later. Undo the later change first.")
        self._put_back(was)
        return UndoResult(rows=0)

    def move_category(self, slug: str, into: str | None) -> None:
        """Safe to repeat. Raises Conflict, Unavailable."""
        self._replace(lambda before: self.moved(before, slug, into))

    def before_move(self, slug: str, into: str | None) -> str | None:
        """What `undo_move` needs; None if nothing names the category. Raises Unavailable."""
        before = self.all()
        was, new = self._difference(before, tuple(self.moved(before, slug, into)))
        return json.dumps({"before": was, "after": new}) if was else None

    def undo_move(self, noted: str) -> None:
        """What was changed since stays. Raises Conflict, Unavailable."""
        sides = json.loads(noted)
        current = self._plain(self.all())
        unchanged = {
            key: was for key, was in sides["before"].items() if current.get(key) == sides["after"][key]
        }
        self._put_back(unchanged)

    def _put_back(self, was: Plain) -> None:
        def restored(before: tuple[T, ...]) -> list[T]:
            kept = {item.key: item for item in before}
            for key, values in was.items():
                kept.pop(key, None) if values is None else kept.update({key: self.stored.item_of(values)})
            return list(kept.values())

        self._replace(restored)

    def _replace(self, derive: Callable[[tuple[T, ...]], Sequence[T]]) -> None:
        for _ in range(_TRIES):
            version, before = self.stored.read()
            after = tuple(derive(before))
            if after == before or self.stored.replace(version, after):
                return
        raise Conflict("Others are changing this at the same time; try again.")

    def _plain(self, items: Sequence[T]) -> dict[str, dict[str, Any]]:
        return {item.key: self.stored.as_plain(item) for item in items}

    def _difference(self, before: Sequence[T], after: Sequence[T]) -> tuple[Plain, Plain]:
        was, new = self._plain(before), self._plain(after)
        keys = [key for key in {**was, **new} if was.get(key) != new.get(key)]
        return {key: was.get(key) for key in keys}, {key: new.get(key) for key in keys}


def budget_editor(
    stored: StoredList[Budget], acts: ActLog, afterwards: Callable[[], None]
) -> ListEditor[Budget]:
    return ListEditor(stored, acts, ActKind.BUDGETS, budgets.moved, afterwards)


def limit_editor(
    stored: StoredList[Limit], acts: ActLog, afterwards: Callable[[], None]
) -> ListEditor[Limit]:
    return ListEditor(stored, acts, ActKind.LIMITS, limits.moved, afterwards)


def checked_budgets(wanted: Sequence[Budget], categories: Mapping[str, Category]) -> list[Budget]:
    """Raises InvalidInput for an unknown category, one that is no spending, and two of the same."""
    keys = set[str]()
    for budget in wanted:
        _known(budget.category, categories)
        group = categories[budget.category].group if budget.category else budget.group
        if group not in SPENDING_GROUPS:
            raise InvalidInput(
                "A budget is for spending: income, savings and transfers have none.", field="category"
            )
        if budget.key in keys:
            raise InvalidInput("There are two budgets for the same category and currency.", field="category")
        keys.add(budget.key)
    return _bounded(wanted)


def replaced_budgets(wanted: Sequence[Budget], month: str) -> Callable[[tuple[Budget, ...]], list[Budget]]:
    """`wanted` instead of the present ones: one that stays keeps its beginning, and the amounts of the months
    before `month`. A beginning of "" is chosen here."""

    def derive(before: tuple[Budget, ...]) -> list[Budget]:
        present = {budget.key: budget for budget in before}
        return [_continued(present.get(budget.key), budget, month) for budget in wanted]

    return derive


def with_budgets(wanted: Sequence[Budget], month: str) -> Callable[[tuple[Budget, ...]], list[Budget]]:
    """The present budgets with `wanted` among them, as in `replaced_budgets`."""

    def derive(before: tuple[Budget, ...]) -> list[Budget]:
        present = {budget.key: budget for budget in before}
        changed = {budget.key: _continued(present.get(budget.key), budget, month) for budget in wanted}
        return _bounded(list((present | changed).values()))

    return derive


def with_limit(wanted: Limit) -> Callable[[tuple[Limit, ...]], list[Limit]]:
    def derive(before: tuple[Limit, ...]) -> list[Limit]:
        by_key = {limit.key: limit for limit in before} | {wanted.key: wanted}
        return [limit for limit in _bounded(list(by_key.values())) if limit not in DEFAULTS]

    return derive


def without(key: str) -> Callable[[tuple[T, ...]], list[T]]:
    """Without the budget, or the finance rule, of this key; one that is always there is as to begin with."""
    return lambda before: [item for item in before if item.key != key]


def _continued(before: Budget | None, wanted: Budget, month: str) -> Budget:
    if before is None or wanted.since:
        amounts = tuple((since or month, amount) for since, amount in wanted.amounts)
    else:
        amounts = before.with_amount(wanted.amount, month).amounts
    return Budget(wanted.currency, amounts, wanted.category, wanted.group, wanted.carry_over)


def checked_limits(wanted: Sequence[Limit], categories: Mapping[str, Category]) -> list[Limit]:
    """Without those that are as they were to begin with. Raises InvalidInput."""
    keys = set[str]()
    for limit in wanted:
        for slug in (limit.category, *limit.categories):
            _known(slug, categories)
        if limit.key in keys:
            raise InvalidInput("There are two limits for the same figure.", field="rule")
        keys.add(limit.key)
    return [limit for limit in _bounded(wanted) if limit not in DEFAULTS]


def _named(item: Budget | Limit) -> list[str]:
    return [slug for slug in (item.category, *getattr(item, "categories", ())) if slug]


def _known(slug: str | None, categories: Mapping[str, Category]) -> None:
    if slug is not None and slug not in categories:
        raise InvalidInput("There is no category with this name.", field="category")


def _bounded(items: Sequence[T]) -> list[T]:
    if len(items) > MOST:
        raise InvalidInput(f"There may be {MOST} at most.", field="")
    return list(items)
