"""How far any answer could come: what the labels themselves allow, without training anything.

An oracle knows what each name is mostly called among the rows that are asked, and answers so each time. It
looks at the truth it is judged by, so no honest answer that goes by that name alone can do better.
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
    """One protocol on one data set; every share is one of all rows asked."""

    protocol: str
    rows: int
    merchant: Figure
    """An oracle of merchants is right."""
    text: Figure
    """An oracle of the whole text with the subcategory is right."""
    macro_f1: Figure | None = None
    """Of the oracle of merchants; None where categories are only mapped."""
    new_merchant: float = math.nan
    """Nobody had named the merchant before, or the text names none."""
    new_category: float = math.nan
    """The category had never occurred before."""
    changed: float = math.nan
    """The merchant had been named, but mostly otherwise: a look-up is wrong."""


def ceilings(data: Dataset, block_share: float) -> Iterator[Ceiling]:
    """For each protocol that the data are fit for."""
    if data.accepted:
        yield _cold(data)
    if not data.dated:
        return
    yield _over_time("replay", list(blocks(data.examples, block_share)))
    at = math.floor(len(data.examples) * TRAINING)
    yield _over_time("chronological", [(data.examples[:at], data.examples[at:])])


def show_ceilings(data: Dataset, block_share: float) -> None:
    for one in ceilings(data, block_share):
        print(f"\n{data.name}, {one.protocol}: {one.rows:,} rows asked")
        print(
            f"  an oracle of merchants is right in {_percent(one.merchant)}, of texts in {_percent(one.text)}"
        )
        if one.macro_f1:
            print(f"  macro-F1 of the oracle of merchants: {one.macro_f1.value:.3f}")
            print(f"  merchant not named before: {one.new_merchant:.1%} of the rows")
            print(
                f"  category not met before: {one.new_category:.1%}; the look-up is wrong: {one.changed:.1%}"
            )


def _cold(data: Dataset) -> Ceiling:
    asked = [each for each in data.examples if each.category in data.accepted]

    def right(name: Name) -> Figure:
        """Of the shipped categories, the one that is accepted most often for each name."""
        votes = _votes(asked, name, lambda each: data.accepted[each.category])
        hits = [_most(votes[name(each)]) in data.accepted[each.category] for each in asked]
        return share(hits, _merchants(asked))

    return Ceiling("cold", len(asked), right(_merchant), right(_text))


def _over_time(protocol: str, parts: Sequence[tuple[Sequence[Example], Sequence[Example]]]) -> Ceiling:
    """parts: (all that is known by then, what is asked)."""
    asked = [each for _, block in parts for each in block]
    guesses = {name: _oracle(asked, name) for name in (_merchant, _text)}
    truth, merchants = [each.category for each in asked], _merchants(asked)

    def right(name: Name) -> Figure:
        return share([guess == true for guess, true in zip(guesses[name], truth, strict=True)], merchants)

    new_merchant = new_category = changed = 0
    for known, block in parts:
        votes, met = _votes(known, _merchant, _own), {each.category for each in known}
        named = [each for each in block if each.transaction.merchant and _merchant(each) in votes]
        new_merchant += len(block) - len(named)
        new_category += sum(each.category not in met for each in block)
        changed += sum(_most(votes[_merchant(each)]) != each.category for each in named)
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
    return [_most(votes[name(each)]) for each in asked]


def _votes(
    examples: Sequence[Example], name: Name, called: Callable[[Example], frozenset[str]]
) -> dict[object, Counter[str]]:
    votes: dict[object, Counter[str]] = defaultdict(Counter)
    for each in examples:
        votes[name(each)].update(sorted(called(each)))
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
    return [each.transaction.merchant for each in examples]


def _percent(figure: Figure) -> str:
    return f"{figure.value:.1%}"
