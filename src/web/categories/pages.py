"""The categories: what there is, a form for a new one, and for each: change it, merge it, delete it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.categories import Category, Group, slug_of
from src.errors import Conflict, InvalidInput
from src.web.categories.schemas import CategoryChange, CategoryRequest, DeleteQuery
from src.web.shared import labels
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, count_in, errors_of, with_query
from src.web.shared.services import container

_FIRST_COLOR = "#7a5195"
_FIELDS = ("name", "group", "color", "description")


@bp.get("/categories")
def categories() -> ResponseReturnValue:
    return _shown()


@bp.post("/categories")
def add_category() -> ResponseReturnValue:
    """Add one's own; it can be chosen at once, and the next training learns it."""
    given = {name: request.form.get(name, "") for name in _FIELDS}
    try:
        asked = CategoryRequest.model_validate({**given, "slug": slug_of(given["name"])})
        added = container().categories.add(asked.to_domain())
    except ValidationError as error:
        return _shown(given=given, errors=errors_of(error), status=422)
    except Conflict as error:
        return _shown(given=given, errors={"name": str(error)}, status=409)
    return redirect(url_for("pages.categories", added=added.slug), 303)


@bp.get("/categories/<slug>")
def category(slug: str) -> ResponseReturnValue:
    """One category: what it is called and counted as, and where its transactions may go."""
    return _edited(container().categories.get(slug))


@bp.post("/categories/<slug>")
def change_category(slug: str) -> ResponseReturnValue:
    """Rename, regroup, recolour."""
    given = {name: request.form.get(name, "") for name in _FIELDS}
    parent = request.form.get("parent") or None
    try:
        fields = CategoryChange.model_validate({**given, "parent": parent}).fields()
        changed = container().category_editor.change(slug, fields, at=datetime.now(UTC))
    except (ValidationError, InvalidInput) as error:
        return _edited(container().categories.get(slug), given, errors_of(error), 422)
    except Conflict as error:
        return _edited(container().categories.get(slug), given, {"name": str(error)}, 409)
    return redirect(url_for("pages.categories", changed=slug, act=changed.act), 303)


@bp.post("/categories/<slug>/delete")
def delete_category(slug: str) -> ResponseReturnValue:
    """Merge it into another one, or delete it where nothing has it."""
    try:
        into = DeleteQuery.model_validate({"into": request.form.get("into") or None}).into
        merged = container().category_editor.delete(slug, into, at=datetime.now(UTC))
    except (ValidationError, InvalidInput) as error:
        return _edited(container().categories.get(slug), errors=errors_of(error), status=422)
    except Conflict as error:
        return _edited(container().categories.get(slug), errors={"into": str(error)}, status=409)
    told = {"deleted": merged.category.name, "into": into, "moved": merged.rows, "act": merged.act}
    return redirect(with_query(url_for("pages.categories"), told), 303)


@bp.post("/categories/undo")
def undo_category_act() -> ResponseReturnValue:
    """Undo a change or a merge."""
    container().acts.undo(request.form.get("act", ""), at=datetime.now(UTC))
    return redirect(url_for("pages.categories", undone=1), 303)


def _shown(
    *, given: dict[str, str] | None = None, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    return page(
        "categories/index.html",
        status,
        given=given or {"color": _FIRST_COLOR, "group": Group.DISCRETIONARY.value},
        errors=errors,
        groups=labels.GROUPS,
        counts=container().category_rows.counts(),
        added=request.args.get("added"),
        changed=request.args.get("changed"),
        deleted=request.args.get("deleted"),
        into=request.args.get("into"),
        moved=count_in(request.args, "moved"),
        act=request.args.get("act", ""),
        undone=count_in(request.args, "undone"),
    )


def _edited(
    one: Category, given: dict[str, str] | None = None, errors: Errors | None = None, status: int = 200
) -> ResponseReturnValue:
    shown = {"name": one.name, "group": one.group.value, "color": one.color, "description": one.description}
    return page(
        "categories/edit.html",
        status,
        category=one,
        given=given or shown,
        errors=errors,
        groups=labels.GROUPS,
        rows=container().category_rows.count(one.slug),
    )
