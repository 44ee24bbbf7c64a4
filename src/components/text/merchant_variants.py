"""Find merchants that may be one under several names, for a person to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, combinations

from src.domain.merchants import Variants

_LEAST_LETTERS = 6
"""Shorter names differ in one letter by chance."""
_MOST_ALIKE = 4
"""If more names begin with the same words, these are common words, such as those of a bank."""


def variants(
    rows: Mapping[str, int], of_one_party: Sequence[Sequence[str]], *, of: str | None = None
) -> list[Variants]:
    """Pairs with their evidence; those with the most transactions first.

    rows: the number of transactions by merchant. of_one_party: the merchants of each other party. of: only
    the pairs of this merchant.
    """
    if of is not None:
        of_one_party = [group for group in of_one_party if of in group]
        rows = {key: rows[key] for key in rows.keys() & {*_near(of, rows), *chain(*of_one_party)}}
    evidence: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for code, groups in (
        ("same-letters", _groups(rows, lambda key: [_letters(key)])),
        ("spelling", _groups(rows, _almost)),
        ("first-words", _groups(rows, _first_words)),
        ("counterparty", of_one_party),
    ):
        for group in groups:
            for pair in combinations(sorted(rows.keys() & set(group)), 2):
                if _digits(pair[0]) == _digits(pair[1]):  # `section 1` and `section 2` are two
                    evidence[pair][code] = None
    pairs = []
    for pair, codes in evidence.items():
        into, key = sorted(pair, key=lambda key: (-rows[key], key))
        if "same-letters" in codes:
            codes.pop("spelling", None)
        if of in (None, *pair):
            pairs.append(Variants(into, key, tuple(codes)))
    return sorted(pairs, key=lambda pair: (-rows[pair.key], -rows[pair.into], pair.into, pair.key))


def _near(key: str, others: Iterable[str]) -> set[str]:
    """All that share a block with `key`, and more: found quickly."""
    letters, first_words = len(_letters(key)), _first_words(key)
    return {
        other
        for other in others
        if abs(len(_letters(other)) - letters) <= 1 or (first_words and _first_words(other) == first_words)
    }


def _groups(keys: Iterable[str], blocks: Callable[[str], Iterable[str]]) -> list[list[str]]:
    """The keys that share a block, of each block that a few share."""
    by_block: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for block in dict.fromkeys(blocks(key)):
            by_block[block].append(key)
    return [group for group in by_block.values() if 1 < len(group) <= _MOST_ALIKE]


def _letters(key: str) -> str:
    return "".join(filter(str.isalnum, key))


def _almost(key: str) -> Iterable[str]:
    """The name and the name without each of its letters: names that share one differ in one letter, or two
    are swapped."""
    letters = _letters(key)
    if len(letters) < _LEAST_LETTERS:
        return ()
    return (letters, *(letters[:at] + letters[at + 1 :] for at in range(len(letters))))


def _first_words(key: str) -> Iterable[str]:
    words = key.split(" ")
    return (" ".join(words[:2]),) if len(words) > 1 else ()


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))
