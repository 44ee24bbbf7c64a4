"""How good forecasts of past months were, in figures that can be compared between series."""

from __future__ import annotations

import numpy as np

_LEAST_SPENT = 3


def naive_errors(amounts: np.ndarray, count: int, *, lag: int = 1) -> np.ndarray:
    """The mean absolute change of each series between months `lag` apart, in its first `count` months.

    amounts: shape (n_series, n_months). An error divided by it is the scaled error of MASE. nan for a series
    that never changed, or with amounts in fewer than three months.
    """
    past = amounts[:, :count]
    if count <= lag:
        return np.full(len(past), np.nan)
    errors = np.abs(past[:, lag:] - past[:, :-lag]).mean(axis=1)
    return np.where((np.count_nonzero(past, axis=1) >= _LEAST_SPENT) & (errors > 0), errors, np.nan)


def scaled_errors(errors: np.ndarray, amounts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Shape (n_methods,): the mean over series of their MASE; nan without any.

    errors: shape (n_methods, n_origins, n_series, horizon), nan where a month is not over. counts: of the
    months before each origin.
    """
    naive = np.stack([naive_errors(amounts, int(count)) for count in counts])
    scaled = errors / naive[:, :, None]
    judged = np.count_nonzero(~np.isnan(scaled), axis=(1, 3))
    sums = np.nansum(scaled, axis=(1, 3))
    return np.array(
        [
            (row[some > 0] / some[some > 0]).mean() if (some > 0).any() else np.nan
            for row, some in zip(sums, judged, strict=True)
        ]
    )
