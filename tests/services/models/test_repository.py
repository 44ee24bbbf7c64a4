from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from src.domain.promotions import ComparedMetrics, PromotionEvent
from src.domain.verdicts import JudgedOn
from src.errors import Conflict, NotFound, Pinned
from src.services.models.repository import Models

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def models(database):
    return Models(database)


def keep(models, version):
    return models.keep(
        f"bundle {version}".encode(),
        version=version,
        run_id=f"run-{version}",
        mlflow_run_id="m",
        metrics={"macro_f1": 0.5},
        at=NOW,
    )


def promote(models, version, **how):
    return models.promote(version, by="person", reason="a test", at=NOW, **how)


def test_a_kept_bundle_comes_back_byte_for_byte(models):
    keep(models, "1")
    assert models.load("1") == b"bundle 1"
    assert models.get("1").metrics == {"macro_f1": 0.5}


def test_nothing_serves_until_a_version_is_promoted(models):
    keep(models, "1")
    assert models.champion() is None
    assert promote(models, "1").version == "1"
    assert [version.champion for version in models.versions()] == [True]


def test_of_two_promotions_judged_against_the_same_champion_only_one_takes_effect(models):
    [keep(models, version) for version in "123"]
    judged_against = promote(models, "1").revision
    promote(models, "2", expected_revision=judged_against)
    with pytest.raises(Conflict):
        promote(models, "3", expected_revision=judged_against)
    assert models.champion().version == "2"


def test_of_two_first_promotions_only_one_takes_effect(models):
    [keep(models, version) for version in "12"]
    promote(models, "1", expected_revision=0)
    with pytest.raises(Conflict):
        promote(models, "2", expected_revision=0)


def test_a_rollback_is_a_promotion_of_an_older_version_and_is_in_the_history(models):
    [keep(models, version) for version in "12"]
    [promote(models, version) for version in "121"]
    assert models.champion().version == "1"
    assert [(line.version, line.previous) for line in models.promotions()] == [
        ("1", "2"),
        ("2", "1"),
        ("1", None),
    ]


def test_a_version_there_is_not_cannot_be_promoted_or_loaded(models):
    with pytest.raises(NotFound):
        promote(models, "9")
    with pytest.raises(NotFound):
        models.load("9")


def changes(models):
    return [(line.change, line.version) for line in models.promotions()]


def test_a_rollback_is_named_as_such(models):
    [keep(models, version) for version in ("9", "10")]
    [promote(models, version) for version in ("9", "10", "9")]
    assert changes(models) == [
        (PromotionEvent.ROLLED_BACK, "9"),
        (PromotionEvent.PROMOTED, "10"),
        (PromotionEvent.PROMOTED, "9"),
    ]


def judged(models, version, **how):
    """Promote `version` as training does, with the figures of a verdict on 91 rows."""
    figures = ComparedMetrics(True, 0.967, 0.95, 0.978, 0.96, 91, (-0.03, 0.01), "1", JudgedOn.HOLDOUT)
    return models.promote(version, by="training", reason="a verdict", at=NOW, figures=figures, **how)


def test_versions_that_no_verdict_compared_have_no_figures_in_the_history(models):
    """Each has some of its own run, on other rows; side by side they would mislead."""
    [keep(models, version) for version in "12"]
    [promote(models, version) for version in "12"]
    assert models.promotions()[0].figures is None
    assert models.paired("2", "1") is None


def test_a_rollback_has_the_figures_of_the_same_rows(models):
    [keep(models, version) for version in "12"]
    promote(models, "1")
    judged(models, "2")
    promote(models, "1")
    line = models.promotions()[0]
    assert (line.change, line.version, line.previous) == (PromotionEvent.ROLLED_BACK, "1", "2")
    assert line.figures == ComparedMetrics(
        True, 0.978, 0.96, 0.967, 0.95, 91, (-0.01, 0.03), "2", JudgedOn.HOLDOUT
    )
    assert models.paired("2", "1") == judged_figures(models)


def judged_figures(models):
    return next(line.figures for line in models.promotions() if line.by == "training")


def test_a_refusal_compares_with_the_version_it_was_judged_against(models):
    """Another one may serve by the time that it is written down."""
    [keep(models, version) for version in "123"]
    promote(models, "2")
    figures = ComparedMetrics(True, 0.9, 0.8, 0.91, 0.82, 40, None, "1", JudgedOn.HOLDOUT)
    models.refuse("3", by="training", reason="", at=NOW, figures=figures)
    assert models.paired("3", "2") is None
    assert models.paired("3", "1") == figures


def test_a_line_from_before_there_were_pins_still_reads(models, database):
    keep(models, "1")
    promote(models, "1")
    old = {"version": "1", "previous": "2", "at": NOW, "by": "person", "reason": "old"}
    database.collection("models").update_one({"_id": "champion"}, {"$set": {"history": [old]}})
    assert changes(models) == [(PromotionEvent.ROLLED_BACK, "1")]


def test_a_pinned_version_is_not_replaced_by_training_until_it_is_unpinned(models):
    [keep(models, version) for version in "12"]
    pinned = promote(models, "1", pin=True)
    assert pinned.pinned_at == NOW
    with pytest.raises(Pinned, match="Model 1 is pinned"):
        promote(models, "2", expected_revision=pinned.revision, unless_pinned=True)
    assert models.champion() == pinned
    models.unpin(by="person", reason="enough", at=NOW)
    promote(models, "2", expected_revision=pinned.revision, unless_pinned=True)
    assert models.champion().version == "2"
    assert changes(models) == [
        (PromotionEvent.PROMOTED, "2"),
        (PromotionEvent.UNPINNED, "1"),
        (PromotionEvent.PINNED, "1"),
        (PromotionEvent.PROMOTED, "1"),
    ]


def test_a_pin_set_while_a_verdict_is_reached_holds(models):
    [keep(models, version) for version in "12"]
    judged_against = promote(models, "1").revision
    models.pin("1", by="person", reason="wait", at=NOW)
    with pytest.raises(Pinned):
        promote(models, "2", expected_revision=judged_against, unless_pinned=True)


def test_a_person_may_promote_past_a_pin_which_then_ends(models):
    [keep(models, version) for version in "12"]
    promote(models, "1", pin=True)
    assert promote(models, "2").pinned_at is None
    assert changes(models)[:2] == [(PromotionEvent.UNPINNED, "1"), (PromotionEvent.PROMOTED, "2")]


def test_pinning_twice_or_letting_go_of_nothing_changes_nothing(models):
    keep(models, "1")
    promote(models, "1")
    models.unpin(by="person", reason="", at=NOW)
    [models.pin("1", by="person", reason="", at=NOW) for _ in range(2)]
    assert changes(models) == [(PromotionEvent.PINNED, "1"), (PromotionEvent.PROMOTED, "1")]


def test_only_what_serves_can_be_pinned(models):
    with pytest.raises(NotFound):
        models.pin(by="person", reason="", at=NOW)
    [keep(models, version) for version in "12"]
    promote(models, "1")
    with pytest.raises(Conflict, match="Model 1 is active now"):
        models.pin("2", by="person", reason="", at=NOW)
    assert models.champion().pinned_at is None


def test_a_refusal_is_in_the_history_and_a_run_has_one(models):
    keep(models, "1")
    promote(models, "1")
    for _ in range(2):
        models.refuse("2", by="training", reason="worse", at=NOW + timedelta(1), run_id="run-2")
    line = models.promotions()[0]
    assert (line.change, line.version, line.previous, line.reason) == (
        PromotionEvent.REFUSED,
        "2",
        "1",
        "worse",
    )
    assert len(models.promotions()) == 2
    assert len(models.promotions(1)) == 1


def test_a_version_whose_file_is_gone_is_not_promoted(models, database):
    keep(models, "1")
    [database.bundles.delete(file._id) for file in database.bundles.find()]
    with pytest.raises(NotFound, match="The file of model version 1 is gone"):
        promote(models, "1")
    assert models.champion() is None


def test_of_many_who_promote_at_once_each_is_recorded(models):
    [keep(models, version) for version in "123"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda version: promote(models, version), "123"))
    assert models.champion().revision == 3
    lines = models.promotions()
    assert [line.previous for line in lines] == [lines[1].version, lines[2].version, None]
