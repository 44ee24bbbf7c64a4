"""Answers whose merchants have no other unanswered transactions."""

from src.pipeline.feedback.feedback import FeedbackLoop
from src.services.bulk.work import BulkQueue
from src.services.transactions.acts import ActLog
from src.services.transactions.feedback import FeedbackEvents


class NoOthers:
    def not_repredicted_for(self, merchants, act, *, limit, since):
        return []

    def undo(self, act):
        return 0

    def count_answered(self, act):
        return 0


def loop_of(database, categories):
    """It stores and undoes answers, and predicts nothing again."""
    return FeedbackLoop(
        FeedbackEvents(database),
        NoOthers(),
        ActLog(database),
        None,
        lambda: set(categories),
        BulkQueue(database, lease_s=60),
    )
