"""How well the predictions do, as JSON."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.quality import VersionQuality
from src.pipeline.monitoring.quality import Accuracy, Decided, QualityReport, ReliabilityStep, Stratum
from src.web.shared.fields import IsoDate, QueryModel, utc_text


class QualityQuery(QueryModel):
    """The span of days that the transactions lie in."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None


class AnswersBody(TypedDict):
    answers: int
    correct: Annotated[int, Field(description="The best guess was the category the person chose.")]
    accuracy: Annotated[float | None, Field(description="Null for no answers.")]
    ci95: Annotated[list[float], Field(description="Wilson's interval.")]
    enough: Annotated[bool, Field(description="False: too few answers to tell.")]


class OverallBody(AnswersBody):
    given: Annotated[int, Field(description="The category was right and given outright.")]


class WeekBody(AnswersBody):
    week: Annotated[str | None, Field(description="Its Monday.")]


class CategoryBody(AnswersBody):
    """Of the rows that a person called so: the recall."""

    category: str | None


class GuessBody(AnswersBody):
    """Of the rows that were guessed to be so: the precision."""

    category: str | None


class VersionBody(AnswersBody):
    """Of the predictions that the model of this version decided itself."""

    version: str | None


class ShownBody(AnswersBody):
    """By all answers, asked for or not."""

    band: str


class BandBody(AnswersBody):
    """`auto` by its randomly sampled rows only, as they alone speak for those nobody looked at."""

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


ReliabilityBody = TypedDict(
    "ReliabilityBody",
    {
        "from": float,
        "to": float,
        "confidence": float,
        "answers": int,
        "correct": int,
        "accuracy": float | None,
        "ci95": list[float],
        "enough": bool,
    },
)


class ConfusionBody(TypedDict):
    predicted: Annotated[str | None, Field(description="Null: it was not sure.")]
    category: Annotated[str, Field(description="What the person chose.")]
    answers: int


class DecidedBody(TypedDict):
    predictions: int
    automatic: Annotated[int, Field(description="Sorted without asking, and never changed.")]
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
    labels: Annotated[int | None, Field(description="A person's labels there were when it was made.")]
    rows: Annotated[
        int | None,
        Field(description="It was measured on, at that time, like all other figures of this version."),
    ]
    judged_on: Annotated[str | None, Field(description="`holdout`, `crossval` or `lexicon`: which rows.")]
    accuracy: float | None
    macro_f1: float | None
    lookup_accuracy: float | None
    majority_accuracy: float | None
    against: Annotated[str | None, Field(description="The champion it was judged against.")]
    against_accuracy: Annotated[float | None, Field(description="The champion's, on the same rows.")]
    difference: Annotated[float | None, Field(description="In accuracy, to the champion.")]
    ci95: Annotated[list[float | None] | None, Field(description="95 % interval of the difference.")]


# `from` is a word of Python, so this one is written as a call.
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


def quality_body(report: QualityReport) -> QualityBody:
    return {
        "from": report.since.isoformat() if report.since else None,
        "to": report.until.isoformat() if report.until else None,
        "overall": {**_answers(report.overall), "given": report.given.correct},
        "estimate": _estimate(report),
        "unanswered": {"predictions": report.unanswered, "expected_accuracy": _rounded(report.expected)},
        "by_week": _by("week", report.by_week),
        "by_category": _by("category", report.by_category),
        "by_guess": _by("category", report.by_guess),
        "by_model_version": _by("version", report.by_version),
        "by_band": _by("band", report.by_band),
        "by_decided_by": _by("decided_by", report.by_decider),
        "reliability": [_step(each) for each in report.reliability],
        "confusion": [
            {"predicted": given, "category": said, "answers": answers}
            for (given, said), answers in report.confusion.by_size()
        ],
        "decided": _decided(report.decided),
        "decided_by_month": [{"month": each.month, **_decided(each)} for each in report.decided_by_month],
        "learning_curve": [_version(each) for each in report.versions],
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 6) if value is not None and math.isfinite(value) else None


def _answers(found: Accuracy) -> AnswersBody:
    return {
        "answers": found.answers,
        "correct": found.correct,
        "accuracy": _rounded(found.share),
        "ci95": [round(end, 6) for end in found.ci95],
        "enough": found.enough,
    }


def _by(name: str, found: Mapping[Hashable, Accuracy]) -> list[Any]:
    return [{name: key, **_answers(each)} for key, each in found.items()]


def _estimate(report: QualityReport) -> EstimateBody | None:
    found = report.estimate
    if found is None:
        return None
    return {
        "accuracy": round(found.share, 6),
        "ci95": [round(end, 6) for end in found.ci95],
        "covered": round(found.covered, 6),
        "enough": found.enough,
        "bands": [_band(each) for each in report.strata],
    }


def _band(stratum: Stratum) -> BandBody:
    return {
        "band": stratum.band.value,
        "predictions": stratum.predictions,
        **_answers(stratum.answered),
        "enough": stratum.enough,
    }


def _step(step: ReliabilityStep) -> ReliabilityBody:
    return {
        "from": step.low,
        "to": step.high,
        "confidence": round(step.confidence, 6),
        **_answers(step.answered),
    }


def _decided(found: Decided) -> DecidedBody:
    return {
        "predictions": found.total,
        "automatic": found.automatic,
        "automation": _rounded(found.automation),
        "decided_by": found.by,
    }


def _version(version: VersionQuality) -> LearnedVersionBody:
    measured, paired = version.figures, version.paired
    return {
        "version": version.version,
        "created_at": utc_text(version.created_at),
        "promoted": version.promoted,
        "labels": version.labels,
        "rows": int(measured["rows"]) if "rows" in measured else None,
        "judged_on": version.judged_on and version.judged_on.value,
        "accuracy": _rounded(measured.get("accuracy")),
        "macro_f1": _rounded(measured.get("macro_f1")),
        "lookup_accuracy": _rounded(measured.get("lookup_accuracy")),
        "majority_accuracy": _rounded(measured.get("majority_accuracy")),
        "against": paired.against if paired else None,
        "against_accuracy": _rounded(paired.against_accuracy) if paired else None,
        "difference": _rounded(paired.difference.value) if paired else None,
        "ci95": [_rounded(end) for end in paired.difference.ci95] if paired else None,
    }
