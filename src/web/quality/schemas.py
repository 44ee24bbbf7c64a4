"""The bodies of the quality and drift operations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.quality import VersionQuality
from src.pipeline.monitoring.quality import DriftReport
from src.web.models.verdict_sentences import drift_words
from src.web.shared.fields import utc_text

if TYPE_CHECKING:
    from src.components.monitoring.quality import Accuracies, Accuracy, DecisionCounts, QualityReport


class AnswersBody(TypedDict):
    answers: int
    correct: Annotated[int, Field(description="The best guess was the category the person chose.")]
    accuracy: Annotated[float | None, Field(description="Null without answers.")]
    ci95: Annotated[list[float], Field(description="Wilson's interval.")]
    enough: Annotated[bool, Field(description="False: too few answers to tell.")]


class OverallBody(AnswersBody):
    given: Annotated[int, Field(description="The category was predicted and right, not only the best guess.")]


class WeekBody(AnswersBody):
    week: Annotated[str | None, Field(description="Its Monday.")]


class CategoryBody(AnswersBody):
    """Of the answers with this category: the recall."""

    category: str | None


class GuessBody(AnswersBody):
    """Of the best guesses of this category: the precision."""

    category: str | None


class VersionBody(AnswersBody):
    """Of the predictions decided by the model of this version."""

    version: str | None


class ShownBody(AnswersBody):
    """By all answers, to questions or not."""

    band: str


class BandBody(AnswersBody):
    """`auto` by its random sample only: other answers to automatic predictions are mostly corrections."""

    band: str
    predictions: int


class DeciderBody(AnswersBody):
    decided_by: str | None


class EstimateBody(TypedDict):
    """Over all predictions: each band's accuracy, weighted by its predictions."""

    accuracy: float
    ci95: list[float]
    covered: Annotated[float, Field(description="Share of predictions in bands with enough answers.")]
    enough: bool
    bands: list[BandBody]


class UnansweredBody(TypedDict):
    predictions: int
    expected_accuracy: Annotated[
        float | None, Field(description="Their mean confidence: an estimate, not a measurement.")
    ]


# `from` is a Python keyword, so this is a call.
_From = TypedDict("_From", {"from": float})


class ReliabilityBody(_From, AnswersBody):
    to: float
    confidence: float


class ConfusionBody(TypedDict):
    predicted: Annotated[str | None, Field(description="Null: unknown.")]
    category: Annotated[str, Field(description="The answer of the person.")]
    answers: int


class DecidedBody(TypedDict):
    predictions: int
    automatic: Annotated[int, Field(description="Categorized automatically and never changed.")]
    automation: float | None
    decided_by: Annotated[
        dict[str, int], Field(description="`rule`, `memory`, `model`, `person`, `waiting`: predictions.")
    ]


class MonthDecidedBody(DecidedBody):
    month: str | None


class LearnedVersionBody(TypedDict):
    version: str
    created_at: str
    promoted: bool
    labels: Annotated[int | None, Field(description="Labels from a person when it was trained.")]
    rows: Annotated[
        int | None,
        Field(description="All figures of this version were measured on these, at that time."),
    ]
    judged_on: Annotated[str | None, Field(description="`holdout`, `crossval` or `lexicon`: which rows.")]
    accuracy: float | None
    macro_f1: float | None
    lookup_accuracy: float | None
    majority_accuracy: float | None
    against: Annotated[str | None, Field(description="The champion it was compared with.")]
    against_accuracy: Annotated[float | None, Field(description="The champion's, on the same rows.")]
    difference: Annotated[float | None, Field(description="In accuracy, to the champion.")]
    ci95: Annotated[list[float | None] | None, Field(description="95 % interval of the difference.")]


# `from` is a Python keyword, so this is a call.
QualityBody = TypedDict(
    "QualityBody",
    {
        "from": str | None,
        "to": str | None,
        "overall": OverallBody,
        "estimate": EstimateBody | None,
        "unanswered": UnansweredBody,
        "by_week": list[WeekBody],
        "by_category": list[CategoryBody],
        "by_guess": list[GuessBody],
        "by_model_version": list[VersionBody],
        "by_band": list[ShownBody],
        "by_decided_by": list[DeciderBody],
        "reliability": list[ReliabilityBody],
        "confusion": list[ConfusionBody],
        "decided": DecidedBody,
        "decided_by_month": list[MonthDecidedBody],
        "learning_curve": list[LearnedVersionBody],
    },
)


class DriftResultBody(TypedDict):
    what: Annotated[str, Field(description="`merchants`, `amounts`, `categories` or `accuracy`.")]
    verdict: Annotated[str, Field(description="`steady`, `shifted` or `too-few`.")]
    told: Annotated[str, Field(description="The verdict in words.")]
    then: Annotated[float | None, Field(description="A share, 0..1, or the median amount.")]
    now: float | None
    of: Annotated[str, Field(description="The category that changed most, or the currency.")]
    rows_then: int
    rows_now: int
    effect: Annotated[
        float | None,
        Field(
            description="Population stability index of amounts and categories, else the change for the worse."
        ),
    ]
    least_effect: Annotated[
        float, Field(description="A smaller effect is no drift, however significant it is.")
    ]
    p: Annotated[float | None, Field(description="Of this test alone; the four share a level of 0.001.")]


class DriftBody(TypedDict):
    version: Annotated[str | None, Field(description="The champion; null before the first one.")]
    learned_at: Annotated[str | None, Field(description='"Then" is the time up to here.')]
    since: Annotated[str | None, Field(description='"Now" is the time from here.')]
    drifting: bool
    signs: list[DriftResultBody]


def quality_body(report: QualityReport) -> QualityBody:
    return {
        "from": report.since.isoformat() if report.since else None,
        "to": report.until.isoformat() if report.until else None,
        "overall": {**_answers(report.overall), "given": report.predicted_right.correct},
        "estimate": _estimate(report),
        "unanswered": {"predictions": report.unanswered, "expected_accuracy": _rounded(report.expected)},
        "by_week": _by("week", report.by_week),
        "by_category": _by("category", report.by_category),
        "by_guess": _by("category", report.by_guess),
        "by_model_version": _by("version", report.by_version),
        "by_band": _by("band", report.by_band),
        "by_decided_by": _by("decided_by", report.by_decider),
        "reliability": [
            {
                "from": step.low,
                "to": step.high,
                "confidence": round(step.confidence, 6),
                **_answers(step.answered),
            }
            for step in report.reliability
        ],
        "confusion": [
            {"predicted": predicted, "category": answered, "answers": answers}
            for (predicted, answered), answers in report.confusion.counts.items()
        ],
        "decided": _decided(report.decided),
        "decided_by_month": [{"month": month.month, **_decided(month)} for month in report.decided_by_month],
        "learning_curve": [_version(version) for version in report.versions],
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 6) if value is not None and math.isfinite(value) else None


def _answers(accuracy: Accuracy) -> AnswersBody:
    return {
        "answers": accuracy.answers,
        "correct": accuracy.correct,
        "accuracy": _rounded(accuracy.share),
        "ci95": [round(end, 6) for end in accuracy.ci95],
        "enough": accuracy.enough,
    }


def _by(name: str, accuracies: Accuracies) -> list[Any]:
    return [{name: key, **_answers(accuracy)} for key, accuracy in accuracies.items()]


def _estimate(report: QualityReport) -> EstimateBody | None:
    estimate = report.estimate
    if estimate is None:
        return None
    return {
        "accuracy": round(estimate.share, 6),
        "ci95": [round(end, 6) for end in estimate.ci95],
        "covered": round(estimate.covered, 6),
        "enough": estimate.enough,
        "bands": [
            {
                "band": stratum.band.value,
                "predictions": stratum.predictions,
                **_answers(stratum.answered),
                "enough": stratum.enough,
            }
            for stratum in report.strata
        ],
    }


def _decided(counts: DecisionCounts) -> DecidedBody:
    return {
        "predictions": counts.total,
        "automatic": counts.automatic,
        "automation": _rounded(counts.automation),
        "decided_by": counts.by,
    }


def _version(version: VersionQuality) -> LearnedVersionBody:
    figures, paired = version.figures, version.paired
    return {
        "version": version.version,
        "created_at": utc_text(version.created_at),
        "promoted": version.promoted,
        "labels": version.labels,
        "rows": int(figures["rows"]) if "rows" in figures else None,
        "judged_on": version.judged_on and version.judged_on.value,
        "accuracy": _rounded(figures.get("accuracy")),
        "macro_f1": _rounded(figures.get("macro_f1")),
        "lookup_accuracy": _rounded(figures.get("lookup_accuracy")),
        "majority_accuracy": _rounded(figures.get("majority_accuracy")),
        "against": paired.against if paired else None,
        "against_accuracy": _rounded(paired.against_accuracy) if paired else None,
        "difference": _rounded(paired.difference.value) if paired else None,
        "ci95": [_rounded(end) for end in paired.difference.ci95] if paired else None,
    }


def drift_body(report: DriftReport) -> DriftBody:
    return {
        "version": report.version,
        "learned_at": utc_text(report.learned_at) if report.learned_at else None,
        "since": utc_text(report.since) if report.since else None,
        "drifting": bool(report.shifts),
        "signs": [
            {
                "what": result.measure.value,
                "verdict": result.verdict.value,
                "told": drift_words(result),
                "then": _six_digits(result.then),
                "now": _six_digits(result.now),
                "of": result.of,
                "rows_then": result.rows_then,
                "rows_now": result.rows_now,
                "effect": _six_digits(result.effect),
                "least_effect": result.least_effect,
                "p": _six_digits(result.p),
            }
            for result in report.results
        ],
    }


def _six_digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
