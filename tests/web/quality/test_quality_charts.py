"""Figures, tables and sentences of the quality page, from counts made up for them."""

from dataclasses import replace
from datetime import UTC, datetime

import plotly.graph_objects as go
import pytest
from flask import render_template

from src.components.monitoring.quality import QualityReport
from src.domain.predictions import Band, DecidedBy
from src.domain.quality import AnswerCount, ConfusionCount, PredictionCount, VersionQuality
from src.domain.verdicts import Difference, JudgedOn
from src.web.quality import text
from src.web.quality.charts import all_charts
from tests.whole_verdict import WHOLE

NOW = datetime(2026, 3, 4, tzinfo=UTC)
HARD_SPACE = "\N{NO-BREAK SPACE}"


def answers(
    n, *, right=True, band=Band.SUGGEST, audited=False, step=9, confidence=0.9, version="3", **fields
):
    by = fields.pop("decided_by", DecidedBy.MODEL)
    return AnswerCount(n, confidence * n, "2026-03-02", version, band, by, audited, step, right, right)


def predicted(n, band=Band.SUGGEST, agrees=None, decided_by=DecidedBy.MODEL, month="2026-03"):
    return PredictionCount(n, 0.8 * n, month, band, decided_by, agrees)


def version(number, labels, accuracy, *, promoted=True, **metrics):
    return VersionQuality(number, labels, {"accuracy": accuracy, **metrics}, NOW, promoted)


def judged_on_91_rows(version, before, after):
    """The version with a verdict that compares it with model 1 on the same rows."""
    decision = replace(
        WHOLE,
        challenger=replace(WHOLE.challenger, rows=91, accuracy=after),
        champion=replace(WHOLE.champion, rows=91, accuracy=before),
        accuracy=Difference(after - before, (-0.04, 0.02)),
        judged_on=JudgedOn.HOLDOUT,
    )
    return replace(version, decision=decision)


def report(answered=(), confusions=(), predictions=(), versions=()):
    return QualityReport.of(answered, confusions, predictions, versions)


def charts_of(report):
    return {chart.id: chart for chart in all_charts(report, lambda slug: (slug or "").capitalize())}


@pytest.fixture
def full():
    return report(
        [answers(309), answers(31, right=False), answers(4, decided_by=DecidedBy.MEMORY, step=11)],
        [
            ConfusionCount(309, "dining", "dining", "dining"),
            ConfusionCount(31, "groceries", "dining", "dining"),
            ConfusionCount(4, "groceries", None, "groceries"),
        ],
        [predicted(400), predicted(100, Band.AUTO), predicted(31, agrees=False, month="2026-02")],
        [
            version("1", 0, 0.7, rows=400.0, macro_f1=0.6, lookup_accuracy=0.5),
            judged_on_91_rows(version("2", 310, 0.8, promoted=False), before=0.978, after=0.967),
        ],
    )


def test_each_chart_is_drawn_with_a_sentence_and_the_same_numbers_as_a_table(full):
    for chart in charts_of(full).values():
        assert go.Figure(chart.figure).data, chart.id
        assert chart.sentence.endswith("."), chart.id
        assert chart.rows, chart.id
        assert all(len(cells) == len(chart.heads) for cells in chart.rows), chart.id


def test_without_data_nothing_is_drawn_and_a_sentence_explains_it():
    for chart in charts_of(report()).values():
        assert chart.figure is None, chart.id
        assert chart.sentence.endswith("."), chart.id


def test_reliability_is_one_sentence(full):
    sentence = charts_of(full)["reliability"].sentence.replace(HARD_SPACE, " ")
    counted = "Of predictions with 90 % confidence, 91 % were right (n = 340)."
    assert sentence == f"{counted} The confidence is within the likely range, 87 % to 94 %."


def test_reliability_mentions_corrections_while_they_count():
    counts = [answers(20), answers(5, right=False, band=Band.AUTO, step=10, confidence=0.97)]
    assert "Corrections of automatic results count here" in charts_of(report(counts))["reliability"].sentence
    counts.append(answers(10, band=Band.AUTO, step=10, confidence=0.97, audited=True))
    assert "Corrections" not in charts_of(report(counts))["reliability"].sentence


@pytest.mark.parametrize(
    ("right", "of", "confidence", "verdict"),
    [
        (50, 100, 0.9, "The model is overconfident."),
        (99, 100, 0.9, "The model is underconfident."),
        (5, 5, 0.9, "Too few answers to judge the confidence."),
    ],
)
def test_confidence_outside_the_interval_is_named(right, of, confidence, verdict):
    counts = [answers(right, confidence=confidence), answers(of - right, right=False, confidence=confidence)]
    quality = report([count for count in counts if count.answers])
    assert charts_of(quality)["reliability"].sentence.endswith(verdict)


def test_a_category_has_recall_and_precision(full):
    dining, groceries = charts_of(full)["categories"].rows
    assert dining[:3] == ("Dining", "309", "309")
    assert dining[5] == f"91{HARD_SPACE}%"
    assert groceries[:3] == ("Groceries", "4", "35")
    assert groceries[5] == f"100{HARD_SPACE}%, too few to tell"


def test_predictions_of_the_memory_do_not_count_for_a_version(full):
    rows = {cells[0]: cells[1:3] for cells in charts_of(full)["deciders"].rows}
    assert rows == {"Your earlier answers": ("4", "4"), "Model 3": ("309", "340")}


def test_each_month_is_divided_among_those_who_decided(full):
    february, march = charts_of(full)["decided"].rows
    assert charts_of(full)["decided"].heads[3:] == ("The model", "Your correction", "Needs review")
    assert february[3:] == (f"0{HARD_SPACE}%", f"100{HARD_SPACE}%", f"0{HARD_SPACE}%")
    assert march[2:] == tuple(f"{share}{HARD_SPACE}%" for share in (20, 20, 0, 80))


def test_learning_is_drawn_as_gains_on_the_same_rows(full):
    """Versions measured on different rows are no learning curve, however steep it looks."""
    chart = charts_of(full)["learning"]
    [gains] = chart.figure["data"]
    assert (list(gains["x"]), list(gains["y"])) == ([310], [pytest.approx(-0.011)])
    assert gains["mode"] == "markers"
    assert list(gains["error_y"]["array"]) == [pytest.approx(0.031)]
    assert list(gains["marker"]["symbol"]) == ["circle-open"]
    sentence = chart.sentence.replace(HARD_SPACE, " ")
    assert (
        "was trained on 310 of your answers: on the same 91 of your held-out transactions it was" in sentence
    )
    assert "right in 96.7 %, model 1, the champion then, in 97.8 %." in sentence
    assert [cells[0] for cells in chart.rows] == ["2", "1, promoted"]
    newest = [cell.replace(HARD_SPACE, " ") for cell in chart.rows[0]]
    assert newest[2:4] == ["91 of your held-out transactions", "96.7 %"]
    assert newest[-2:] == ["97.8 % (model 1)", "−1.1 (−4.0 to +2.0)"]
    assert chart.rows[1][-2:] == ("–", "–")


def test_what_the_estimate_lacks_is_named(app):
    quality = report([answers(40)], predictions=[predicted(60, agrees=True), predicted(940, Band.AUTO)])
    sentence = text.how_measured(quality, quality.estimate)
    assert (
        "Too few to tell for now: 940 transactions of “Categorized automatically” with no spot check yet."
        in sentence
    )
    with app.test_request_context():
        figures = render_template("quality/_headline.html", report=quality, auto_precision=0.95)
    assert "<dt>Accuracy of all predictions</dt><dd>–<small>too few answers to tell</small></dd>" in figures
