"""A file's way in and back, on the real MongoDB, with a real model that knows a few words."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from src.components.bank_files.entry import Entry
from src.container import Container
from src.domain.accounts import Account, AccountKind
from src.domain.categories import Category, Group
from src.domain.feedback import LabelSource
from src.domain.imports import ImportStatus
from src.domain.transactions import Direction, HistoryFilter, Status
from src.errors import Conflict, InvalidInput, NotFound
from src.pipeline.imports.own_accounts import OwnAccount
from src.pipeline.imports.recognition import Identities, file_row
from tests.file_reader import ReaderInThisProcess
from tests.small_model import small_bundle

ANSWERS = {"default_currency": "USD", "sign": "negative-is-expense"}
BANK = """Date,Details,Amount
2026-03-04,PIZZA CORNER,-12.50
2026-03-04,PIZZA CORNER,-12.50
2026-03-05,ACME PAYROLL 4111111111111111,2500.00
2026-03-06,nonsense,not money
2026-03-07,CITY CAB,-8.00
"""


def test_the_key_of_a_row_has_the_account_only_if_there_is_one():
    entry = Entry(1, "ACCOUNT FEE", Decimal("4.90"), "EUR", date(2026, 3, 1), Direction.EXPENSE, mode="debit")
    fee = file_row(entry)
    former = "2328b06113efefdd63ee69a087c68389843d9c4f3bc11ca167ee9a084a0541dc:1"
    assert Identities().of(fee, OwnAccount(None, None)).key == former
    ours, other = (
        Account(id, "Ours", "EUR", AccountKind.CHECKING, Decimal(0), datetime(2026, 3, 1, tzinfo=UTC))
        for id in "12"
    )
    owners = [OwnAccount(None, None), OwnAccount(ours, None), OwnAccount(other, None)]
    owners += [OwnAccount(None, "hash"), OwnAccount(ours, "hash")]
    keys = {Identities().of(fee, own).key for own in owners}
    assert len(keys) == 4


@pytest.fixture
def container(settings):
    services = Container(settings)
    services.file_reader = ReaderInThisProcess()
    services.database.ensure_indexes()
    at = datetime(2026, 3, 8, tzinfo=UTC)
    services.models.keep(small_bundle(), version="1", run_id="run-1", mlflow_run_id="m", metrics={}, at=at)
    services.models.promote("1", by="training", reason="first", at=at)
    yield services
    services.stop()
    services.database.close()


def import_text(container, text=BANK, **changes):
    changes = {**ANSWERS, **changes}
    kept = container.import_preview.upload(text.encode(), name="bank.csv", changes=changes)
    container.import_preview.start(kept.id)
    return run_next_import(container)


def run_next_import(container):
    claimed = container.imports.claim(holder="me")
    container.import_run.run(claimed, holder="me")
    return container.imports.get(claimed.id)


def undo(container, import_id):
    return container.import_undo.start(import_id, holder="me")


def rows_of(container):
    return container.transactions.history(HistoryFilter(), sort="date").items


def counts_of(done):
    counts = done.counts
    return counts.added, counts.known, counts.rejected


def test_the_rows_of_a_file_are_kept_masked_and_predicted(container):
    done = import_text(container)
    assert (done.status, counts_of(done), done.progress) == (ImportStatus.DONE, (4, 0, 1), 1.0)
    rows = rows_of(container)
    assert [row.transaction.amount for row in rows] == [
        Decimal("12.50"),
        Decimal("12.50"),
        Decimal("2500.00"),
        Decimal("8.00"),
    ]
    assert rows[0].prediction.alternatives[0].category == "dining"
    assert rows[2].transaction.description == "ACME PAYROLL [card]"
    assert rows[2].transaction.direction == "income"


def test_the_same_file_again_adds_nothing_and_one_that_overlaps_only_what_is_new(container):
    import_text(container)
    assert counts_of(import_text(container)) == (0, 4, 1)
    longer = BANK + "2026-03-04,PIZZA CORNER,-12.50\n2026-03-08,BUS PASS,-30.00\n"
    assert counts_of(import_text(container, longer)) == (2, 4, 1)
    assert len(rows_of(container)) == 6


@pytest.mark.parametrize("part", ["column_summaries", "plan"])
def test_a_preview_that_another_release_stored_is_read_again(container, part):
    kept = container.import_preview.upload(BANK.encode(), name="bank.csv", changes=ANSWERS)
    expected = container.import_preview.preview(kept.id)
    stored = json.loads(container.imports.preview(kept.id))
    stored["preview"][part] = {}
    text = json.dumps(stored).encode()
    container.imports.set_plan(kept.id, kept.plan, form=kept.format, rows=kept.rows, preview=text)
    assert container.import_preview.preview(kept.id) == expected


def test_an_import_that_was_killed_begins_again_and_doubles_nothing(container):
    kept = container.import_preview.upload(BANK.encode(), name="bank.csv", changes=ANSWERS)
    container.import_preview.start(kept.id)
    first = container.imports.claim(holder="the one that dies")

    class Dying:
        content = container.imports.content

        def record_progress(self, *_):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(container.import_run, imports=Dying()).run(first, holder="x")
    assert len(rows_of(container)) == 4
    assert container.imports.claim(holder="me") is None
    container.imports.release(first.id, holder="the one that dies", attempt=1)
    assert counts_of(run_next_import(container)) == (4, 0, 1)
    assert len(rows_of(container)) == 4


def test_an_import_is_undone_completely_and_later_answers_return_with_its_rows(container):
    done = import_text(container)
    other = container.predictor.predict_and_keep(
        [replace(rows_of(container)[0].transaction, description="CORNER MARKET")],
        source="page",
        at=done.created_at,
    )
    answered = rows_of(container)[0].id
    container.feedback.record(answered, "travel", at=datetime.now(UTC))
    assert undo(container, done.id) == (4, 1)
    assert [row.id for row in rows_of(container)] == [other[0].id]
    undone = container.imports.get(done.id)
    assert (undone.status, undone.kept_aside) == (ImportStatus.UNDONE, 1)
    assert undo(container, done.id) == (0, 0)
    assert counts_of(import_text(container)) == (4, 0, 1)
    assert [row.category for row in rows_of(container) if row.status is Status.CORRECTED] == ["travel"]


def test_the_files_own_categories_are_labels_only_if_the_person_chooses_so(container):
    container.categories.add(Category("eating-out", "Eating Out", Group.DISCRETIONARY, "#112233"))
    text = (
        "Date,Details,Amount,Category\n2026-03-04,PIZZA CORNER,-12.50,eating out\n2026-03-14,CAB,-3,Rides\n"
    )
    assert import_text(container, text).counts.added == 2
    assert {row.status for row in rows_of(container)} == {Status.PREDICTED}
    undo(container, container.imports.newest()[0].id)
    import_text(container, text, take_categories=True)
    assert [row.category for row in rows_of(container)] == ["eating-out", "rides"]
    assert {row.feedback[0].source for row in rows_of(container)} == {LabelSource.IMPORT}
    assert {label.source for label in container.transactions.labelled()} == {LabelSource.IMPORT}


def test_open_questions_must_be_answered_before_a_file_is_imported(container):
    text = "Date,Details,Amount\n04/05/2026,PIZZA CORNER,-12.50\n05/06/2026,CITY CAB,-8.00\n"
    kept = container.import_preview.upload(text.encode(), name="b.csv", changes=ANSWERS)
    with pytest.raises(InvalidInput) as refused:
        container.import_preview.start(kept.id)
    assert refused.value.field == "date_order"
    seen = container.import_preview.change(kept.id, {"date_order": "dmy"})
    shown = [(entry.date, entry.description, entry.amount) for entry in seen.entries]
    container.import_preview.start(kept.id)
    run_next_import(container)
    saved = [row.transaction for row in rows_of(container)]
    assert [(transaction.date, transaction.description, transaction.amount) for transaction in saved] == shown
    assert str(saved[0].date) == "2026-05-04"


def test_an_answer_is_remembered_for_the_next_file_of_the_same_layout(container):
    text = "Date,Details,Amount\n04/05/2026,PIZZA CORNER,-12.50\n05/06/2026,CITY CAB,-8.00\n"
    import_text(container, text, date_order="dmy")
    later = "Date,Details,Amount\n07/08/2026,BUS PASS,-3.00\n"
    assert not container.import_preview.read(later.encode(), {"default_currency": "USD"}).preview.questions
    [profile] = container.import_profiles.all()
    container.import_profiles.forget(profile.layout)
    assert container.import_preview.read(later.encode(), {"default_currency": "USD"}).preview.questions


def test_a_file_is_deleted_once_it_is_read_and_its_rejected_cells_are_kept_masked(container):
    text = BANK.replace("nonsense", "nonsense 4111111111111111")
    done = import_text(container, text)
    with pytest.raises(NotFound):
        container.imports.content(done.id)
    [reject] = container.import_rejects.of(done.id)
    assert reject["cells"] == ["2026-03-06", "nonsense [card]", "not money"]
    assert reject["row"] == 5


def test_an_import_can_be_stopped_and_its_rows_stay_until_it_is_undone(container):
    kept = container.import_preview.upload(BANK.encode(), name="bank.csv", changes=ANSWERS)
    container.import_preview.start(kept.id)
    container.imports.stop(kept.id)
    stopped = run_next_import(container)
    assert (stopped.status, stopped.counts.added) == (ImportStatus.STOPPED, 4)
    with pytest.raises(Conflict):
        container.imports.stop(kept.id)
    assert undo(container, kept.id)[0] == 4


def test_a_running_import_cannot_be_undone(container):
    kept = container.import_preview.upload(BANK.encode(), name="bank.csv", changes=ANSWERS)
    container.import_preview.start(kept.id)
    with pytest.raises(Conflict):
        undo(container, kept.id)


def test_the_demo_is_a_year_of_plausible_rows_and_gone_with_one_undo(container):
    begun = container.import_preview.demo()
    done = run_next_import(container)
    assert (done.id, done.status, done.counts.rejected) == (begun.id, ImportStatus.DONE, 0)
    days = [row.transaction.date for row in container.transactions.stream(HistoryFilter(), sort="date")]
    assert 360 <= (days[-1] - days[0]).days < 366
    assert 400 < len(days) == done.counts.added
    assert container.import_profiles.all() == []
    undo(container, done.id)
    assert rows_of(container) == ()


def test_the_configured_currency_is_the_first_choice(settings):
    container = Container(settings.model_copy(update={"currency": "CHF"}))
    (question,) = container.import_preview.read(BANK.encode(), {"sign": ANSWERS["sign"]}).preview.questions
    assert [choice.value for choice in question.choices][:2] == ["CHF", "USD"]
    container.database.close()


def test_a_category_of_the_file_gets_its_group_from_its_name_and_rows(container):
    text = """Date,Details,Amount,Category
2026-03-04,PIZZA CORNER,-12.50,Going out
2026-03-05,ACME PAYROLL,2500.00,Monthly payroll
2026-03-06,BONUS PAYROLL,500.00,Monthly payroll
2026-03-07,CITY CAB,-8.00,Getting about
2026-03-08,FRESH MARKET,-8.00,groceries
"""
    assert counts_of(import_text(container, text, take_categories=True)) == (5, 0, 0)
    groups = {category.name: category.group for category in container.categories.own()}
    assert groups == {
        "Going out": Group.DISCRETIONARY,
        "Monthly payroll": Group.INCOME,
        "Getting about": Group.ESSENTIAL,
    }


def test_a_name_that_was_merged_leads_to_where_its_rows_are_now(container):
    text = "Date,Details,Amount,Category\n2026-03-04,PIZZA CORNER,-12.50,Going out\n"
    import_text(container, text, take_categories=True)
    container.category_editor.delete("going-out", "dining", at=datetime(2026, 3, 9, tzinfo=UTC))
    import_text(container, text.replace("03-04", "03-05"), take_categories=True)
    assert container.categories.own() == []
    assert {row.category for row in rows_of(container)} == {"dining"}
