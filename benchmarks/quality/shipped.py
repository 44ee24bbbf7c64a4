"""The shipped knowledge as labels for the baselines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from benchmarks.quality.data import Example
from src.components.text.cleaning import clean_text
from src.domain.transactions import Direction, Transaction
from src.pipeline.prediction.predict import prepare
from src.pipeline.training.stages import Steps

_LEARNED_PHRASES = 5_000


def shipped_examples(lexicon: Any, *, brands: bool) -> list[Example]:
    """The training rows of the first model, and the phrases themselves, as labels for a baseline.

    brands: all phrases, including the thousands of brand names. A lookup can store them; a support vector
    machine would need many minutes, so without `brands` it gets a few thousand other phrases.
    """
    statements = Steps().statements.write(lexicon.entries(), lexicon.category_profiles())
    rows = zip(
        statements["description"], statements["subcategory"], statements["amount"], statements["mode"],
        statements["direction"], statements["category"], strict=True,
    )  # fmt: skip
    examples = [_example(*row) for row in rows]
    no_fields = (float("nan"), "", "")
    phrases = [entry for entry in lexicon.entries() if brands or entry.kind != "brand"]
    step = 1 if brands else max(1, len(phrases) // _LEARNED_PHRASES)
    return examples + [_example(entry.phrase, "", *no_fields, entry.category) for entry in phrases[::step]]


def vocabulary(lexicon: Any) -> frozenset[str]:
    """Every word of three letters or more that a phrase of the lexicon has."""
    words = (word for entry in lexicon.entries() for word in clean_text(entry.phrase).split())
    return frozenset(word for word in words if len(word) > 2)


def _example(
    description: str, subcategory: str, amount: float, mode: str, direction: str, category: str
) -> Example:
    transaction = Transaction(
        description=description,
        amount=Decimal(str(amount)),
        currency="",
        date=cast(Any, None),
        direction=Direction(direction) if direction else Direction.EXPENSE,
        mode=mode or None,
        subcategory=subcategory or None,
    )
    return Example(prepare(transaction), category)
