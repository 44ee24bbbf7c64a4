"""The exports of other programs: the heading as they write it, the rest invented."""

import pytest

from src.components.bank_files.plan import Plan
from src.components.bank_files.read import preview
from tests.components.bank_files.reading import brief, entries, left_out

EXPORTS = {
    "Mint": (
        '"Date","Description","Original Description","Amount","Transaction Type","Category",'
        '"Account Name","Labels","Notes"\n'
        '"3/04/2026","Copper Kettle","SQ *COPPER KETTLE","4.20","debit","Coffee Shops","Checking","",""\n'
        '"3/05/2026","Wages","WAGES","100.00","credit","Paycheck","Checking","",""\n',
        "Coffee Shops",
    ),
    "YNAB": (
        '"Account","Flag","Date","Payee","Category Group/Category","Category Group","Category",'
        '"Memo","Outflow","Inflow","Cleared"\n'
        '"Checking","","03/04/2026","Copper Kettle","Fun: Coffee","Fun","Coffee","","$4.20","$0.00",'
        '"Cleared"\n'
        '"Checking","","03/15/2026","Wages","Inflow: Ready","Inflow","Ready","","$0.00","$100.00",'
        '"Cleared"\n',
        "Coffee",
    ),
    "Monarch": (
        "Date,Merchant,Category,Account,Original Statement,Notes,Amount,Tags\n"
        "2026-03-04,Copper Kettle,Coffee Shops,Checking,SQ COPPER,,-4.20,\n"
        "2026-03-05,Wages,Paychecks,Checking,WAGES,,100.00,\n",
        "Coffee Shops",
    ),
    "Firefly III": (
        "user_id,group_id,journal_id,created_at,updated_at,group_title,type,currency_code,amount,"
        "foreign_currency_code,"
        "foreign_amount,description,date,source_name,source_iban,source_type,destination_name,"
        "category,budget,tags,notes\n"
        "1,1,7,2026-03-04T10:00:00+00:00,x,,Withdrawal,USD,-4.20,,,Copper Kettle,"
        "2026-03-04T00:00:00+00:00,Checking,,"
        "Asset account,Copper Kettle,Coffee,,,\n"
        "1,2,8,2026-03-05T10:00:00+00:00,x,,Deposit,USD,100.00,,,Wages,2026-03-05T00:00:00+00:00,Firm,,"
        "Revenue account,Checking,Salary,,,\n"
        "1,3,9,2026-03-05T10:00:00+00:00,x,,Opening balance,USD,50.00,,,Start,"
        "2026-03-05T00:00:00+00:00,Firm,,"
        "x,Checking,,,,\n",
        "Coffee",
    ),
    "Actual": (
        "Account,Date,Payee,Notes,Category,Amount,Split_Amount,Cleared\n"
        "Checking,2026-03-04,Copper Kettle,,Coffee,-4.20,0,Not cleared\n"
        "Checking,2026-03-05,Wages,,Income,100.00,0,Cleared\n"
        "Checking,2026-03-05,Whole of a split,,,0,-12.00,Cleared\n",
        "Coffee",
    ),
    "Sure or Maybe": (
        "date,account_name,amount,name,category,tags,notes,currency\n"
        "2026-03-04,Checking,4.20,Copper Kettle,Coffee,,,USD\n"
        "2026-03-05,Checking,-100.00,Wages,Income,,,USD\n",
        "Coffee",
    ),
    "Monzo": (
        "Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,"
        "Local currency,Notes and #tags,"
        "Address,Receipt,Description,Category split,Money Out,Money In\n"
        "tx_1,04/03/2026,10:00:00,Card payment,Copper Kettle,,Eating out,-4.20,USD,-4.20,USD,,,,"
        "COPPER,,-4.20,\n"
        "tx_2,05/03/2026,10:00:00,Faster payment,Wages,,Income,100.00,USD,100.00,USD,,,,WAGES,,,100.00\n",
        "Eating out",
    ),
    "Revolut": (
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "CARD_PAYMENT,Current,2026-03-03 09:00:00,2026-03-04 10:00:00,Copper Kettle,-4.00,0.20,USD,"
        "COMPLETED,10.00\n"
        "TOPUP,Current,2026-03-05 09:00:00,2026-03-05 10:00:00,Wages,100.00,0.00,USD,COMPLETED,110.00\n"
        "CARD_PAYMENT,Current,2026-03-05 09:00:00,,Kiosk,-4.00,0.00,USD,PENDING,\n"
        "CARD_PAYMENT,Current,2026-03-05 09:00:00,2026-03-05 10:00:00,Kiosk,-4.00,0.00,USD,REVERTED,110.00\n",
        None,
    ),
    "Tinkoff": (
        '"Дата операции";"Дата платежа";"Номер карты";"Статус";"Сумма операции";"Валюта операции";'
        '"Сумма платежа";'
        '"Валюта платежа";"Кэшбэк";"Категория";"MCC";"Описание";"Бонусы (включая кэшбэк)"\n'
        '"04.03.2026 10:00:00";"05.03.2026";"*1234";"OK";"-4,20";"USD";"-4,20";"USD";"";"Кафе";'
        '"5814";"Copper Kettle";"0,00"\n'
        '"05.03.2026 10:00:00";"05.03.2026";"*1234";"OK";"100,00";"USD";"100,00";"USD";"";"Доход";'
        '"";"Wages";"0,00"\n'
        '"05.03.2026 10:00:00";"";"*1234";"FAILED";"-7,00";"USD";"-7,00";"USD";"";"Кафе";"5814";'
        '"Kiosk";"0,00"\n',
        "Кафе",
    ),
}


@pytest.mark.parametrize("app", EXPORTS)
def test_the_export_of_a_program_is_read_without_a_question(app):
    text, label = EXPORTS[app]
    content = text.encode("cp1251" if app == "Tinkoff" else "utf-8")
    shown = preview(content, Plan(default_currency="USD", take_categories=True))
    assert shown.questions == ()
    assert shown.detected.endswith(f":{app}")
    results = list(entries(content, shown.plan))
    assert [entry[1:] for entry in brief(results)] == [
        ("Copper Kettle", "-4.20", "USD", "2026-03-04"),
        ("Wages", "100.00", "USD", shown.entries[1].date.isoformat()),
    ]
    assert results[0].category == label
    assert len(brief(results)) + len(left_out(results)) == len(results)


def test_the_code_of_a_merchants_trade_is_the_subcategory():
    content = EXPORTS["Tinkoff"][0].encode()
    assert preview(content).entries[0].subcategory == "5814"
