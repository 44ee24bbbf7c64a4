"""The categories of files and of other programs, by their names: found, else made."""

from __future__ import annotations

from typing import Protocol

from src.components.masking import mask
from src.domain.categories import Category, Group, slug_of
from src.errors import Conflict

_COLOR = "#7a8b99"


class Categories(Protocol):
    def all(self) -> list[Category]: ...
    def add(self, category: Category) -> Category: ...


class CategoryNames:
    """Asks for the categories once, at the first name, and remembers them."""

    def __init__(self, categories: Categories) -> None:
        self._categories = categories
        self._slugs: dict[str, str] = {}

    def slug(self, name: str) -> str:
        """The category of this name or slug, whatever its case; a new one where there is none."""
        slugs = self._slugs or self._known()
        name = mask(name)
        found = slugs.get(name.casefold()) or self._made(name, slugs)
        self._slugs = {**slugs, name.casefold(): found}
        return found

    def _known(self) -> dict[str, str]:
        known = self._categories.all()
        return {each.slug: each.slug for each in known} | {each.name.casefold(): each.slug for each in known}

    def _made(self, name: str, slugs: dict[str, str]) -> str:
        slug, number = slug_of(name), 2
        while slug in slugs.values():
            slug, number = f"{slug_of(name)}-{number}", number + 1
        try:
            return self._categories.add(Category(slug, name, Group.DISCRETIONARY, _COLOR)).slug
        except Conflict:  # another one made it in this moment
            return self._known()[name.casefold()]
