"""How many training rows fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from src.domain.transactions import LabelledTransaction
from src.errors import NotEnoughMemory

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class RowLimit:
    """First a part of the lexicon's rows is left out, then the oldest labels, then there is an error.

    The bytes are somewhat more than trainings took (`python -m benchmarks.training`).
    """

    fixed_bytes: int = 300 * _MEGABYTE
    """For the lexicon, the vocabulary, MLflow and its plots."""
    row_bytes: int = 5_000
    shares: Sequence[float] = (1.0, 0.5, 0.25, 0.125)
    """Of the lexicon's rows, to try one after the other."""
    least_labels: int = 500
    """With fewer labels than there are, and than these, no model is trained."""

    def choose(self, labels: int, lexicon: int, memory: int | None) -> tuple[float, int]:
        """The share of the lexicon's rows and the number of labels to train with.

        memory: bytes that the training may take; None is no limit. Raises NotEnoughMemory.
        """
        if memory is None:
            return self.shares[0], labels
        room = (memory - self.fixed_bytes) // self.row_bytes
        for share in self.shares:
            if lexicon * share + labels <= room:
                return share, labels
        kept = int(room - lexicon * self.shares[-1])
        least = min(labels, self.least_labels)
        if kept < least:
            rows = lexicon * self.shares[-1] + least
            need = self.fixed_bytes + self.row_bytes * rows
            raise NotEnoughMemory(need_mb=round(need / _MEGABYTE), have_mb=round(memory / _MEGABYTE))
        return self.shares[-1], kept


def newest(labelled: Sequence[LabelledTransaction], number: int) -> list[LabelledTransaction]:
    """The labels given last, in the order of `labelled`."""
    by_time = sorted(labelled, key=lambda label: (label.labelled_at, label.id), reverse=True)
    kept = {label.id for label in by_time[:number]}
    return [label for label in labelled if label.id in kept]
