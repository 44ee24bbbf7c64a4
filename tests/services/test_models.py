from datetime import UTC, datetime

import pytest

from src.errors import Conflict, NotFound
from src.services.models import Models

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
    assert [each.champion for each in models.versions()] == [True]


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


def test_a_rollback_is_a_promotion_of_an_older_version_and_stands_in_the_history(models):
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
