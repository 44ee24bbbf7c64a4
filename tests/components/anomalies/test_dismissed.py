"""What a dismissal teaches."""

from dataclasses import replace
from datetime import date

import pytest

from src.components.anomalies.dismissed import is_fine
from src.domain.anomalies import Anomaly, AnomalyKind, Dismissal, Method, ReasonCode
from tests.services.rows import NOW

ANOMALY = Anomaly(
    "a", AnomalyKind.AMOUNT, ("1",), 0.9, ReasonCode.MERCHANT_AMOUNT, {}, Method.THRESHOLD, date(2026, 3, 1),
    "USD", 10_000, "blue door", "dining",
)  # fmt: skip
DISMISSAL = Dismissal("a", AnomalyKind.AMOUNT, "USD", 10_000, "blue door", "dining", NOW)


@pytest.mark.parametrize(
    ("changed", "fine"),
    [
        ({}, True),
        ({"id": "b"}, True),
        ({"id": "b", "amount": 11_000}, True),
        ({"id": "b", "amount": 11_001}, False),
        ({"id": "b", "merchant": "red door"}, False),
        ({"id": "b", "merchant": ""}, False),
        ({"id": "b", "currency": "EUR"}, False),
        ({"id": "b", "kind": AnomalyKind.NEW_MERCHANT}, True),
        ({"id": "b", "kind": AnomalyKind.DUPLICATE}, False),
        ({"id": "b", "kind": AnomalyKind.MISSED}, False),
    ],
)
def test_what_is_like_a_dismissed_amount_is_fine(changed, fine):
    assert is_fine(replace(ANOMALY, **changed), [DISMISSAL]) is fine


def test_a_dismissed_duplicate_or_month_teaches_the_same_amount_or_category():
    duplicate = replace(ANOMALY, id="b", kind=AnomalyKind.DUPLICATE)
    dismissed = replace(DISMISSAL, kind=AnomalyKind.DUPLICATE)
    assert is_fine(duplicate, [dismissed])
    assert not is_fine(replace(duplicate, amount=9_000), [dismissed])
    month = replace(ANOMALY, id="b", kind=AnomalyKind.CATEGORY_MONTH, merchant="")
    dismissed = replace(DISMISSAL, kind=AnomalyKind.CATEGORY_MONTH, merchant="")
    assert is_fine(month, [dismissed])
    assert not is_fine(replace(month, amount=12_000), [dismissed])
    assert not is_fine(replace(month, category="pets"), [dismissed])
