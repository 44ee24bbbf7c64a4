"""Computes the figures of each protocol from its answers."""

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
    meant = [data.accepted[answer.truth] for answer in run.answers]
    truth, merchants = [answer.truth for answer in run.answers], [answer.merchant for answer in run.answers]

    def basic(answers: Sequence[str]) -> Figures:
        right = [answer in accepted for answer, accepted in zip(answers, meant, strict=True)]
        return {"accuracy": share(right, merchants), "macro_recall": macro_recall(truth, right, merchants)}

    right = [answer.best in accepted for answer, accepted in zip(run.answers, meant, strict=True)]
    return {
        "rows": len(run.answers),
        "product": basic([answer.best for answer in run.answers]) | _calibrated(run.answers, right),
        "baselines": {name: basic(answers) for name, answers in run.baselines.items()},
        "mistakes": cold_kinds(run.answers, right, data, vocabulary),
    }


def of_split(run: Run, data: Dataset) -> dict[str, Any]:
    """For the chronological and the random split."""
    answers = run.answers
    right = [answer.right for answer in answers]
    unseen = [answer for answer in answers if not answer.earlier]
    product = _basic(answers, [answer.best for answer in answers]) | {
        "log_loss": mean([-np.log(answer.likelihood) for answer in answers], _merchants(answers)),
    }
    product |= _calibrated(answers, right)
    product |= _auto(unseen, [answer.right for answer in unseen], "of unseen merchants")
    product["accuracy of unseen merchants"] = share([answer.right for answer in unseen], _merchants(unseen))
    return {
        "rows": len(answers),
        "product": product,
        "baselines": {name: _basic(answers, categories) for name, categories in run.baselines.items()},
        "trainings": run.trainings,
        "mistakes": kinds(answers, data),
    }


def of_replay(run: Run, data: Dataset) -> dict[str, Any]:
    right = [answer.right for answer in run.answers]
    return {
        "rows": len(run.answers),
        "product": _replayed(run.answers, [answer.best for answer in run.answers], data)
        | _repeated(run.answers)
        | _calibrated(run.answers, right),
        "each correction at once": _replayed(run.at_once, [answer.best for answer in run.at_once], data)
        | _repeated(run.at_once),
        "repeated": {
            "after the block": _merchants_of_repeats(run.answers),
            "at once": _merchants_of_repeats(run.at_once),
        },
        "baselines": {
            name: _replayed(run.answers, categories, data) for name, categories in run.baselines.items()
        },
        "trainings": run.trainings,
        "mistakes": kinds(run.answers, data),
    }


def _merchants(answers: Sequence[Answer]) -> list[str]:
    return [answer.merchant for answer in answers]


def _basic(answers: Sequence[Answer], categories: Sequence[str]) -> Figures:
    truth, merchants = [answer.truth for answer in answers], _merchants(answers)
    right = [category == true for category, true in zip(categories, truth, strict=True)]
    return {"accuracy": share(right, merchants), "macro_f1": macro_f1(truth, categories, merchants)}


def _replayed(answers: Sequence[Answer], categories: Sequence[str], data: Dataset) -> Figures:
    last = int(len(data.examples) * LAST_QUARTER)
    late = share(
        [
            category == answer.truth
            for category, answer in zip(categories[-last:], answers[-last:], strict=True)
        ],
        _merchants(answers[-last:]),
    )
    return _basic(answers, categories) | {"accuracy, last quarter": late}


def _calibrated(answers: Sequence[Answer], right: Sequence[bool]) -> Figures:
    """Calibration, and share and precision of each band."""
    sure = [answer.confidence for answer in answers]
    return {
        "ece": calibration_error(sure, right, _merchants(answers)),
        **_auto(answers, right),
        **_auto(answers, right, band=Band.SUGGEST),
    }


def _auto(answers: Sequence[Answer], right: Sequence[bool], of: str = "", band: Band = Band.AUTO) -> Figures:
    inside = [(answer, good) for answer, good in zip(answers, right, strict=True) if answer.band is band]
    name = f"{band.value} {of}".strip()
    return {
        f"{name}, share": share([answer.band is band for answer in answers], _merchants(answers)),
        f"{name}, precision": share([good for _, good in inside], [answer.merchant for answer, _ in inside]),
    }


def _repeated(answers: Sequence[Answer]) -> Figures:
    """Of all predictions, and only those of merchants with one category so far."""
    merchants = _merchants(answers)
    return {
        "repeated mistakes": share([answer.repeats for answer in answers], merchants),
        "repeated mistakes, one name": share(
            [answer.repeats and not answer.ambiguous for answer in answers], merchants
        ),
    }


def _merchants_of_repeats(answers: Sequence[Answer]) -> dict[str, int]:
    repeated = [answer for answer in answers if answer.repeats]
    merchants = {answer.merchant for answer in repeated}
    ambiguous = {answer.merchant for answer in repeated if answer.ambiguous}
    return {
        "predictions": len(repeated),
        "of ambiguous merchants": sum(answer.ambiguous for answer in repeated),
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
    return [plain(part) for part in content] if isinstance(content, list | tuple) else content


def _finite(value: float) -> float | None:
    return round(value, 5) if np.isfinite(value) else None
