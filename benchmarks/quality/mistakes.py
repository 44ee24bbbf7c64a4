"""Why answers were wrong, as far as the data themselves can tell: each mistake has the first kind that fits.

Whole files are looked at here, later rows too: this judges the data, it predicts nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from benchmarks.quality.answers import Answer
from benchmarks.quality.data import Dataset, Example
from src.components.text.cleaning import clean_text

CONSISTENT = 0.8
"""A merchant whose rows agree less than so much is ambiguous; one that dissents from more is noise."""

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
    """How many of the wrong answers are of each kind, the most frequent first."""
    usual = _Usual(data.examples)
    theirs = {each.category for each in data.examples}
    return _counted(_kind(each, usual, theirs) for each in answers if not each.right)


def _kind(answer: Answer, usual: _Usual, theirs: Collection[str]) -> str:
    if not answer.merchant:
        return NO_TEXT
    if kind := usual.oddity(answer.example, {answer.truth}):
        return kind
    if answer.best not in theirs:
        return NOT_THEIRS
    if not answer.said:
        return NEW_MERCHANT
    return KNOWN_MERCHANT if answer.last == answer.truth else DRIFT


def cold_kinds(
    answers: Sequence[Answer], right: Sequence[bool], data: Dataset, vocabulary: Collection[str]
) -> dict[str, int]:
    """The same where nothing of the owner is known. vocabulary: the words of the lexicon."""
    usual = _Usual(data.examples)

    def kind(answer: Answer) -> str:
        words = clean_text(answer.example.transaction.description).split()
        if not words:
            return NO_TEXT
        same = {name for name, slugs in data.accepted.items() if slugs & data.accepted[answer.truth]}
        if odd := usual.oddity(answer.example, same):
            return odd
        return OWN if any(word in vocabulary for word in words) else NO_WORD

    return _counted(kind(each) for each, good in zip(answers, right, strict=True) if not good)


class _Usual:
    """What each text and each merchant of a file is usually called."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._of_text: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._of_merchant: dict[str, Counter[str]] = defaultdict(Counter)
        for each in examples:
            self._of_text[_said(each)][each.category] += 1
            self._of_merchant[each.transaction.merchant][each.category] += 1

    def oddity(self, example: Example, truth: Collection[str]) -> str | None:
        """truth: the names that would have been as right."""
        of_text, of_merchant = self._of_text[_said(example)], self._of_merchant[example.transaction.merchant]
        if _agreeing(of_merchant) < CONSISTENT:
            return AMBIGUOUS
        if not _usually(of_text, truth) or not _usually(of_merchant, truth):
            return NOISE
        return None


def _said(example: Example) -> tuple[str, str]:
    return clean_text(example.transaction.description), example.transaction.subcategory or ""


def _agreeing(counts: Counter[str]) -> float:
    return max(counts.values()) / counts.total()


def _usually(counts: Counter[str], truth: Collection[str]) -> bool:
    """Whether one of `truth` is as frequent as any."""
    most = max(counts.values())
    return any(counts[name] == most for name in truth)


def _counted(found: object) -> dict[str, int]:
    return dict(Counter(found).most_common())  # type: ignore[call-overload]
