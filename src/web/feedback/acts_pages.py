"""What was done lately, each with its undo: an answer, an edit or a deletion can be undone tomorrow too."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.acts import Act
from src.errors import InvalidInput, NotFound
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name, page
from src.web.shared.forms import count_in, extended, local_address, with_query
from src.web.shared.services import container

SHOWN = 30


@bp.get("/acts")
def acts() -> ResponseReturnValue:
    try:
        listed = container().acts.page(limit=SHOWN, cursor=request.args.get("cursor") or None)
    except InvalidInput as error:
        raise NotFound(str(error)) from None
    ids = {
        str(act.what.values["transaction_id"]) for act in listed.items if "transaction_id" in act.what.values
    }
    older = with_query(request.path, {"cursor": listed.next_cursor}) if listed.next_cursor else None
    return page(
        "acts/index.html",
        acts=listed.items,
        rows={row.id: row for row in container().transactions.get_many(ids)},
        deleted={row.id: row for row in container().deleted_rows.get_many(ids)},
        older=older,
        undone=count_in(request.args, "undone"),
        stay=count_in(request.args, "stay"),
    )


@bp.post("/acts/<act>/undo")
def undo_act(act: str) -> ResponseReturnValue:
    """Undo one act, and go back to where it was asked for."""
    undone = container().acts.undo(act, at=datetime.now(UTC))
    back = local_address(request.form.get("next"), url_for("pages.acts"))
    return redirect(extended(back, {"undone": undone.rows, "stay": undone.kept or None}), 303)


@bp.app_template_filter()
def what_was_done(act: Act) -> str:
    values = act.what.values
    if act.what.code == "answered":
        return f"You answered {category_name(str(values['category']))}"
    if act.what.code == "answered-many":
        return f"{format.counted(int(values['answers'] or 0), 'answer')} at once"
    if act.what.code == "edited":
        names = [labels.FIELDS.get(name, name).lower() for name in str(values["fields"]).split(",")]
        return f"You edited {', '.join(names)}"
    if act.what.code == "deleted":
        return "You deleted a transaction"
    if act.what.code == "category-merged" and values.get("into"):
        return f"You merged {values['name']} into {category_name(str(values['into']))}"
    return labels.ACTS.get(act.what.code, "Something was changed").format(name=values.get("name", ""))
