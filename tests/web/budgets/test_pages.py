"""The pages of budgets and finance rules, and their forms."""

import re
from datetime import date

import pytest

from src.domain.transactions import Direction
from tests.services.rows import keep, new
from tests.web.prediction.test_pages import words_of


@pytest.fixture
def ledger(app):
    """A salary, rent and dining in each of the first five months of 2025, and dining in June."""
    rows = []
    for month in range(1, 6):
        rows += [
            new("employer", "2000", category="salary", day=date(2025, month, 1), direction=Direction.INCOME),
            new("landlord", "900", category="housing", day=date(2025, month, 2)),
            new(f"cafe {month}", f"{month}0", category="dining", day=date(2025, month, 28)),
        ]
    rows += [new("inn", "60", category="dining", day=date(2025, 6, 15))]
    return keep(app.extensions["ledgerloop"].transactions, *rows)


def shown(client, address):
    response = client.get(address, headers={"Accept": "text/html"})
    assert response.status_code == 200
    return words_of(response.text).replace("\N{WORD JOINER}", "").replace("\N{NO-BREAK SPACE}", " ")


def send(client, address, **form):
    """Send a form and return the words of the page it leads to."""
    response = client.post(address, data=form)
    assert response.status_code == 303, response.text
    return shown(client, response.headers["Location"])


def test_a_budget_is_added_changed_and_removed_by_forms(client, ledger):
    assert "No budgets yet" in shown(client, "/budgets")
    added = send(client, "/budgets", of="dining", amount="100", currency="USD")
    assert "You changed your budgets. Dining out: none → $100.00. Undo" in added
    assert "$60.00 $100.00 $40.00" in added
    assert "Faster than planned $10.00 more than planned until Jun 15, 2025." in added
    changed = send(client, "/budgets", of="dining", amount="50", currency="USD", carry_over="true")
    assert "Dining out: $100.00 → $50.00, carried over" in changed
    assert "Over $10.00 more than the budget." in changed
    removed = send(client, "/budgets/remove", key="dining USD")
    assert "Dining out: $50.00, carried over → none" in removed


def test_the_number_of_a_budget_leads_to_its_rows(client, ledger):
    send(client, "/budgets", of="dining", amount="100")
    page = client.get("/budgets", headers={"Accept": "text/html"}).text
    address = re.search(r'href="(/history\?[^"]*counted_in=dining)"', page)[1].replace("&amp;", "&")
    assert "$60.00" in shown(client, address)


def test_months_are_reached_by_links(client, ledger):
    send(client, "/budgets", of="group:discretionary", amount="100")
    page = client.get("/budgets", headers={"Accept": "text/html"}).text
    assert "/budgets?month=2025-05" in page
    words = shown(client, "/budgets?month=2025-05")
    assert "All discretionary spending $50.00 $100.00 $50.00" in words
    assert "$50.00 left at the end of the month." in words
    assert client.get("/budgets?month=2099-01", headers={"Accept": "text/html"}).status_code == 422


def test_a_refused_budget_shows_its_error_and_what_was_typed(client, ledger):
    response = client.post("/budgets", data={"of": "dining", "amount": "much", "currency": "USD"})
    assert response.status_code == 422
    assert "Amount must be a number above 0" in response.text
    assert 'value="much"' in response.text
    assert client.post("/budgets", data={"of": "salary", "amount": "5"}).status_code == 422
    assert client.post("/budgets", data={"of": "", "amount": "5"}).status_code == 422


def test_suggestions_are_accepted_one_by_one_and_all_at_once_with_undo(client, ledger):
    words = shown(client, "/budgets")
    assert "The median of 5 complete months, Jan 2025 to May 2025." in words
    assert "Rent and mortgage $900.00" in words
    assert "Dining out $30.00 $10.00 – $50.00" in words
    one = send(client, "/budgets/accept", currency="USD", category="dining")
    assert "Dining out: none → $30.00" in one
    everything = client.post("/budgets/accept", data={"currency": "USD"})
    budgets = client.get("/api/v1/budgets").json
    assert {budget["category"]: budget["amount"] for budget in budgets} == {
        "dining": "30.00",
        "housing": "900.00",
    }
    act = re.search("act=([^&]+)", everything.headers["Location"])[1]
    client.post(f"/acts/{act}/undo", data={"next": "/budgets"})
    assert len(client.get("/api/v1/budgets").json) == 1


def test_the_finance_rules_say_figure_limit_and_rows(client, ledger):
    words = shown(client, "/insight/limits")
    assert "May 2025: 2 rules not kept" in words
    assert "at most 30 % of income $900.00 45 % of $2,000.00 income, May 2025" in words
    assert "Not kept $300.00 too much." in words
    assert "Not kept $400.00 too little." in words
    page = client.get("/insight/limits", headers={"Accept": "text/html"}).text
    assert "/history?from=2025-05-01&amp;to=2025-05-31&amp;currency=USD&amp;counted_in=housing" in page
    assert "no alarm" in shown(client, "/insight/limits?month=2025-06")


def test_spending_without_a_category_is_named_beside_the_rules(client, app, ledger):
    assert "without a category" not in shown(client, "/insight/limits")
    keep(app.extensions["ledgerloop"].transactions, new("kiosk", "7", category=None, day=date(2025, 5, 9)))
    assert "$7.00 of spending without a category are in no figure" in shown(client, "/insight/limits")


def test_rules_are_changed_set_back_and_added_by_forms(client, ledger):
    housing = {"rule": "housing", "period": "three_months", "enabled": "true", "categories": "housing"}
    changed = send(client, "/insight/limits", **housing, share="45,5 %")
    assert (
        "You changed the finance rules. Housing: at most 30 % of income (Rent and mortgage) → "
        "at most 45.5 % of income, over three months (Rent and mortgage)"
    ) in changed
    assert "$2,700.00 45 % of $6,000.00 income, Mar 2025 to May 2025" in changed
    assert "Housing: at most 45.5 %" in send(client, "/insight/limits/remove", key="housing")
    off = send(client, "/insight/limits", rule="debt", share="36", categories="debt")
    assert "Debt: at most 36 % of income (Loans and card payments) → off" in off
    limit = {"rule": "category", "category": "dining", "enabled": "true"}
    added = send(client, "/insight/limits", **limit, kind="amount", amount="49.99", currency="USD")
    assert "Dining out: none → at most $49.99 a month" in added
    assert "With its subcategories, less refunds. at most $49.99 a month $50.00 May 2025" in added


def test_a_share_near_its_limit_has_the_decimals_that_tell_them_apart(client, ledger):
    limit = {"rule": "category", "category": "dining", "enabled": "true", "kind": "share"}
    assert "2.5 % of $2,000.00 income, May 2025 Categories" in send(
        client, "/insight/limits", **limit, share="2"
    )
    assert "3 % of income $50.00 2 % of" in send(client, "/insight/limits", **limit, share="3")


@pytest.mark.parametrize("form", [{"share": "much"}, {"share": "0"}, {"share": "300"}])
def test_a_refused_rule_shows_its_error(client, ledger, form):
    response = client.post("/insight/limits", data={"rule": "essential", "enabled": "true", **form})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text


def test_recent_changes_list_both(client, ledger):
    send(client, "/budgets", of="dining", amount="100")
    send(client, "/insight/limits", rule="essential", share="60", enabled="true")
    words = shown(client, "/acts")
    assert "You changed your budgets. Dining out: none → $100.00" in words
    assert "Essential spending: at most 50 % of income → at most 60 % of income" in words


def test_the_dashboard_shows_budgets_the_worst_first_and_rules_that_are_not_kept(client, ledger):
    send(client, "/budgets", of="housing", amount="900")
    send(client, "/budgets", of="dining", amount="40")
    send(client, "/budgets", of="travel", amount="40", currency="EUR")
    words = shown(client, "/analytics?from=2025-05-01&to=2025-05-31")
    card = words[words.index("Budgets, May 2025") :]
    assert card.startswith(
        "Budgets, May 2025 All budgets Dining out $50.00 of $40.00 Over Rent and mortgage $900.00 of $900.00 "
        "Finance rules that are not kept Moved to savings at least 20 % of income 0 % "
        "Housing at most 30 % of income 45 % Finance rules"
    )
    assert "Budgets, " not in shown(client, "/analytics?from=2025-05-01&to=2025-05-31&category=dining")
