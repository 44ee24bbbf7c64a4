import pytest

from src.domain.categories import CategoryProfile, LexiconEntry
from src.domain.transactions import Direction

SHOPS = {
    "dining": ("tulip noodle bar", "corner bakery", "taco garden", "pizza orbit"),
    "groceries": ("green basket market", "daily harvest grocer", "fresh lane market", "mill street grocer"),
    "transport": ("metro ticket office", "acme fuel station", "river ferry", "city parking garage"),
}


class Lexicon:
    sha256 = "a few shops"

    def entries(self):
        named = ((text, category) for category, texts in SHOPS.items() for text in texts)
        return [LexiconEntry(text, category, "merchant") for text, category in named]

    def category_profiles(self):
        return {category: CategoryProfile(Direction.EXPENSE, 3, 100) for category in SHOPS}


@pytest.fixture(scope="session")
def lexicon():
    """A few shops instead of thousands, so that a training takes a moment."""
    return Lexicon()
