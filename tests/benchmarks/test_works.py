"""The table of `make bench`: goals, ratios, and the page it writes."""

import json

import pytest

from benchmarks import marks
from benchmarks.one_prediction import MLFLOW
from benchmarks.report import all_works, details
from benchmarks.works import Baseline, Goal, Work, aligned, number, plain, table
from src.config import ROOT

FIGURES = {
    "machine": "2 cores",
    "date": "2026-12-01",
    "load": 0.25,
    "first minute s": {"page": 3.0, "prediction": 3.4, "trained model": 95.0},
    "predictions": {
        "cpu_ms": {
            "bare Flask": {"web_ms": 0.5, "mongodb_ms": 0.0},
            "unsaved": {"web_ms": 0.8, "mongodb_ms": 0.1},
            "saved": {"web_ms": 1.0, "mongodb_ms": 1.0},
        },
        "cpu_ratio": {"unsaved": 1.8, "saved": 4.0},
        "rates": {
            name: [
                {"connections": many, "per_second": rate * many, "p50_ms": 1.5, "p99_ms": 12.0, "failed": 0}
                for many in (1, 32)
            ]
            for name, rate in {"bare Flask": 100, "unsaved": 60, MLFLOW: 5}.items()
        },
        "batch": {"rows_per_second": 31_000.0, "cpu_us": 30.0},
    },
    "web worker mb": 119.0,
    "imports": {
        "rows": 10_000,
        "import": {"wall s": 2.0, "peak MB": 260.0, "undone after s": 0.5},
        "bare s": {"insert_many with the indexes": 0.5},
        "pages ms": {"/": {"idle": {"median": 8.0, "p95": 9.0, "worst": 10.0, "failed": 0}}},
    },
    "idle": {"operations per s": 0.8, "cpu share of one core": 0.008, "memory mb": 400.0},
    "ledger rows": 100_000,
    "pages": [
        {"path": "/", "cpu ms": 24.0, "goal ms": 50.0, "status": 200},
        {"path": "/history", "cpu ms": 61.0, "goal ms": 50.0, "status": 200},
        {"path": "/review", "cpu ms": 150.0, "goal ms": 200.0, "status": 200},
        {"path": "/quality", "cpu ms": 20.0, "goal ms": 200.0, "status": 503},
    ],
    "exports": {"export csv": 39.0},
    "bulk": {"rows": 9_876, "answered after s": 0.2, "mongodb us a row": 110.0},
    "training": {"1000": {"cpu_s": 55.0, "peak_mb": 625.0, "outcome": "promoted"}},
}


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (8, Goal(8), True),
        (8.1, Goal(8), False),
        (9, Goal(10, at_least=True), False),
        (10, Goal(10, at_least=True), True),
    ],
)
def test_a_goal_is_an_upper_or_a_lower_limit(value, goal, met):
    assert Work("start", value, "s", goal).met is met


def test_a_goal_of_the_ratio_ignores_how_fast_the_machine_is():
    goal = Goal(2, of_ratio=True)
    for speed in (1, 50):
        assert Work("prediction", 1.9 * speed, "ms", goal, Baseline("bare", speed)).met
        assert not Work("prediction", 2.1 * speed, "ms", goal, Baseline("bare", speed)).met


def test_missed_goals_stand_out_in_the_table():
    works = [Work("start", 9, "s", Goal(8)), Work("undo", 1, "s", Goal(10))]
    heading, _, start, undo = table(works)
    assert len(heading) == len(start) == len(undo)
    assert [cell.strip() for cell in start.strip("|").split("|")] == [
        "start",
        "9 s",
        "",
        "at most 8 s",
        "**no**",
    ]
    assert undo.rstrip(" |").endswith("yes")


def test_numbers_have_about_three_digits_that_count():
    assert [number(value) for value in (31_234.5, 57.04, 2.049, 0.05)] == ["31,234", "57.0", "2.05", "0.05"]


def test_a_table_is_as_wide_as_its_widest_cells():
    assert list(aligned([("a", "b"), ("long", "1")])) == ["| a    | b |", "|------|---|", "| long | 1 |"]


def test_the_works_of_a_run_are_compared_with_their_goals():
    missed = {work.name for work in all_works(FIGURES) if not work.met}
    assert missed == {
        "new installation: first model trained",
        "one prediction, saved",
        "memory of the import",
        "idle: processor",
        "ledger of 100,000: slowest page, `/history`",
        "ledger of 100,000: failures of 4 addresses",
        "ledger of 100,000: change of 9,876 rows, MongoDB",
    }


def test_the_ratio_of_cpu_is_that_of_the_rounds():
    [unsaved] = [work for work in all_works(FIGURES) if work.name == "one prediction, unsaved"]
    assert unsaved.value == pytest.approx(0.9)
    assert unsaved.ratio == pytest.approx(1.8)


def test_parts_that_were_left_out_are_not_in_the_table():
    some = {"first minute s": FIGURES["first minute s"]}
    assert len(list(all_works(some))) == 2


def test_works_are_written_as_json():
    first, *_ = json.loads(json.dumps(plain(all_works(FIGURES))))
    assert first == {
        "work": "new installation: first prediction answered",
        "measured": 3.4,
        "unit": "s",
        "baseline": None,
        "of baseline": None,
        "goal": "at most 8 s",
        "met": True,
    }


def test_the_tables_of_the_page_are_replaced(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(f"Before.\n\n{marks.BEGIN}\nstale\n{marks.END}\n\nAfter.\n")
    for _ in range(2):
        marks.rewrite(page, details(FIGURES, list(all_works(FIGURES))))
    text = page.read_text()
    assert text.startswith(f"Before.\n\n{marks.BEGIN}\n\n`make bench`, 2026-12-01, 2 cores, load")
    assert "15 of 22 goals met." in text
    assert text.endswith(f"|\n{marks.END}\n\nAfter.\n")
    assert "stale" not in text
    assert text.count("| one prediction, unsaved") == 1
    assert "1,920 (1.50 / 12.0)" in text
    assert "| `/history` | 61.0" in text
    assert "| `/review`" not in text


def test_the_documentation_has_one_place_for_the_tables(tmp_path):
    text = (ROOT / "docs/benchmarks.md").read_text()
    page = tmp_path / "benchmarks.md"
    page.write_text(text)
    marks.rewrite(page, ["figures"])
    before, _, rest = text.partition(marks.BEGIN)
    assert (
        page.read_text() == before + f"{marks.BEGIN}\n\nfigures\n{marks.END}" + rest.partition(marks.END)[2]
    )
    assert text.count(marks.BEGIN) == text.count(marks.END) == 1
