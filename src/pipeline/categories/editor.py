"""Change a category, or merge it with its transactions into another; both can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.categories import Category, category_of
from src.errors import Conflict, InvalidInput, NotFound, Unavailable
from src.pipeline.feedback.bulk import WithCanonicalAccounts, undo_changes

if TYPE_CHECKING:
    from src.pipeline.prediction.predict import Predictor
    from src.services.categories.repository import Categories
    from src.services.categories.transactions import CategoryTransactions
    from src.services.rules.repository import Rules
    from src.services.transactions.acts import ActLog
    from src.services.transactions.bulk import BulkRows
    from src.services.transactions.unanswered import Unanswered

_OFFERED_TO = 1000
"""It takes about a second."""
_OFFERED = 0.05
"""The probability from which it is a suggestion."""
_DECIDING = {"name", "description", "parent"}
"""What a category without answers is predicted from."""


class CategoryList(Protocol):
    """Entries that name categories."""

    def before_move(self, slug: str, into: str | None) -> str | None: ...

    def move_category(self, slug: str, into: str | None) -> None: ...

    def undo_move(self, noted: str) -> None: ...


@dataclass(frozen=True)
class CategoryEditor:
    categories: Categories
    rows: CategoryTransactions
    acts: ActLog
    changed_rows: BulkRows
    unanswered: Unanswered
    with_canonical_accounts: WithCanonicalAccounts
    rules: Rules
    predictor: Predictor
    lists: Mapping[str, CategoryList]
    """The budgets and the finance rules."""

    def add(self, category: Category, *, at: datetime) -> str:
        """Transactions to review that its name or description fits are predicted again. Returns the act to
        undo it by. Raises Conflict, InvalidInput, Unavailable.
        """
        what = ActSummary("category-added", {"slug": category.slug, "name": category.name})
        act = self.acts.begin(ActKind.CATEGORY_ADD, what, at=at)
        try:
            self.categories.add(category)
        except Exception:
            self.acts.finish(act, rows=0)
            raise
        self.acts.finish(act, rows=self._offer(category.slug, act, at), keep=True)
        return act

    def _offer(self, slug: str, act: str, at: datetime) -> int:
        """Predict the newest transactions to review again, as part of `act`; returns how many the category is
        suggested for. The others keep their prediction.
        """
        waiting = self.unanswered.waiting(_OFFERED_TO)
        try:
            predicted = self.predictor.predict(list(waiting.values()), at=at)
        except Unavailable:  # there is no model yet, so there is no prediction either
            return 0
        suggested = {
            transaction_id: (transaction, replace(prediction, act=act))
            for (transaction_id, transaction), (_, prediction) in zip(waiting.items(), predicted, strict=True)
            if any(
                other.category == slug for other in prediction.alternatives if other.probability >= _OFFERED
            )
        }
        self.unanswered.append(suggested)
        return len(suggested)

    def undo_add(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict, and changes nothing, if the category is or was used."""
        slug = str(act.what.values["slug"])
        if self.rows.count_named(slug, but=act.id) or self.rules.of_category(slug):
            raise Conflict("Transactions have or had this category. Merge it into another one instead.")
        if any(of_list.before_move(slug, None) for of_list in self.lists.values()):
            raise Conflict("A budget or a finance rule names this category. Remove it there first.")
        restored = self.unanswered.undo(act.id)
        with suppress(NotFound):  # deleted or merged since
            self.categories.merge(slug, None)
        return UndoResult(rows=restored)

    def change(self, slug: str, fields: Mapping[str, Any], *, at: datetime) -> tuple[Category, str]:
        """Rename, regroup, recolour; returns the changed category and the act to undo it by.

        Raises NotFound, Conflict, InvalidInput, Unavailable.
        """
        before = self.categories.get(slug)
        new = asdict(replace(before, **fields))
        values = {**asdict(before), **{f"new_{name}": value for name, value in new.items()}}
        what = ActSummary("category-changed", values)
        act = self.acts.begin(ActKind.CATEGORY_CHANGE, what, at=at)
        try:
            after = self.categories.change(slug, fields)
        except Exception:
            self.acts.finish(act, rows=0)
            raise
        if any(getattr(before, name) != getattr(after, name) for name in _DECIDING):
            self._offer(slug, act, at)
        self.acts.finish(act, rows=self.rows.count(slug), keep=True)
        return after, act

    def delete(self, slug: str, into: str | None, *, at: datetime) -> tuple[Category, int, str]:
        """Merge it into `into`, with answers, predictions and rules; without `into`, delete an unused one.

        Returns the category as it was, the number of its transactions, and the act to undo it by. Raises
        NotFound, Conflict if it is used and `into` is missing, InvalidInput, Unavailable. The
        transactions move before the category is merged, so an interrupted merge can be repeated.
        """
        categories = {category.slug: category for category in self.categories.all()}
        before = self.categories.get(slug)
        if into is None and (used := self.rows.count_named(slug)):
            raise Conflict(
                f"{used} transactions have or had this category. Choose the category they move to."
            )
        naming = self.rules.of_category(slug)
        if into is None and naming:
            raise Conflict(f"{len(naming)} rules give this category. Choose the category they give instead.")
        if into is not None and (into == slug or into not in categories):
            raise InvalidInput("Choose another category that exists.", field="into")
        children = [child.slug for child in categories.values() if child.parent == slug]
        naming_it = {"children": ",".join(children), "rules": ",".join(naming)}
        noted = {name: of_list.before_move(slug, into) for name, of_list in self.lists.items()}
        values = {**asdict(before), "into": into, **naming_it, **noted}
        what = ActSummary("category-merged", values)
        act = self.acts.begin(ActKind.CATEGORY_MERGE, what, at=at)
        relabelled = self._relabel(slug, into, act, at) if into else 0
        self.categories.merge(slug, into)
        self._move_in_lists(slug, into)
        if into:  # those predicted meanwhile
            relabelled += self._relabel(slug, into, act, at)
        if undone := self.acts.undone(act):
            self.undo_merge(undone, at)
        self.acts.finish(act, rows=relabelled, keep=True)
        return before, relabelled, act

    def _relabel(self, slug: str, into: str, act: str, at: datetime) -> int:
        self.rules.move_category(slug, into)
        parts = self.rows.relabel_parts(slug, into, act=act, at=at)
        return self.rows.relabel(slug, into, act=act) + parts

    def _move_in_lists(self, slug: str, into: str | None) -> None:
        for of_list in self.lists.values():
            of_list.move_category(slug, into)

    def settle(self, *, at: datetime) -> None:
        """After an undo or a restore: every transaction has a category of today.

        A merged one that came back is replaced by the act of its merge, whose undo restores that too.
        """
        merged = self.categories.merged_into()
        for slug, into in self.categories.own_and_merged()[1].items():
            self._move_in_lists(slug, into)
        for slug in filter(self.rows.names, merged):
            followed = set[str]()
            while slug in merged and slug not in followed:  # the other one may be merged too
                followed.add(slug)
                if act := self.acts.merge_of(slug):
                    self._relabel(slug, merged[slug], act, at)
                slug = merged[slug]

    def undo_change(self, act: Act, at: datetime) -> UndoResult:
        """Raises Conflict if the category was changed again, merged or deleted later."""
        values = act.what.values
        slug, before = str(values["slug"]), asdict(category_of(values))
        try:
            current = asdict(self.categories.get(slug))
        except NotFound:
            raise Conflict("This category was merged or deleted later. Undo that first.") from None
        if "new_name" in values:  # acts of earlier releases restore every field
            before = {name: value for name, value in before.items() if value != values[f"new_{name}"]}
            if any(current[name] not in (before[name], values[f"new_{name}"]) for name in before):
                raise Conflict("This category was changed again later. Undo the later change first.")
        try:
            self.categories.change(slug, before)
        except InvalidInput as error:  # the parent, which has a parent by now or does not exist
            raise Conflict(str(error)) from None
        self.unanswered.undo(act.id)
        return UndoResult(rows=act.rows or 0)

    def undo_merge(self, act: Act, at: datetime) -> UndoResult:
        """Transactions that were answered since keep their answer."""
        self.categories.restore(category_of(act.what.values))
        for child in filter(None, str(act.what.values["children"]).split(",")):
            with suppress(NotFound, InvalidInput):  # merged itself, or it has another parent by now
                self.categories.change(child, {"parent": act.what.values["slug"]})
        if naming := act.what.values.get("rules"):
            into, slug = str(act.what.values["into"]), str(act.what.values["slug"])
            self.rules.move_category(into, slug, only=str(naming).split(","))
        for name, of_list in self.lists.items():
            if noted := act.what.values.get(name):
                of_list.undo_move(str(noted))
        undone = undo_changes(self.changed_rows, act.id, at, self.with_canonical_accounts)
        return UndoResult(undone.rows + self.unanswered.undo(act.id), undone.kept)
