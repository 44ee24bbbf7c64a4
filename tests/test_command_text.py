"""What the commands print."""

from dataclasses import replace

import pytest

from src import command_text
from src.components.bank_files.read import preview
from src.pipeline.registry.retention import RetentionReport
from src.pipeline.training.reproduce import ChangedValue, ReproductionReport

DELETED = RetentionReport(versions=2, runs=3, orphans=1, skipped=4, frees_disk=True)
SAME = ReproductionReport(circumstances=[], outcome=[], compared=57, not_repeated=[])


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (
            DELETED,
            "Deleted 2 model versions, 3 MLflow runs, 1 files without an owner, 4 records of skipped slots.",
        ),
        (
            replace(DELETED, frees_disk=False),
            "Deleted 2 model versions, 3 MLflow runs, 1 files without an owner, 4 records of skipped slots. "
            "The tracking server only hides them; run `mlflow gc` there to free its disk.",
        ),
        (
            replace(DELETED, tracking_away=True),
            "Deleted 1 files without an owner, 4 records of skipped slots. MLflow did not answer, so runs "
            "and model versions are left for later.",
        ),
    ],
    ids=["deleted", "hidden", "without MLflow"],
)
def test_retention_says_what_was_deleted_and_what_remains(report, text):
    assert command_text.retention(report) == text


def test_a_run_that_repeats_is_two_sentences():
    assert command_text.reproduction(SAME).splitlines() == [
        "The run repeats: all 57 metrics are the same to 1e-09.",
        "Data, lexicon, code, settings, libraries and Python are unchanged.",
    ]


def test_a_run_that_does_not_repeat_lists_its_changes_by_their_names():
    changed = replace(
        SAME,
        outcome=[ChangedValue("best", "sgd", "bayes"), ChangedValue("holdout/log_loss", None, 0.25)],
        circumstances=[
            ChangedValue("data.sha256", "a1", "b2"),
            ChangedValue("version.numpy", "1.0", "2.0"),
            ChangedValue("settings.weights.half_life_days", 180.0, 1.0),
            ChangedValue("settings.search.kept", None, 0.5),
        ],
        not_repeated=["check.load_s"],
    )
    assert command_text.reproduction(changed).splitlines() == [
        "The run does not repeat: 2 of 57 figures differ.",
        "  best: sgd then, bayes now",
        "  holdout/log_loss: none then, 0.25 now",
        "Its inputs have changed since:",
        "  the rows of the snapshot: a1 then, b2 now",
        "  numpy: 1.0 then, 2.0 now",
        "  the setting weights.half_life_days: 180.0 then, 1.0 now",
        "  the setting search.kept: none then, 0.5 now",
        "Not compared: check.load_s. They depend on the champion of that time or the speed of the machine, "
        "or were renamed since.",
    ]


def test_settings_that_were_not_logged_are_reported():
    report = replace(SAME, circumstances=[ChangedValue("settings", None, None)])
    assert "  the settings: not logged then" in command_text.reproduction(report).splitlines()


def test_a_preview_asks_its_questions_in_sentences_and_shows_how_to_answer():
    lines = command_text.preview(
        preview(b"Date,Details,Amount\n04/05/2026,PIZZA CORNER,-12.50\n")
    ).splitlines()
    assert lines[0] == "CSV, comma-separated, UTF-8: 1 transactions, 0 rejected, 0 ignored"
    asked = lines.index("Which part of a date is the day, and which is the month?")
    assert lines[asked + 1 : asked + 4] == [
        "Answer with --answer date_order=VALUE, where VALUE is",
        "  dmy  Day first: 04/05/2026 is 4 May 2026",
        "  mdy  Month first: 04/05/2026 is 5 April 2026",
    ]
    assert "  another currency code" in lines


def test_a_preview_without_dates_shows_what_a_date_looks_like():
    lines = command_text.preview(
        preview(b"Details,Amount,Currency\nPIZZA CORNER,-12.50,USD\nCITY CAB,-8.00,USD\n")
    ).splitlines()
    asked = lines.index("Some transactions have no date. Which date should they get?")
    assert lines[asked + 1 : asked + 3] == [
        "Answer with --answer default_date=VALUE, where VALUE is",
        "  a date such as 2026-03-04",
    ]
