"""Categories."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.domain.categories import Category, Group, slug_of
from src.pipeline.categories.editor import CategoryAct
from src.web.shared.fields import Name, RequestModel, Slug

Color = Annotated[str, Strict(), Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Description = Annotated[str, Strict(), Field(max_length=500)]


class CategoryRequest(RequestModel):
    """A category of one's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "books", "name": "Books", "group": "discretionary", "color": "#7a5195"}],
        }
    )

    slug: Annotated[Slug | None, Field(description="Made from the name where it is left out.")] = None
    name: Name
    group: Group
    color: Color
    description: Description = ""
    parent: Annotated[Slug | None, Field(description="The category it belongs to.")] = None

    def to_domain(self) -> Category:
        slug = self.slug or slug_of(self.name)
        return Category(slug, self.name, self.group, self.color, self.description, self.parent)


class CategoryChange(RequestModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Eating out", "color": "#e0672b"}]})

    name: Name | None = None
    group: Group | None = None
    color: Color | None = None
    description: Description | None = None
    parent: Annotated[Slug | None, Field(description="null: it belongs to no other category.")] = None

    def fields(self) -> dict[str, Any]:
        """Those that were given. Only `parent` may be null."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in given.items() if value is not None or name == "parent"}


class DeleteQuery(RequestModel):
    into: Annotated[Slug | None, Field(description="Where its transactions, answers and predictions go.")] = (
        None
    )


class NewCategory(RequestModel):
    """One that is made from its name alone, while a transaction is answered."""

    name: Name


class CategoryBody(TypedDict):
    slug: str
    name: str
    group: str
    color: str
    description: NotRequired[str]
    parent: NotRequired[Annotated[str, Field(description="The category it belongs to.")]]


class ChangedCategoryBody(CategoryBody):
    act: Annotated[str, Field(description="Undoes the change.")]


class MergedCategoryBody(TypedDict):
    slug: str
    into: str | None
    moved: Annotated[int, Field(description="Transactions that have the other category now.")]
    act: Annotated[str, Field(description="Undoes the merge.")]


def category_body(category: Category) -> CategoryBody:
    body: CategoryBody = {
        "slug": category.slug,
        "name": category.name,
        "group": category.group.value,
        "color": category.color,
    }
    if category.description:
        body["description"] = category.description
    if category.parent:
        body["parent"] = category.parent
    return body


def changed_body(changed: CategoryAct) -> ChangedCategoryBody:
    return {**category_body(changed.category), "act": changed.act}


def merged_body(merged: CategoryAct, into: str | None) -> MergedCategoryBody:
    return {"slug": merged.category.slug, "into": into, "moved": merged.rows, "act": merged.act}
