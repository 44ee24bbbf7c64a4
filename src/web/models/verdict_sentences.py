"""The sentences of a verdict and of why a run was started, made from codes and numbers.

The pages, the API, the command line and the texts of an MLflow run show them. This module imports no Flask,
so that a training process can use it. A page passes its own `Numbers`, for the visitor's number format.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

from src.domain.quality import DriftMeasure, DriftResult, DriftVerdict
from src.domain.training_runs import SetAside, TrainingRun
from src.domain.verdicts import Code, JudgedOn, Scores, Verdict, Why, reasons_of

JUDGED_ON = {
    JudgedOn.HOLDOUT: "of your held-out transactions",
    JudgedOn.CROSSVAL: "rows in cross-validation, each answered by a model that had not seen it",
    JudgedOn.LEXICON: (
        "rows of the shipped lexicon in cross-validation, half of them read as names nobody has listed"
    ),
}

SENTENCES = {
    Code.FREE_TEXT: "{text}",
    Code.CHECK_FAILED: "The load-and-predict check failed:",
    Code.CHECK_TIMEOUT: "it did not answer within {limit_s:n} s.",
    Code.CHECK_ENDED: "the fresh process ended with {exit_code}: {last}",
    Code.OTHER_CATEGORIES: "it knows other categories than the model that was trained.",
    Code.OTHER_ANSWERS: "it gives other answers than the model that was trained.",
    Code.NOT_LOADED: "it could not be loaded.",
    Code.TOO_HEAVY: "Too heavy to serve: {limits:limits}.",
    Code.STARTER: "Trained on the shipped lexicon alone; it predicts until a model trained here replaces it.",
    Code.FIRST: (
        "The first model trained here: right on {accuracy:%} of {rows:n} {judged_on:judged_on}, "
        "macro-F1 {macro_f1:%};"
    ),
    Code.NO_BETTER_THAN_MAJORITY: (
        "No better than the simplest rule: right on {accuracy:%} of {rows:n} {judged_on:judged_on}, "
        "macro-F1 {macro_f1:%};"
    ),
    Code.MAJORITY: "always answering your most frequent category is right on {accuracy:%}.",
    Code.NO_MAJORITY: "you have too few labels to compare it with a simple rule.",
    Code.UNCHANGED: (
        "Nothing has changed: the same data and the same answers as the champion (version {version}), which "
        "stays."
    ),
    Code.NEWER_LEXICON: (
        "You have no labelled transactions yet. This model uses a newer version of the shipped lexicon, so "
        "it replaces the champion."
    ),
    Code.TOO_FEW: (
        "Too few rows to tell (n = {rows:n}; {needed:between} are needed). The champion stays; your "
        "corrections still decide at once through the memory."
    ),
    Code.NOT_COMPARED: "On fewer than {min_rows:n} rows two models are not compared.",
    Code.STILL_NOT_SHOWN: (
        "Not shown to be as good as the champion, which stays. The {needed:n} rows an earlier verdict asked "
        "for are there (n = {rows:n}), so more rows are not asked for; the next model is judged anew."
    ),
    Code.INTERVAL_TOO_WIDE: (
        "A fresher model passes when a fall of accuracy by {floor:points} is ruled out; these rows leave "
        "room for {possible:points}."
    ),
    Code.TOO_FEW_MERCHANTS: (
        "A fresher model passes when a fall of accuracy by {floor:points} is ruled out; that takes at least "
        "{needed:n} merchants, and these rows are of {merchants:merchant}."
    ),
    Code.TOO_FEW_DIFFER: (
        "The two models differ at {differing:merchant}; from {needed:n} on a model that seems better counts "
        "as better."
    ),
    Code.BETTER_LOG_LOSS: (
        "Its log loss is significantly lower, so its confidence fits these rows better. That alone promotes "
        "no model: it does not show that accuracy holds at merchants outside these rows."
    ),
    Code.BETTER: (
        "Better than the champion: accuracy or macro-F1 is significantly higher, and neither is "
        "significantly lower."
    ),
    Code.WORSE: "Significantly worse than the champion, which stays.",
    Code.SEEMS_WORSE: (
        "Not shown to be better; the champion stays. A fresher model may seem to lose {margin:points} of "
        "accuracy, or {margin_f1:points} of macro-F1, and this one seems to lose more."
    ),
    Code.FRESHER: (
        "As good as the champion (accuracy at most {margin:points} lower, significantly less than "
        "{floor:points}) and fresher: {new:n} new labels in addition to the {known:n} it learned."
    ),
    Code.NOT_FRESHER: (
        "Not shown to be better; as good as the champion, but not fresher: {new:n} new labels in addition to "
        "the {known:n} it learned, where {share:%0} are required. The champion stays."
    ),
    Code.CATEGORY_FELL: (
        "Recall drops significantly for {categories:categories}; the champion stays. No category of "
        "{min_rows:n} rows or more may significantly fall by over {limit:points}."
    ),
    Code.LESS_AUTOMATIC: (
        "It would categorize far fewer transactions automatically: {challenger:%} of your newest "
        "{rows:unanswered transaction} instead of {champion:%}. The champion stays. A significant fall of "
        "over {limit:points} is allowed only if the champion's automatic answers miss the {precision:%} "
        "that are to be right,"
    ),
    Code.NONE_AUTOMATIC: "and no judging row was answered automatically to show that.",
    Code.AUTOMATIC_PRECISION: ("and of its automatic answers to {judged:judging row} {right:%} were right."),
    Code.FIGURES: (
        "On the same {rows:n} {judged_on:judged_on} ({merchants:merchant}): accuracy {accuracy:%} against "
        "{champion_accuracy:%} ({accuracy_difference:difference}), macro-F1 {macro_f1:%} against "
        "{champion_macro_f1:%} ({macro_f1_difference:difference})."
    ),
    Code.EARLIER_BETTER: (
        "Model {version}, made earlier, is better than this one and is promoted instead. On the same "
        "{rows:n} {judged_on:judged_on} it is right on {accuracy:%}, this one on {challenger_accuracy:%} "
        "(macro-F1 {macro_f1:%} and {challenger_macro_f1:%}). Of model {version} and the champion:"
    ),
    Code.PINNED: "Better, but model {version} is pinned and stays. The verdict had been:",
    Code.OVERTAKEN: (
        "Another model was promoted while this one was judged against its predecessor; the next run will "
        "judge against that one. The verdict had been:"
    ),
    Code.SOURCES: "Learned from {labels:n} of your labels and {lexicon:n} rows of the shipped lexicon.",
    Code.BEST_CANDIDATE: "The best of {candidates:n} candidates was {name}.",
    Code.SET_ASIDE: "Set aside {rows:row}: {why:set_aside}.",
    Code.CHECK_PASSED: "Loaded in a fresh process it gives the same answers.",
    Code.AUTOMATION: (
        "Categorized automatically, of the newest {rows:unanswered transaction}: {champion:%} with the "
        "champion, {challenger:%} with the new model."
    ),
    Code.AUTOMATION_IMPRECISE: (
        "The stated precision requires that: of the champion's automatic answers to {judged:judging row} "
        "{right:%} were right."
    ),
    Code.AUTOMATION_NOT_COMPARED: "How much each model automates could not be compared.",
    Code.CHAMPION_NOT_LOADED: "The champion, version {version}, could not be loaded by the present code.",
    Code.STARTER_NOT_COMPARED: (
        "It replaces model {version}, which Ledgerloop ships with, without a comparison: as long as you have "
        "no labels, both have learned from the lexicon alone."
    ),
    Code.BEST_EARLIER: (
        "The best earlier version that may serve, model {version}, is right on {accuracy:%} of the same rows "
        "(macro-F1 {macro_f1:%})."
    ),
    Code.NOT_LOGGED: "MLflow did not answer; this run was not logged.",
    Code.PARTLY_LOGGED: "MLflow stopped answering; this run was only partly logged.",
    Code.TRAINED_ALONE: "Trained on this machine alone: {why:dask}.",
    Code.ALIAS_MOVED: "The alias champion was moved in MLflow.",
    Code.ALIAS_RESET: "The alias champion was moved to it in MLflow, and set back:",
    Code.ALIAS_PINNED: "model {version} is pinned. Unpin it on the Models page first.",
    Code.ALIAS_LATE: "model {version} was promoted here meanwhile.",
    Code.ALIAS_OVERTAKEN: "Another model was promoted at the same moment.",
    Code.PINNED_WITH_PROMOTION: "Requested with the promotion.",
    Code.PIN_REPLACED: "The pin ended when model {version} was promoted.",
    Code.SLOT: "The slot of {slot:time}",
    Code.NOTHING_NEW: "Nothing new: the same labels, settings and code.",
    Code.NOTHING_NEW_SINCE: "Nothing new since the run of {run:time}: the same labels, settings and code.",
}

SET_ASIDE = {
    SetAside.UNREADABLE: "no description, note or payment method",
    SetAside.UNLABELLED: "no category",
    SetAside.INFINITE_AMOUNT: "the amount is infinite",
    SetAside.CONTRADICTING: "contradicts nearly all similar answers and waits for a review",
    SetAside.RELABELLED: "changes nearly a whole category and waits for a review",
    SetAside.NOT_LEARNED: "you asked not to learn from this answer for its merchant",
    SetAside.OLDEST: "your oldest answers, which do not fit into memory",
    SetAside.LEXICON: "a part of the lexicon, which does not fit into memory",
}

_NO_CLUSTER = {
    "away": "the Dask cluster of DASK_SCHEDULER did not answer",
    "lost": "the Dask cluster stopped answering",
    "unusable": "Ledgerloop cannot be used on a worker of the Dask cluster, or there is none",
    "other-versions": "its Dask workers have another version of Ledgerloop, Python or its libraries",
    "not-installed": "ledgerloop[dask] is not installed",
}

_LIMITS = {
    "megabytes": "the file has {0} MB, {1} are allowed",
    "per_row_ms": "one answer takes {0} ms, {1} are allowed",
    "load_s": "loading takes {0} s, {1} are allowed",
}

_SHIFTS = {
    DriftMeasure.MERCHANTS: "new merchants rose from {then} to {now}",
    DriftMeasure.AMOUNTS: "amounts have shifted, from a median of {then} to {now}",
    DriftMeasure.CATEGORIES: "predicted categories have shifted, {of} most: {then} to {now}",
    DriftMeasure.ACCURACY: "answers that agree with the prediction fell from {then} to {now}",
}


class Numbers:
    """Numbers in plain form: `33,578`, `69.5 %`, `2 points`, `+0.012`."""

    def count(self, value: float) -> str:
        return f"{value:,}"

    def percent(self, share: float, places: int) -> str:
        return f"{100 * share:.{places}f} %"

    def decimal(self, value: float, places: int, *, signed: bool = False) -> str:
        return f"{value:{'+' if signed else ''}.{places}f}"

    def points(self, share: float) -> str:
        """The difference of two shares: `2` of 0.02."""
        return f"{100 * share:.3g}"


class _SentenceFormatter(string.Formatter):
    """Fields are `{name}` or `{name:form}`; a form that is none of these is a noun to count."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._forms: dict[str, Callable[[Any], str]] = {
            "": str,
            "n": numbers.count,
            "%": lambda share: numbers.percent(share, 1),
            "%0": lambda share: numbers.percent(share, 0),
            "points": lambda share: f"{numbers.points(share)} point{_plural(round(100 * share, 2))}",
            "judged_on": lambda rows: JUDGED_ON[JudgedOn(rows)],
            "between": self._between,
            "difference": self._difference,
            "limits": self._limits,
            # A verdict of an earlier release has the words themselves.
            "set_aside": lambda why: SET_ASIDE.get(why, why),
            "dask": lambda why: _NO_CLUSTER.get(why, why),
            "time": lambda at: f"{at:%Y-%m-%d %H:%M} UTC",
            "categories": self._categories,
        }

    def format_field(self, value: Any, form: str) -> str:
        if value is None:
            return "–"
        if form in self._forms:
            return self._forms[form](value)
        return f"{self._numbers.count(value)} {form}{_plural(value)}"

    def _between(self, ends: Sequence[int]) -> str:
        low, high = map(self._numbers.count, ends)
        return f"about {high}" if low == high else f"between {low} and {high}"

    def _difference(self, difference: Sequence[float]) -> str:
        value, low, high = (self._numbers.decimal(number, 3, signed=True) for number in difference)
        return f"{value}, 95 % between {low} and {high}"

    def _limits(self, limits: Sequence[tuple[str, float, float]]) -> str:
        return "; ".join(
            _LIMITS[measure].format(self._numbers.decimal(value, 1), f"{limit:g}")
            for measure, value, limit in limits
        )

    def _categories(self, categories: Sequence[tuple[str, Sequence[float], int]]) -> str:
        return ", ".join(
            f"{name} (recall {self._difference(difference)} on {self._numbers.count(rows)} rows)"
            for name, difference, rows in categories
        )


def _plural(count: float) -> str:
    return "" if count == 1 else "s"


_PLAIN = Numbers()


def sentence(why: Why, numbers: Numbers = _PLAIN) -> str:
    """All sentences of `why`; what a person or an earlier release wrote is returned as it is."""
    formatter = _SentenceFormatter(numbers)
    return " ".join(
        formatter.vformat(SENTENCES[reason.code], (), reason.values) for reason in reasons_of(why)
    )


def note_sentences(notes: Sequence[Why]) -> list[str]:
    return [sentence(note) for note in notes]


def drift_words(result: DriftResult) -> str:
    """The verdict with its numbers in plain form, for programs and as the reason of a run."""
    if result.verdict is DriftVerdict.TOO_FEW:
        return f"too few to tell (n = {min(result.rows_then, result.rows_now)}; {result.needed} are needed)"
    words = "no sign of drift"
    if result.verdict is DriftVerdict.SHIFTED:
        then, now = (_plain_value(result, value) for value in (result.then, result.now))
        words = _SHIFTS[result.measure].format(then=then, now=now, of=result.of or "unknown")
    return f"{words} (n = {result.rows_now})"


def _plain_value(result: DriftResult, value: float | None) -> str:
    if result.measure is DriftMeasure.AMOUNTS:
        return "none" if value is None else f"{value:.2f} {result.of}"
    return f"{100 * (value or 0.0):.0f} %"


def run_reason(run: TrainingRun) -> str:
    """Why a run was started."""
    return f"Drift: {'; '.join(map(drift_words, run.drift))}." if run.drift else sentence(run.reason)


def run_description(verdict: Verdict) -> str:
    """The description of an MLflow run."""
    return "\n\n".join((sentence(verdict.reason), *note_sentences(verdict.notes)))


def version_description(scores: Scores, measured_on: JudgedOn, candidate: str) -> str:
    """The description of a model version in MLflow. candidate: the name of the chosen one."""
    accuracy, macro_f1 = (_PLAIN.percent(share, 1) for share in (scores.accuracy, scores.macro_f1))
    rows = f"{_PLAIN.count(scores.rows)} {JUDGED_ON[measured_on]}"
    return f"Accuracy {accuracy}, macro-F1 {macro_f1} on {rows}; {candidate}."
