"""Figures, sentences and tables of the analytics page."""

import json
import re
from decimal import Decimal

import plotly.graph_objects as go
import pytest
from flask import render_template

from src.components.monitoring.quality import Accuracy
from src.domain.categories import Category, Group
from src.pipeline.monitoring.quality import LiveAccuracy
from src.web.analytics.chart_parts import Chart
from src.web.analytics.charts import Charts

CATEGORIES = [
    Category("groceries", "Groceries", Group.ESSENTIAL, "#4c9f50"),
    Category("dining", "Dining out", Group.DISCRETIONARY, "#e07a3f"),
    Category("housing", "Housing", Group.ESSENTIAL, "#7a6652"),
]


def spent(amount, share=0.5, count=2, **by):
    return {**by, "amount": Decimal(amount), "share": share, "count": count}


def month(name, expense, income="0", *, count=3, partial=False):
    amounts = {"expense": Decimal(expense), "income": Decimal(income), "transfer": Decimal(0)}
    net = amounts["income"] - amounts["expense"]
    return {"month": name, **amounts, "net": net, "count": count, "partial": partial}


def live(overall, by_week):
    return LiveAccuracy(overall, {}, by_week, {})


@pytest.fixture
def overview():
    return {
        "currency": "USD",
        "by_category": [spent("60.00", 0.6, category="groceries"), spent("40.00", 0.4, category=None)],
        "savings_and_transfers": [],
        "by_mode": [spent("75.50", mode="UPI"), spent("24.50", mode=None)],
        "by_month": [month("2026-01", "0", "900"), month("2026-02", "100.00")],
        "by_month_category": [
            spent("50.00", month="2026-02", category="groceries"),
            spent("30.00", month="2026-02", category="housing"),
            spent("20.00", month="2026-02", category="dining"),
        ],
        "top_merchants": [
            {"merchant": "a merchant of a name that does not end", "amount": Decimal("60"), "count": 2}
        ],
        "accuracy": live(Accuracy(7, 9), {"2026-02-02": Accuracy(6, 8), "2026-02-09": Accuracy(31, 40)}),
    }


@pytest.fixture
def charts(overview):
    return {chart.id: chart for chart in Charts(overview, CATEGORIES).all()}


def accuracy_chart(overview):
    return Charts(overview, CATEGORIES).all()[-1]


def test_plotly_takes_every_figure_as_valid(charts):
    for chart in charts.values():
        assert go.Figure(chart.figure).data, chart.id


def test_each_chart_has_a_sentence_and_the_same_numbers_as_a_table(charts):
    for chart in charts.values():
        assert chart.sentence.endswith("."), chart.id
        assert all(len(cells) == len(chart.heads) for cells in chart.rows), chart.id
    assert charts["by-category"].rows[0] == ("Groceries", "$60.00", "60\N{NO-BREAK SPACE}%", "2")


def test_a_bar_has_the_colour_of_its_category(charts):
    [bars] = charts["by-category"].figure["data"]
    assert list(bars["y"]) == ["Groceries", "Uncategorized"]
    assert bars["marker"]["color"][0] == "#4c9f50"


def test_the_largest_is_named_even_if_more_is_uncategorized(overview):
    overview["by_category"].reverse()
    chart = Charts(overview, CATEGORIES).by_category()
    assert chart.sentence.startswith("Groceries is the largest with $60.00")


def test_months_are_stacked_by_category_group_or_by_category(overview):
    by_group = Charts(overview, CATEGORIES).by_month("group").figure["data"]
    assert [trace["name"] for trace in by_group] == ["Essential", "Discretionary", "Income"]
    assert list(by_group[0]["y"]) == [0, 80]
    by_category = Charts(overview, CATEGORIES).by_month("category").figure["data"]
    assert [trace["name"] for trace in by_category] == ["Groceries", "Housing", "Dining out", "Income"]


@pytest.mark.parametrize("stack", ["group", "category"])
def test_the_table_of_months_holds_every_number_of_the_chart(overview, stack):
    chart = Charts(overview, CATEGORIES).by_month(stack)
    for trace in chart.figure["data"]:
        column = chart.heads.index(trace["name"])
        assert [cells[column] for cells in chart.rows] == list(trace["customdata"])
        assert [cells[0] for cells in chart.rows] == list(trace["x"])


def test_layers_keep_their_order_whatever_is_larger(overview):
    def names(stack):
        traces = Charts(overview, CATEGORIES).by_month(stack).figure["data"]
        return [trace["name"] for trace in traces if trace["type"] == "bar"]

    rows = overview["by_month_category"]
    rows += [spent("5", month="2026-02", category=None)]
    before = names("group"), names("category")
    assert before[0] == ["Essential", "Discretionary", "Uncategorized"]
    for row in rows:
        row["amount"] = 1000 - row["amount"]
    rows.reverse()
    assert (names("group"), names("category")) == before


def test_a_month_of_more_refunds_than_spending_is_drawn_below_zero(overview):
    overview["by_month_category"] = [spent("-20", month="2026-02", category="dining")]
    figure = Charts(overview, CATEGORIES).by_month("group").figure
    assert list(figure["data"][0]["y"]) == [0, -20]
    assert figure["layout"]["barmode"] == "relative"


def test_an_axis_of_money_names_the_currency(charts):
    assert charts["by-month"].figure["layout"]["yaxis"]["title"]["text"] == "USD"
    for name in ("by-category", "by-mode", "by-merchant"):
        assert charts[name].figure["layout"]["xaxis"]["title"]["text"] == "USD"


def test_a_mean_leaves_out_partial_and_empty_months(overview):
    overview["by_month"] = [
        month("2026-01", "10", partial=True),
        month("2026-02", "100"),
        month("2026-03", "0", count=0),
        month("2026-04", "300"),
        month("2026-05", "0", count=2),
        month("2026-06", "7", partial=True),
    ]
    sentence = Charts(overview, CATEGORIES).by_month("group").sentence
    assert sentence.startswith("You spend $133.33 a month on average (over 3 months;")
    assert sentence.endswith("the most in Apr 2026, $300.00.")


def test_without_a_complete_month_there_is_no_mean(overview):
    overview["by_month"] = [month("2026-01", "10", partial=True), month("2026-02", "5", partial=True)]
    sentence = Charts(overview, CATEGORIES).by_month("group").sentence
    assert sentence.startswith("You spent $15.00; the most in Jan 2026, $10.00.")


def test_savings_and_transfers_have_a_table_of_their_own(overview):
    row = {"kind": "transferred", "category": "dining", "count": 2}
    amounts = {"amount": Decimal(1000), "out": Decimal(500), "in": Decimal(500)}
    overview["savings_and_transfers"] = [{**row, **amounts}]
    overview["totals"] = {"saved": Decimal(0), "transfer": Decimal(1000)}
    [chart] = Charts(overview, CATEGORIES).savings_and_transfers()
    assert chart.rows == [("Dining out", "Transfer", "$500.00", "$500.00", "2")]
    assert "Transfers and card payments: $1,000.00." in chart.sentence


def test_a_month_without_spending_keeps_its_place(charts):
    assert [row[:2] for row in charts["by-month"].rows] == [("Jan 2026", "$0.00"), ("Feb 2026", "$100.00")]


def test_few_answers_are_called_too_few_to_tell(charts):
    chart = charts["accuracy"]
    assert "Too few answers to tell" in chart.sentence
    assert [cells[3] for cells in chart.rows] == [
        "75\N{NO-BREAK SPACE}%, too few to tell",
        "78\N{NO-BREAK SPACE}%",
    ]
    assert list(chart.figure["data"][0]["marker"]["symbol"]) == ["circle-open", "circle"]


def test_without_answers_no_chart_is_drawn_and_the_page_explains_what_to_do(overview):
    overview["accuracy"] = live(Accuracy(0, 0), {})
    chart = accuracy_chart(overview)
    assert chart.figure is None
    assert chart.sentence.startswith("No answers yet. Confirm or correct")


def test_enough_answers_have_their_interval(overview):
    overview["accuracy"] = live(Accuracy(100, 120), {})
    assert "with 95 % certainty" in accuracy_chart(overview).sentence


def test_text_in_a_figure_cannot_end_its_script_element(app):
    figure = {"data": [{"y": ["</script><script>alert(1)</script>", "<!--", "\u2028"]}]}
    with app.test_request_context():
        page = render_template("chart.html", chart=Chart("one", "A chart", (), "A sentence.", figure=figure))
    [content] = re.findall(r'<script type="application/json"[^>]*>(.*)</script>', page)
    assert "<" not in content
    assert "\u2028" not in content
    assert json.loads(content) == figure


def test_tags_in_a_name_are_not_taken_for_markup(overview):
    overview["by_mode"][0]["mode"] = "<b>A&B</b>"
    [bars] = Charts(overview, CATEGORIES).by_mode().figure["data"]
    assert bars["y"][0] == "&lt;b&gt;A&amp;B&lt;/b&gt;"
