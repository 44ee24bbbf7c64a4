"""The categories a transaction can have."""

from __future__ import annotations

from datetime import UTC, datetime

from src.web.categories.schemas import (
    CategoryBody,
    CategoryChange,
    CategoryRequest,
    ChangedCategoryBody,
    DeleteQuery,
    MergedCategoryBody,
    category_body,
    changed_body,
    merged_body,
)
from src.web.openapi.operations import Answer, Operations
from src.web.shared.services import container

api = Operations("categories", __name__, url_prefix="/api/v1")


@api.operation(
    "GET", "/categories", summary="All categories, the shipped ones first", returns={200: list[CategoryBody]}
)
def list_categories() -> Answer:
    return [category_body(each) for each in container().categories.all()]


@api.operation(
    "POST",
    "/categories",
    summary="Add a category of one's own",
    body=CategoryRequest,
    returns={201: CategoryBody},
    errors=(409, 503),
)
def add_category(body: CategoryRequest) -> Answer:
    """409 where the slug or the name is taken."""
    return category_body(container().categories.add(body.to_domain()))


@api.operation(
    "PATCH",
    "/categories/{slug}",
    summary="Rename, regroup or recolour a category",
    body=CategoryChange,
    returns={200: ChangedCategoryBody},
    errors=(404, 409, 503),
)
def change_category(slug: str, body: CategoryChange) -> Answer:
    """A shipped category may be changed too. 409 where another one has the name."""
    return changed_body(container().category_editor.change(slug, body.fields(), at=datetime.now(UTC)))


@api.operation(
    "DELETE",
    "/categories/{slug}",
    summary="Delete a category, or merge it into another",
    query=DeleteQuery,
    returns={200: MergedCategoryBody},
    errors=(404, 409, 503),
)
def delete_category(slug: str, query: DeleteQuery) -> Answer:
    """Its answers, predictions and what is remembered move to `into`. 409 where it is used and `into` is
    left out."""
    merged = container().category_editor.delete(slug, query.into, at=datetime.now(UTC))
    return merged_body(merged, query.into)
