"""Fills a database with a large made-up ledger: ten years of one person's transactions, a file a month."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from src.container import Container
from src.domain.feedback import Feedback, LabelSource
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason
from src.domain.transactions import Direction, NewTransaction, Origin, Transaction
from src.knowledge.lexicon_files import Knowledge
from src.services.mongo.collections import INDEXES
from src.services.transactions.documents import feedback_fields, new_document

YEARS, MERCHANTS, IMPORTS = 10, 3000, 120
ACCOUNTS, MODES = ("Everyday", "Card", "Savings"), ("card", "transfer", "direct debit", "cash")
PLACES = ("LONDON GB", "BERLIN", "PARIS FR", "SEATTLE WA", "MUMBAI IN", "ROMA", "ZURICH", "AUSTIN TX")
OPENINGS = ("CARD PURCHASE", "POS", "SQ *", "PAYPAL *", "UPI", "DIRECT DEBIT", "")
NOTES = ("shared with Sam", "for the trip", "birthday", "to be paid back", "work lunch")
FIRST = datetime(2016, 12, 1, tzinfo=UTC)
_BATCH = 5000


def fill(container: Container, rows: int) -> None:
    """Add `rows` transactions, unless the database has as many."""
    collection = container.database.collection("transactions")
    if collection.estimated_document_count() >= rows:
        return
    for index in collection.index_information():
        if index != "_id_":
            collection.drop_index(index)
    began, documents = time.monotonic(), _Ledger(container, rows).documents()
    while batch := list(itertools.islice(documents, _BATCH)):
        collection.insert_many(batch, ordered=False)
    print(f"{rows:,} transactions stored in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    container.database.ensure_indexes()
    print(f"{len(INDEXES['transactions'])} indexes made in {time.monotonic() - began:.0f} s", flush=True)
    for derived, derive in {
        "words": container.search_index.refresh,
        "month totals": container.month_totals.rebuild,
        "counts of the quality page": container.quality_months.refresh,
    }.items():
        began = time.monotonic()
        derive()
        print(f"{derived} made in {time.monotonic() - began:.0f} s", flush=True)


@dataclass
class _Ledger:
    container: Container
    rows: int
    draw: random.Random = field(default_factory=lambda: random.Random(1))

    def documents(self) -> Iterator[dict[str, Any]]:
        slugs = [category.slug for category in self.container.categories.all()]
        names = sorted({entry.phrase for entry in Knowledge().entries() if len(entry.phrase) > 3})
        merchants = [(name, self.draw.choice(slugs)) for name in self.draw.sample(names, MERCHANTS)]
        shares = [1 / (rank + 3) for rank in range(MERCHANTS)]
        chosen = self.draw.choices(merchants, shares, k=self.rows)
        for number, (merchant, category) in enumerate(chosen):
            yield self._document(number, merchant, category, slugs)

    def _document(self, number: int, merchant: str, category: str, slugs: list[str]) -> dict[str, Any]:
        draw = self.draw
        at = FIRST + timedelta(days=number * YEARS * 365 / self.rows)
        origin = Origin(f"import{number * IMPORTS // self.rows:012}", f"{draw.getrandbits(256):064x}:1")
        words = (draw.choice(OPENINGS), merchant.upper(), str(draw.randrange(10**6)), draw.choice(PLACES))
        transaction = Transaction(
            " ".join(words).strip(),
            Decimal(draw.randrange(100, 20_000)) / 100,
            "USD" if draw.random() < 0.9 else "EUR",
            (at - timedelta(days=draw.randrange(31))).date(),
            direction=Direction.INCOME if draw.random() < 0.05 else Direction.EXPENSE,
            mode=draw.choice(MODES),
            merchant=merchant,
            account=draw.choice(ACCOUNTS),
            notes=draw.choice(NOTES) if draw.random() < 0.05 else None,
            counterparty=merchant.title() if draw.random() < 0.1 else None,
        )
        new = NewTransaction(
            transaction,
            self._prediction(category, slugs, at),
            fingerprint=f"{draw.getrandbits(128):032x}",
            holdout=draw.random() < 0.1,
            origin=origin,
            audit=draw.random() < 0.02,
        )
        document = new_document(new, source="import", at=at)
        if draw.random() < 0.05:
            document |= self._answer(new, category, slugs, at)
        return document

    def _prediction(self, category: str, slugs: list[str], at: datetime) -> Prediction:
        draw = self.draw
        band = draw.choices(list(Band), (0.9, 0.07, 0.03))[0]
        confidence = {Band.AUTO: 0.9, Band.SUGGEST: 0.5, Band.UNKNOWN: 0.1}[band] + draw.random() / 10
        alternatives = tuple(
            Alternative(slug, (confidence if rank == 0 else 0.02))
            for rank, slug in enumerate([category, *draw.sample(slugs, 4)])
        )
        reasons = tuple(Reason(f"word {draw.randrange(1000)}", draw.random()) for _ in range(4))
        return Prediction(
            None if band is Band.UNKNOWN else category,
            confidence,
            band,
            DecidedBy.MEMORY if draw.random() < 0.2 else DecidedBy.MODEL,
            alternatives,
            reasons,
            "1",
            at,
        )

    def _answer(self, new: NewTransaction, category: str, slugs: list[str], at: datetime) -> dict[str, Any]:
        draw = self.draw
        chosen = category if draw.random() < 0.9 else draw.choice(slugs)
        source = draw.choice((LabelSource.FEEDBACK, LabelSource.SIMILAR))
        answered = at + timedelta(hours=draw.randrange(1, 500))
        feedback = Feedback(chosen, answered, f"{draw.getrandbits(64):016x}", source)
        return feedback_fields((new.prediction,), (feedback,))
