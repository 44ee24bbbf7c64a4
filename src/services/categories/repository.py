"""The categories: those the project ships, and the person's own and changed ones in MongoDB.

A shipped category that was changed has a document too, which replaces it. A category that was merged into
another keeps its document with `merged_into`, so that its slug and name still lead to where it went.
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

_NAME_TAKEN = "There is a category of this name already."


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
        """merged_for_s: how long `merged` may answer from memory; every prediction asks for it."""
        self._database = database
        self._shipped = tuple(shipped)
        self._merged_for_s = merged_for_s
        self._seconds = seconds
        self._merged: tuple[float, dict[str, str]] = (-math.inf, {})

    @property
    def _documents(self) -> Any:
        return self._database.categories

    @guarded
    def all(self) -> list[Category]:
        """Without those that were merged into others."""
        documents = self._read()
        return [*self._shipped_ones(documents), *self._own(documents)]

    @guarded
    def own(self) -> list[Category]:
        """Those the person has made, by name."""
        return self._own(self._read())

    def slugs(self) -> set[str]:
        return {category.slug for category in self.all()}

    @guarded
    def get(self, slug: str) -> Category:
        """Raises NotFound, also for one that was merged into another."""
        return self._find(slug, self.all())

    def recently_merged(self) -> dict[str, str]:
        """`merged`, as this process knew it a moment ago at the most."""
        at, merged = self._merged
        now = self._seconds()
        if now - at >= self._merged_for_s:
            merged = self.merged()
            self._merged = (now, merged)
        return merged

    @guarded
    def merged(self) -> dict[str, str]:
        """The slug of each category that was merged -> the slug of where it is now."""
        documents = self._documents.find({"owner": LOCAL_OWNER, "merged_into": {"$exists": True}})
        into = {document["slug"]: document["merged_into"] for document in documents}
        return {slug: _followed(slug, into) for slug in into}

    @guarded
    def by_name(self) -> dict[str, str]:
        """Each name (by `name_key`) and slug -> the slug of the category, or of what it was merged into."""
        merged, documents = self.merged(), self._read()
        original = {category.slug: category.name for category in self._shipped}
        names = {**original, **{slug: document["name"] for slug, document in documents.items()}}
        former = {name_key(names[slug]): into for slug, into in merged.items() if slug in names}
        active = self.all()
        return {
            **{name_key(name): slug for slug, name in original.items() if slug not in merged},
            **former,
            **merged,
            **{category.slug: category.slug for category in active},
            **{name_key(category.name): category.slug for category in active},
        }

    @guarded
    def add(self, category: Category) -> Category:
        """Raises Conflict when slug or name are taken, InvalidInput for an unknown parent, Unavailable."""
        others = self.all()
        if any(_same(category, other) for other in others):
            raise Conflict(_NAME_TAKEN)
        _check_parent(category, others)
        try:
            # The name of one that was merged may be used again.
            self._documents.delete_one({**_this(category.slug), "merged_into": {"$exists": True}})
            self._documents.insert_one({"owner": LOCAL_OWNER, **_fields(category)})
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return category

    @guarded
    def change(self, slug: str, fields: Mapping[str, Any]) -> tuple[Category, Category]:
        """Set some of name, group, color, description and parent; the category before and after.

        Raises NotFound, Conflict when the name is taken, InvalidInput for an unknown parent, Unavailable.
        """
        others = self.all()
        before = self._find(slug, others)
        after = replace(before, **fields)
        others = [other for other in others if other.slug != slug]
        if any(name_key(after.name) == name_key(other.name) for other in others):
            raise Conflict(_NAME_TAKEN)
        _check_parent(after, others)
        try:
            self._documents.update_one(_this(slug), {"$set": _fields(after)}, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return before, after

    @guarded
    def merge(self, slug: str, into: str | None) -> Category:
        """Let `slug` lead to `into` from now on, or to nothing; the category as it was.

        into: another category that exists. Subcategories belong to it then. Raises NotFound, Unavailable.
        """
        others = self.all()
        before = self._find(slug, others)
        self._merged = (-math.inf, {})
        if into is None and before.slug not in {category.slug for category in self._shipped}:
            self._documents.delete_one(_this(slug))
        else:
            fields = {**_fields(before), "merged_into": into or "other"}
            del fields["name_key"]  # so that the name can be used again
            gone = {"$set": fields, "$unset": {"name_key": ""}}
            self._documents.update_one(_this(slug), gone, upsert=True)
        for child in others:
            if child.parent == slug:
                parent = into if into != child.slug else None
                self._documents.update_one(
                    _this(child.slug), {"$set": _fields(replace(child, parent=parent))}, upsert=True
                )
        return before

    @guarded
    def restore(self, category: Category) -> None:
        """Undo a merge or a change. Raises Conflict where its name is taken by now, Unavailable."""
        self._merged = (-math.inf, {})
        back = {"$set": _fields(category), "$unset": {"merged_into": ""}}
        try:
            self._documents.update_one(_this(category.slug), back, upsert=True)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None

    def _read(self) -> dict[str, Document]:
        found = self._documents.find({"owner": LOCAL_OWNER}).sort("name")
        return {document["slug"]: document for document in found}

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
            raise NotFound("There is no category of this name.")
        return category


def _this(slug: str) -> Document:
    return {"owner": LOCAL_OWNER, "slug": {"$eq": slug}}


def _same(one: Category, other: Category) -> bool:
    return one.slug == other.slug or name_key(one.name) == name_key(other.name)


def _check_parent(category: Category, others: Sequence[Category]) -> None:
    if category.parent is None:
        return
    parent = next((other for other in others if other.slug == category.parent), None)
    if parent is None or parent.slug == category.slug or parent.parent is not None:
        raise InvalidInput("The parent must be another category that has no parent itself.", field="parent")


def _followed(slug: str, into: Mapping[str, str]) -> str:
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
