"""Files of several own accounts, on the real MongoDB: which rows are the same, and whose they are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from src.domain.transactions import HistoryFilter
from tests.pipeline.imports.test_run import container, counts_of, rows_of, run_next_import, undo

__all__ = ["container"]
FEE = """Auftragskonto;Buchungstag;Buchungstext;Verwendungszweck;Betrag;Waehrung
{number};31.01.2026;ENTGELT;ACCOUNT FEE;-4,90;EUR
{number};31.01.2026;ENTGELT;ACCOUNT FEE;-4,90;EUR
{number};15.01.2026;KARTE;PIZZA CORNER {number};-3,00;EUR
"""
OURS, YOURS = FEE.format(number="DE11AAAA"), FEE.format(number="DE22BBBB")
PLAIN = "Date,Details,Amount,Currency\n2026-03-04,PIZZA CORNER,-12.50,USD\n2026-03-05,CITY CAB,-8.00,USD\n"
SEPA = """<Document xmlns="camt.053"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>NL00TEST01</IBAN></Id></Acct>{}
</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt>
<Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>NONREF</AcctSvcrRef><AddtlNtryInf>{}</AddtlNtryInf></Ntry>"""


def imported(container, text, **changes):
    changes = {"sign": "negative-is-expense", **changes}
    preview = container.import_preview
    preview.start(preview.upload(text.encode(), name="bank.csv", changes=changes).id)
    return run_next_import(container)


def added(container, text, **changes):
    return counts_of(imported(container, text, **changes))[0]


def accounts_of(container):
    return [row.transaction.account for row in rows_of(container)]


def test_equal_rows_of_two_account_numbers_are_two_rows_and_each_file_is_recognized(container):
    assert [added(container, text) for text in (OURS, YOURS, OURS, YOURS)] == [3, 3, 0, 0]


def test_equal_rows_of_two_named_accounts_are_two_rows(container):
    names = ("Ours", "Yours", "Ours", "yours")
    assert [added(container, PLAIN, account=name) for name in names] == [2, 2, 0, 0]
    assert sorted(accounts_of(container)) == ["Ours", "Ours", "Yours", "Yours"]


def without_accounts(container):
    """As an earlier release stored them."""
    fields = dict.fromkeys(("account", "account_number", "content"), "")
    for row in container.database.transactions.find({}):
        key = ":".join(row["key"].split(":")[:2])
        container.database.transactions.update_one(
            {"_id": row["_id"]}, {"$set": {"key": key}, "$unset": fields}
        )


def test_rows_from_before_their_account_was_known_are_not_doubled_and_get_it(container):
    imported(container, OURS)
    without_accounts(container)
    again = imported(container, OURS, account="Ours")
    assert counts_of(again)[:2] == (0, 3)
    assert accounts_of(container) == ["Ours"] * 3
    assert [added(container, text) for text in (OURS, YOURS)] == [0, 3]
    container.database.import_profiles.delete_many({})
    assert added(container, OURS.replace("Auftragskonto", "Other")) == 0


def test_undoing_an_import_takes_back_the_accounts_it_has_set(container):
    imported(container, PLAIN)
    aside = {"revision": 0, "also_in": 0, "uncounted": 0}
    before = list(container.database.transactions.find({}, aside))
    again = imported(container, PLAIN, account="Ours")
    assert accounts_of(container) == ["Ours", "Ours"]
    undo(container, again.id)
    assert list(container.database.transactions.find({}, aside)) == before


def test_an_account_that_a_person_has_edited_since_stays(container):
    imported(container, PLAIN)
    again = imported(container, PLAIN, account="Ours")
    row = rows_of(container)[0]
    container.transaction_editor.edit(row.id, lambda _: {"account": "Mine"}, at=datetime.now(UTC))
    undo(container, again.id)
    assert accounts_of(container) == ["Mine", None]


def test_a_number_leads_to_its_account_the_next_time_and_is_stored_nowhere(container):
    imported(container, OURS, account="Ours")
    read = container.import_preview.read
    assert read(OURS.replace("31.01", "28.02").encode()).preview.plan.account == "Ours"
    assert read(YOURS.encode()).preview.plan.account is None  # the profile's account has another number
    imported(container, YOURS, account="Wrong")
    undo(container, imported(container, YOURS, account="Wrong").id)
    imported(container, YOURS, account="Yours")
    assert read(YOURS.encode()).preview.plan.account == "Yours"
    assert sorted(set(accounts_of(container))) == ["Ours", "Wrong"]  # what has an account keeps it
    for name in container.database.collection("transactions").database.list_collection_names():
        for document in container.database.collection(name).find({}):
            assert "DE11AAAA" not in str({**document, "description": "", "merchant": ""}).replace(
                "PIZZA CORNER DE11AAAA", ""
            )


def test_the_account_of_a_layout_without_numbers_is_remembered(container):
    imported(container, PLAIN, account="Ours")
    container.account_editor.change(
        container.accounts.by_name("Ours").id, {"name": "Joint"}, at=datetime.now(UTC)
    )
    assert added(container, PLAIN + "2026-03-06,CITY CAB,-9.00,USD\n") == 1
    assert set(accounts_of(container)) == {"Joint"}


def test_the_account_of_a_layout_is_not_another_one_that_has_its_former_name(container):
    imported(container, PLAIN, account="Ours")
    ours = container.accounts.by_name("Ours")
    container.account_editor.change(ours.id, {"name": "Mine"}, at=datetime.now(UTC))
    joint = container.accounts.add(replace(ours, id="", name="Ours"))
    container.account_editor.change(joint.id, {"name": "Joint"}, at=datetime.now(UTC))
    container.accounts.add(replace(ours, id="", name="Ours"))
    assert container.import_profiles.all()[0].plan["account"] == "Mine"
    container.account_editor.delete(ours.id, joint.id, at=datetime.now(UTC))
    assert added(container, PLAIN + "2026-03-06,CITY CAB,-9.00,USD\n") == 1
    assert set(accounts_of(container)) == {"Joint"}


def test_equal_rows_of_the_accounts_of_one_file_are_two_rows(container):
    both = "\n".join([*OURS.splitlines(), *YOURS.splitlines()[1:]]) + "\n"
    assert added(container, both) == 6
    assert [added(container, text) for text in (OURS, YOURS, both)] == [0, 0, 0]


def test_a_row_without_an_id_is_recognized_by_its_text(container):
    first, second = SEPA.format(ENTRY.format("SHOP A")), SEPA.format(ENTRY.format("SHOP B"))
    assert [added(container, text) for text in (first, second, first)] == [1, 1, 0]


def test_answers_return_when_a_row_is_imported_again_with_its_account(container):
    first = imported(container, PLAIN)
    container.feedback.record(rows_of(container)[0].id, "travel", at=datetime.now(UTC))
    undo(container, first.id)
    imported(container, PLAIN, account="Ours")
    assert [row.category for row in rows_of(container) if row.feedback] == ["travel"]


def test_a_deleted_row_stays_deleted_when_it_is_imported_with_its_account(container):
    imported(container, PLAIN)
    container.transaction_editor.delete(rows_of(container)[0].id, at=datetime.now(UTC))
    assert imported(container, PLAIN, account="Ours").counts.deleted == 1
    assert container.transactions.history(HistoryFilter(account="Ours"), sort="date").total == 1


@pytest.mark.parametrize("account", ["Ours", None])
def test_a_reason_for_a_rejected_row_does_not_quote_the_account_number(container, account):
    done = imported(container, OURS.replace("-3,00", "nothing"), account=account)
    [reject] = container.import_rejects.of(done.id)
    assert reject["cells"][0] == "[account]"
