"""Own transfers and refunds: suggestions to decide, and what is linked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.refunds import counted_in
from src.domain.transfers import LinkKind
from src.errors import Conflict, InvalidInput, NotFound
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import count_in, local_address, with_query
from src.web.shared.services import with_services
from src.web.transfers.text import DONE, SECTIONS

if TYPE_CHECKING:
    from src.domain.transactions import StoredTransaction
    from src.pipeline.transfers.linking import Linking
    from src.services.transactions.acts import ActLog
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

AT_ONCE = 20
"""Links of one section."""


@bp.get("/transfers")
def transfers() -> ResponseReturnValue:
    """Suggestions first. With `show`, one section only, from `cursor` on."""
    return _page()


@with_services
def _page(status: int = 200, error: str = "", *, links: Links, act_log: ActLog) -> ResponseReturnValue:
    chosen, cursor = request.args.get("show"), request.args.get("cursor") or None
    names = {f"{state.value}-{kind.value}s": (kind, state) for kind, state in SECTIONS}
    if chosen and chosen not in names:
        raise NotFound("There is no such list.")
    try:
        pages = {
            name: links.page(kind, state, limit=AT_ONCE, cursor=cursor if chosen else None)
            for name, (kind, state) in names.items()
            if chosen in (None, name)
        }
    except InvalidInput as failure:  # the cursor is from no earlier page
        raise NotFound(str(failure)) from None
    act = act_log.find(request.args.get("act", ""))
    return page(
        "transfers/index.html",
        status,
        sections=[
            {
                "name": name,
                "texts": SECTIONS[names[name]],
                "items": listed.items,
                "more": _more(name, listed.next_cursor),
            }
            for name, listed in pages.items()
        ],
        chosen=chosen,
        error=error,
        act=act.id if act and act.undone_at is None else None,
        done=DONE.get(act.what.code) if act else None,
        undone=count_in(request.args, "undone"),
    )


def _more(name: str, cursor: str | None) -> str | None:
    return url_for("pages.transfers", show=name, cursor=cursor) if cursor else None


@bp.post("/transfers/<link>/accept")
def accept_link(link: str, *, linking: Linking) -> ResponseReturnValue:
    """Pair, or link, what was suggested."""
    try:
        act = linking.accept(link, part=count_in(request.form, "part"), at=datetime.now(UTC))
    except (InvalidInput, Conflict) as error:
        return _page(409, str(error))
    return _back(act)


@bp.post("/transfers/<link>/dismiss")
def dismiss_link(link: str, *, linking: Linking) -> ResponseReturnValue:
    """Take a pair apart, or dismiss what was suggested."""
    try:
        act = linking.dismiss(link, at=datetime.now(UTC))
    except Conflict as error:
        return _page(409, str(error))
    return _back(act)


def _back(act: str) -> ResponseReturnValue:
    back = local_address(request.form.get("next"), url_for("pages.transfers"))
    return redirect(with_query(back, {"act": act}), 303)


@bp.get("/transactions/<transaction_id>/link")
def link_options(transaction_id: str) -> ResponseReturnValue:
    """What the transaction may be linked to."""
    return _options_page(transaction_id)


@with_services
def _options_page(
    transaction_id: str, status: int = 200, error: str = "", *, linking: Linking, transactions: Transactions
) -> ResponseReturnValue:
    row = transactions.get(transaction_id)
    options = linking.options(transaction_id)
    return page(
        "transfers/link.html",
        status,
        row=row,
        counterparts=transactions.get_many(options.counterparts),
        purchases=transactions.get_many(options.purchases),
        error=error,
    )


@bp.post("/transactions/<transaction_id>/link")
def link_transaction(transaction_id: str, *, linking: Linking) -> ResponseReturnValue:
    """Link it to the chosen transaction; the page of transfers then offers the undo."""
    other, at = request.form.get("other", ""), datetime.now(UTC)
    try:
        if request.form.get("kind") == LinkKind.REFUND.value:
            part = count_in(request.form, "part")
            _, act = linking.link_refund(transaction_id, other, part=part, at=at)
        else:
            act = linking.pair_either(transaction_id, other, at=at)
    except (InvalidInput, Conflict) as error:
        return _options_page(transaction_id, 409, str(error))
    return redirect(url_for("pages.transfers", act=act), 303)


@bp.app_template_filter()
@with_services
def purchases(
    rows: Sequence[StoredTransaction], *, transactions: Transactions
) -> dict[str, StoredTransaction]:
    """Those that the refunds among the rows refund, by id: their categories count."""
    return transactions.purchases_of(rows)


bp.add_app_template_filter(counted_in)
