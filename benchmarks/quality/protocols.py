"""The evaluation protocols. In each, a prediction uses only earlier data."""

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
    """In replay: the answers of the same models if each correction arrives before the next row, not after the
    block."""
    trainings: list[str] = field(default_factory=list)
    """The outcome of each."""


def cold(data: Dataset, product: Product, baselines: Callable[[Sequence[Example]], Baselines]) -> Run:
    """Without labels of the owner. Only rows whose category means a shipped one count."""
    examples = [example for example in data.examples if example.category in data.accepted]
    return Run(product.answer(examples), baselines(examples))


def chronological(data: Dataset, product: Product) -> Run:
    """Learn from the first 80 %, predict the rest."""
    return _split(data.examples, product)


def shuffled(data: Dataset, product: Product, seed: int = 0) -> Run:
    """The same for data without dates: the rows are shuffled."""
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
        {baseline.name: baseline().fit(known).answer(asked) for baseline in baselines_for(known)},
        trainings=product.outcomes,
    )


def replay(
    data: Dataset,
    product: Product,
    progress: Callable[[float], None] = lambda share: None,
    *,
    block_share: float = BLOCK,
) -> Run:
    """Learn the first fifth. Then, block by block: train, predict the block, learn its labels."""
    run = Run([], {baseline.name: [] for baseline in BASELINES}, trainings=product.outcomes)
    start = math.floor(len(data.examples) * KNOWN)
    product.learn(data.examples[:start])
    for known, block in blocks(data.examples, block_share):
        product.train()
        for baseline in BASELINES:
            able = baseline if baseline in baselines_for(known) else Majority
            run.baselines[baseline.name] += able().fit(known).answer(block)
        run.answers.extend(product.answer(block))
        for example in block:
            run.at_once.extend(product.answer([example]))
            product.learn([example])
        progress((len(known) + len(block)) / len(data.examples))
    return run


def blocks(
    examples: Sequence[Example], share: float = BLOCK
) -> Iterator[tuple[Sequence[Example], Sequence[Example]]]:
    """Pairs of (known rows, the next block), oldest first."""
    start, size = math.floor(len(examples) * KNOWN), max(1, math.ceil(len(examples) * share))
    for at in range(start, len(examples), size):
        yield examples[:at], examples[at : at + size]


def baselines_for(known: Sequence[Example]) -> tuple[type[Any], ...]:
    """A classifier needs at least two categories."""
    return BASELINES if len({example.category for example in known}) > 1 else BASELINES[:2]
