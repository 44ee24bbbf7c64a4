"""Own transfers and refunds are found when a file is imported, and by a job."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from src.container import Container
from src.domain.bulk import BulkChange
from src.domain.transactions import Direction, HistoryFilter, Transaction
from src.domain.transfers import LinkedBy, LinkKind, LinkStatus
from src.errors import Unavailable
from src.pipeline.transfers import matching
from src.services.transfers.candidates import Candidates
from tests.file_reader import ReaderInThisProcess
from tests.pipeline.imports.test_run import import_text
from tests.services.rows import NOW, keep, new
from tests.services.transactions.test_analytics import INCOME
from tests.small_model import TAUGHT, small_bundle

STATEMENT = """Date,Text,Amount
2026-05-01,ACME PAYROLL,2100.00
2026-05-02,CREDIT CARD PAYMENT AMEX 9911,-350.00
2026-05-04,TRANSFER TO SAVINGS ACCOUNT,-700.00
2026-05-05,CORNER MARKET,-41.50
2026-05-06,PAYMENT RECEIVED THANK YOU,350.00
2026-05-09,CITY CAB,-18.50
"""
MOVES = {
    "savings": ["transfer to savings account", "savings deposit", "move to savings", "savings plan", "saver"]
}
SEARCH = {"op": "query", "command.filter.refund_of": None, "command.filter.transfer": {"$exists": True}}
"""The profile of MongoDB has it of a search for transactions that are not linked."""


@pytest.fixture
def container(settings):
    services = Container(settings)
    services.file_reader = ReaderInThisProcess()
    services.database.ensure_indexes()
    at = datetime(2026, 3, 8, tzinfo=UTC)
    bundle = small_bundle({**TAUGHT, **MOVES})
    services.models.keep(bundle, version="1", run_id="run-1", mlflow_run_id="m", metrics={}, at=at)
    services.models.promote("1", by="training", reason="first", at=at)
    yield services
    services.stop()
    services.database.close()


def linked(container, kind=LinkKind.TRANSFER, status=LinkStatus.PAIRED):
    return [
        (item.out.transaction.description, item.into.transaction.description)
        for item in container.links.page(kind, status).items
    ]


def totals(container):
    return container.analytics.overview()["totals"]


@contextmanager
def profiled(container):
    """What MongoDB does meanwhile: gives a function of a collection's name and of the operations' fields."""
    database = container.database.transactions.database

    def operations(collection, **fields):
        return list(database["system.profile"].find({"ns": f"{database.name}.{collection}", **fields}))

    database.command("profile", 2)
    yield operations
    database.command("profile", 0)


def test_right_after_an_import_own_transfers_are_neither_spending_nor_income(container):
    import_text(container, STATEMENT)
    sums = totals(container)
    assert (sums["expense"], sums["income"]) == (Decimal(60), Decimal(2100))
    assert linked(container) == [("CREDIT CARD PAYMENT AMEX 9911", "PAYMENT RECEIVED THANK YOU")]
    [item] = container.links.page(LinkKind.TRANSFER, LinkStatus.PAIRED).items
    assert item.link.by is LinkedBy.IMPORT
    assert item.out.transfer == item.into.transfer == item.link.id


def test_the_other_end_may_come_with_a_later_import(container):
    lines = STATEMENT.splitlines(keepends=True)
    import_text(container, "".join(lines[:5]))
    assert linked(container) == []
    import_text(container, "".join([lines[0], *lines[5:]]))
    assert len(linked(container)) == 1


def test_an_account_that_a_repeated_import_names_is_used(container):
    lines = ["Date,Text,Amount\n", "2026-05-02,TRANSFER TO POT,-80.00\n", "2026-05-03,J DOE,80.00\n"]
    import_text(container, "".join(lines[:2]), account="Main")
    import_text(container, "".join([lines[0], lines[2]]))
    assert linked(container) == []
    import_text(container, "".join([lines[0], lines[2]]), account="Pot")
    assert linked(container) == [("TRANSFER TO POT", "J DOE")]


def test_an_undone_import_takes_its_pairs_apart_and_a_repeated_one_pairs_them_again(container):
    lines = STATEMENT.splitlines(keepends=True)
    first = import_text(container, "".join(lines[:5]))
    import_text(container, "".join([lines[0], *lines[5:]]))
    container.import_undo.start(first.id, holder="web")
    assert all(row.transfer is None for row in container.transactions.history(HistoryFilter()).items)
    assert linked(container) == []
    assert container.database.transfers.count_documents({}) == 0
    import_text(container, "".join(lines[:5]))
    assert len(linked(container)) == 1


def test_a_dismissed_pair_is_not_paired_again_even_after_an_undone_import(container):
    done = import_text(container, STATEMENT)
    [item] = container.links.page(LinkKind.TRANSFER, LinkStatus.PAIRED).items
    container.linking.dismiss(item.link.id, at=NOW)
    container.import_undo.start(done.id, holder="web")
    import_text(container, STATEMENT)
    container.link_matching.maintain()
    for status in LinkStatus:
        assert linked(container, status=status) == []


def test_the_job_pairs_what_was_added_and_changed_since(container):
    _, into = keep(
        container.transactions,
        new("transfer to pot", "500", account="Main"),
        new("j doe", "500", direction=INCOME, account="Main", category=None),
    )
    assert container.link_matching.maintain() == 0
    pot = BulkChange({"account": "Pot"})
    container.bulk_changes.apply((into.id,), pot, at=container.now())
    assert container.link_matching.maintain() == 1
    assert linked(container) == [("transfer to pot", "j doe")]
    assert container.link_matching.maintain() == 0


def moved(description, account, direction=Direction.EXPENSE, day=date(2026, 3, 4)):
    return Transaction(description, Decimal(500), "USD", day, direction, account=account)


def save_all(container, *transactions):
    return container.predictor.predict_and_keep(transactions, source="api", at=container.now())


def save(container, *fields):
    [row] = save_all(container, moved(*fields))
    return row


def test_what_is_saved_alone_is_paired_at_once(container):
    save(container, "transfer to pot", "Main")
    assert linked(container) == []
    save(container, "j doe", "Pot", INCOME)
    assert linked(container) == [("transfer to pot", "j doe")]
    save(container, "transfer to pot", "Main")
    assert len(linked(container)) == 1


def test_an_edit_pairs_at_once_and_its_undo_takes_the_pair_apart(container):
    save(container, "transfer to pot", "Main")
    into = save(container, "j doe", "Main", INCOME)
    edited, act = container.transaction_editor.edit(into.id, lambda _: {"account": "Pot"}, at=NOW)
    assert linked(container) == [("transfer to pot", "j doe")]
    assert edited.transfer
    container.act_undo.undo(act, at=NOW)
    assert linked(container) == []


def test_a_transaction_is_saved_although_it_cannot_be_paired(container, monkeypatch):
    def fails(*_, **__):
        raise Unavailable("MongoDB does not answer.")

    save(container, "transfer to pot", "Main")
    with monkeypatch.context() as patched:
        patched.setattr(Candidates, "of_equal_amount", fails)
        assert save(container, "j doe", "Pot", INCOME).id
    assert linked(container) == []
    container.link_matching.maintain()
    assert len(linked(container)) == 1


def test_an_amount_that_very_many_share_is_left_to_the_job(container, monkeypatch):
    monkeypatch.setattr(matching, "_MOST_NEAR", 2)
    save(container, "transfer to pot", "Main")
    save(container, "j doe", "Pot", INCOME)
    assert linked(container) == []
    container.link_matching.maintain()
    assert len(linked(container)) == 1


def test_what_was_just_saved_is_not_read_again(container):
    with profiled(container) as operations:
        save(container, "transfer to pot", "Main")
    by_id = {"op": "query", "command.filter._id": {"$exists": True}}
    assert operations("transactions", **by_id) == []


def test_many_that_are_saved_at_once_are_left_to_the_job(container, monkeypatch):
    monkeypatch.setattr(matching, "_MOST_SAVED", 1)
    with profiled(container) as operations:
        save_all(container, moved("transfer to pot", "Main"), moved("j doe", "Pot", INCOME))
    assert operations("transactions", **SEARCH) == []
    assert linked(container) == []
    container.link_matching.maintain()
    assert len(linked(container)) == 1


def test_the_search_ends_where_an_amount_has_too_many_transactions(container, monkeypatch):
    days = [date(2025, month, 4) for month in (1, 6, 11)]
    save_all(container, *(moved("j doe", "Pot", INCOME, day) for day in days * 2))
    monkeypatch.setattr(matching, "_MOST_NEAR", 2)
    with profiled(container) as operations:
        save_all(container, *(moved("transfer to pot", "Main", Direction.EXPENSE, day) for day in days))
    assert len(operations("transactions", **SEARCH, **{"command.filter.amount": {"$exists": True}})) == 1
    assert linked(container) == []


def test_the_job_settles_what_an_interruption_left(container):
    out, into = keep(
        container.transactions,
        new("transfer to pot", "500", account="Main"),
        new("j doe", "500", direction=INCOME, account="Pot", category=None),
    )
    container.link_matching.maintain()
    long_ago = container.now() - timedelta(minutes=5)
    container.deleted_transactions.delete(out.id, act="act", at=long_ago)
    assert container.transactions.get(into.id).transfer
    container.link_matching.maintain()
    assert container.transactions.get(into.id).transfer is None


def test_a_refund_is_suggested_for_its_merchant(container):
    keep(
        container.transactions,
        new("shoe shop", "90"),
        new("hat shop", "30"),
        new("shoe shop", "30", direction=INCOME, category=None),
    )
    container.link_matching.maintain()
    assert linked(container, LinkKind.REFUND, LinkStatus.SUGGESTED) == [("shoe shop", "shoe shop")]
    assert totals(container)["income"] == 30  # nothing is netted before the person agrees


def test_a_refund_finds_the_purchase_of_its_merchant_without_town_and_company_form(container):
    keep(
        container.transactions,
        new("zalando se berlin", "120"),
        new("zalando se berlin refund", "45", direction=INCOME, category=None),
        new("amazon eu", "70"),
        new("amazon eu ruckerstattung", "70", direction=INCOME, category=None),
    )
    container.link_matching.maintain()
    assert sorted(linked(container, LinkKind.REFUND, LinkStatus.SUGGESTED)) == [
        ("amazon eu", "amazon eu ruckerstattung"),
        ("zalando se berlin", "zalando se berlin refund"),
    ]


def test_a_refund_finds_the_order_of_its_merchant(container):
    keep(
        container.transactions,
        new("hats bestellung", "89.90"),
        new("hats gutschrift retoure", "89.90", direction=INCOME, category=None),
        new("shoes order", "70"),
        new("shoes order", "70", direction=INCOME, category=None),
    )
    container.link_matching.maintain()
    assert sorted(linked(container, LinkKind.REFUND, LinkStatus.SUGGESTED)) == [
        ("hats bestellung", "hats gutschrift retoure"),
        ("shoes order", "shoes order"),
    ]


def test_a_search_reads_only_rows_around_the_new_ones(container):
    keep(container.transactions, *(new(f"shop {number}", f"{number}.10") for number in range(1, 400)))
    container.link_matching.maintain()
    with profiled(container) as operations:
        import_text(container, STATEMENT)
    searches = operations("transactions", **SEARCH)
    assert len(searches) >= 5
    assert max(search["docsExamined"] for search in searches) <= 6


def test_settling_what_has_no_link_only_looks_for_links(container):
    rows = keep(container.transactions, *(new(f"shop {number}", "5.10") for number in range(3)))
    with profiled(container) as operations:
        container.links.settle([row.id for row in rows])
    assert [len(operations(name)) for name in ("transfers", "transactions")] == [1, 1]
