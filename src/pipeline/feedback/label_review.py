"""Answers that are possible mistakes: left out of training until the person has reviewed them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from src.components.dataset.possible_mistakes import CategoryRelabels, LabelConflicts
from src.domain.feedback import FeedbackOutcome
from src.domain.training_runs import SetAside
from src.domain.transactions import CategoryRelabel, LabelledTransaction, PossibleMistake, StoredTransaction
from src.errors import InvalidInput, NotFound
from src.pipeline.feedback.feedback import Answer, FeedbackLoop

if TYPE_CHECKING:
    from src.services.transactions.possible_mistakes import PossibleMistakes
    from src.services.transactions.repository import Transactions


def to_learn_from(
    labels: Transactions,
    conflicts: LabelConflicts,
    relabels: CategoryRelabels,
    marks: PossibleMistakes | None,
    *,
    at: datetime,
    ignored: Mapping[str, datetime] | None = None,
) -> tuple[list[LabelledTransaction], dict[SetAside, int]]:
    """The labels without possible mistakes and what is not to be learned, and the number of these by reason.
    The mistakes are marked.

    If an answer is part of a category relabel, the earlier answer trains instead. Hold-out rows stay
    unchanged and are not used here: they must not influence what trains.

    ignored: until when the answers for a merchant teach nothing.
    """
    everything = list(labels.labelled())
    labelled = [label for label in everything if label.holdout or not _is_ignored(label, ignored or {})]
    counts = Counter({SetAside.NOT_LEARNED: len(everything) - len(labelled)})
    if marks is None:
        return labelled, dict(+counts)
    training, confirmed = [label for label in labelled if not label.holdout], marks.confirmed()
    mistakes = {mistake.transaction_id: mistake for mistake in conflicts.find(training, confirmed)}
    mistakes |= {mistake.transaction_id: mistake for mistake in relabels.find(training, confirmed)}
    marks.replace(list(mistakes.values()), at=at)
    usable = [label for row in labelled if (label := _usable(row, mistakes.get(row.id)))]
    counts += Counter(
        SetAside.RELABELLED if mistake.whole_category else SetAside.CONTRADICTING
        for mistake in mistakes.values()
    )
    return usable, dict(sorted(counts.items()))


def _is_ignored(label: LabelledTransaction, ignored: Mapping[str, datetime]) -> bool:
    until = ignored.get(label.transaction.merchant)
    return until is not None and label.labelled_at <= until


def _usable(row: LabelledTransaction, mistake: PossibleMistake | None) -> LabelledTransaction | None:
    """The label to train with until the review: its own, the one it replaced, or none."""
    if mistake is None:
        return row
    earlier = row.replaced if mistake.whole_category else None
    if earlier is None or earlier.category is None:
        return None
    return replace(row, category=earlier.category, source=earlier.source, labelled_at=earlier.at)


@dataclass(frozen=True)
class LabelReview:
    """The review of possible mistakes. The person decides; nothing changes by itself."""

    marks: PossibleMistakes
    feedback: FeedbackLoop

    def open(self, limit: int = 10) -> list[tuple[StoredTransaction, PossibleMistake]]:
        """Those that still contradict, given the answers since the training run that marked them."""
        return self._still(self.marks.open(limit))

    def get(self, transaction_id: str) -> tuple[StoredTransaction, PossibleMistake]:
        """Raises NotFound if the answer is not a possible mistake, or no longer."""
        mistakes = self._still([self.marks.get(transaction_id)])
        if not mistakes:
            raise NotFound("This answer no longer contradicts the others.")
        return mistakes[0]

    def _still(self, rows: Sequence[StoredTransaction]) -> list[tuple[StoredTransaction, PossibleMistake]]:
        labelled = self.marks.labelled({row.transaction.merchant for row in rows}) if rows else ()
        mistakes = {mistake.transaction_id: mistake for mistake in LabelConflicts().find(labelled)}
        return [(row, mistakes[row.id]) for row in rows if row.id in mistakes]

    def confirm(self, transaction_id: str, *, at: datetime) -> StoredTransaction:
        """The answer is right: it trains models, and is not reviewed again. Raises NotFound, Unavailable."""
        row, _ = self.get(transaction_id)
        self.marks.confirm([transaction_id], at=at)
        return row

    def correct(self, transaction_id: str, *, at: datetime) -> FeedbackOutcome:
        """Answer with the category of the others. Raises NotFound, Unavailable."""
        _, mistake = self.get(transaction_id)
        return self.feedback.record(transaction_id, mistake.others, at=at)

    def review_relabel(
        self, earlier: str, category: str, *, keep: bool, at: datetime
    ) -> tuple[CategoryRelabel, str]:
        """keep: the answers are right and train models; else answer all of them with the earlier category.

        Returns the relabel, and the id of the act of the answers or "". Raises NotFound, Unavailable.
        """
        relabels = {(relabel.earlier, relabel.category): relabel for relabel in self.marks.relabels()}
        if (relabel := relabels.get((earlier, category))) is None:
            raise NotFound("No such change of a category needs review.")
        if keep:
            self.marks.confirm(relabel.transaction_ids, at=at)
            return relabel, ""
        answers = [Answer(transaction_id, earlier) for transaction_id in relabel.transaction_ids]
        outcomes = self.feedback.record_many(answers, at=at)
        for outcome in outcomes:
            if isinstance(outcome, InvalidInput):
                raise outcome
        return relabel, next(
            (outcome.act for outcome in outcomes if isinstance(outcome, FeedbackOutcome)), ""
        )
