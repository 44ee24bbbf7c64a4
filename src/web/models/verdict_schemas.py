"""The verdict of a training run, with everything it is based on."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.verdicts import Automation, Verdict
from src.web.models.verdict_sentences import note_sentences, sentence


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
    return {
        "promoted": verdict.promoted,
        "outcome": verdict.outcome.value,
        "reason": sentence(verdict.reason),
        "champion": _plain(verdict.champion),
        "challenger": _plain(verdict.challenger),
        "difference": _difference(verdict),
        "notes": note_sentences(verdict.notes),
        "mcnemar": _plain(verdict.discordance),
        "merchants": verdict.merchants,
        "rows_needed": verdict.rows_needed,
        "rows_needed_low": verdict.rows_needed_low,
        "baselines": {"majority": _plain(verdict.majority), "lookup": _plain(verdict.lookup)},
        "slices": _plain(verdict.slices),
        "footprint": _plain(verdict.footprint),
        "judged_on": verdict.judged_on and verdict.judged_on.value,
        "automation": _automation(verdict.automation) if verdict.automation else None,
        "earlier": _plain(verdict.earlier),
        "instead": verdict.instead,
    }


def _plain(value: Any) -> Any:
    """Dataclasses and tuples in JSON types, with finite numbers."""
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return finite(value) if isinstance(value, float) else value


def _automation(automation: Automation) -> AutomationBody:
    return {
        "rows": automation.rows,
        "precision": automation.precision,
        "champion": round(automation.champion, 6),
        "challenger": round(automation.challenger, 6),
        "difference": round(automation.difference.value, 6),
        "ci95": _plain(automation.difference.ci95),
        "champion_only": automation.champion_only,
        "challenger_only": automation.challenger_only,
        "p": round(automation.p, 6),
        "champion_judged": automation.judged,
        "champion_right": automation.right,
    }


def _difference(verdict: Verdict) -> DifferenceBody | None:
    macro_f1, accuracy, log_loss = verdict.macro_f1, verdict.accuracy, verdict.log_loss
    money = verdict.money_weighted_accuracy
    if macro_f1 is None and accuracy is None:
        return None
    return {
        "macro_f1": _plain(macro_f1 and macro_f1.value),
        "ci95": _plain(macro_f1 and macro_f1.ci95),
        "accuracy": _plain(accuracy and accuracy.value),
        "accuracy_ci95": _plain(accuracy and accuracy.ci95),
        "log_loss": _plain(log_loss and log_loss.value),
        "log_loss_ci95": _plain(log_loss and log_loss.ci95),
        "money_weighted_accuracy": _plain(money and money.value),
        "money_weighted_accuracy_ci95": _plain(money and money.ci95),
    }
