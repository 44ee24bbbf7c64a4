"""Kinds of wrong answers, as far as the data show them: each mistake has the first kind that fits.

This uses all rows of a file, also later ones: it judges the data and predicts nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Dataset, Example
from src.components.text.cleaning import clean_text

CONSISTENT = 0.8
"""A merchant whose rows agree less is ambiguous; a row that contradicts more is noise."""

NO_TEXT = "nothing in the text names a merchant"
NOISE = "the label dissents from others of the same text"
AMBIGUOUS = "ambiguous merchant"
DRIFT = "the owner's earlier answers said otherwise"
NOT_THEIRS = "answered with a shipped category the owner does not use"
NEW_MERCHANT = "merchant seen for the first time"
KNOWN_MERCHANT = "known merchant, the last answer was right: the product's own"
NO_WORD = "no word of the text is in the lexicon"
OWN = "a word is in the lexicon: the product's own"


def kinds(answers: Sequence[Answer], data: Dataset) -> dict[str, int]:
    """The number of wrong answers by kind, the most frequent first."""
    labels = _Labels(data.examples)
    own = {example.category for example in data.examples}
    return _counted(_kind(answer, labels, own) for answer in answers if not answer.right)


def _kind(answer: Answer, labels: _Labels, own: Collection[str]) -> str:
    if not answer.merchant:
        return NO_TEXT
    if kind := labels.oddity(answer.example, {answer.truth}):
        return kind
    if answer.best not in own:
        return NOT_THEIRS
    if not answer.earlier:
        return NEW_MERCHANT
    return KNOWN_MERCHANT if answer.last == answer.truth else DRIFT


def cold_kinds(
    answers: Sequence[Answer], right: Sequence[bool], data: Dataset, vocabulary: Collection[str]
) -> dict[str, int]:
    """The same for answers without any label of the owner. vocabulary: the words of the lexicon."""
    labels = _Labels(data.examples)

    def kind(answer: Answer) -> str:
        words = clean_text(answer.example.transaction.description).split()
        if not words:
            return NO_TEXT
        same = {name for name, slugs in data.accepted.items() if slugs & data.accepted[answer.truth]}
        if odd := labels.oddity(answer.example, same):
            return odd
        return OWN if any(word in vocabulary for word in words) else NO_WORD

    return _counted(kind(answer) for answer, good in zip(answers, right, strict=True) if not good)


class _Labels:
    """The categories of each text and merchant of a file."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._of_text: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._of_merchant: dict[str, Counter[str]] = defaultdict(Counter)
        for example in examples:
            self._of_text[_text(example)][example.category] += 1
            self._of_merchant[example.transaction.merchant][example.category] += 1

    def oddity(self, example: Example, truth: Collection[str]) -> str | None:
        """truth: the categories that count as right."""
        of_text, of_merchant = self._of_text[_text(example)], self._of_merchant[example.transaction.merchant]
        if _agreeing(of_merchant) < CONSISTENT:
            return AMBIGUOUS
        if not _usually(of_text, truth) or not _usually(of_merchant, truth):
            return NOISE
        return None


def _text(example: Example) -> tuple[str, str]:
    return clean_text(example.transaction.description), example.transaction.subcategory or ""


def _agreeing(counts: Counter[str]) -> float:
    return max(counts.values()) / counts.total()


def _usually(counts: Counter[str], truth: Collection[str]) -> bool:
    """Whether one of `truth` is the most frequent."""
    most = max(counts.values())
    return any(counts[name] == most for name in truth)


def _counted(kinds: object) -> dict[str, int]:
    return dict(Counter(kinds).most_common())  # type: ignore[call-overload]
