"""The categories: list and add them; change, merge or delete one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.categories import Category, Group, slug_of
from src.errors import Conflict, InvalidInput
from src.web.categories.schemas import CategoryChange, CategoryRequest, DeleteQuery
from src.web.shared import labels
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import Errors, count_in, errors_of, with_query

if TYPE_CHECKING:
    from src.pipeline.categories.editor import CategoryEditor
    from src.pipeline.feedback.undo import ActUndo
    from src.services.categories.repository import Categories
    from src.services.categories.transactions import CategoryTransactions

_FIRST_COLOR = "#7a5195"
_FIELDS = ("name", "group", "color", "description", "parent")


@bp.get("/categories")
def categories(*, category_transactions: CategoryTransactions) -> ResponseReturnValue:
    return _list_page(category_transactions)


@bp.post("/categories")
def add_category(
    *, category_editor: CategoryEditor, category_transactions: CategoryTransactions
) -> ResponseReturnValue:
    typed = _typed()
    try:
        fields = {**typed, "slug": slug_of(typed["name"]), "parent": typed["parent"] or None}
        added = CategoryRequest.model_validate(fields).to_domain()
        act = category_editor.add(added, at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _list_page(category_transactions, typed, *_problem(error, "name"))
    return redirect(url_for("pages.categories", added=added.slug, act=act), 303)


@bp.get("/categories/<slug>")
def category(
    slug: str, *, categories: Categories, category_transactions: CategoryTransactions
) -> ResponseReturnValue:
    return _edit_page(categories.get(slug), category_transactions)


@bp.post("/categories/<slug>")
def change_category(
    slug: str,
    *,
    category_editor: CategoryEditor,
    categories: Categories,
    category_transactions: CategoryTransactions,
) -> ResponseReturnValue:
    typed = _typed()
    try:
        body = CategoryChange.model_validate({**typed, "parent": typed["parent"] or None})
        _, act = category_editor.change(slug, body.fields(), at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(categories.get(slug), category_transactions, typed, *_problem(error, "name"))
    return redirect(url_for("pages.categories", changed=slug, act=act), 303)


@bp.post("/categories/<slug>/delete")
def delete_category(
    slug: str,
    *,
    category_editor: CategoryEditor,
    categories: Categories,
    category_transactions: CategoryTransactions,
) -> ResponseReturnValue:
    """Merge it into another category, or delete an unused one."""
    try:
        into = DeleteQuery.model_validate({"into": request.form.get("into") or None}).into
        deleted, rows, act = category_editor.delete(slug, into, at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(categories.get(slug), category_transactions, None, *_problem(error, "into"))
    outcome = {"deleted": deleted.name, "into": into, "moved": rows, "act": act}
    return redirect(with_query(url_for("pages.categories"), outcome), 303)


@bp.post("/categories/undo")
def undo_category_act(*, act_undo: ActUndo) -> ResponseReturnValue:
    """Undo an addition, a change or a merge."""
    act_undo.undo(request.form.get("act", ""), at=datetime.now(UTC))
    return redirect(url_for("pages.categories", undone=1), 303)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in _FIELDS}


def _problem(error: ValidationError | InvalidInput | Conflict, field: str) -> tuple[Errors, int]:
    """The sentences by field, and the status. field: the one of a conflict."""
    return ({field: str(error)}, 409) if isinstance(error, Conflict) else (errors_of(error), 422)


def _list_page(
    category_transactions: CategoryTransactions,
    typed: dict[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return page(
        "categories/index.html",
        status,
        values=typed or {"color": _FIRST_COLOR, "group": Group.DISCRETIONARY.value},
        errors=errors,
        groups=labels.GROUPS,
        counts=category_transactions.counts(),
        added=request.args.get("added"),
        changed=request.args.get("changed"),
        deleted=request.args.get("deleted"),
        into=request.args.get("into"),
        moved=count_in(request.args, "moved"),
        act=request.args.get("act", ""),
        undone=count_in(request.args, "undone"),
    )


def _edit_page(
    category: Category,
    category_transactions: CategoryTransactions,
    typed: dict[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return page(
        "categories/edit.html",
        status,
        category=category,
        values=typed or asdict(category),
        errors=errors,
        groups=labels.GROUPS,
        rows=category_transactions.count(category.slug),
    )
