"""The ways of measuring. In each, an answer is given by what was known before it, and by nothing else."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.quality.answers import Answer
from benchmarks.quality.baselines import BASELINES, Majority
from benchmarks.quality.data import Dataset, Example
from benchmarks.quality.product import Product

KNOWN, BLOCK = 0.2, 0.05
TRAINING = 0.8

Baselines = dict[str, list[str]]
"""Each baseline's answers, in the order of the product's."""


@dataclass(frozen=True)
class Run:
    """One protocol on one data set."""

    answers: list[Answer]
    baselines: Baselines
    at_once: list[Answer] = field(default_factory=list)
    """In replay: the same models' answers where each correction arrives before the next row, not after the
    block."""
    trainings: list[str] = field(default_factory=list)
    """What came of each."""


def cold(data: Dataset, product: Product, baselines: Callable[[Sequence[Example]], Baselines]) -> Run:
    """No label of the owner. Only rows whose category means a shipped one count."""
    examples = [each for each in data.examples if each.category in data.accepted]
    return Run(product.answer(examples), baselines(examples))


def chronological(data: Dataset, product: Product) -> Run:
    """Learn from the first 80 %, answer the rest at once."""
    return _split(data.examples, product)


def shuffled(data: Dataset, product: Product, seed: int = 0) -> Run:
    """The same without dates: the rows are drawn."""
    examples = list(data.examples)
    random.Random(seed).shuffle(examples)
    return _split(examples, product)


def _split(examples: Sequence[Example], product: Product) -> Run:
    at = math.floor(len(examples) * TRAINING)
    known, asked = examples[:at], examples[at:]
    product.learn(known)
    product.train()
    answers = product.answer(asked)
    return Run(
        answers,
        {one.name: one().fit(known).answer(asked) for one in baselines_for(known)},
        trainings=product.outcomes,
    )


def replay(
    data: Dataset,
    product: Product,
    told: Callable[[float], None] = lambda share: None,
    *,
    block_share: float = BLOCK,
) -> Run:
    """The first fifth is known; then each block is answered, its labels arrive, and the product trains."""
    run = Run([], {one.name: [] for one in BASELINES}, trainings=product.outcomes)
    start = math.floor(len(data.examples) * KNOWN)
    product.learn(data.examples[:start])
    for known, block in blocks(data.examples, block_share):
        product.train()
        for one in BASELINES:
            able = one if one in baselines_for(known) else Majority
            run.baselines[one.name] += able().fit(known).answer(block)
        run.answers.extend(product.answer(block))
        for example in block:
            run.at_once.extend(product.answer([example]))
            product.learn([example])
        told((len(known) + len(block)) / len(data.examples))
    return run


def blocks(
    examples: Sequence[Example], share: float = BLOCK
) -> Iterator[tuple[Sequence[Example], Sequence[Example]]]:
    """(all that is known by then, the block that is asked), oldest first."""
    start, size = math.floor(len(examples) * KNOWN), max(1, math.ceil(len(examples) * share))
    for at in range(start, len(examples), size):
        yield examples[:at], examples[at : at + size]


def baselines_for(known: Sequence[Example]) -> tuple[type[Any], ...]:
    """A classifier needs two categories to choose from."""
    return BASELINES if len({each.category for each in known}) > 1 else BASELINES[:2]
