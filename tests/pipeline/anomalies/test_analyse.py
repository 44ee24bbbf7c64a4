"""A whole analysis for unusual spending, on the real MongoDB."""

from datetime import date, timedelta

import pytest
from bson import ObjectId

from src.container import Container
from src.domain.anomalies import AnomalyKind, Method
from src.domain.transactions import Direction
from src.errors import InvalidInput
from src.pipeline.anomalies.unusual import AnomalyStatus
from src.services.anomalies.models import AnomalyModels, dumps, loads
from tests.components.anomalies.spending import usual_year
from tests.services.rows import NOW, keep, new


@pytest.fixture
def container(settings, new_tracking):
    made = Container(settings, now=lambda: NOW)
    made.database.ensure_indexes()
    made.__dict__["tracking"] = new_tracking()
    yield made
    made.database.close()


@pytest.fixture
def ledger(container):
    """A year and a half of usual spending, until shortly before NOW; stored."""
    shift = timedelta(days=-120)
    rows = [
        new(entry.merchant, f"{entry.amount / 100:.2f}", category=entry.category, day=entry.date + shift)
        for entry in usual_year()
    ]
    return keep(container.transactions, *rows)


def analyse(container, *, train=False):
    if train:
        container.analysis_state.request_training()
    container.analysis_state.hurry()
    attempt = container.analysis_state.claim(holder="me", even_if_not_due=True)
    assert container.ledger_analysis.run(holder="me", attempt=attempt) == []
    return container.unusual_spending.read()


def kinds(unusual, row):
    return [
        anomaly.kind for anomaly in unusual.anomalies(AnomalyStatus.OPEN) if row.id in anomaly.transaction_ids
    ]


def set_fields(container, row, **fields):
    container.database.collection("transactions").update_one({"_id": ObjectId(row.id)}, {"$set": fields})


def test_an_unusual_amount_is_found_and_the_forest_is_in_mlflow(container, ledger):
    [row] = keep(container.transactions, new("blue door", "95.00", day=date(2026, 2, 20)))
    unusual = analyse(container)
    assert kinds(unusual, row) == [AnomalyKind.AMOUNT]
    assert unusual.up_to_date
    assert unusual.report.counts.analysed == len(ledger) + 1
    client = container.tracking.client
    experiment = client.get_experiment_by_name("ledgerloop-anomalies")
    [run] = client.search_runs([experiment.experiment_id])
    used = unusual.report.method is Method.ISOLATION_FOREST
    assert run.data.tags["verdict"] == ("accepted" if used else "refused")
    assert "average_precision.combined" in run.data.metrics


def test_transfers_savings_refunds_and_income_are_no_spending(container, ledger):
    day = date(2026, 2, 20)
    [paired, saved, income, refunded, usual] = keep(
        container.transactions,
        new("blue door", "95.00", day=day),
        new("blue door", "95.00", day=day, category="savings"),
        new("blue door", "95.00", day=day, direction=Direction.INCOME),
        new("blue door", "95.00", day=day, account="Card"),
        new("red door", "12.00", day=day),
    )
    [refund] = keep(container.transactions, new("blue door", "83.00", day=day, direction=Direction.INCOME))
    set_fields(container, paired, transfer="pair")
    set_fields(container, refund, refund_of=ObjectId(refunded.id))
    container.month_totals.rebuild()
    unusual = analyse(container)
    assert [kinds(unusual, row) for row in (paired, saved, income, refunded, usual)] == [[]] * 5
    assert unusual.report.counts.analysed == len(ledger) + 2


def test_a_dismissed_one_stays_so_after_an_edit_and_teaches_until_it_is_undone(container, ledger):
    [row, like] = keep(
        container.transactions,
        new("blue door", "95.00", day=date(2026, 2, 20)),
        new("blue door", "99.00", day=date(2026, 1, 20)),
    )
    spending = container.unusual_spending
    [anomaly] = [a for a in analyse(container).anomalies(AnomalyStatus.OPEN) if row.id in a.transaction_ids]
    assert kinds(spending.read(), like)
    _, act = spending.dismiss(anomaly.id, at=NOW)
    assert spending.dismiss(anomaly.id, at=NOW)[1] is None
    keep(container.transactions, new("blue door", "10.00", day=date(2026, 3, 1)))
    unusual = analyse(container)
    assert (kinds(unusual, row), kinds(unusual, like)) == ([], [])
    assert [a.id for a in unusual.anomalies(AnomalyStatus.DISMISSED)] == [anomaly.id]
    container.act_undo.undo(act, at=NOW)
    unusual = spending.read()
    assert (kinds(unusual, row), bool(kinds(unusual, like))) == ([AnomalyKind.AMOUNT], True)


def test_without_a_forest_that_is_sound_the_thresholds_work_alone(container, ledger):
    [row] = keep(container.transactions, new("blue door", "95.00", day=date(2026, 2, 20)))
    models = AnomalyModels(container.database)
    analyse(container)
    models.put_out_of_use(at=NOW)
    unusual = analyse(container)
    assert (unusual.report.method, kinds(unusual, row)) == (Method.THRESHOLD, [AnomalyKind.AMOUNT])
    damaged = {"bundle": b"other", "sha256": "0", "columns": ["excess", "fold"]}
    container.database.anomaly_models.insert_one({"_id": "damaged", **damaged})
    container.database.states.update_one({"_id": "anomaly_model"}, {"$set": {"version": "damaged"}})
    assert analyse(container).report.method is Method.THRESHOLD


def test_a_forest_is_loaded_only_with_its_hash(container):
    from sklearn.ensemble import IsolationForest

    data = dumps(IsolationForest(n_estimators=5, random_state=1).fit([[0.0], [1.0], [9.0]]))
    with pytest.raises(InvalidInput, match="damaged"):
        loads(data, "0" * 64)


def test_recurring_payments_that_are_missed_and_new_prices_are_found(container, ledger):
    def monthly(merchant, *amounts, until=date(2026, 2, 5)):
        months = [
            (until.replace(day=1) - timedelta(days=30 * back)).replace(day=5) for back in range(len(amounts))
        ]
        rows = [
            new(merchant, amount, day=day, category="subscriptions")
            for day, amount in zip(months, reversed(amounts), strict=True)
        ]
        return keep(container.transactions, *rows)

    monthly("film club", *["12.99"] * 5, "14.99", "14.99")
    monthly("gym", *["30.00"] * 7, until=date(2026, 1, 5))
    keep(container.transactions, new("corner shop", "30.00", category="groceries", day=date(2026, 2, 27)))
    anomalies = analyse(container).anomalies(AnomalyStatus.OPEN)
    by_kind = {anomaly.kind: anomaly for anomaly in anomalies if anomaly.merchant in ("film club", "gym")}
    change = by_kind[AnomalyKind.PRICE_CHANGE]
    assert (change.merchant, change.values["old"], change.values["new"]) == ("film club", 1299, 1499)
    assert by_kind[AnomalyKind.MISSED].merchant == "gym"


def test_an_empty_ledger_is_analysed(container):
    unusual = analyse(container)
    assert (unusual.report.counts.analysed, unusual.anomalies(AnomalyStatus.OPEN)) == (0, [])
    assert unusual.is_analysed


def test_a_regular_payment_is_not_unusual_however_large_it_is(container, ledger):
    years = [new("shield", "900.00", day=date(year, 2, 10), category="dining") for year in (2024, 2025, 2026)]
    months = [new("big gym", "400.00", day=date(2025, month, 5), category="dining") for month in range(6, 13)]
    regular = keep(container.transactions, *years, *months)
    [other] = keep(
        container.transactions, new("big gym", "2000.00", day=date(2025, 9, 20), category="dining")
    )
    unusual = analyse(container)
    open_now = unusual.anomalies(AnomalyStatus.OPEN)
    assert not {row.id for row in regular} & {id for anomaly in open_now for id in anomaly.transaction_ids}
    assert kinds(unusual, other) == [AnomalyKind.AMOUNT]
    assert not [a for a in open_now if a.kind is AnomalyKind.CATEGORY_MONTH and a.date.month == 2]
