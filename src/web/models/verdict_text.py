"""The words of a verdict on a page: its reasons, its table of metrics, its slices.

The sentences of the reasons are in `web/models/verdict_sentences.py`, because the command line and
MLflow show them too; here they get the visitor's number format.
"""

from __future__ import annotations

from itertools import groupby

from babel.numbers import format_decimal

from src.domain.verdicts import (
    Automation,
    Difference,
    Discordance,
    Footprint,
    Scores,
    SliceScores,
    Verdict,
    Why,
)
from src.web.models import verdict_sentences
from src.web.shared import format, labels, locales
from src.web.shared.blueprint import bp, category_name

_MEASURES = (
    ("accuracy", "Accuracy", ""),
    ("macro_f1", "Macro-F1", ""),
    ("money_weighted_accuracy", "Accuracy by money", ""),
    ("log_loss", "Log loss", "lower is better"),
    ("ece", "Calibration error", "lower is better"),
)


class _VisitorsNumbers(verdict_sentences.Numbers):
    def count(self, value: float) -> str:
        return format.number(value)

    def percent(self, share: float, places: int) -> str:
        return format.percent(share, places)

    def decimal(self, value: float, places: int, *, signed: bool = False) -> str:
        return _signed(value, places) if signed else _decimal(value, places)

    def points(self, share: float) -> str:
        return format.number(round(100 * share, 1))


@bp.app_template_filter()
def sentence(why: Why) -> str:
    return verdict_sentences.sentence(why, _VisitorsNumbers())


@bp.app_template_filter()
def headline(why: Why) -> str:
    """The first sentence of a reason, which states the decision."""
    return sentence(why).partition(". ")[0].rstrip(".") + "."


@bp.app_template_filter()
def details(why: Why) -> str:
    """The sentences after the first one."""
    return sentence(why).partition(". ")[2]


@bp.app_template_filter()
def outcome(verdict: Verdict) -> tuple[str, str]:
    return labels.OUTCOMES[verdict.outcome], "good" if verdict.promoted else "warn"


@bp.app_template_filter()
def verdict_measures(verdict: Verdict) -> list[dict[str, str]]:
    """The rows of the table of metrics; `difference` and `interval` are "" if they were not computed."""
    rows = []
    for field, name, hint in _MEASURES:
        difference: Difference | None = getattr(verdict, field, None)
        shown = format.points if field != "log_loss" else _signed
        rows.append(
            {
                "field": field,
                "name": name,
                "hint": hint,
                "champion": _score(verdict.champion, field),
                "challenger": _score(verdict.challenger, field),
                "difference": shown(difference.value) if difference else "",
                "interval": " to ".join(map(shown, difference.ci95)) if difference else "",
            }
        )
    return rows


@bp.app_template_filter()
def baselines(verdict: Verdict) -> list[tuple[str, dict[str, str]]]:
    """The baselines, with their metrics by field."""
    scores_of = {"Lookup": verdict.lookup, "Most frequent": verdict.majority}
    return [
        (name, {field: _score(scores, field) for field, _, _ in _MEASURES})
        for name, scores in scores_of.items()
        if scores
    ]


@bp.app_template_filter()
def slice_groups(verdict: Verdict) -> list[tuple[str, list[tuple[str, SliceScores]]]]:
    """(title, [(name, scores)]) of each kind of slice, in the stored order."""
    alone = verdict.champion is None
    return [
        (labels.SLICES.get(kind, kind), [(_slice_name(part, alone), part) for part in parts])
        for kind, parts in groupby(verdict.slices, key=lambda part: part.kind)
    ]


def _slice_name(part: SliceScores, alone: bool) -> str:
    if part.kind == "category":
        return category_name(part.name)
    if alone and part.kind == "merchants":
        return labels.MET_ALONE.get(part.name, part.name)
    return labels.SLICE_NAMES.get((part.kind, part.name), part.name)


@bp.app_template_filter()
def discordance_words(discordance: Discordance) -> str:
    if not discordance.rows:
        return "There is no row that only one of the two models gets right."
    return (
        f"Of the {format.counted(discordance.rows, 'row')} that only one of them gets right, the new model "
        f"is right on {format.number(discordance.challenger_right)} "
        f"(McNemar’s exact test, {format.p_value(discordance.p)})."
    )


@bp.app_template_filter()
def automation_words(automation: Automation) -> str:
    low, high = map(format.points, automation.difference.ci95)
    rows = format.counted(automation.rows, "unanswered transaction")
    shares = (
        f"Categorized automatically, of the newest {rows}: {format.percent(automation.champion, 1)} with the "
        f"champion, {format.percent(automation.challenger, 1)} with the new model "
        f"({format.points(automation.difference.value)} points, 95\N{NO-BREAK SPACE}% interval {low} to "
        f"{high}; McNemar’s exact test, {format.p_value(automation.p)})."
    )
    if not automation.judged:
        return shares
    return (
        f"{shares} Of the champion’s automatic answers to {format.counted(automation.judged, 'judging row')} "
        f"{format.percent(automation.right / automation.judged, 1)} were right; "
        f"{format.percent(automation.precision, 1)} are to be."
    )


@bp.app_template_filter()
def footprint_words(footprint: Footprint) -> str:
    return (
        f"In a fresh process the new model loads in {_decimal(footprint.load_s, 2)} s and answers one "
        f"transaction in {_decimal(footprint.per_row_ms, 2)} ms; its file has "
        f"{_decimal(footprint.megabytes, 1)} MB."
    )


@bp.app_template_filter()
def paired_accuracy(verdict: Verdict) -> str:
    """`96.7 % against 97.8 % of model 1, on the same 91 rows`; "" if two models were not compared."""
    challenger, champion = verdict.challenger, verdict.champion
    if challenger is None or champion is None:
        return ""
    return (
        f"{format.percent(challenger.accuracy, 1)} against {format.percent(champion.accuracy, 1)} of model "
        f"{champion.version}, on the same {labels.rows_judged(challenger.rows, verdict.judged_on)}"
    )


def _score(scores: Scores | None, field: str) -> str:
    value = getattr(scores, field) if scores else None
    if value is None or value != value:
        return "–"
    return _decimal(value, 3) if field == "log_loss" else format.percent(value, 1)


def _signed(value: float, places: int = 3) -> str:
    return f"{'−' if value < 0 else '+'}{_decimal(abs(value), places)}"


def _decimal(value: float, places: int) -> str:
    if value != value:
        return "–"
    return format_decimal(value, format=f"0.{'0' * places}", locale=locales.number_locale())
