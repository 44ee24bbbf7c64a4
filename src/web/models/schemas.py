"""Promotions and their history, the pin, and the shadow test."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from src.domain.models import Pointer
from src.domain.promotions import ComparedMetrics, Promotion
from src.pipeline.registry.shadow_test import ShadowTest
from src.web.models.text import shadow_sentence
from src.web.models.verdict_schemas import finite
from src.web.models.verdict_sentences import sentence
from src.web.shared.fields import Identifier, Label, RequestModel, utc_text


class PromoteRequest(RequestModel):
    """The reason, and whether to pin the version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the newer one was worse"}]})

    reason: Label | None = None
    pin: Annotated[
        bool,
        Field(description="Pin it; without this, a pin of the previous champion ends."),
    ] = False


class PinRequest(RequestModel):
    """Pins the champion; with `version`, only if that is the champion."""

    reason: Label | None = None
    version: Identifier | None = None


class PromotionsQuery(RequestModel):
    limit: Annotated[int, Field(ge=1, le=500, description="Lines to list.")] = 50


class PromotedBody(TypedDict):
    version: str
    promoted_at: str
    revision: int
    pinned: Annotated[bool, Field(description="True: training and MLflow cannot replace it.")]


class FiguresBody(TypedDict):
    """Metrics of both models on the same rows; null if not measured."""

    judged: Annotated[bool, Field(description="Always true: figures of different rows are not compared.")]
    judged_on: Annotated[str | None, Field(description="`holdout`, `crossval` or `lexicon`: which rows.")]
    against: Annotated[str | None, Field(description="The version that `previous_accuracy` is of.")]
    rows: int | None
    accuracy: float | None
    macro_f1: float | None
    previous_accuracy: float | None
    previous_macro_f1: float | None
    ci95: Annotated[list[float] | None, Field(description="95 % interval of the macro-F1 difference.")]


class PromotionBody(TypedDict):
    """One entry of the deployment history."""

    version: str
    previous: Annotated[
        str | None, Field(description="The previous champion; after a refusal, the one that stayed.")
    ]
    at: str
    by: Annotated[str, Field(description="`training`, `person`, `mlflow` or `shipped`.")]
    change: Annotated[str, Field(description="`promoted`, `rolled-back`, `refused`, `pinned` or `let-go`.")]
    reason: str
    figures: FiguresBody | None
    run_id: str | None


class ShadowBody(TypedDict):
    """The shadow test, with the results of both models on rows answered since."""

    version: str
    since: str
    by: str
    champion: str
    answers: Annotated[
        int, Field(description="Answers, one by one, to rows that the champion's model decided.")
    ]
    champion_right: int
    shadow_right: int
    only_champion_right: int
    only_shadow_right: int
    p: Annotated[float, Field(description="McNemar's exact test, two-sided.", ge=0, le=1)]
    sentence: str


def promoted_body(pointer: Pointer) -> PromotedBody:
    return {
        "version": pointer.version,
        "promoted_at": utc_text(pointer.promoted_at),
        "revision": pointer.revision,
        "pinned": pointer.pinned_at is not None,
    }


def promotion_body(line: Promotion) -> PromotionBody:
    return {
        "version": line.version,
        "previous": line.previous,
        "at": utc_text(line.at),
        "by": line.by,
        "change": line.change.value,
        "reason": sentence(line.reason),
        "figures": _figures_body(line, line.figures) if line.figures and line.figures.judged else None,
        "run_id": line.run_id,
    }


def _figures_body(line: Promotion, figures: ComparedMetrics) -> FiguresBody:
    ci95 = figures.macro_f1_ci95
    return {
        "judged": figures.judged,
        "judged_on": figures.judged_on and figures.judged_on.value,
        "against": (figures.against or line.previous) if figures.paired else None,
        "rows": figures.rows,
        "accuracy": finite(figures.accuracy),
        "macro_f1": finite(figures.macro_f1),
        "previous_accuracy": finite(figures.previous_accuracy),
        "previous_macro_f1": finite(figures.previous_macro_f1),
        "ci95": [round(end, 6) for end in ci95] if ci95 and all(map(math.isfinite, ci95)) else None,
    }


def shadow_body(test: ShadowTest) -> ShadowBody:
    shadow, counts = test.shadow, test.counts
    return {
        "version": shadow.version,
        "since": utc_text(shadow.since),
        "by": shadow.by,
        "champion": test.champion,
        "answers": counts.answers,
        "champion_right": test.champion_right,
        "shadow_right": test.shadow_right,
        "only_champion_right": counts.champion_only,
        "only_shadow_right": counts.shadow_only,
        "p": test.p,
        "sentence": shadow_sentence(test),
    }
