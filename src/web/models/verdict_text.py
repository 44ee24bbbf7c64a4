"""A verdict's figures as the run's page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from babel.numbers import format_decimal

from src.domain.verdicts import Automation, Difference, Discordance, Footprint, Scores, SliceScores, Verdict
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name

_MEASURES = (
    ("accuracy", "Accuracy", ""),
    ("macro_f1", "Macro-F1", ""),
    ("money_weighted_accuracy", "Right, by money", ""),
    ("log_loss", "Log loss", "lower is better"),
    ("ece", "Calibration gap", "lower is better"),
)


@dataclass(frozen=True)
class Measure:
    """One line of the table of figures, in words."""

    field: str
    name: str
    hint: str
    champion: str
    challenger: str
    difference: str
    """"" where none was reckoned."""
    interval: str


@bp.app_template_filter()
def verdict_measures(verdict: Verdict) -> list[Measure]:
    return [_measure(verdict, *each) for each in _MEASURES]


@bp.app_template_filter()
def headline(reason: str) -> str:
    """The first sentence of a reason, which says what was decided."""
    return reason.partition(". ")[0].rstrip(".") + "."


@bp.app_template_filter()
def details(reason: str) -> str:
    """The rest of it."""
    return reason.partition(". ")[2]


@bp.app_template_filter()
def baselines(verdict: Verdict) -> list[tuple[str, dict[str, str]]]:
    """The simple answers any model must beat, with their figures by measure."""
    found = (("Lookup", verdict.lookup), ("Commonest", verdict.majority))
    return [
        (name, {field: _value(scores, field) for field, _, _ in _MEASURES})
        for name, scores in found
        if scores
    ]


@bp.app_template_filter()
def slice_groups(verdict: Verdict) -> list[tuple[str, list[tuple[str, SliceScores]]]]:
    """(what the slices are of, their names and figures), in the order they were kept."""
    alone = verdict.champion is None
    return [
        (labels.SLICES.get(kind, kind), [(_slice_name(each, alone), each) for each in members])
        for kind, members in groupby(verdict.slices, key=lambda each: each.kind)
    ]


@bp.app_template_filter()
def discordance_words(found: Discordance) -> str:
    if not found.rows:
        return "There is no row that only one of the two models gets right."
    return (
        f"Of the {format.counted(found.rows, 'row')} that only one of them gets right, the new model is "
        f"right on {format.number(found.challenger_right)} (McNemar’s exact test, {_p(found.p)})."
    )


@bp.app_template_filter()
def automation_words(found: Automation) -> str:
    low, high = map(_points, found.difference.ci95)
    asked = format.counted(found.rows, "unanswered transaction")
    told = (
        f"Categorized automatically, of the newest {asked}: {format.percent(found.champion, 1)} with the "
        f"champion, {format.percent(found.challenger, 1)} with the new model "
        f"({_points(found.difference.value)} points, 95\N{NO-BREAK SPACE}% interval {low} to {high}; "
        f"McNemar’s exact test, {_p(found.p)})."
    )
    if not found.judged:
        return told
    return (
        f"{told} Of the champion’s automatic answers to {format.counted(found.judged, 'judging row')} "
        f"{format.percent(found.right / found.judged, 1)} were right; "
        f"{format.percent(found.precision, 1)} are to be."
    )


@bp.app_template_filter()
def footprint_words(found: Footprint) -> str:
    return (
        f"In a fresh process the new model loads in {_to(found.load_s, 2)} s and answers one transaction in "
        f"{_to(found.per_row_ms, 2)} ms; its file has {_to(found.megabytes, 1)} MB."
    )


def _measure(verdict: Verdict, field: str, name: str, hint: str) -> Measure:
    difference: Difference | None = getattr(verdict, field, None)
    shown = _points if field != "log_loss" else _signed
    return Measure(
        field=field,
        name=name,
        hint=hint,
        champion=_value(verdict.champion, field),
        challenger=_value(verdict.challenger, field),
        difference=shown(difference.value) if difference else "",
        interval=" to ".join(map(shown, difference.ci95)) if difference else "",
    )


def _value(scores: Scores | None, field: str) -> str:
    value = getattr(scores, field) if scores else None
    if value is None or value != value:
        return "–"
    return _to(value, 3) if field == "log_loss" else format.percent(value, 1)


def _points(share: float) -> str:
    return format.points(share)


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{_to(abs(value), 3)}"


def _to(value: float, places: int) -> str:
    if value != value:
        return "–"
    return format_decimal(value, format=f"0.{'0' * places}", locale=format.locale())


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {_to(p, 3 if p < 0.1 else 2)}"


def _slice_name(each: SliceScores, alone: bool) -> str:
    if each.kind == "category":
        return category_name(each.name)
    if alone and each.kind == "merchants":
        return labels.MET_ALONE.get(each.name, each.name)
    return labels.SLICE_NAMES.get((each.kind, each.name), each.name)
