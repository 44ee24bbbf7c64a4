"""Categories: list, add, change, merge and delete them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.categories.schemas import (
    CategoryBody,
    CategoryChange,
    CategoryRequest,
    ChangedCategoryBody,
    DeleteQuery,
    MergedCategoryBody,
    category_body,
)
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.categories.editor import CategoryEditor
    from src.services.categories.repository import Categories

api = Operations("categories", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/categories",
    summary="List all categories, the shipped ones first",
    returns={200: list[CategoryBody]},
)
def list_categories(*, categories: Categories) -> ResponseValue:
    return [category_body(category) for category in categories.all()]


@api.operation(
    "POST",
    "/categories",
    summary="Add a category",
    body=CategoryRequest,
    returns={201: ChangedCategoryBody},
    errors=(409, 503),
)
def add_category(body: CategoryRequest, *, category_editor: CategoryEditor) -> ResponseValue:
    """409 if the slug or the name is taken. Until its first answer it is predicted from its name,
    description and parent, and never automatically."""
    added = body.to_domain()
    return {**category_body(added), "act": category_editor.add(added, at=datetime.now(UTC))}


@api.operation(
    "PATCH",
    "/categories/{slug}",
    summary="Rename, regroup or recolour a category",
    body=CategoryChange,
    returns={200: ChangedCategoryBody},
    errors=(404, 409, 503),
)
def change_category(slug: str, body: CategoryChange, *, category_editor: CategoryEditor) -> ResponseValue:
    """Shipped categories can be changed too. 409 if another category has the name."""
    changed, act = category_editor.change(slug, body.fields(), at=datetime.now(UTC))
    return {**category_body(changed), "act": act}


@api.operation(
    "DELETE",
    "/categories/{slug}",
    summary="Delete a category, or merge it into another",
    query=DeleteQuery,
    returns={200: MergedCategoryBody},
    errors=(404, 409, 503),
)
def delete_category(slug: str, query: DeleteQuery, *, category_editor: CategoryEditor) -> ResponseValue:
    """Its answers and predictions move to `into`. 409 if transactions use it and `into` is missing."""
    _, rows, act = category_editor.delete(slug, query.into, at=datetime.now(UTC))
    return {"slug": slug, "into": query.into, "moved": rows, "act": act}
