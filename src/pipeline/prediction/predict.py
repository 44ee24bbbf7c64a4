"""A prediction's way: prepare the text, ask the memory, ask the model, say who decided and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import numpy as np

from src.components.dataset.holdout import fingerprint, is_holdout
from src.components.model.merchant_memory import MemoryDecision, MemoryHint, MerchantMemory
from src.components.model.merged_scorer import MergedScorer
from src.components.model.scorer import LinearScorer
from src.components.monitoring.audit_sample import is_audited
from src.components.text.cleaning import merchant_key
from src.components.text.masking import mask
from src.domain.feedback import PastAnswer
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason
from src.domain.transactions import NewTransaction, StoredTransaction, Transaction

SHOWN_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Serving:
    """A champion ready to serve: the compiled model and the confidence its bands begin at."""

    version: str
    scorer: LinearScorer | MergedScorer
    auto_at: float
    suggest_at: float
    own_thresholds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """(auto_at, suggest_at) of the categories that have their own."""

    def band(self, confidence: float, category: str) -> Band:
        auto_at, suggest_at = self.own_thresholds.get(category, (self.auto_at, self.suggest_at))
        if confidence >= auto_at:
            return Band.AUTO
        return Band.SUGGEST if confidence >= suggest_at else Band.UNKNOWN


class Rows(Protocol):
    def add(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> list[StoredTransaction]: ...
    def recollections(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]: ...
    def similar(self, merchants: Collection[str]) -> dict[str, list[PastAnswer]]: ...


class Model(Protocol):
    def current(self) -> Serving: ...


class Beside(Protocol):
    """Adds the word of another model; see pipeline/prediction/shadow.py."""

    def __call__(
        self,
        predictions: Sequence[Prediction],
        transactions: Sequence[Transaction],
        own: np.ndarray,
        serving: Serving,
    ) -> list[Prediction]: ...


def prepare(transaction: Transaction) -> Transaction:
    """Mask what must not be kept, and name the merchant; the subcategory stands in where no text does."""
    description = mask(transaction.description)
    subcategory = mask(transaction.subcategory) if transaction.subcategory else None
    mode = mask(transaction.mode) if transaction.mode else transaction.mode
    merchant = merchant_key(description) or merchant_key(subcategory or "")
    return replace(
        transaction, description=description, subcategory=subcategory, mode=mode, merchant=merchant
    )


class Predictor:
    """Precedence: a person's answers of the merchant, then the model. Each prediction says which decided."""

    def __init__(
        self,
        champion: Model,
        transactions: Rows,
        memory: MerchantMemory,
        auto_precision: float,
        audit_share: float = 0.0,
        beside: Beside | None = None,
    ) -> None:
        """audit_share: which share of the sorted rows is drawn for a random check, 0..1.

        beside: adds to predictions that are kept what the model in the shadow says.
        """
        self._champion = champion
        self._transactions = transactions
        self._memory = memory
        self._auto_precision = auto_precision
        self._audit_share = audit_share
        self._beside = beside

    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime
    ) -> list[tuple[Transaction, Prediction]]:
        """Each transaction as it would be kept, with its prediction. Raises Unavailable without a model."""
        return self._predict(transactions, at, None)

    def _predict(
        self, transactions: Sequence[Transaction], at: datetime, beside: Beside | None
    ) -> list[tuple[Transaction, Prediction]]:
        serving = self._champion.current()
        prepared = [prepare(each) for each in transactions]
        remembered = self.remembered(prepared)
        probabilities = serving.scorer.probabilities(prepared)
        predictions = [
            self._decide(each, row, said, serving, at)
            for each, row, said in zip(prepared, probabilities, remembered, strict=True)
        ]
        if beside:
            predictions = beside(predictions, prepared, probabilities, serving)
        return list(zip(prepared, predictions, strict=True))

    def remembered(self, prepared: Sequence[Transaction]) -> list[MemoryDecision | MemoryHint | None]:
        """What the memory says of each, of which `prepare` has named the merchant."""
        merchants = {each.merchant for each in prepared}
        own = self._transactions.recollections(merchants)
        similar = self._transactions.similar(merchants - own.keys())
        return [
            self._memory.consult(
                own.get(each.merchant, ()), similar.get(each.merchant, ()), float(each.amount)
            )
            for each in prepared
        ]

    def predict_and_keep(
        self, transactions: Sequence[Transaction], *, source: str, at: datetime
    ) -> list[StoredTransaction]:
        """Raises Unavailable; nothing is stored then."""
        return self._transactions.add(self.new(transactions, at=at), source=source, at=at)

    def new(self, transactions: Sequence[Transaction], *, at: datetime) -> list[NewTransaction]:
        """Each as it is to be kept, in the same order. Raises Unavailable."""
        predicted = self._predict(transactions, at, self._beside)
        return [_new(prepared, prediction, self._audit_share) for prepared, prediction in predicted]

    def predict_one(self, transaction: Transaction, *, at: datetime) -> tuple[Transaction, Prediction]:
        """As it is to be kept, the shadow's word included. Raises Unavailable."""
        [predicted] = self._predict([transaction], at, self._beside)
        return predicted

    def _decide(
        self,
        transaction: Transaction,
        row: np.ndarray,
        said: MemoryDecision | MemoryHint | None,
        serving: Serving,
        at: datetime,
    ) -> Prediction:
        if isinstance(said, MemoryDecision):
            return _remembered(row, said, serving, at, self._auto_precision)
        return _modelled(transaction, row, said, serving, at)


def _modelled(
    transaction: Transaction, row: np.ndarray, hint: MemoryHint | None, serving: Serving, at: datetime
) -> Prediction:
    alternatives, band = weighed(row, hint, serving)
    best = alternatives[0]
    return Prediction(
        category=None if band is Band.UNKNOWN else best.category,
        confidence=best.probability,
        band=band,
        decided_by=DecidedBy.MODEL,
        alternatives=alternatives,
        explanation=(*_told(hint, best.category), *serving.scorer.explain(transaction, best.category)),
        model_version=serving.version,
        at=at,
    )


def weighed(
    row: np.ndarray, hint: MemoryHint | None, serving: Serving
) -> tuple[tuple[Alternative, ...], Band]:
    """What the model says once it is told of the answers: the alternatives, best first, and the band.

    row: shape (n_classes,), the model's own probabilities.
    """
    classes = serving.scorer.classes
    alternatives = _with_hint(row, classes, hint) if hint else _alternatives(row, classes)
    best = alternatives[0]
    band = serving.band(best.probability, best.category)
    if hint and band is Band.AUTO and not hint.similar:
        band = Band.SUGGEST  # the person has called this merchant by more than one name: better ask
    return alternatives, band


def remembered_band(recall: MemoryDecision, auto_precision: float) -> Band:
    """Whether what the memory says is given without asking; no model has a part in it."""
    return Band.AUTO if recall.own_word or recall.confidence >= auto_precision else Band.SUGGEST


def _remembered(
    row: np.ndarray, recall: MemoryDecision, serving: Serving, at: datetime, auto_precision: float
) -> Prediction:
    return Prediction(
        category=recall.category,
        confidence=recall.confidence,
        band=remembered_band(recall, auto_precision),
        decided_by=DecidedBy.MEMORY,
        alternatives=_with_memory(row, serving.scorer.classes, recall),
        explanation=(Reason(_in_words(recall), recall.confidence),),
        model_version=serving.version,
        at=at,
    )


def _in_words(recall: MemoryDecision) -> str:
    if recall.answers == 1:
        return "your last answer for this merchant"
    return f"{recall.agreeing} of your last {recall.answers} answers for this merchant"


def _told(hint: MemoryHint | None, category: str) -> tuple[Reason, ...]:
    share = hint.shares.get(category, 0.0) if hint else 0.0
    if hint is None or not share:
        return ()
    whose = "merchants of a similar name" if hint.similar else "this merchant, which differ"
    return (Reason(f"your answers for {whose}", round(hint.weight * share, 3)),)


def _alternatives(row: np.ndarray, classes: Sequence[str]) -> tuple[Alternative, ...]:
    best = np.argsort(-row, kind="stable")[:SHOWN_ALTERNATIVES]
    return tuple(Alternative(classes[i], float(row[i])) for i in best)


def _with_memory(row: np.ndarray, classes: Sequence[str], recall: MemoryDecision) -> tuple[Alternative, ...]:
    """The remembered category takes its confidence; the model's others share the rest as before."""
    others = [
        (name, float(share)) for name, share in zip(classes, row, strict=True) if name != recall.category
    ]
    left = sum(share for _, share in others) or 1.0
    scaled = (Alternative(name, share / left * (1 - recall.confidence)) for name, share in others)
    every = sorted(
        [Alternative(recall.category, recall.confidence), *scaled], key=lambda each: -each.probability
    )
    return tuple(every[:SHOWN_ALTERNATIVES])


def _with_hint(row: np.ndarray, classes: Sequence[str], hint: MemoryHint) -> tuple[Alternative, ...]:
    """A mean of what the model and the answers say, by the weight of the hint."""
    model = dict(zip(classes, row.tolist(), strict=True))
    every = (
        Alternative(name, (1 - hint.weight) * model.get(name, 0.0) + hint.weight * hint.shares.get(name, 0.0))
        for name in {**model, **hint.shares}
    )
    return tuple(sorted(every, key=lambda each: -each.probability)[:SHOWN_ALTERNATIVES])


def _new(transaction: Transaction, prediction: Prediction, audit_share: float) -> NewTransaction:
    print_of = fingerprint(transaction)
    audit = not prediction.needs_review and is_audited(print_of, transaction.date, audit_share)
    return NewTransaction(transaction, prediction, print_of, is_holdout(print_of), audit=audit)
