"""The analytics page: every number of a small ledger, computed by hand, and its links and files."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import plotly.graph_objects as go
import pytest
from bson import Int64, ObjectId

from src.domain.accounts import saving_accounts
from src.domain.transactions import Direction
from src.web.analytics.chart_parts import TableCell
from src.web.dashboard.dashboard import Dashboard
from src.web.dashboard.query import DashboardQuery
from tests.services.rows import keep, new

INCOME = Direction.INCOME
TOTAL = {"spent": "expense", "earned": "income", "saved": "saved", "transferred": "transfer"}


@pytest.fixture
def container(app):
    return app.extensions["ledgerloop"]


@pytest.fixture
def ledger(container):
    """January to the 14th of May 2025, with a split, a refund, an own transfer, savings and euros."""

    def day(month, number):
        return date(2025, month, number)

    main = {"account": "Main"}
    rows = [
        *(new("landlord", "1000", category="housing", day=day(month, 1), **main) for month in range(1, 6)),
        *(
            new("acme", "3000", category="salary", direction=INCOME, day=day(month, 25))
            for month in range(1, 5)
        ),
        new("grocer", "200", category="groceries", mode="card", day=day(1, 10)),
        new("grocer", "220", category="groceries", mode="card", day=day(2, 10)),
        new("grocer", "150", category="groceries", mode="card", day=day(3, 5)),
        new("shoe shop", "90", category="shopping", mode="card", day=day(3, 20)),
        new("broker", "500", category="savings", day=day(3, 26)),
        new("shoe shop credit", "30", category=None, direction=INCOME, mode="card", day=day(4, 3)),
        new("big shop", "100", category="dining", mode="cash", day=day(4, 9)),
        new("grocer", "100", category="groceries", mode="card", day=day(4, 20)),
        new("own bank", "500", category="dining", day=day(4, 27), **main),
        new("own name", "500", category=None, direction=INCOME, account="Pot", day=day(4, 27)),
        new("what", "7.05", category=None, day=day(4, 28)),
        new("bistro", "20", category="dining", currency="EUR", day=day(4, 12)),
        new("grocer", "180", category="groceries", mode="card", day=day(5, 14)),
    ]
    kept = {row.transaction.merchant: ObjectId(row.id) for row in keep(container.transactions, *rows)}

    def change(merchant, **fields):
        container.database.transactions.update_one({"_id": kept[merchant]}, {"$set": fields})

    parts = [("dining", 4000), ("groceries", 6000)]
    change(
        "big shop",
        splits=[{"category": slug, "amount": Int64(cents), "notes": None} for slug, cents in parts],
    )
    change("shoe shop credit", refund_of=kept["shoe shop"])
    change("own bank", transfer="pair")
    change("own name", transfer="pair")


@pytest.fixture
def table(client):
    def table(name, query="", **headers):
        response = client.get(f"/analytics/{name}.csv?{query}", headers=headers)
        assert response.status_code == 200, response.text
        [heads, *rows] = csv.reader(io.StringIO(response.text.removeprefix("\ufeff")))
        return [dict(zip(heads, row, strict=True)) for row in rows]

    return table


@pytest.fixture
def charts(app, container):
    """All charts of an address, with the services behind the page."""

    def charts(**values):
        with app.test_request_context():
            preferences = container.preferences.current()
            query, savings = DashboardQuery.model_validate(values), saving_accounts(container.accounts.all())
            dashboard = Dashboard(query, container.analytics, preferences, savings)
            made = [make() for make in dashboard.charts(dashboard.view()).values()]
            return {chart.id: chart for chart in made if chart}

    return charts


def column(rows, name, key):
    return {row[key]: row[name] for row in rows}


APRIL = "period=2025-04"


def test_by_default_the_last_month_with_transactions_is_shown(client, ledger):
    page = client.get("/analytics").text
    assert "<h1>May 2025</h1>" in page
    assert 'aria-label="April 2025"' in page
    assert "known until May 14, 2025" in page
    assert ">$1,180.00</a>" in page


def test_the_figures_net_refunds_and_leave_transfers_out(client, ledger):
    page = client.get(f"/analytics?{APRIL}").text
    for figure in ("$3,000.00", "$1,177.05", "$1,822.95", "$500.00"):
        assert f">{figure}</a>" in page
    assert "61\N{NO-BREAK SPACE}% of income" in page


def test_categories_are_compared_with_the_month_before_and_the_usual(table, ledger):
    rows = table("by-category", APRIL)
    assert [row["Category"] for row in rows] == [
        *("Rent and mortgage", "Groceries", "Dining out", "Uncategorized", "Shopping")
    ]
    assert column(rows, "Spending", "Category") == {
        "Rent and mortgage": "1000.00",
        "Groceries": "160.00",
        "Dining out": "40.00",
        "Uncategorized": "7.05",
        "Shopping": "-30.00",
    }
    assert column(rows, "Mar 2025", "Category")["Shopping"] == "90.00"
    assert column(rows, "Usual", "Category")["Groceries"] == "200.00"
    assert column(rows, "Transactions", "Category")["Groceries"] == "2"


def test_a_month_that_is_not_over_is_compared_day_for_day(table, client, ledger):
    rows = table("compared")
    assert [(row["Spending then"], row["Change"]) for row in rows] == [
        ("1070.00", "110.00"),
        ("1175.00", "5.00"),
    ]
    assert rows[0]["Compared with"] == "The month before: Apr 1, 2025 – Apr 14, 2025"
    assert rows[1]["Compared with"] == "Usual: median of the 4 complete months before"
    page = client.get("/analytics").text
    assert "Compared day for day: $1,180.00 until May 14, 2025, against the same days before." in page


def test_a_whole_month_is_compared_with_whole_months(table, ledger):
    rows = table("compared", APRIL)
    assert [row["Spending then"] for row in rows] == ["1240.00", "1220.00"]


def test_half_a_cent_of_the_usual_is_rounded_as_in_the_api(client, table, container):
    amounts = ("10.02", "10.01", "10.02", "10.01", "30.01")
    rows = [new("cafe", amount, day=date(2025, month, 9)) for month, amount in enumerate(amounts, 1)]
    keep(container.transactions, *rows, new("cafe", "1", day=date(2025, 5, 31)))
    usual = table("compared", "period=2025-05")[-1]
    against = client.get("/api/v1/insight/compare?month=2025-05").json["totals"]["expense"]["usual"]
    assert (usual["Spending then"], usual["Change"]) == (against["amount"], against["difference"])


def test_what_is_usual_of_an_account_begins_after_its_first_month_as_in_the_api(client, table, container):
    rows = [
        new("cafe", "100", day=date(2025, month, day), account=account)
        for account, first in (("old", 1), ("young", 5), ("elder", 3))
        for month in range(first, 9)
        for day in (2, 28)
    ]
    keep(container.transactions, *rows)

    def usual(account):
        address = f"/api/v1/insight/compare?month=2025-08&account={account}"
        against = client.get(address).json["totals"]["expense"]["usual"]
        shown = [row for row in table("compared", f"period=2025-08&account={account}") if "Usual" in str(row)]
        return against and against["amount"], [row["Spending then"] for row in shown]

    assert usual("young") == (None, [])
    assert usual("elder") == ("200.00", ["200.00"])


def test_two_months_before_are_too_few_to_be_usual(client, table, ledger):
    assert len(table("compared", "period=2025-03")) == 1
    assert "Too few complete months to tell what is usual." in client.get("/analytics?period=2025-03").text
    assert "nothing before this period" in client.get("/analytics?period=2025-01").text


def test_months_have_income_spending_and_net_and_say_which_is_partial(table, ledger):
    rows = table("by-month")
    assert [(row["Month"], row["Income"], row["Spending"], row["Saved"]) for row in rows] == [
        ("Jan 2025", "3000.00", "1200.00", "1800.00"),
        ("Feb 2025", "3000.00", "1220.00", "1780.00"),
        ("Mar 2025", "3000.00", "1240.00", "1760.00"),
        ("Apr 2025", "3000.00", "1177.05", "1822.95"),
        ("May 2025 (partial)", "0.00", "1180.00", "-1180.00"),
    ]


def test_methods_accounts_merchants_and_weekdays_add_up_to_the_spending(table, ledger):
    by_mode = column(table("by-mode", APRIL), "Spending", "Payment method")
    assert by_mode == {"No payment method": "1007.05", "cash": "100.00", "card": "70.00"}
    by_account = table("by-account", APRIL)
    assert column(by_account, "Spending", "Account") == {"Main": "1000.00", "No account": "177.05"}
    assert column(by_account, "Saved", "Account")["No account"] == "2822.95"
    merchants = column(table("by-merchant", APRIL), "Spending", "Merchant")
    assert merchants == {"LANDLORD": "1000.00", "BIG SHOP": "100.00", "GROCER": "100.00", "WHAT": "7.05"}
    weekdays = table("by-weekday", APRIL)
    assert column(weekdays, "Spending", "Weekday") == {
        "Monday": "7.05",
        "Tuesday": "1000.00",
        "Wednesday": "100.00",
        "Thursday": "-30.00",
        "Friday": "0.00",
        "Saturday": "0.00",
        "Sunday": "100.00",
    }
    means = column(weekdays, "Mean of a day", "Weekday")
    assert (means["Tuesday"], means["Sunday"]) == ("200.00", "25.00")  # five Tuesdays, four Sundays


def test_merchants_that_rose_and_fell_are_compared_day_for_day(table, ledger):
    rows = table("changed-merchants")
    assert [(row["Merchant"], row["Change"]) for row in rows] == [
        ("GROCER", "180.00"),
        ("SHOE SHOP", "30.00"),
        ("BIG SHOP", "-100.00"),
    ]
    assert "Until Apr 14, 2025" in rows[0]


def test_the_cash_flow_balances(table, ledger):
    rows = table("cash-flow", "period=2025-03..2025-04")
    sums = {"in": Decimal(0), "out": Decimal(0)}
    for row in rows:
        sums[row["Way"]] += Decimal(row["Amount"])
    assert sums == {"in": Decimal(6000), "out": Decimal(6000)}
    amounts = column(rows, "Amount", "From or to")
    assert (amounts["Moved to savings"], amounts["To the balance"]) == ("500.00", "3082.95")
    amounts = column(table("cash-flow"), "Amount", "From or to")
    assert amounts["From the balance"] == "1180.00"


def test_refunds_and_salary_paid_back_are_on_the_other_side_of_the_cash_flow(container, table, ledger):
    keep(container.transactions, new("acme", "50", category="salary", day=date(2025, 5, 3)))
    rows = table("cash-flow", "period=2025-05")
    assert {row["From or to"]: (row["Way"], row["Amount"]) for row in rows} == {
        "Rent and mortgage": ("out", "1000.00"),
        "Groceries": ("out", "180.00"),
        "Paid back: Salary": ("out", "50.00"),
        "From the balance": ("in", "1230.00"),
    }
    april = column(table("cash-flow", APRIL), "Amount", "From or to")
    assert april["Refunds: Shopping"] == "30.00"


def test_the_heat_map_has_every_month(table, ledger):
    [rent, *_] = [row for row in table("heat-map", APRIL) if row["Category"] == "Rent and mortgage"]
    assert list(rent.values())[1:] == ["1000.00"] * 4
    [shopping] = [row for row in table("heat-map", APRIL) if row["Category"] == "Shopping"]
    assert list(shopping.values())[1:] == ["0.00", "0.00", "90.00", "-30.00"]


def test_days_are_added_up_against_the_month_before(table, ledger):
    rows = table("day-by-day")
    assert [row["May 2025, added up"] for row in rows[:2]] == ["1000.00", "1000.00"]
    assert (rows[13]["Day"], rows[13]["May 2025, added up"], rows[13]["Apr 2025, added up"]) == (
        *("May 14, 2025", "1180.00", "1070.00"),
    )
    assert len(rows) == 30
    assert rows[29]["Apr 2025, added up"] == "1177.05"


def test_savings_and_transfers_are_neither_spending_nor_income(table, ledger):
    rows = table("savings-and-transfers", "period=2025")
    assert {(row["Counted as"], row["Amount"]) for row in rows} >= {("Moved to savings", "500.00")}
    moved = sum(Decimal(row["Amount"]) for row in rows if row["Counted as"] == "Transfer")
    assert moved == 500


def test_own_transfers_to_savings_accounts_are_moved_to_savings_as_in_the_finance_rule(
    client, table, charts, ledger
):
    account = {"name": "Pot", "currency": "USD", "kind": "savings"}
    assert client.post("/api/v1/accounts", json=account).status_code == 201
    period = "period=2025-03..2025-04"
    rules = client.get("/api/v1/insight/limits?month=2025-04").json
    [rule] = [rule for rule in rules if rule["rule"] == "saving"]
    assert (rule["value"], [part["amount"] for part in rule["by_account"]]) == ("500.00", ["500.00"])
    rows = table("savings-and-transfers", period)
    moved = {row["Category"]: row["Amount"] for row in rows if row["Counted as"] == "Moved to savings"}
    assert moved == {"Savings and investments": "500.00", "Own transfers, Pot": "500.00"}
    amounts = column(table("cash-flow", period), "Amount", "From or to")
    assert (amounts["Moved to savings"], amounts["To the balance"]) == ("1000.00", "2582.95")
    page = client.get(f"/analytics?{period}").text
    assert "Moved to savings: $1,000.00, of it $500.00 by own transfers." in page
    assert links_followed(client, charts(period="2025-04")) > 20


def test_of_one_account_only_savings_categories_are_known(client, ledger):
    page = client.get(f"/analytics?{APRIL}&account=Main").text
    assert "Savings categories</dt>" in page
    assert "Moved to savings" not in page


def test_currencies_are_side_by_side(table, client, ledger):
    rows = table("currencies", "period=2025-04")
    assert [(row["Currency"], row["Spending"]) for row in rows] == [("USD", "1177.05"), ("EUR", "20.00")]
    assert "€20.00" in client.get(f"/analytics?{APRIL}&currency=EUR").text


@pytest.mark.parametrize(
    "values",
    [
        {"period": "2025-04"},
        {"period": "2025", "stack": "category"},
        {"from": "2025-03-03", "to": "2025-04-10"},
        {"period": "everything", "category": "groceries"},
        {"period": "2025-05"},
        {"period": "2025-04", "account": "Main"},
    ],
    ids=str,
)
def test_every_number_leads_to_rows_of_the_same_sum(client, charts, ledger, values):
    assert links_followed(client, charts(**values)) > 20


def test_every_number_leads_to_its_rows_if_months_begin_on_another_day(client, charts, ledger):
    assert client.patch("/api/v1/settings", json={"month_starts": 15}).status_code == 200
    assert links_followed(client, charts(period="2025-03")) > 20


def links_followed(client, made):
    """How many there are; the total of each list must be the number."""
    followed = 0
    for chart in made.values():
        for cell in (cell for row in chart.rows for cell in row if isinstance(cell, TableCell)):
            if not cell.link.startswith("/history") or chart.id == "cash-flow" or not Decimal(cell.amount):
                continue
            query = urlsplit(cell.link).query
            totals = client.get(f"/api/v1/history/totals?{query}").json["totals"]
            name = TOTAL.get(parse_qs(query).get("counts", [""])[0], "net")
            assert [total[name] for total in totals] == [cell.amount], (chart.id, cell)
            followed += 1
    return followed


def test_plotly_takes_every_figure_as_valid_and_its_points_lead_to_rows(charts, ledger):
    made = charts(period="2025-04")
    assert set(made) >= {"by-month", "by-category", "day-by-day", "cash-flow", "by-mode", "by-layer"}
    for chart in made.values():
        assert chart.sentence.endswith("."), chart.id
        assert all(len(row) == len(chart.heads) for row in chart.rows), chart.id
        if chart.figure:
            assert go.Figure(chart.figure).data, chart.id
    [bars] = made["by-category"].figure["data"]
    assert bars["customdata"][0][1].startswith("/history?counts=spent")


def test_a_partial_month_is_hatched_and_a_month_without_rows_keeps_its_place(container, charts, ledger):
    keep(container.transactions, new("late", "1", day=date(2025, 8, 1)))
    [income, *_] = charts(period="2025-08")["by-month"].figure["data"]
    assert list(income["x"])[-3:] == ["Jun 2025", "Jul 2025", "Aug 2025"]
    assert list(income["marker"]["pattern"]["shape"])[-2:] == ["", "/"]


def test_layers_keep_their_order_and_are_at_most_nine(container, charts):
    slugs = (
        "groceries housing transport health dining shopping entertainment travel subscriptions pets insurance"
    )
    slugs = slugs.split()
    rows = [new("shop", str(10 + 5 * n), category=slug, day=date(2025, 4, 2)) for n, slug in enumerate(slugs)]
    keep(container.transactions, *rows)
    layers = charts(period="2025-04", stack="category")["by-layer"].figure["data"]
    names = [trace["name"] for trace in layers]
    assert len(names) == 9
    assert names[-1] == "Others"
    by_group = charts(period="2025-04")["by-layer"].figure["data"]
    assert [trace["name"] for trace in by_group] == ["Essential", "Discretionary"]
    assert sum(trace["y"][0] for trace in layers) == sum(trace["y"][0] for trace in by_group)


def test_a_parent_is_listed_with_its_children(client, container, charts, table, ledger):
    bakery = {"slug": "bakery", "name": "Bakery", "group": "essential", "color": "#111111"}
    client.post("/api/v1/categories", json={**bakery, "parent": "groceries"})
    keep(container.transactions, new("baker", "5", category="bakery", day=date(2025, 4, 8)))
    rows = table("by-category", APRIL)
    assert [(row["Category"], row["Spending"]) for row in rows[1:4]] == [
        ("Groceries", "165.00"),
        ("Groceries (no subcategory)", "160.00"),
        ("Bakery", "5.00"),
    ]
    chosen = table("by-category", f"{APRIL}&category=groceries")
    assert [row["Spending"] for row in chosen] == ["160.00", "5.00"]
    assert [row["Spending"] for row in table("by-category", f"{APRIL}&category=bakery")] == ["5.00"]


def test_months_begin_on_the_day_of_the_settings(client, table, ledger):
    assert client.patch("/api/v1/settings", json={"month_starts": 15}).status_code == 200
    rows = table("by-month", "period=2025-03")
    assert (rows[-1]["Month"], rows[-1]["Income"], rows[-1]["Spending"]) == (
        *("Mar 2025", "3000.00", "1160.00"),
    )
    page = client.get("/analytics?period=2025-03").text
    assert "from Mar 15, 2025 to Apr 14, 2025" in page


def test_the_filters_keep_each_other(client, ledger):
    page = client.get(f"/analytics?{APRIL}&account=Main&category=housing&stack=category").text
    assert "period=2025-03&amp;account=Main&amp;category=housing&amp;stack=category" in page
    assert ">$1,000.00</a>" in page
    assert "account Main, only Rent and mortgage" in page


def test_own_days_are_shown_and_compared_with_the_days_before(client, table, ledger):
    rows = table("compared", "from=2025-04-01&to=2025-04-10")
    assert [(row["Spending then"], row["Change"]) for row in rows] == [("0.00", "1070.00")]
    assert (
        "<h1>Apr 1, 2025 – Apr 10, 2025</h1>" in client.get("/analytics?from=2025-04-01&to=2025-04-10").text
    )


@pytest.mark.parametrize(
    "query",
    ["period=soon", "period=2025-04..2025-01", "from=2025-04-02&to=2025-04-01", "stack=x", "category=A"],
)
def test_an_impossible_selection_is_422_with_a_sentence(client, ledger, query):
    response = client.get(f"/analytics?{query}")
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_a_file_is_written_as_the_spreadsheet_of_the_visitor_reads_it(client, container, ledger):
    keep(container.transactions, new("x", "1234.50", account='=HYPERLINK("x")', day=date(2025, 4, 2)))
    response = client.get(f"/analytics/by-account.csv?{APRIL}", headers={"Accept-Language": "de-DE"})
    assert response.mimetype == "text/csv"
    assert "1234,50" in response.text
    assert "'=HYPERLINK" in response.text
    assert client.get("/analytics/nothing.csv").status_code == 404


def test_json_keeps_the_body_of_the_api(client, ledger):
    accepted = client.get("/analytics", headers={"Accept": "application/json"}).json
    assert accepted == client.get("/api/v1/analytics").json
    assert accepted["totals"]["expense"] == "6017.05"


def test_what_changed_and_habits_are_in_sentences_for_a_month_with_all_categories(client, ledger):
    page = client.get("/analytics?period=2025-05").text
    assert '<h2 id="changes-title">What changed</h2>' in page
    assert "Rent, bills and the like: 1 recurring payment" in page
    assert "changes-title" not in client.get("/analytics?period=2025").text
    assert "changes-title" not in client.get("/analytics?period=2025-05&category=groceries").text


def test_of_a_large_history_what_changed_comes_after_the_page(client, ledger, monkeypatch):
    monkeypatch.setattr("src.web.dashboard.pages._ROWS_OF_ONE_ANSWER", 5)
    page = client.get("/analytics?period=2025-05&account=Main").text
    [address, charts] = re.findall(r'data-fragment="([^"]+)"', page)
    assert "changes-title" not in page
    later = client.get(address.replace("&amp;", "&")).text
    assert "<h1>May 2025</h1>" in later
    assert 'id="insights"' in later
    assert "changes-title" in later
    lower = client.get(charts.replace("&amp;", "&")).text
    shown = [re.findall(r'<figure class="[^"]*" id="([^"]+)"', html) for html in (page, lower)]
    assert shown[0] == ["by-category", "compared", "day-by-day", "by-month"]
    assert set(shown[1]) >= {"cash-flow", "by-merchant", "by-account"}
    assert not {*shown[0]} & {*shown[1]}


def test_a_month_that_counts_as_complete_is_known_until_its_end(table, container):
    rows = [new("cafe", "5", category="dining", day=day) for day in (date(2025, 3, 3), date(2025, 4, 26))]
    keep(container.transactions, *rows)
    days = column(table("by-weekday", APRIL), "Days", "Weekday")
    assert sum(map(int, days.values())) == 30
    assert table("day-by-day", APRIL)[29]["Day"] == "Apr 30, 2025"


def test_a_category_without_spending_in_any_column_is_left_out(table, container, ledger):
    keep(container.transactions, new("gift shop", "5", category="gifts", day=date(2025, 2, 3)))
    assert "Gifts and donations" not in column(table("by-category", APRIL), "Spending", "Category")


def test_shares_next_to_refunds_say_of_what_they_are(client, ledger):
    page = client.get(f"/analytics?{APRIL}").text
    assert "Shares are of the amounts above zero; with refunds, it is $1,177.05." in page
    assert "Usual is the median of the 3 complete months before." in page


def test_the_tile_of_a_month_that_is_not_over_is_against_the_same_days(client, ledger):
    assert "+$110.00 against the same days before" in client.get("/analytics").text


def test_without_transactions_there_is_a_way_to_them(client):
    page = client.get("/analytics").text
    assert 'href="/import"' in page
    assert 'action="/import/demo"' in page
