"""What the categories of a file become: as chosen for it or for earlier files, else as their names say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from src.components.bank_files.entry import Preview
from src.components.bank_files.plan import MOST_CATEGORIES, Plan
from src.components.lexicon.foreign_names import Evidence, ForeignNames
from src.components.lexicon.matcher import LexiconMatcher
from src.components.text.masking import mask
from src.domain.categories import name_key, slug_of
from src.domain.imports import NEW_CATEGORY, NO_CATEGORY
from src.errors import InvalidInput

if TYPE_CHECKING:
    from src.services.categories.repository import Categories
    from src.services.imports.repository import ImportProfiles

Choices = Mapping[str, str]
"""`name_key` of a name in the file -> slug, NEW_CATEGORY or NO_CATEGORY."""


@dataclass(frozen=True, slots=True)
class MappedCategory:
    name: str
    """In the file."""
    entries: int
    becomes: str
    """Slug, NEW_CATEGORY or NO_CATEGORY, unless another one is chosen."""
    proposed: str
    """What it most likely means: slug or NEW_CATEGORY."""
    evidence: Evidence
    """Of the proposal."""


@dataclass(frozen=True)
class CategoryMapping:
    categories: Categories
    profiles: ImportProfiles
    matcher: Callable[[], LexiconMatcher | None]
    """Returns that of the champion, if there is one."""
    synonyms: Callable[[], Mapping[str, str]]

    def of(self, preview: Preview) -> list[MappedCategory]:
        """Each category of the file. Raises Unavailable."""
        if not preview.categories:
            return []
        chosen, by_name = choices_of(preview.plan), self.categories.by_name()
        names = ForeignNames(self.categories.all(), by_name, self.synonyms(), self.matcher())
        mapped = []
        for category in preview.categories:
            slug, evidence = names.propose(category.name, income=2 * category.income > category.entries)
            choice = chosen.get(name_key(category.name))
            proposed = slug or NEW_CATEGORY
            if choice is not None:
                becomes, proposed, evidence = choice, choice, Evidence.CHOSEN
            else:
                becomes = by_name.get(name_key(category.name), NEW_CATEGORY)
            mapped.append(MappedCategory(category.name, category.entries, becomes, proposed, evidence))
        return mapped

    def split(self, changes: Mapping[str, Any]) -> tuple[dict[str, Any], Choices]:
        """The changes without `categories`, and these. Raises InvalidInput for an unknown category."""
        others = {name: value for name, value in changes.items() if name != "categories"}
        pairs = Plan.from_dict({"categories": changes.get("categories") or {}}).categories
        if not pairs:
            return others, {}
        by_name = self.categories.by_name()
        choices = {name: self._known(choice, by_name) for name, choice in pairs}
        return {"take_categories": True, **others}, choices

    def _known(self, choice: str, by_name: Mapping[str, str]) -> str:
        """choice: a slug or name."""
        if choice in (NEW_CATEGORY, NO_CATEGORY):
            return choice
        if slug := by_name.get(choice) or by_name.get(name_key(choice)):
            return slug
        raise InvalidInput("There is no category with this name.", field="categories")

    def with_choices(self, preview: Preview, choices: Choices) -> Preview:
        """With choices in its plan: `choices`, else its own, else those of the profiles, the last used first.

        choices: by name. Only categories that exist today.
        """
        if not preview.categories:
            return preview
        known = [choices_of(preview.plan), *(_choices(profile.plan) for profile in self.profiles.all())]
        by_name = self.categories.by_name()
        names = [category.name for category in preview.categories]
        chosen = {mask(name): choice for name, choice in choices.items()}
        keys = {name_key(name) for name in chosen}
        for name in names:
            past = (earlier[name_key(name)] for earlier in known if name_key(name) in earlier)
            choice = next((today for one in past if (today := _today(name, one, by_name)) is not None), None)
            if choice is not None and name_key(name) not in keys:
                chosen[name] = choice
        return replace(preview, plan=replace(preview.plan, categories=tuple(chosen.items())))


def choices_of(plan: Plan) -> Choices:
    return {name_key(name): choice for name, choice in plan.categories}


def _choices(profile: Mapping[str, Any]) -> Choices:
    return {name_key(name): choice for name, choice in profile.get("categories", ())}


def _today(name: str, choice: str, by_name: Mapping[str, str]) -> str | None:
    """None for a category that was deleted."""
    if choice == NEW_CATEGORY:  # it was made, and perhaps renamed or merged since
        return by_name.get(name_key(name)) or by_name.get(slug_of(name)) or NEW_CATEGORY
    return choice if choice == NO_CATEGORY else by_name.get(choice)


def remembered(profile: Mapping[str, Any] | None, plan: Plan) -> Plan:
    """The plan with what a profile remembers of the categories that are not in the file."""
    keys = choices_of(plan)
    others: Iterable[Sequence[str]] = profile.get("categories", ()) if profile else ()
    kept = [(name, choice) for name, choice in others if name_key(name) not in keys]
    return replace(plan, categories=(*plan.categories, *kept)[:MOST_CATEGORIES])
