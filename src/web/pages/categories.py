"""The categories: what there is, and a form for one's own."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.categories import Group, slug_of
from src.errors import Conflict
from src.web import words
from src.web.forms import Errors, errors_of
from src.web.pages.blueprint import bp, page
from src.web.schemas.categories import CategoryRequest
from src.web.wired import wiring

_FIRST_COLOR = "#7a5195"


@bp.get("/categories")
def categories() -> ResponseReturnValue:
    return _shown({"color": _FIRST_COLOR, "group": Group.DISCRETIONARY.value})


@bp.post("/categories")
def add_category() -> ResponseReturnValue:
    """Add one's own; it can be chosen at once, and the next training learns it."""
    given = {name: request.form.get(name, "") for name in ("name", "group", "color")}
    try:
        asked = CategoryRequest.model_validate({**given, "slug": slug_of(given["name"])})
        wiring().categories.add(asked.to_domain())
    except ValidationError as error:
        return _shown(given, errors_of(error), 422)
    except Conflict as error:
        return _shown(given, {"name": str(error)}, 409)
    return redirect(url_for("pages.categories", added=asked.slug), 303)


def _shown(given: dict[str, str], errors: Errors | None = None, status: int = 200) -> ResponseReturnValue:
    return page(
        "categories/index.html",
        status,
        given=given,
        errors=errors,
        groups=words.GROUPS,
        added=request.args.get("added"),
    )
