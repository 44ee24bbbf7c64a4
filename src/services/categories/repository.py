"""The categories: those the project ships, and the person's own and changed ones in MongoDB.

A changed shipped category has a document, which replaces it. A category that was merged into another keeps
its document with `merged_into`, so that its slug and name still lead to the other one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.categories import Category, Group, name_key
from src.errors import Conflict, InvalidInput, NotFound
from src.services.mongo.client import Database, Document, guarded

_NAME_TAKEN = "A category with this name already exists."


class Categories:
    """The shipped ones come first, in their order; a person's own follow by name."""

    def __init__(
        self,
        database: Database,
        shipped: Sequence[Category],
        *,
        merged_for_s: float = 1.0,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """merged_for_s: how long `recently_merged` is cached; every prediction needs it."""
        self._database = database
        self._shipped = tuple(shipped)
        self._merged_for_s = merged_for_s
        self._seconds = seconds
        self._merged: tuple[float, dict[str, str]] = (-math.inf, {})

    @guarded
    def all(self) -> list[Category]:
        """Without those that were merged into others."""
        documents = self._read()
        return [*self._shipped_ones(documents), *self._own(documents)]

    @guarded
    def own(self) -> list[Category]:
        """The person's own categories, by name."""
        return self._own(self._read())

    def slugs(self) -> set[str]:
        return {category.slug for category in self.all()}

    @guarded
    def get(self, slug: str) -> Category:
        """Raises NotFound, also for one that was merged into another."""
        return self._find(slug, self.all())

    def recently_merged(self) -> dict[str, str]:
        """`merged`, cached for `merged_for_s`."""
        at, merged = self._merged
        now = self._seconds()
        if now - at >= self._merged_for_s:
            merged = self.merged()
            self._merged = (now, merged)
        return merged

    @guarded
    def merged(self) -> dict[str, str]:
        """The slug of each merged category -> the slug of the category it is part of now."""
        documents = self._database.categories.find({"owner": LOCAL_OWNER, "merged_into": {"$exists": True}})
        return _merged({document["slug"]: document for document in documents})

    @guarded
    def by_name(self) -> dict[str, str]:
        """Name (by `name_key`) or slug -> the slug of the category, or of the one it was merged into."""
        documents = self._read()
        merged = _merged(documents)
        shipped = {category.slug: category.name for category in self._shipped}
        names = {**shipped, **{slug: document["name"] for slug, document in documents.items()}}
        active = [*self._shipped_ones(documents), *self._own(documents)]
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
        others = self.all()
        if any(_same(category, other) for other in others):
            raise Conflict(_NAME_TAKEN)
        _check_parent(category, others)
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
    def change(self, slug: str, fields: Mapping[str, Any]) -> tuple[Category, Category]:
        """Set some of name, group, color, description and parent; returns the category before and after.

        Raises NotFound, Conflict if the name is taken, InvalidInput for an unknown parent, Unavailable.
        """
        others = self.all()
        before = self._find(slug, others)
        after = replace(before, **fields)
        others = [other for other in others if other.slug != slug]
        if any(name_key(after.name) == name_key(other.name) for other in others):
            raise Conflict(_NAME_TAKEN)
        _check_parent(after, others)
        try:
            self._database.categories.update_one(_by_slug(slug), {"$set": _fields(after)}, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return before, after

    @guarded
    def merge(self, slug: str, into: str | None) -> Category:
        """Replace `slug` by `into`, or delete it; returns the category as it was.

        into: another existing category, which gets the subcategories. Raises NotFound, Unavailable.
        """
        others = self.all()
        before = self._find(slug, others)
        self._merged = (-math.inf, {})
        if into is None and before.slug not in {category.slug for category in self._shipped}:
            self._database.categories.delete_one(_by_slug(slug))
        else:
            fields = {**_fields(before), "merged_into": into or "other"}
            del fields["name_key"]  # the name can be used again
            update = {"$set": fields, "$unset": {"name_key": ""}}
            self._database.categories.update_one(_by_slug(slug), update, upsert=True)
        for child in others:
            if child.parent == slug:
                parent = into if into != child.slug else None
                self._database.categories.update_one(
                    _by_slug(child.slug), {"$set": _fields(replace(child, parent=parent))}, upsert=True
                )
        return before

    @guarded
    def restore(self, category: Category) -> None:
        """Undo a merge or a change. Raises Conflict if its name is taken by now, Unavailable."""
        self._merged = (-math.inf, {})
        update = {"$set": _fields(category), "$unset": {"merged_into": ""}}
        try:
            self._database.categories.update_one(_by_slug(category.slug), update, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None

    def _read(self) -> dict[str, Document]:
        documents = self._database.categories.find({"owner": LOCAL_OWNER}).sort("name")
        return {document["slug"]: document for document in documents}

    def _shipped_ones(self, documents: Mapping[str, Document]) -> Iterator[Category]:
        for category in self._shipped:
            changed = documents.get(category.slug)
            if changed is None:
                yield category
            elif "merged_into" not in changed:
                yield _category(changed)

    def _own(self, documents: Mapping[str, Document]) -> list[Category]:
        shipped = {category.slug for category in self._shipped}
        return [
            _category(document)
            for slug, document in documents.items()
            if slug not in shipped and "merged_into" not in document
        ]

    @staticmethod
    def _find(slug: str, categories: Sequence[Category]) -> Category:
        category = next((category for category in categories if category.slug == slug), None)
        if category is None:
            raise NotFound("There is no category with this name.")
        return category


def _by_slug(slug: str) -> Document:
    return {"owner": LOCAL_OWNER, "slug": {"$eq": slug}}


def _same(one: Category, other: Category) -> bool:
    return one.slug == other.slug or name_key(one.name) == name_key(other.name)


def _check_parent(category: Category, others: Sequence[Category]) -> None:
    if category.parent is None:
        return
    parent = next((other for other in others if other.slug == category.parent), None)
    if parent is None or parent.slug == category.slug or parent.parent is not None:
        raise InvalidInput("The parent must be another category that has no parent itself.", field="parent")


def _merged(documents: Mapping[str, Document]) -> dict[str, str]:
    """A category may have been merged into one that was merged later."""
    into = {
        slug: document["merged_into"] for slug, document in documents.items() if "merged_into" in document
    }
    return {slug: _last(slug, into) for slug in into}


def _last(slug: str, into: Mapping[str, str]) -> str:
    seen = set()
    while slug in into and slug not in seen:
        seen.add(slug)
        slug = into[slug]
    return slug


def _fields(category: Category) -> Document:
    return {
        "slug": category.slug,
        "name": category.name,
        "name_key": name_key(category.name),
        "group": category.group.value,
        "color": category.color,
        "description": category.description,
        "parent": category.parent,
    }


def _category(document: Document) -> Category:
    return Category(
        slug=document["slug"],
        name=document["name"],
        group=Group(document["group"]),
        color=document["color"],
        description=document.get("description", ""),
        parent=document.get("parent"),
    )
