"""Categories."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.domain.categories import NO_CATEGORY, Category, Group, slug_of
from src.web.shared.fields import Name, RequestModel, Slug

Color = Annotated[str, Strict(), Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def _not_reserved(slug: str | None) -> str | None:
    if slug == NO_CATEGORY:
        raise ValueError(f"{NO_CATEGORY} is reserved for what is uncategorized")
    return slug


Description = Annotated[str, Strict(), Field(max_length=500)]


class CategoryRequest(RequestModel):
    """An own category."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "books", "name": "Books", "group": "discretionary", "color": "#7a5195"}],
        }
    )

    slug: Annotated[
        Slug | None, Field(description="Default: made from the name."), AfterValidator(_not_reserved)
    ] = None
    name: Name
    group: Group
    color: Color
    description: Description = ""
    parent: Annotated[Slug | None, Field(description="The category it is part of.")] = None

    def to_domain(self) -> Category:
        slug = self.slug or slug_of(self.name)
        return Category(slug, self.name, self.group, self.color, self.description, self.parent)


class CategoryChange(RequestModel):
    """The fields to change; missing ones stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Eating out", "color": "#e0672b"}]})

    name: Name | None = None
    group: Group | None = None
    color: Color | None = None
    description: Description | None = None
    parent: Annotated[Slug | None, Field(description="null: it is part of no other category.")] = None

    def fields(self) -> dict[str, Any]:
        """The fields that were sent. Only `parent` may be null."""
        fields = self.model_dump(exclude_unset=True)
        return {name: value for name, value in fields.items() if value is not None or name == "parent"}


class DeleteQuery(RequestModel):
    into: Annotated[
        Slug | None, Field(description="The category that gets its transactions, answers and predictions.")
    ] = None


class NewCategory(RequestModel):
    """A category that is added by its name, with an answer."""

    name: Name


class CategoryBody(TypedDict):
    slug: str
    name: str
    group: str
    color: str
    description: NotRequired[str]
    parent: NotRequired[Annotated[str, Field(description="The category it is part of.")]]


class ChangedCategoryBody(CategoryBody):
    act: Annotated[str, Field(description="Undoes the change.")]


class MergedCategoryBody(TypedDict):
    slug: str
    into: str | None
    moved: Annotated[int, Field(description="Transactions moved to the other category.")]
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
