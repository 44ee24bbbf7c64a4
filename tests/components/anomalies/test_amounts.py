"""Unusual amounts among made-up spending."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from src.components.anomalies.amounts import find_amounts
from src.components.anomalies.injection import inject_factors
from src.components.anomalies.judge import forest_of, train
from src.components.anomalies.residuals import residuals, without_each
from src.domain.anomalies import AnomalyKind, Method, ReasonCode
from tests.components.anomalies.spending import FIRST, payment, usual_year


def test_a_payment_of_five_times_the_usual_is_found_with_its_reason():
    payments = [*usual_year(), payment(9000, date(2026, 4, 1), 70)]
    anomalies, counts = find_amounts(payments, None)
    [anomaly] = [anomaly for anomaly in anomalies if anomaly.transaction_ids == ("09000",)]
    assert (anomaly.kind, anomaly.reason) == (AnomalyKind.AMOUNT, ReasonCode.MERCHANT_AMOUNT)
    assert anomaly.values["amount"] == 7000
    assert anomaly.values["payments"] == 70
    assert 4 < anomaly.values["times"] < 6
    assert anomaly.method is Method.THRESHOLD
    assert counts.analysed == len(payments)


@pytest.mark.parametrize("with_forest", [False, True], ids=["thresholds", "forest"])
def test_most_injected_amounts_are_found_at_no_more_than_one_false_alarm_a_month(with_forest):
    hits = missed = false_alarms = 0
    for seed in range(4):
        payments = usual_year(seed)
        last = np.flatnonzero([entry.date > FIRST + timedelta(days=360) for entry in payments])
        injected = inject_factors(payments, last, 8, [5.0], seed=seed)
        forest = None
        if with_forest:
            fitted, verdict = train(injected.payments, seed=1)
            forest = forest_of(fitted, verdict.columns)
        anomalies, _ = find_amounts(injected.payments, forest)
        ids = {anomaly.transaction_ids[0] for anomaly in anomalies}
        wanted = {injected.payments[at].id for at in np.flatnonzero(injected.is_injected)}
        hits += len(ids & wanted)
        missed += len(wanted - ids)
        false_alarms += len(ids - wanted)
    assert hits >= 0.9 * (hits + missed)
    assert false_alarms <= 4 * 540 / 30.44


def test_without_enough_history_nothing_is_analysed_and_that_is_counted():
    payments = [payment(number, FIRST + timedelta(days=number), 10) for number in range(4)]
    anomalies, counts = find_amounts([*payments, payment(5, FIRST, 900)], None)
    assert (counts.analysed, counts.too_little_history) == (5, 0)
    anomalies, counts = find_amounts([*payments[:3], payment(5, FIRST, 900)], None)
    assert (anomalies, counts.analysed, counts.too_little_history) == ([], 0, 4)


def test_a_large_first_payment_at_a_merchant_is_compared_with_its_category():
    new = payment(9000, date(2026, 3, 1), 900, merchant="golden palace")
    small = payment(9001, date(2026, 3, 2), 16, merchant="silver palace")
    anomalies, _ = find_amounts([*usual_year(), new, small], None)
    [anomaly] = [anomaly for anomaly in anomalies if anomaly.kind is AnomalyKind.NEW_MERCHANT]
    assert anomaly.transaction_ids == ("09000",)
    assert (anomaly.reason, anomaly.values["payments"]) == (ReasonCode.LARGE_FIRST, 101)


def test_amounts_that_came_several_times_are_known():
    trips = [payment(8000 + number, FIRST + timedelta(days=60 * number), 80) for number in range(8)]
    anomalies, _ = find_amounts([*usual_year(), *trips], None)
    assert not {anomaly.transaction_ids[0] for anomaly in anomalies} & {trip.id for trip in trips}


def test_a_refunded_order_of_the_rows_changes_nothing():
    payments = [*usual_year(), payment(9000, date(2026, 4, 1), 70)]
    one, _ = find_amounts(payments, None)
    other, _ = find_amounts(payments[::-1], None)
    assert {a.id: a.score for a in one} == {a.id: a.score for a in other}


def test_a_payment_is_compared_with_the_others_alone():
    values = np.array([1.0, 2.0, 3.0, 10.0])
    assert without_each(values, 0.5).tolist() == [3.0, 3.0, 2.0, 2.0]
    payments = [payment(number, FIRST + timedelta(days=7 * number), 10) for number in range(6)]
    lone = residuals([*payments, payment(9, FIRST, 50)])
    assert np.exp(lone.center[-1]) == pytest.approx(1000, rel=0.15)


def test_a_training_judges_the_forest_against_the_thresholds():
    _, verdict = train(usual_year(), seed=3)
    _, same = train(usual_year(), seed=3)
    assert verdict == same
    metrics = verdict.metrics
    assert verdict.accepted == all(
        metrics[f"{measure}.combined"] >= metrics[f"{measure}.thresholds"]
        for measure in ("average_precision", "recall")
    )
    assert train(usual_year()[:50], seed=3) is None


def test_one_forest_serves_all_currencies():
    euros = [replace(entry, currency="EUR", amount=entry.amount * 100) for entry in usual_year(5)]
    _, verdict = train([*usual_year(), *euros], seed=3)
    assert verdict.rows == len(usual_year()) + len(euros)


def test_a_large_first_payment_in_a_category_without_history_is_compared_with_all():
    flight = payment(9000, date(2026, 3, 1), 900, merchant="north air", category="travel")
    snack = payment(9001, date(2026, 3, 2), 16, merchant="hilltop", category="leisure")
    anomalies, counts = find_amounts([*usual_year(), flight, snack], None)
    [anomaly] = [anomaly for anomaly in anomalies if anomaly.kind is AnomalyKind.NEW_MERCHANT]
    assert (anomaly.transaction_ids, anomaly.reason) == (("09000",), ReasonCode.LARGE_OF_ALL)
    assert (anomaly.values["payments"], counts.too_little_history) == (len(usual_year()) + 1, 0)


def test_a_payment_that_was_to_be_expected_is_not_unusual():
    yearly = payment(9000, date(2026, 3, 1), 900, merchant="shield", category="dining")
    alone, _ = find_amounts([*usual_year(), yearly], None)
    assert "09000" in {anomaly.transaction_ids[0] for anomaly in alone}
    regular, _ = find_amounts([*usual_year(), yearly], None, {"09000"})
    assert "09000" not in {anomaly.transaction_ids[0] for anomaly in regular}
