"""The command on small data, and its stand-ins compared with the services they replace."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.marks import BEGIN, END
from benchmarks.quality.__main__ import Measuring
from benchmarks.quality.data import about, read_folder
from benchmarks.quality.figures import plain
from benchmarks.quality.generated import generate
from benchmarks.quality.page import rewrite
from benchmarks.quality.product import Setup
from benchmarks.quality.stand_ins import Answers
from benchmarks.quality.table import show
from src.components.dataset.holdout import fingerprint
from src.domain.feedback import Feedback
from src.domain.predictions import Band, DecidedBy, Prediction
from src.domain.transactions import Direction, NewTransaction
from src.services.transactions.feedback import FeedbackEvents
from src.services.transactions.repository import Transactions
from tests.benchmarks.invented_rows import example

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HEADER = "date,description,amount,currency,mode,direction,category\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.csv").write_text(
        HEADER
        + "2026-01-03,SQ *TULIP BAR,-4.2,EUR,card,debit,Food\n"
        + "2026-01-01,SALARY,900,EUR,,credit,Pay\n"
        + "2026-01-02,ODD THING,,EUR,,Transfer-Out,\n"
    )
    (tmp_path / "messages.csv").write_text("text,category\nhello,Food\n")
    (tmp_path / "category_maps.json").write_text(json.dumps({"mine": {"Food": "dining|groceries"}}))
    return tmp_path


def test_a_folder_is_read_by_date_with_its_maps_and_other_files_are_named(folder):
    [mine], left_out = read_folder(folder)
    pay, food = mine.examples
    assert (left_out, mine.dated) == (["messages"], True)
    assert (pay.category, pay.transaction.direction) == ("Pay", Direction.INCOME)
    assert (food.transaction.merchant, str(food.transaction.amount)) == ("tulip bar", "4.20")
    assert mine.accepted == {"Food": {"dining", "groceries"}}


def test_a_file_that_is_not_there_is_named(folder):
    with pytest.raises(SystemExit, match="yours"):
        read_folder(folder, ["yours"])


def test_what_is_generated_is_always_the_same_and_fit_for_the_protocols():
    rows = generate(200)
    assert rows == generate(200)
    assert rows != generate(200, seed=12)
    assert rows.dated
    assert {example.category for example in rows.examples} <= set(rows.accepted)
    merchants = {example.transaction.merchant for example in rows.examples[:160]}
    assert any(example.transaction.merchant not in merchants for example in rows.examples[160:])


def test_all_protocols_run_and_their_figures_can_be_shown_and_kept(lexicon, capsys):
    measured_data = Measuring(Setup(lexicon=lexicon)).all([generate(24)], ("cold", "replay", "chronological"))
    measured = {"machine": "one", "setup": {"search": "", "auto_precision": 0.95, "without": []}}
    measured = json.loads(json.dumps(plain(measured | {"data": measured_data, "seconds": 1})))
    show(measured)
    output = capsys.readouterr().out
    assert all(way in output for way in ("Cold start", "Replay", "Chronological 80/20"))
    replayed = measured["data"]["generated"]["replay"]
    assert (replayed["rows"], len(replayed["trainings"])) == (20, 10)
    for figure in replayed["product"].values():
        assert figure["value"] is None or figure["low"] <= figure["value"] <= figure["high"]


def test_the_figures_of_a_page_are_replaced_and_the_rest_is_kept(tmp_path):
    figure = {"value": 0.5, "low": 0.4, "high": 0.75, "rows": 8}
    none = {"value": None, "low": None, "high": None, "rows": 0}
    cold = {"rows": 8, "product": {"accuracy": figure, "ece": figure, "auto, precision": none}}
    cold |= {"baselines": {"majority": {"accuracy": figure}}, "mistakes": {"no text": 4}}
    measured = {
        "machine": "a machine",
        "setup": {"search": "all"},
        "data": {"x": {"about": "EUR", "cold": cold}},
    }
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{BEGIN}\nstale figures\n{END}\nAfter.\n")
    for _ in range(2):
        rewrite(page, measured)
        text = page.read_text()
        assert text.startswith("Before.\n")
        assert text.endswith(f"{END}\nAfter.\n")
        assert "stale" not in text
        assert text.count("| accuracy | 50.0 % (40.0–75.0) |") == 1
        assert "| `auto`, precision | – |" in text
        assert "| ECE | 0.500 (0.400–0.750) |" in text
    page.write_text("No marks.")
    with pytest.raises(ValueError, match="no place for figures"):
        rewrite(page, measured)


def test_data_are_described_without_the_name_of_their_file(folder):
    [mine], _ = read_folder(folder)
    assert about(mine) == "EUR, 2 rows, 2 categories, 2026"


def test_the_memory_of_the_benchmark_is_that_of_the_product(database):
    stored, events, answers = Transactions(database), FeedbackEvents(database), Answers()
    categories = ["a"] * 8 + ["b"] * 6 + ["c"]
    for number, category in enumerate(categories):
        transaction = example(f"SQ *BLUE DOOR {1000 + number}", category).transaction
        at = NOW + timedelta(minutes=number)
        made = Prediction("a", 0.9, Band.AUTO, DecidedBy.MODEL, (), (), "1", at)
        [row] = stored.add(
            [NewTransaction(transaction, made, fingerprint(transaction), False)], source="api", at=at
        )
        events.add([(row.id, Feedback(category, at, f"act {number}"))])
        answers.add(transaction, category, at=at)
    recollections = answers.recollections({"blue door", "never seen"})
    assert recollections == stored.recollections({"blue door", "never seen"})
    assert [answer.category for answer in recollections["blue door"]][:2] == ["c", "b"]
