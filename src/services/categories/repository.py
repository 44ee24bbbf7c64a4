"""The categories: those the project ships, and the person's own and changed ones in MongoDB.

A changed shipped category has a document, which replaces it. A category that was merged into another keeps
its document with `merged_into`, so that its slug and name still lead to the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.categories import Category, category_of, name_key
from src.errors import Conflict, InvalidInput, NotFound
from src.services.mongo.client import Database, Document, guarded

_NAME_TAKEN = "A category with this name already exists."


class Categories:
    """The shipped ones come first, in their order; a person's own follow by name."""

    def __init__(self, database: Database, shipped: Sequence[Category]) -> None:
        self._database = database
        self._shipped = {category.slug: category for category in shipped}

    @guarded
    def all(self) -> list[Category]:
        """Without those that were merged into others."""
        return self._active(self._read())

    def own(self) -> list[Category]:
        """The person's own categories, by name."""
        return [category for category in self.all() if category.slug not in self._shipped]

    def slugs(self) -> set[str]:
        return {category.slug for category in self.all()}

    def get(self, slug: str) -> Category:
        """Raises NotFound, also for one that was merged into another."""
        return _find(slug, self.all())

    @guarded
    def own_and_merged(self) -> tuple[list[Category], dict[str, str]]:
        """The person's own categories, and each merged one -> the slug of the one it is part of now."""
        return self.own_and_merged_of(self._database.categories.find({"owner": LOCAL_OWNER}))

    def own_and_merged_of(self, documents: Iterable[Document]) -> tuple[list[Category], dict[str, str]]:
        """documents: all of the collection."""
        by_slug = _by_name(documents)
        own = [category for category in self._active(by_slug) if category.slug not in self._shipped]
        return own, _last(_merged_in(by_slug))

    @guarded
    def merged_into(self) -> dict[str, str]:
        """The slug of each merged category -> that of the category it was merged into, merged or not."""
        query = {"owner": LOCAL_OWNER, "merged_into": {"$exists": True}}
        return {
            document["slug"]: document["merged_into"] for document in self._database.categories.find(query)
        }

    @guarded
    def by_name(self) -> dict[str, str]:
        """Name (by `name_key`) or slug -> the slug of the category, or of the one it was merged into."""
        documents = self._read()
        merged = _last(_merged_in(documents))
        shipped = {slug: category.name for slug, category in self._shipped.items()}
        names = {**shipped, **{slug: document["name"] for slug, document in documents.items()}}
        active = self._active(documents)
        return {
            **{name_key(name): slug for slug, name in shipped.items() if slug not in merged},
            **{name_key(names[slug]): into for slug, into in merged.items()},
            **merged,
            **{category.slug: category.slug for category in active},
            **{name_key(category.name): category.slug for category in active},
        }

    @guarded
    def add(self, category: Category) -> Category:
        """Raises Conflict if slug or name are taken, InvalidInput for an unknown parent, Unavailable."""
        _check(category, self.all())
        try:
            # The name of a merged category may be used again.
            self._database.categories.delete_one(
                {**_by_slug(category.slug), "merged_into": {"$exists": True}}
            )
            self._database.categories.insert_one({"owner": LOCAL_OWNER, **_fields(category)})
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return category

    @guarded
    def change(self, slug: str, fields: Mapping[str, Any]) -> Category:
        """Set some of name, group, color, description and parent; returns the changed category.

        Raises NotFound, Conflict if the name is taken, InvalidInput for an unknown parent, Unavailable.
        """
        categories = self.all()
        after = replace(_find(slug, categories), **fields)
        _check(after, [other for other in categories if other.slug != slug])
        self._set(after)
        return after

    @guarded
    def merge(self, slug: str, into: str | None) -> None:
        """Replace `slug` by `into`, or delete it.

        into: another existing category, which gets the subcategories. Raises NotFound, Unavailable.
        """
        categories = self.all()
        before = _find(slug, categories)
        if into is None and slug not in self._shipped:
            self._database.categories.delete_one(_by_slug(slug))
        else:
            fields = {**_fields(before), "merged_into": into or "other"}
            del fields["name_key"]  # the name can be used again
            update = {"$set": fields, "$unset": {"name_key": ""}}
            self._database.categories.update_one(_by_slug(slug), update, upsert=True)
        for child in categories:
            if child.parent == slug:
                self._set(replace(child, parent=into if into != child.slug else None))

    @guarded
    def restore(self, category: Category) -> None:
        """Undo a merge or a change. Raises Conflict if its name is taken by now, Unavailable."""
        self._set(category, {"$unset": {"merged_into": ""}})

    def _set(self, category: Category, unset: Document | None = None) -> None:
        update = {"$set": _fields(category), **(unset or {})}
        try:
            self._database.categories.update_one(_by_slug(category.slug), update, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None

    def _read(self) -> dict[str, Document]:
        return _by_name(self._database.categories.find({"owner": LOCAL_OWNER}))

    def _active(self, documents: Mapping[str, Document]) -> list[Category]:
        stored = {
            slug: category_of(document)
            for slug, document in documents.items()
            if "merged_into" not in document
        }
        merged = documents.keys() - stored.keys()
        shipped = [
            stored.pop(slug, category) for slug, category in self._shipped.items() if slug not in merged
        ]
        return [*shipped, *stored.values()]


def _find(slug: str, categories: Sequence[Category]) -> Category:
    category = next((category for category in categories if category.slug == slug), None)
    if category is None:
        raise NotFound("There is no category with this name.")
    return category


def _by_slug(slug: str) -> Document:
    return {"owner": LOCAL_OWNER, "slug": {"$eq": slug}}


def _check(category: Category, others: Sequence[Category]) -> None:
    """Raises Conflict if its slug or name is taken, InvalidInput for a parent that cannot be one."""
    names = {name_key(other.name) for other in others}
    parents = {other.slug: other.parent for other in others}
    if category.slug in parents or name_key(category.name) in names:
        raise Conflict(_NAME_TAKEN)
    if category.parent is not None and parents.get(category.parent, "unknown") is not None:
        raise InvalidInput("The parent must be another category that has no parent itself.", field="parent")


def _by_name(documents: Iterable[Document]) -> dict[str, Document]:
    """By slug, in the order of their names."""
    return {document["slug"]: document for document in sorted(documents, key=lambda one: str(one["name"]))}


def _merged_in(documents: Mapping[str, Document]) -> dict[str, str]:
    return {
        slug: document["merged_into"] for slug, document in documents.items() if "merged_into" in document
    }


def _last(into: Mapping[str, str]) -> dict[str, str]:
    """A category may have been merged into one that was merged later."""
    merged = {}
    for slug in into:
        last, seen = slug, set()
        while last in into and last not in seen:
            seen.add(last)
            last = into[last]
        merged[slug] = last
    return merged


def _fields(category: Category) -> Document:
    return {**asdict(category), "group": category.group.value, "name_key": name_key(category.name)}
