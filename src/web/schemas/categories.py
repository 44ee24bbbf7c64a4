"""Categories."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, Strict
from typing_extensions import TypedDict

from src.domain.categories import Category, Group
from src.web.schemas.fields import Name, RequestModel, Slug


class CategoryRequest(RequestModel):
    """A category of one's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"slug": "books", "name": "Books", "group": "discretionary", "color": "#7a5195"}],
        }
    )

    slug: Slug
    name: Name
    group: Group
    color: Annotated[str, Strict(), Field(pattern=r"^#[0-9a-fA-F]{6}$")]

    def to_domain(self) -> Category:
        return Category(self.slug, self.name, self.group, self.color)


class CategoryBody(TypedDict):
    slug: str
    name: str
    group: str
    color: str


def category_body(category: Category) -> CategoryBody:
    return {
        "slug": category.slug,
        "name": category.name,
        "group": category.group.value,
        "color": category.color,
    }
