"""From answers to figures: what is shown and kept of each protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Dataset
from benchmarks.quality.measures import Figure, calibration_error, macro_f1, macro_recall, mean, share
from benchmarks.quality.mistakes import cold_kinds, kinds
from benchmarks.quality.protocols import Run
from src.domain.predictions import Band

Figures = dict[str, Figure]
LAST_QUARTER = 0.25


def of_cold(run: Run, data: Dataset, vocabulary: frozenset[str]) -> dict[str, Any]:
    """vocabulary: the words the shipped lexicon knows."""
    meant = [data.accepted[each.truth] for each in run.answers]
    truth, merchants = [each.truth for each in run.answers], [each.merchant for each in run.answers]

    def basic(answers: Sequence[str]) -> Figures:
        right = [answer in accepted for answer, accepted in zip(answers, meant, strict=True)]
        return {"accuracy": share(right, merchants), "macro_recall": macro_recall(truth, right, merchants)}

    right = [each.best in accepted for each, accepted in zip(run.answers, meant, strict=True)]
    return {
        "rows": len(run.answers),
        "product": basic([each.best for each in run.answers]) | _honest(run.answers, right),
        "baselines": {name: basic(answers) for name, answers in run.baselines.items()},
        "mistakes": cold_kinds(run.answers, right, data, vocabulary),
    }


def of_split(run: Run, data: Dataset) -> dict[str, Any]:
    """Chronological, or drawn."""
    answers = run.answers
    right = [each.right for each in answers]
    unseen = [each for each in answers if not each.said]
    product = _basic(answers, [each.best for each in answers]) | {
        "log_loss": mean([-np.log(each.likelihood) for each in answers], _merchants(answers)),
    }
    product |= _honest(answers, right)
    product |= _auto(unseen, [each.right for each in unseen], "of unseen merchants")
    product["accuracy of unseen merchants"] = share([each.right for each in unseen], _merchants(unseen))
    return {
        "rows": len(answers),
        "product": product,
        "baselines": {name: _basic(answers, given) for name, given in run.baselines.items()},
        "trainings": run.trainings,
        "mistakes": kinds(answers, data),
    }


def of_replay(run: Run, data: Dataset) -> dict[str, Any]:
    right = [each.right for each in run.answers]
    return {
        "rows": len(run.answers),
        "product": _replayed(run.answers, [each.best for each in run.answers], data)
        | _repeated(run.answers)
        | _honest(run.answers, right),
        "each correction at once": _replayed(run.at_once, [each.best for each in run.at_once], data)
        | _repeated(run.at_once),
        "repeated": {
            "after the block": _merchants_of_repeats(run.answers),
            "at once": _merchants_of_repeats(run.at_once),
        },
        "baselines": {name: _replayed(run.answers, given, data) for name, given in run.baselines.items()},
        "trainings": run.trainings,
        "mistakes": kinds(run.answers, data),
    }


def _merchants(answers: Sequence[Answer]) -> list[str]:
    return [each.merchant for each in answers]


def _basic(answers: Sequence[Answer], given: Sequence[str]) -> Figures:
    truth, merchants = [each.truth for each in answers], _merchants(answers)
    right = [answer == true for answer, true in zip(given, truth, strict=True)]
    return {"accuracy": share(right, merchants), "macro_f1": macro_f1(truth, given, merchants)}


def _replayed(answers: Sequence[Answer], given: Sequence[str], data: Dataset) -> Figures:
    last = int(len(data.examples) * LAST_QUARTER)
    late = share(
        [g == a.truth for g, a in zip(given[-last:], answers[-last:], strict=True)],
        _merchants(answers[-last:]),
    )
    return _basic(answers, given) | {"accuracy, last quarter": late}


def _honest(answers: Sequence[Answer], right: Sequence[bool]) -> Figures:
    """How far confidence can be trusted."""
    sure = [each.confidence for each in answers]
    return {
        "ece": calibration_error(sure, right, _merchants(answers)),
        **_auto(answers, right),
        **_auto(answers, right, band=Band.SUGGEST),
    }


def _auto(answers: Sequence[Answer], right: Sequence[bool], of: str = "", band: Band = Band.AUTO) -> Figures:
    inside = [(each, good) for each, good in zip(answers, right, strict=True) if each.band is band]
    name = f"{band.value} {of}".strip()
    return {
        f"{name}, share": share([each.band is band for each in answers], _merchants(answers)),
        f"{name}, precision": share([good for _, good in inside], [each.merchant for each, _ in inside]),
    }


def _repeated(answers: Sequence[Answer]) -> Figures:
    """Of all predictions; and those about merchants the owner had called by one name only."""
    merchants = _merchants(answers)
    return {
        "repeated mistakes": share([each.repeats for each in answers], merchants),
        "repeated mistakes, one name": share(
            [each.repeats and not each.ambiguous for each in answers], merchants
        ),
    }


def _merchants_of_repeats(answers: Sequence[Answer]) -> dict[str, int]:
    repeated = [each for each in answers if each.repeats]
    merchants = {each.merchant for each in repeated}
    ambiguous = {each.merchant for each in repeated if each.ambiguous}
    return {
        "predictions": len(repeated),
        "of ambiguous merchants": sum(each.ambiguous for each in repeated),
        "merchants": len(merchants),
        "ambiguous merchants": len(ambiguous),
    }


def plain(content: Any) -> Any:
    """JSON-able: figures as dicts, nan as None."""
    if isinstance(content, Figure):
        return {
            "value": _finite(content.value),
            "low": _finite(content.low),
            "high": _finite(content.high),
            "rows": content.rows,
        }
    if isinstance(content, Mapping):
        return {str(key): plain(value) for key, value in content.items()}
    return [plain(each) for each in content] if isinstance(content, list | tuple) else content


def _finite(value: float) -> float | None:
    return round(value, 5) if np.isfinite(value) else None
