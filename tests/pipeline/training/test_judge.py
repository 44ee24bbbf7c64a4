"""Which hold-out rows a champion's model would categorize automatically by itself, and which are right."""

import numpy as np
import pandas as pd
import pytest

from src.components.dataset.schema import MODEL_FIELDS
from src.components.model.thresholds import BandThresholds
from src.domain.models import Bundle
from src.pipeline.training.judge import automatic_answers
from src.pipeline.training.stages import StoredModel


class Pipeline:
    """Predicts dining with the row's amount as confidence."""

    classes_ = np.array(["dining", "travel"], dtype=object)

    def predict_proba(self, rows):
        sure = rows["amount"].to_numpy(float)
        return np.column_stack([sure, 1 - sure])


@pytest.fixture
def champion():
    bands = BandThresholds((0.9, 0.95), (0.9, 0.96), 0.4, 100, {"travel": (0.7, 0.8)}, {"travel": 0.4})
    return StoredModel("1", Bundle(Pipeline(), bands.to_dict(), {}))


def rows(*pairs):
    """(confidence in dining, what it is) of each."""
    made = pd.DataFrame({field: [""] * len(pairs) for field in MODEL_FIELDS})
    number = [str(n) for n in range(len(pairs))]
    return made.assign(
        amount=[sure for sure, _ in pairs],
        category=[category for _, category in pairs],
        merchant=["", *number[1:]],
        group=number,
    )


def test_rows_are_automatic_by_the_thresholds_of_the_stated_precision_and_of_their_category(champion):
    judged = rows((0.97, "dining"), (0.97, "travel"), (0.92, "dining"), (0.15, "travel"), (0.25, "travel"))
    right, merchants = automatic_answers(champion, judged, 0.95)
    assert right.tolist() == [True, False, True]  # 0.92 and 0.75 are not sure enough
    assert merchants.tolist() == ["\x000", "1", "3"]
    right, _ = automatic_answers(champion, judged, 0.9)
    assert right.tolist() == [True, False, True, True, True]


def test_without_a_row_nothing_is_automatic(champion):
    right, merchants = automatic_answers(champion, rows((0.97, "dining"))[:0], 0.95)
    assert (len(right), len(merchants)) == (0, 0)
