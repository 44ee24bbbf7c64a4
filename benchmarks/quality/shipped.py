"""The shipped knowledge as the baselines may use it."""

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
    """The rows the first model is trained on, and the phrases as they are: for a baseline these are labels.

    brands: all phrases, the thousands of brand names among them. A look-up can hold them; a support vector
    machine would take many minutes to learn them, so without it there are some thousands of our own.
    """
    written = Steps().statements.write(lexicon.entries(), lexicon.category_profiles())
    rows = zip(
        written["description"], written["subcategory"], written["amount"], written["mode"],
        written["direction"], written["category"], strict=True,
    )  # fmt: skip
    made = [_example(*row) for row in rows]
    bare = (float("nan"), "", "")
    phrases = [each for each in lexicon.entries() if brands or each.kind != "brand"]
    step = 1 if brands else max(1, len(phrases) // _LEARNED_PHRASES)
    return made + [_example(each.phrase, "", *bare, each.category) for each in phrases[::step]]


def vocabulary(lexicon: Any) -> frozenset[str]:
    """Every word of three letters or more that a phrase of the lexicon has."""
    words = (word for entry in lexicon.entries() for word in clean_text(entry.phrase).split())
    return frozenset(word for word in words if len(word) > 2)


def _example(
    description: str, subcategory: str, amount: float, mode: str, direction: str, category: str
) -> Example:
    given = Transaction(
        description=description,
        amount=Decimal(str(amount)),
        currency="",
        date=cast(Any, None),
        direction=Direction(direction) if direction else Direction.EXPENSE,
        mode=mode or None,
        subcategory=subcategory or None,
    )
    return Example(prepare(given), category)
