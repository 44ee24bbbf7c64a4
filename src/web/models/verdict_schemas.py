"""The verdict of a training run, with everything it is based on."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.verdicts import Automation, Difference, Discordance, Scores, SliceScores, Verdict
from src.pipeline.training.verdict_sentences import note_sentences, sentence


class ScoresBody(TypedDict):
    version: Annotated[str | None, Field(description="Null for a model that was not registered.")]
    rows: int
    accuracy: float | None
    macro_f1: float | None
    log_loss: float | None
    ece: float | None
    money_weighted_accuracy: float | None


class DifferenceBody(TypedDict):
    """Challenger minus champion, on the same rows."""

    macro_f1: float | None
    ci95: Annotated[list[float | None] | None, Field(description="95 % interval of the macro-F1 difference.")]
    accuracy: float | None
    accuracy_ci95: list[float | None] | None
    log_loss: Annotated[float | None, Field(description="Below 0 is better.")]
    log_loss_ci95: list[float | None] | None
    money_weighted_accuracy: float | None
    money_weighted_accuracy_ci95: list[float | None] | None


class McnemarBody(TypedDict):
    """McNemar's exact test on the rows that only one of the two models gets right."""

    rows: int
    challenger_right: int
    p: Annotated[float, Field(ge=0, le=1, description="Two-sided.")]


class BaselinesBody(TypedDict):
    """Simple rules learned from the person's labels, on the same rows; null with too few labels."""

    majority: Annotated[ScoresBody | None, Field(description="Always the person's most frequent category.")]
    lookup: Annotated[ScoresBody | None, Field(description="The most frequent category of the merchant.")]


class SliceBody(TypedDict):
    """Shares of right answers of both models on the same part of the rows."""

    kind: Annotated[str, Field(description="`category`, `merchants`, `mode`, `direction` or `age`.")]
    name: str
    rows: int
    champion: float | None
    challenger: float | None


class FootprintBody(TypedDict):
    """The cost of the model in a fresh process."""

    megabytes: float | None
    load_s: float | None
    per_row_ms: float | None


class AutomationBody(TypedDict):
    """The newest unanswered transactions: how many each model would categorize automatically."""

    rows: int
    precision: Annotated[float, Field(description="The share of automatic answers that should be right.")]
    champion: Annotated[float, Field(description="Share of `rows`.")]
    challenger: float
    difference: float
    ci95: Annotated[list[float | None], Field(description="95 % interval; merchants are drawn whole.")]
    champion_only: int
    challenger_only: int
    p: Annotated[float, Field(ge=0, le=1, description="McNemar's exact test, two-sided.")]
    champion_judged: Annotated[int, Field(description="Judging rows the champion answers automatically.")]
    champion_right: int


class DecisionBody(TypedDict):
    promoted: bool
    outcome: str
    reason: str
    champion: ScoresBody | None
    challenger: ScoresBody | None
    difference: DifferenceBody | None
    notes: list[str]
    mcnemar: McnemarBody | None
    merchants: Annotated[int | None, Field(description="Independent groups the intervals are based on.")]
    rows_needed: Annotated[
        int | None,
        Field(description="About how many rows are needed if too few: upper end of a 95 % interval."),
    ]
    rows_needed_low: Annotated[int | None, Field(description="The lower end of this interval.")]
    baselines: BaselinesBody
    slices: list[SliceBody]
    footprint: FootprintBody | None
    judged_on: Annotated[str | None, Field(description="`holdout`, `crossval` or `lexicon`: which rows.")]
    automation: AutomationBody | None
    earlier: Annotated[ScoresBody | None, Field(description="The best earlier version, on the same rows.")]
    instead: Annotated[str | None, Field(description="The earlier version that was promoted instead.")]


def finite(value: float | None) -> float | None:
    """JSON has no nan, so an unmeasured value is null."""
    return round(value, 6) if value is not None and math.isfinite(value) else None


def decision_body(verdict: Verdict) -> DecisionBody:
    discordance, footprint = verdict.discordance, verdict.footprint
    return {
        "promoted": verdict.promoted,
        "outcome": verdict.outcome.value,
        "reason": sentence(verdict.reason),
        "champion": _scores(verdict.champion),
        "challenger": _scores(verdict.challenger),
        "difference": _difference(verdict),
        "notes": note_sentences(verdict.notes),
        "mcnemar": _mcnemar(discordance) if discordance else None,
        "merchants": verdict.merchants,
        "rows_needed": verdict.rows_needed,
        "rows_needed_low": verdict.rows_needed_low,
        "baselines": {"majority": _scores(verdict.majority), "lookup": _scores(verdict.lookup)},
        "slices": [_slice(part) for part in verdict.slices],
        "footprint": {
            "megabytes": finite(footprint.megabytes),
            "load_s": finite(footprint.load_s),
            "per_row_ms": finite(footprint.per_row_ms),
        }
        if footprint
        else None,
        "judged_on": verdict.judged_on and verdict.judged_on.value,
        "automation": _automation(verdict.automation) if verdict.automation else None,
        "earlier": _scores(verdict.earlier),
        "instead": verdict.instead,
    }


def _mcnemar(discordance: Discordance) -> McnemarBody:
    right, p = discordance.challenger_right, round(discordance.p, 6)
    return {"rows": discordance.rows, "challenger_right": right, "p": p}


def _automation(automation: Automation) -> AutomationBody:
    return {
        "rows": automation.rows,
        "precision": automation.precision,
        "champion": round(automation.champion, 6),
        "challenger": round(automation.challenger, 6),
        "difference": round(automation.difference.value, 6),
        "ci95": [finite(end) for end in automation.difference.ci95],
        "champion_only": automation.champion_only,
        "challenger_only": automation.challenger_only,
        "p": round(automation.p, 6),
        "champion_judged": automation.judged,
        "champion_right": automation.right,
    }


def _scores(scores: Scores | None) -> ScoresBody | None:
    if scores is None:
        return None
    return {
        "version": scores.version,
        "rows": scores.rows,
        "accuracy": finite(scores.accuracy),
        "macro_f1": finite(scores.macro_f1),
        "log_loss": finite(scores.log_loss),
        "ece": finite(scores.ece),
        "money_weighted_accuracy": finite(scores.money_weighted_accuracy),
    }


def _difference(verdict: Verdict) -> DifferenceBody | None:
    if verdict.macro_f1 is None and verdict.accuracy is None:
        return None
    return {
        "macro_f1": _value(verdict.macro_f1),
        "ci95": _interval(verdict.macro_f1),
        "accuracy": _value(verdict.accuracy),
        "accuracy_ci95": _interval(verdict.accuracy),
        "log_loss": _value(verdict.log_loss),
        "log_loss_ci95": _interval(verdict.log_loss),
        "money_weighted_accuracy": _value(verdict.money_weighted_accuracy),
        "money_weighted_accuracy_ci95": _interval(verdict.money_weighted_accuracy),
    }


def _value(difference: Difference | None) -> float | None:
    return finite(difference.value) if difference else None


def _interval(difference: Difference | None) -> list[float | None] | None:
    return [finite(end) for end in difference.ci95] if difference else None


def _slice(part: SliceScores) -> SliceBody:
    return {
        "kind": part.kind,
        "name": part.name,
        "rows": part.rows,
        "champion": finite(part.champion),
        "challenger": finite(part.challenger),
    }
