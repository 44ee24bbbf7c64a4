"""Recent changes, each with its undo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.transactions import active_edits
from src.errors import InvalidInput, NotFound
from src.web.acts.text import what_was_done
from src.web.history.text import changes_in
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in, local_address, with_query

if TYPE_CHECKING:
    from src.pipeline.feedback.undo import ActUndo
    from src.services.bulk.work import BulkQueue
    from src.services.transactions.acts import ActLog
    from src.services.transactions.deleted import DeletedTransactions
    from src.services.transactions.repository import Transactions

ACTS_PAGE = 30

bp.add_app_template_filter(what_was_done)


@bp.get("/acts")
def acts(
    *,
    act_log: ActLog,
    bulk_queue: BulkQueue,
    transactions: Transactions,
    deleted_transactions: DeletedTransactions,
) -> ResponseReturnValue:
    """Recent changes, each with its undo."""
    try:
        listed = act_log.page(limit=ACTS_PAGE, cursor=request.args.get("cursor") or None)
    except InvalidInput as error:
        raise NotFound(str(error)) from None
    ids = {
        str(act.what.values["transaction_id"]) for act in listed.items if "transaction_id" in act.what.values
    }
    rows = {row.id: row for row in transactions.get_many(ids)}
    edits = [active for row in rows.values() if (active := active_edits(row.edits))]
    return page(
        "acts/index.html",
        acts=listed.items,
        progress=bulk_queue.all_progress([act.id for act in listed.items]),
        rows=rows,
        changes={edit.act: changes_in(edit) for row in rows.values() for edit in row.edits},
        last_edits={active[-1].act for active in edits},
        deleted={row.id: row for row in deleted_transactions.get_many(ids)},
        older=with_query(request.path, {"cursor": listed.next_cursor}) if listed.next_cursor else None,
        undone=count_in(request.args, "undone"),
        stay=count_in(request.args, "stay"),
        undone_act=act_log.find(request.args.get("undid", "")),
    )


@bp.post("/acts/<act>/undo")
def undo_act(act: str, *, act_undo: ActUndo) -> ResponseReturnValue:
    """Undo one act, or its answer to one transaction, then return to the page of the button."""
    undone = act_undo.undo(act, at=datetime.now(UTC), only=request.form.get("transaction_id"))
    back = local_address(request.form.get("next"), url_for("pages.acts"))
    without_rows = act if not undone.rows and not undone.kept else None
    about = {"undone": undone.rows, "stay": undone.kept or None, "undid": without_rows}
    return redirect(with_query(back, about), 303)
