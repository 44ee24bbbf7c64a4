"""Who decides a category, and with what confidence: the person's rules, their answers, then the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from src.components.model.merchant_memory import MemoryDecision, MemoryHint
from src.components.model.scorer import Evidence
from src.components.model.serving import Serving
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason
from src.domain.rules import Rule

SHOWN_ALTERNATIVES = 5

OwnEvidence = Rule | MemoryDecision | MemoryHint | None
"""What a rule of the person, else their answers say about a transaction."""


def decided(
    read: Sequence[Evidence],
    probabilities: np.ndarray,
    own: Sequence[OwnEvidence],
    serving: Serving,
    at: datetime,
    auto_precision: float,
) -> list[Prediction]:
    """read: as the scorer read the transactions. probabilities: shape (n_transactions, n_classes)."""
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :SHOWN_ALTERNATIVES].tolist()
    classes, rows = serving.scorer.classes, probabilities.tolist()
    by_model: list[tuple[Evidence, MemoryHint | None, tuple[Alternative, ...], Band]] = []
    predictions: list[Prediction | None] = []
    for one, row, order, decides in zip(read, rows, best, own, strict=True):
        if isinstance(decides, Rule):
            predictions.append(_from_rule(row, decides, serving, at))
        elif isinstance(decides, MemoryDecision):
            predictions.append(_from_memory(row, decides, serving, at, auto_precision))
        else:
            alternatives = tuple([Alternative(classes[position], row[position]) for position in order])
            by_model.append((one, decides, *_in_band(row, decides, serving, alternatives)))
            predictions.append(None)
    decided = iter(_from_model(by_model, serving, at))
    return [prediction or next(decided) for prediction in predictions]


def _from_rule(row: Sequence[float], rule: Rule, serving: Serving, at: datetime) -> Prediction:
    """The alternatives have no probability, but the order of the model's."""
    shares = dict(zip(serving.scorer.classes, row, strict=True))
    shares.pop(str(rule.category), None)
    others = [Alternative(other.category, 0.0) for other in _best(shares)[: SHOWN_ALTERNATIVES - 1]]
    return Prediction(
        category=rule.category,
        confidence=1.0,
        band=Band.AUTO,
        decided_by=DecidedBy.RULE,
        alternatives=(Alternative(str(rule.category), 1.0), *others),
        explanation=(Reason(f"rule:{rule.name}", 1.0),),
        model_version=serving.version,
        at=at,
        rule=rule.id,
    )


def _from_model(
    rows: Sequence[tuple[Evidence, MemoryHint | None, tuple[Alternative, ...], Band]],
    serving: Serving,
    at: datetime,
) -> list[Prediction]:
    if not rows:
        return []
    categories = [alternatives[0].category for _, _, alternatives, _ in rows]
    explained = serving.scorer.explain_each([read for read, *_ in rows], categories)
    predictions = []
    for (_, hint, alternatives, band), reasons in zip(rows, explained, strict=True):
        best = alternatives[0]
        if hint and (share := hint.shares.get(best.category)):
            code = "memory-hint:similar" if hint.similar else "memory-hint:differing"
            reasons = (Reason(code, round(hint.weight * share, 3)), *reasons)
        predictions.append(
            Prediction(
                category=None if band is Band.UNKNOWN else best.category,
                confidence=best.probability,
                band=band,
                decided_by=DecidedBy.MODEL,
                alternatives=alternatives,
                explanation=reasons,
                model_version=serving.version,
                at=at,
            )
        )
    return predictions


def weighed(
    row: np.ndarray, hint: MemoryHint | None, serving: Serving
) -> tuple[tuple[Alternative, ...], Band]:
    """The alternatives, best first, and the band, from the model's probabilities and the hint.

    row: shape (n_classes,), the model's own probabilities.
    """
    shares = row.tolist()
    best = _best(dict(zip(serving.scorer.classes, shares, strict=True)))
    return _in_band(shares, hint, serving, best)


def _in_band(
    row: Sequence[float], hint: MemoryHint | None, serving: Serving, alternatives: tuple[Alternative, ...]
) -> tuple[tuple[Alternative, ...], Band]:
    """alternatives: by the model alone."""
    if hint:  # the mean of the model's and the answers' shares
        shares, weight = dict(zip(serving.scorer.classes, row, strict=True)), hint.weight
        alternatives = _best(
            {
                name: (1 - weight) * shares.get(name, 0.0) + weight * hint.shares.get(name, 0.0)
                for name in {**shares, **hint.shares}
            }
        )
    best = alternatives[0]
    band = serving.band(best.probability, best.category)
    if hint and band is Band.AUTO and not hint.similar:
        band = Band.SUGGEST  # the person uses several categories for this merchant
    return alternatives, band


def remembered_band(recall: MemoryDecision, auto_precision: float) -> Band:
    """The band of a category from memory; the model has no part in it."""
    return Band.AUTO if recall.own_word or recall.confidence >= auto_precision else Band.SUGGEST


def _from_memory(
    row: Sequence[float], recall: MemoryDecision, serving: Serving, at: datetime, auto_precision: float
) -> Prediction:
    return Prediction(
        category=recall.category,
        confidence=recall.confidence,
        band=remembered_band(recall, auto_precision),
        decided_by=DecidedBy.MEMORY,
        alternatives=_with_memory(row, serving.scorer.classes, recall),
        explanation=(Reason(f"memory:{recall.agreeing}/{recall.answers}", round(recall.confidence, 4)),),
        model_version=serving.version,
        at=at,
    )


def _with_memory(
    row: Sequence[float], classes: Sequence[str], recall: MemoryDecision
) -> tuple[Alternative, ...]:
    """The remembered category has its confidence; the others share the rest in the model's proportions."""
    others = dict(zip(classes, row, strict=True))
    others.pop(recall.category, None)
    left = sum(others.values()) or 1.0
    scaled = {name: share / left * (1 - recall.confidence) for name, share in others.items()}
    return _best({recall.category: recall.confidence, **scaled})


def _best(shares: Mapping[str, float]) -> tuple[Alternative, ...]:
    best = sorted(shares, key=shares.__getitem__, reverse=True)[:SHOWN_ALTERNATIVES]
    return tuple(Alternative(name, shares[name]) for name in best)
