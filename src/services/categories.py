"""The categories: those the project ships, and the person's own in the `categories` collection."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from src.domain.categories import Category, Group
from src.domain.owners import LOCAL_OWNER
from src.errors import Conflict
from src.services.database import Database, guarded


class Categories:
    """The shipped ones come first, in their order; a person's own follow by name."""

    def __init__(self, database: Database, shipped: Sequence[Category]) -> None:
        self._database = database
        self._shipped = tuple(shipped)

    @guarded
    def all(self) -> list[Category]:
        return [*self._shipped, *self.own()]

    @guarded
    def own(self) -> list[Category]:
        """Those the person has made, by name."""
        found = self._database.collection("categories").find({"owner": LOCAL_OWNER}).sort("name")
        return [_category(document) for document in found]

    def slugs(self) -> set[str]:
        return {category.slug for category in self.all()}

    @guarded
    def add(self, category: Category) -> Category:
        """Raises Conflict when the slug or the name is taken, Unavailable."""
        if any(_same(category, other) for other in self.all()):
            raise Conflict("There is a category of this name already.")
        document = {
            "owner": LOCAL_OWNER,
            "slug": category.slug,
            "name": category.name,
            "group": category.group.value,
            "color": category.color,
        }
        try:
            self._database.collection("categories").insert_one(document)
        except DuplicateKeyError:
            raise Conflict("There is a category of this name already.") from None
        return category


def _same(one: Category, other: Category) -> bool:
    return one.slug == other.slug or one.name.casefold() == other.name.casefold()


def _category(document: dict[str, str]) -> Category:
    return Category(document["slug"], document["name"], Group(document["group"]), document["color"])
