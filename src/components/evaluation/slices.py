"""Parts of the judging rows, on which a model may be better or worse than on average."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from src.components.text.masking import mask
from src.domain.verdicts import SliceScores

SEEN, MET_SINCE, UNSEEN = "seen", "met-since", "unseen"
"""Of merchants: both models were trained on them, only the challenger was, neither was."""

NEWEST = "newest-quarter"


@dataclass(frozen=True)
class Slicer:
    modes: int = 8
    """Largest number of payment methods that become a slice, the most frequent ones."""
    mode_rows: int = 5
    """Rows below which a payment method is no slice."""

    def slices(
        self,
        rows: pd.DataFrame,
        challenger_right: np.ndarray,
        champion_right: np.ndarray | None,
        challenger_met: np.ndarray,
        champion_met: np.ndarray | None,
    ) -> tuple[SliceScores, ...]:
        """Both models on the same rows of each part; parts without a row are omitted.

        rows: needs `category`, `mode`, `direction`, `date`. The others: bool, shape (n_rows,).
        *_met: whether the model was trained on the row's merchant. A merchant that only the challenger met is
        a separate part: in either of the others it would flatter the challenger.
        """
        both = challenger_met if champion_met is None else challenger_met & champion_met
        merchants = {SEEN: both, MET_SINCE: challenger_met & ~both, UNSEEN: ~challenger_met}
        parts = [
            *(("category", name, at) for name, at in _values(rows["category"])),
            *(("merchants", name, at) for name, at in merchants.items()),
            *(("mode", name, at) for name, at in self._modes(rows["mode"])),
            *(("direction", name, at) for name, at in _values(rows["direction"])),
            ("age", NEWEST, newest_quarter(rows)),
        ]
        return tuple(
            SliceScores(
                kind,
                name,
                int(at.sum()),
                float(challenger_right[at].mean()),
                None if champion_right is None else float(champion_right[at].mean()),
            )
            for kind, name, at in parts
            if at.any()
        )

    def _modes(self, modes: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
        """A payment method is free text and may contain an account number, so it is masked."""
        counts = modes[modes != ""].value_counts()
        for name in sorted(counts[counts >= self.mode_rows].index[: self.modes]):
            yield mask(str(name)), (modes == name).to_numpy()


def overview_slices(rows: pd.DataFrame, right: np.ndarray, seen: np.ndarray) -> tuple[SliceScores, ...]:
    """One model on known and on unknown merchants, and on the newest quarter; nan for no rows.

    right, seen: bool, shape (n_rows,): the answer is right; the model was trained on the merchant.
    """
    parts = {
        "seen_merchants": ("merchants", seen),
        "unseen_merchants": ("merchants", ~seen),
        "newest_quarter": ("age", newest_quarter(rows)),
    }
    return tuple(
        SliceScores(kind, name, int(at.sum()), float(right[at].mean()) if at.any() else float("nan"))
        for name, (kind, at) in parts.items()
    )


def newest_quarter(rows: pd.DataFrame) -> np.ndarray:
    """bool, shape (n_rows,): the newest by date; none if no row has a date."""
    dated = np.asarray(rows["date"].notna())
    if not dated.any():
        return dated
    return np.asarray(dated & (rows["date"] >= rows["date"].quantile(0.75)).to_numpy())


def _values(column: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
    for name in sorted(column[column != ""].unique()):
        yield str(name), (column == name).to_numpy()
