"""The categories a transaction can have."""

from __future__ import annotations

from src.web.operations import Answer, Operations
from src.web.schemas.categories import CategoryBody, CategoryRequest, category_body
from src.web.wired import wiring

api = Operations("categories", __name__, url_prefix="/api/v1")


@api.operation(
    "GET", "/categories", summary="All categories, the shipped ones first", returns={200: list[CategoryBody]}
)
def list_categories() -> Answer:
    return [category_body(each) for each in wiring().categories.all()]


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
    return category_body(wiring().categories.add(body.to_domain()))
