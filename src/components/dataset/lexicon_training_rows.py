"""Training rows from the lexicon, written like bank statements, for the first model.

Each entry has its own seed, so extending the lexicon leaves the rows of existing entries unchanged.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from src.components.dataset.schema import ROW_COLUMNS
from src.components.text.cleaning import clean_text, merchant_key
from src.components.text.exchange_rates import units_per_dollar
from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.feedback import LabelSource

# Uninformative names, equally frequent in all categories, so that the model learns to ignore them.
NEUTRAL = (
    "golden blue royal green city new star sun silver north south east west old red white black grand "
    "central union river lake hill valley park harbor bay ocean mountain garden forest stone bridge "
    "crown lion eagle johnson smith miller garcia patel sharma singh kumar lee wong chen kim nguyen "
    "schmidt weber rossi dubois silva santos ivanov jones brown taylor davis lopez martin khan gupta "
    "das joe tony maria anna peter main downtown village plaza corner station house family brothers "
    "sons and first best super express local american national global united general premier quality "
    "classic modern urban metro coastal heritage "
).split()
MODES = ("Cash", "Credit Card", "Debit Card", "UPI", "Bank Transfer", "Checking", "Savings Account")
CURRENCIES = ("USD", "EUR", "GBP", "INR", "AUD")

MOST_WRITTEN: Mapping[str, int] = MappingProxyType(
    {"merchant": 3_000, "brand": 1_000, "word": 4_000, "statement": 2_500}
)
_GROUP = "entry:"


@dataclass(frozen=True)
class StatementWriter:
    """bare: share of rows with text only. share: of the entries, by hash; fewer need less memory.

    most: about how many entries of a kind become rows, chosen by hash; the others contribute through lexicon
    matches only. A model learns as much from some of the many names as from all.
    """

    seed: int = 7
    bare: float = 0.4
    share: float = 1.0
    most: Mapping[str, int] = field(default_factory=lambda: MOST_WRITTEN)

    def write(self, entries: Iterable[LexiconEntry], habits: Mapping[str, CategoryProfile]) -> pd.DataFrame:
        """Return ROW_COLUMNS, a few rows per entry, all of one entry in one group.

        habits: by category; the amounts and directions added to some of the texts.
        """
        known = list(entries)
        counts = Counter(entry.kind for entry in known)
        shares = {
            kind: self.share * min(self.most.get(kind, count) / count, 1.0) for kind, count in counts.items()
        }
        chosen = (entry for entry in known if _hashed(entry.phrase) < shares[entry.kind])
        rows = [row for entry in chosen for row in self._rows(entry, habits)]
        return pd.DataFrame(rows, columns=ROW_COLUMNS)

    def _rows(self, entry: LexiconEntry, habits: Mapping[str, CategoryProfile]) -> Iterator[list[object]]:
        draw = random.Random(zlib.crc32(f"{self.seed} {entry.phrase}".encode()))  # noqa: S311
        habit = habits[entry.category]
        for number, (description, subcategory) in enumerate(_texts(entry, draw)):
            if entry.kind != "statement":
                description = _processed(description, habit, draw)
            yield [
                f"knowledge:{entry.phrase}:{number}",
                LabelSource.KNOWLEDGE.value,
                description,
                subcategory,
                *self._circumstances(habit, draw),
                pd.NaT,
                merchant_key(description or subcategory),
                entry.category,
                pd.NaT,
                False,
                f"{_GROUP}{entry.phrase}",
                *("", "", ""),
            ]

    def _circumstances(self, habit: CategoryProfile, draw: random.Random) -> tuple[float, str, str, str]:
        """Amount, currency, payment method and type."""
        if draw.random() < self.bare:
            return float("nan"), "", "", ""
        middle, spread = (habit.low * habit.high) ** 0.5, (habit.high / habit.low) ** 0.25
        currency = draw.choice(CURRENCIES)
        amount = round(units_per_dollar(currency) * middle * spread ** draw.gauss(0, 1), 2)
        return amount, currency, draw.choice(MODES), habit.direction.value


def hidden_phrases(rows: pd.DataFrame, share: float = 0.5) -> np.ndarray:
    """Per row, the cleaned phrase to hide from the lexicon match, or "": str, shape (n_rows,).

    Every row of the lexicon matches its own phrase. To learn about unlisted names too, a share of these rows,
    by a hash of their id, is read without their phrase.
    """
    return np.array(
        [
            phrase if phrase and _hashed(id) < share else ""
            for id, phrase in zip(rows["id"], phrases_of(rows), strict=True)
        ],
        dtype=object,
    )


def phrases_of(rows: pd.DataFrame) -> list[str]:
    """Per row, the cleaned phrase it was written from; "" for a person's row."""
    shipped = (rows["source"] == LabelSource.KNOWLEDGE.value).tolist()
    cleaned = {group: clean_text(group.removeprefix(_GROUP)) for group in rows["group"][shipped].unique()}
    return [cleaned[group] if own else "" for group, own in zip(rows["group"], shipped, strict=True)]


def _hashed(text: str) -> float:
    """0..1, the same for the same text."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) / 2**32


def _texts(entry: LexiconEntry, draw: random.Random) -> Iterator[tuple[str, str]]:
    """(description, subcategory) pairs."""
    yield entry.phrase.upper(), ""
    if entry.kind == "statement":
        yield f"{entry.phrase.upper()} {draw.randint(10**5, 10**6)}", ""
        return
    if entry.kind == "word":
        yield "", entry.phrase
        yield f"{draw.choice(NEUTRAL)} {entry.phrase}", ""
        yield f"{draw.choice(NEUTRAL)} {draw.choice(NEUTRAL)} {entry.phrase}".upper(), ""
        return
    yield f"{entry.phrase} {draw.choice(NEUTRAL)}", ""
    yield _abbreviated(entry.phrase, draw).upper(), ""
    if draw.random() < 0.3:
        yield "", entry.phrase.title()


def _processed(description: str, habit: CategoryProfile, draw: random.Random) -> str:
    """Sometimes with a payment processor that merchants of the category use."""
    chance = draw.random()
    for prefix, share in habit.processors if description else ():
        if chance < share:
            return f"{prefix} * {description}".upper()
        chance -= share
    return description


def _abbreviated(name: str, draw: random.Random) -> str:
    """As terminals print names: run together, or cut off."""
    if " " in name and draw.random() < 0.5:
        return name.replace(" ", "")
    return name[: max(5, round(len(name) * draw.uniform(0.6, 0.9)))]
