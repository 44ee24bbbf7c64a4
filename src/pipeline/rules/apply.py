"""Apply a rule to the transactions that are stored already and that no person has answered, as one act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from src.components.rules.matching import RuleMatcher, folded
from src.domain.acts import Act, ActKind, ActSummary, UndoResult
from src.domain.bulk import AT_ONCE, MOST_ROWS, BulkChange
from src.domain.rules import Rule, RuleRow
from src.domain.transactions import Edit, Status, StoredTransaction
from src.errors import Conflict, InvalidInput
from src.pipeline.feedback.bulk import undo_changes
from src.pipeline.prediction.predict import Predictor, with_tags

if TYPE_CHECKING:
    from src.services.bulk.work import BulkQueue
    from src.services.rules.repository import Rules
    from src.services.rules.transactions import RuleTransactions
    from src.services.transactions.acts import ActLog
    from src.services.transactions.bulk import BulkRows
    from src.services.transactions.unanswered import Unanswered

_BATCH = 1000
_ALL_ROWS = 0
_UNFINISHED_AFTER = timedelta(minutes=5)
"""A request does not take longer."""


def changes(rule: Rule, rules: RuleMatcher, row: RuleRow) -> tuple[bool, bool]:
    """Whether the rule would decide this row, and whether it would tag it; neither if it does so already.

    rules: all of them, because an earlier one may decide instead.
    """
    if row.answered:
        return False, False
    outcome = rules.outcome(row.transaction)
    is_decider = outcome.decider is not None and outcome.decider.id == rule.id
    decides = is_decider and (row.rule, row.category) != (rule.id, rule.category)
    is_applied = any(applied.id == rule.id for applied in outcome.applied)
    tags = is_applied and with_tags(row.transaction, rule.tags) != row.transaction
    return decides, tags


@dataclass(frozen=True)
class RuleApplication:
    """More than a thousand transactions are left to the scheduler. If a request is interrupted, the act is
    listed without a number of rows: undoing it restores those it has changed, and applying the rule again
    does the rest; else `resume_unfinished` does it.
    """

    rules: Rules
    current_rules: Callable[[], RuleMatcher]
    rows: RuleTransactions
    changed_rows: BulkRows
    unanswered: Unanswered
    predictor: Predictor
    acts: ActLog
    queue: BulkQueue
    holder: str
    """Names this process."""

    def apply(self, rule_id: str, *, at: datetime) -> tuple[int, str | None]:
        """Returns how many transactions changed, or will be, and the act; None if nothing did, or it is
        undone already.

        Raises NotFound, Conflict if the rule is switched off, InvalidInput for too many rows, Unavailable.
        """
        rule = self.rules.get(rule_id)
        if not rule.enabled:
            raise Conflict("This rule is switched off. Switch it on first.")
        ids = self._ids(rule)
        if not ids:
            return 0, None
        if len(ids) > MOST_ROWS:
            raise InvalidInput(f"A rule can be applied to {MOST_ROWS} transactions at once. Narrow it down.")
        what = ActSummary("rule-applied", {"rule_id": rule.id, "name": rule.name, "category": rule.category})
        act = self.acts.begin(ActKind.RULE_APPLY, what, at=at)
        if len(ids) > AT_ONCE:
            self.queue.add(act, ids, BulkChange(rule=rule.id), at=at)
            return len(ids), act
        changed = self._apply(rule, ids, act, at)
        return changed, act if changed else None

    def change(self, rule_id: str, ids: Sequence[str], act: str, at: datetime) -> None:
        """Apply the rule to some of the act's transactions, unless it is another one by now.

        Raises Unavailable; safe to repeat.
        """
        begun = self.acts.find(act)
        for rule in self.rules.all():
            is_same = begun is not None and rule.category == begun.what.values["category"]
            if rule.id == rule_id and rule.enabled and is_same:
                self.changed_rows.change(ids, partial(self._changed, rule, act, at))

    def finish(self, act: str) -> int:
        """Returns how many transactions the act has changed. Raises Unavailable."""
        changed = self.rows.count_changed_by(act)
        self.acts.finish(act, rows=changed)
        return changed

    def _apply(self, rule: Rule, ids: Sequence[str], act: str, at: datetime) -> int:
        """Returns how many transactions the act has changed, also before an interruption."""
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            self.changed_rows.change(batch, lambda rows: self._changed(rule, act, at, rows))
            if undone := self.acts.undone(act):
                self.undo(undone, at)
                return 0
        return self.finish(act)

    def resume_unfinished(self, *, at: datetime) -> None:
        """Finish what an interruption left, unless the rule is another one by now. Raises Unavailable."""
        rules = {rule.id: rule for rule in self.rules.all() if rule.enabled}
        for act in self.acts.unfinished(ActKind.RULE_APPLY, before=at - _UNFINISHED_AFTER):
            if self.queue.progress(act.id):
                continue
            rule = rules.get(str(act.what.values["rule_id"]))
            if rule and rule.category == act.what.values["category"]:
                self._apply(rule, self._ids(rule), act.id, at)
            else:
                self.finish(act.id)

    def _ids(self, rule: Rule) -> list[str]:
        rules, candidates = self.current_rules(), self.rows.candidates(folded(rule), limit=_ALL_ROWS)
        return [row.id for row in candidates if any(changes(rule, rules, row))]

    def _changed(
        self, rule: Rule, act: str, at: datetime, rows: Sequence[StoredTransaction]
    ) -> list[StoredTransaction | None]:
        rules = self.current_rules()
        planned = [changes(rule, rules, _rule_row(row)) for row in rows]
        decided = [row for row, (decides, _) in zip(rows, planned, strict=True) if decides]
        predicted = self.predictor.predict([row.transaction for row in decided], at=at) if decided else []
        predictions = {
            row.id: replace(prediction, act=act)
            for row, (_, prediction) in zip(decided, predicted, strict=True)
            if prediction.rule == rule.id
        }
        changed: list[StoredTransaction | None] = []
        for row, (_, tags) in zip(rows, planned, strict=True):
            after = row
            if prediction := predictions.get(row.id):
                after = replace(after, predictions=(*row.predictions, prediction))
            if tags:
                tagged = with_tags(row.transaction, rule.tags)
                edits = (*row.edits, Edit(act, at, row.transaction, tagged))
                after = replace(after, transaction=tagged, edits=edits)
            changed.append(after if after is not row else None)
        return changed

    def undo(self, act: Act, at: datetime) -> UndoResult:
        """Restore the transactions. Those answered since keep the answer.

        Raises Conflict while the scheduler applies it, Unavailable.
        """
        self.queue.cancel(act.id, holder=self.holder)
        tagged = undo_changes(self.changed_rows, act.id, at, self.predictor.with_canonical_accounts)
        predicted = self.unanswered.undo(act.id)
        return UndoResult(tagged.rows + predicted, tagged.kept + self.unanswered.count_answered(act.id))


def _rule_row(row: StoredTransaction) -> RuleRow:
    is_answered = row.status is not Status.PREDICTED
    return RuleRow(row.id, row.transaction, row.category, is_answered, row.prediction.rule)
