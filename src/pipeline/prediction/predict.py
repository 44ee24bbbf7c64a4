"""Predict categories: clean the text, look up earlier answers, ask the model; say which decided and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from src.components.dataset.holdout import fingerprint, is_audited, is_holdout
from src.components.model.merchant_memory import MemoryDecision, MemoryHint, MerchantMemory
from src.components.model.serving import Serving
from src.components.rules.matching import Outcome, RuleMatcher
from src.components.text.cleaning import merchant
from src.components.text.masking import mask
from src.domain.feedback import PastAnswer
from src.domain.merchants import FOREVER, Remembered
from src.domain.prediction_basis import PredictionBasis
from src.domain.predictions import Prediction
from src.domain.preferences import Preferences
from src.domain.transactions import NewTransaction, StoredTransaction, Transaction
from src.pipeline.accounts.names import with_canonical_accounts
from src.pipeline.prediction.decision import OwnEvidence, decided
from src.pipeline.prediction.keeping import Keeping
from src.pipeline.prediction.shadow import add_shadow

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.transactions.repository import Transactions

MOST_TAGS = 20
_NO_RULES = RuleMatcher(())


class Model(Protocol):
    def current(self) -> Serving:
        """Raises Unavailable without a model."""


class Answers(Protocol):
    """The newest answers for each of some merchants; without those that are ignored."""

    def recollections(
        self, merchants: Collection[str], ignored: Mapping[str, datetime], /
    ) -> dict[str, list[PastAnswer]]: ...

    def similar(
        self, merchants: Collection[str], ignored: Mapping[str, datetime], /
    ) -> dict[str, list[PastAnswer]]: ...


def prepare(transaction: Transaction) -> Transaction:
    """Mask personal numbers, and set the merchant."""
    description, subcategory = mask(transaction.description), _masked(transaction.subcategory)
    counterparty = _masked(transaction.counterparty)
    return Transaction(  # `replace` takes twice as long
        description=description,
        amount=transaction.amount,
        currency=transaction.currency,
        date=transaction.date,
        direction=transaction.direction,
        mode=_masked(transaction.mode),
        subcategory=subcategory,
        merchant=merchant(description, subcategory, counterparty),
        account=_masked(transaction.account),
        counterparty=counterparty,
        notes=_masked(transaction.notes),
        mcc=transaction.mcc,
        tags=tuple(dict.fromkeys(map(mask, transaction.tags))) if transaction.tags else (),
        splits=tuple([replace(split, notes=_masked(split.notes)) for split in transaction.splits]),
    )


def _masked(text: str | None) -> str | None:
    return mask(text) if text else None


@dataclass(frozen=True)
class Predictor:
    """Precedence: the person's rules, their answers for the merchant, then the model.

    A prediction says which decided.
    """

    champion: Model
    transactions: Transactions
    memory: MerchantMemory
    preferences: Callable[[], Preferences]
    """Returns the settings as they are now."""
    shadow: Callable[[], Serving | None] = lambda: None
    """Returns the model of the shadow test, whose predictions are stored with the champion's."""
    accounts: Accounts | None = None
    """None: every transaction keeps the name of its account."""
    match_saved: Callable[[Sequence[StoredTransaction]], None] = lambda _: None
    """As of `Keeping`."""
    basis: Callable[[Collection[str]], PredictionBasis] = lambda _: PredictionBasis()
    """Returns what the person has decided until now, in general and about these merchants."""
    present: Callable[[Serving, PredictionBasis], Serving] = lambda serving, _: serving
    """Returns a model with the categories of today."""
    rules: Callable[[str], RuleMatcher] = lambda _: _NO_RULES
    """Returns the rules of a state."""
    remembered: Answers | None = None
    """The answers; None: those of `transactions`."""

    @property
    def _answers(self) -> Answers:
        return self.remembered or self.transactions

    def predict(
        self, transactions: Sequence[Transaction], *, at: datetime, with_shadow: bool = False
    ) -> list[tuple[Transaction, Prediction]]:
        """Each transaction as it would be stored, with the tags of its rules, and with its prediction.

        Raises Unavailable without a model.
        """
        return self._predict_with(self.champion.current(), transactions, at=at, with_shadow=with_shadow)

    def _predict_with(
        self, serving: Serving, transactions: Sequence[Transaction], *, at: datetime, with_shadow: bool
    ) -> list[tuple[Transaction, Prediction]]:
        auto_precision = self.preferences().auto_precision
        prepared, basis = self._prepare(transactions)
        serving = self.present(serving, basis)
        outcomes = self._outcomes(prepared, basis)
        evidence = self._evidence(prepared, outcomes, basis)
        read = serving.scorer.read(prepared)
        probabilities = serving.scorer.probabilities_of(read)
        predictions = decided(read, probabilities, evidence, serving, at, auto_precision)
        if with_shadow:
            predictions = add_shadow(predictions, prepared, probabilities, serving, self.shadow())
        tagged = map(with_tags, prepared, (outcome.tags for outcome in outcomes))
        return list(zip(tagged, predictions, strict=True))

    def prepare(self, transactions: Sequence[Transaction]) -> list[Transaction]:
        """Masked, each with its merchant of today. Raises Unavailable."""
        return self._prepare(transactions)[0]

    def _prepare(self, transactions: Sequence[Transaction]) -> tuple[list[Transaction], PredictionBasis]:
        prepared = [prepare(transaction) for transaction in transactions]
        basis = self.basis({transaction.merchant for transaction in prepared})
        if into := basis.merged_merchants:
            prepared = [replace(one, merchant=into.get(one.merchant, one.merchant)) for one in prepared]
        return prepared, basis

    def own_evidence(self, prepared: Sequence[Transaction]) -> list[OwnEvidence]:
        """What the person's rules, else their answers say about each transaction."""
        basis = self.basis(())
        return self._evidence(prepared, self._outcomes(prepared, basis), basis)

    def _outcomes(self, prepared: Sequence[Transaction], basis: PredictionBasis) -> list[Outcome]:
        rules = self.rules(basis.rules_state)
        return [rules.outcome(transaction) for transaction in prepared]

    def _evidence(
        self, prepared: Sequence[Transaction], outcomes: Sequence[Outcome], basis: PredictionBasis
    ) -> list[OwnEvidence]:
        undecided = [
            transaction
            for transaction, outcome in zip(prepared, outcomes, strict=True)
            if outcome.decider is None
        ]
        memories = iter(self._memories(undecided, basis.ignored_merchants))
        return [outcome.decider or next(memories) for outcome in outcomes]

    def _memories(
        self, prepared: Sequence[Transaction], ignored: Mapping[str, datetime]
    ) -> list[MemoryDecision | MemoryHint | None]:
        """What the answers for the merchant, or for similar merchants, say about each transaction.

        Nothing while learning is off, in general or for the merchant.
        """
        if not prepared or not self.preferences().learning:
            return [None] * len(prepared)
        learned = {transaction.merchant for transaction in prepared}
        learned -= {key for key, until in ignored.items() if until == FOREVER}
        own = self._answers.recollections(learned, ignored)
        similar = self._answers.similar(learned - own.keys(), ignored)
        if not own and not similar:
            return [None] * len(prepared)
        return [
            self.memory.consult(
                own.get(transaction.merchant, ()),
                similar.get(transaction.merchant, ()),
                float(transaction.amount),
            )
            for transaction in prepared
        ]

    def memory_of(self, merchants: Collection[str]) -> dict[str, Remembered]:
        """What the answers for each say about a transaction of another amount than theirs."""
        if not self.preferences().learning:
            return {}
        answers = self._answers.recollections(merchants, self.basis(()).ignored_merchants)
        consulted = {key: self.memory.consult(newest, (), math.nan) for key, newest in answers.items()}
        return {key: _remembered(memory) for key, memory in consulted.items() if memory}

    def learns_from(self, merchant: str) -> bool:
        """Whether its answers count for its other transactions."""
        return self.preferences().learning and self.basis(()).ignored_merchants.get(merchant) != FOREVER

    def predict_and_keep(
        self, transactions: Sequence[Transaction], *, source: str, at: datetime
    ) -> list[StoredTransaction]:
        """Raises Unavailable."""
        return self.keep(self.new(transactions, at=at), source=source, at=at)

    def keep(self, new: Sequence[NewTransaction], *, source: str, at: datetime) -> list[StoredTransaction]:
        """As of `Keeping`."""
        return self._keeping.keep(new, source=source, at=at)

    @cached_property
    def _keeping(self) -> Keeping:
        return Keeping(self.transactions, self.match_saved)

    def new(self, transactions: Sequence[Transaction], *, at: datetime) -> list[NewTransaction]:
        """The predicted transactions, ready to be stored, in the same order. Raises Unavailable."""
        serving = self.champion.current()  # first: without a model, no account is made either
        named = self.with_canonical_accounts(transactions)
        predicted = self._predict_with(serving, named, at=at, with_shadow=True)
        rows, audit_share = [], self.preferences().audit_share
        for transaction, prediction in predicted:
            identity = fingerprint(transaction)
            audit = not prediction.needs_review and is_audited(identity, transaction.date, audit_share)
            rows.append(NewTransaction(transaction, prediction, identity, is_holdout(identity), audit=audit))
        return rows

    def with_canonical_accounts(self, transactions: Sequence[Transaction]) -> list[Transaction]:
        """Each names an existing account by its name of today; an unknown name makes an account."""
        return with_canonical_accounts(transactions, self.accounts) if self.accounts else list(transactions)


def _remembered(memory: MemoryDecision | MemoryHint) -> Remembered:
    if isinstance(memory, MemoryHint):
        return Remembered(None, None, None, None, memory.shares)
    return Remembered(memory.category, memory.confidence, memory.agreeing, memory.answers, {})


def with_tags(transaction: Transaction, tags: Sequence[str]) -> Transaction:
    """With these tags too, as far as a transaction may have so many."""
    if not tags:
        return transaction
    return replace(transaction, tags=tuple(dict.fromkeys((*transaction.tags, *tags)))[:MOST_TAGS])
