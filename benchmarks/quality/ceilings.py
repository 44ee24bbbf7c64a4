"""Upper limits of the accuracy that the labels allow, without any training.

An oracle knows the most frequent category of each name among the evaluated rows and always answers it. It
uses the true labels, so no model that knows only the name can do better.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.quality.data import Dataset, Example
from benchmarks.quality.measures import Figure, macro_f1, share
from benchmarks.quality.protocols import TRAINING, blocks
from src.components.text.cleaning import clean_text

Name = Callable[[Example], object]


@dataclass(frozen=True)
class Ceiling:
    """One protocol on one data set; shares are of all evaluated rows."""

    protocol: str
    rows: int
    merchant: Figure
    """Accuracy of the oracle by merchant."""
    text: Figure
    """Accuracy of the oracle by text and subcategory."""
    macro_f1: Figure | None = None
    """Of the oracle by merchant; None if categories are only mapped."""
    new_merchant: float = math.nan
    """Share of rows with a new merchant, or with none in the text."""
    new_category: float = math.nan
    """Share of rows with a new category."""
    changed: float = math.nan
    """Share of rows whose merchant mostly had another category before: a lookup is wrong."""


def ceilings(data: Dataset, block_share: float) -> Iterator[Ceiling]:
    """For each protocol that suits the data."""
    if data.accepted:
        yield _cold(data)
    if not data.dated:
        return
    yield _over_time("replay", list(blocks(data.examples, block_share)))
    at = math.floor(len(data.examples) * TRAINING)
    yield _over_time("chronological", [(data.examples[:at], data.examples[at:])])


def show_ceilings(data: Dataset, block_share: float) -> None:
    for ceiling in ceilings(data, block_share):
        print(f"\n{data.name}, {ceiling.protocol}: {ceiling.rows:,} rows evaluated")
        print(
            f"  accuracy of the oracle by merchant: {_percent(ceiling.merchant)}, "
            f"by text: {_percent(ceiling.text)}"
        )
        if ceiling.macro_f1:
            print(f"  macro-F1 of the oracle by merchant: {ceiling.macro_f1.value:.3f}")
            print(f"  new merchant: {ceiling.new_merchant:.1%} of the rows")
            print(f"  new category: {ceiling.new_category:.1%}; the lookup is wrong: {ceiling.changed:.1%}")


def _cold(data: Dataset) -> Ceiling:
    asked = [example for example in data.examples if example.category in data.accepted]

    def right(name: Name) -> Figure:
        """The oracle answers the shipped category that is accepted most often for the name."""
        votes = _votes(asked, name, lambda example: data.accepted[example.category])
        hits = [_most(votes[name(example)]) in data.accepted[example.category] for example in asked]
        return share(hits, _merchants(asked))

    return Ceiling("cold", len(asked), right(_merchant), right(_text))


def _over_time(protocol: str, parts: Sequence[tuple[Sequence[Example], Sequence[Example]]]) -> Ceiling:
    """parts: pairs of (known rows, evaluated rows)."""
    asked = [example for _, block in parts for example in block]
    guesses = {name: _oracle(asked, name) for name in (_merchant, _text)}
    truth, merchants = [example.category for example in asked], _merchants(asked)

    def right(name: Name) -> Figure:
        return share([guess == true for guess, true in zip(guesses[name], truth, strict=True)], merchants)

    new_merchant = new_category = changed = 0
    for known, block in parts:
        votes, met = _votes(known, _merchant, _own), {example.category for example in known}
        named = [example for example in block if example.transaction.merchant and _merchant(example) in votes]
        new_merchant += len(block) - len(named)
        new_category += sum(example.category not in met for example in block)
        changed += sum(_most(votes[_merchant(example)]) != example.category for example in named)
    return Ceiling(
        protocol,
        len(asked),
        right(_merchant),
        right(_text),
        macro_f1(truth, guesses[_merchant], merchants),
        new_merchant / len(asked),
        new_category / len(asked),
        changed / len(asked),
    )


def _oracle(asked: Sequence[Example], name: Name) -> list[str]:
    votes = _votes(asked, name, _own)
    return [_most(votes[name(example)]) for example in asked]


def _votes(
    examples: Sequence[Example], name: Name, called: Callable[[Example], frozenset[str]]
) -> dict[object, Counter[str]]:
    votes: dict[object, Counter[str]] = defaultdict(Counter)
    for example in examples:
        votes[name(example)].update(sorted(called(example)))
    return votes


def _most(votes: Counter[str]) -> str:
    return max(votes, key=votes.__getitem__)


def _own(example: Example) -> frozenset[str]:
    return frozenset({example.category})


def _merchant(example: Example) -> object:
    return example.transaction.merchant


def _text(example: Example) -> object:
    return clean_text(example.transaction.description), example.transaction.subcategory or ""


def _merchants(examples: Sequence[Example]) -> list[str]:
    return [example.transaction.merchant for example in examples]


def _percent(figure: Figure) -> str:
    return f"{figure.value:.1%}"
