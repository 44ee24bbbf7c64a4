"""Own transfers and refunds: list them, pair two transactions or take a pair apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.domain.transfers import LinkKind, LinkStatus
from src.errors import InvalidInput, NotFound
from src.web.openapi.operations import Operations, ResponseValue
from src.web.transfers.schemas import (
    LinkActBody,
    PairedBody,
    PairRequest,
    RefundBody,
    RefundRequest,
    TransfersBody,
    TransfersQuery,
    refund_body,
    transfer_body,
)

if TYPE_CHECKING:
    from src.pipeline.transfers.linking import Linking
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links

api = Operations("transfers", __name__, url_prefix="/api/v1")


@api.operation(
    "GET",
    "/transfers",
    summary="List own transfers, or those that are suggested",
    query=TransfersQuery,
    returns={200: TransfersBody},
    errors=(404, 503),
)
def list_transfers(query: TransfersQuery, *, links: Links) -> ResponseValue:
    """Latest first, each with its two transactions. Paired ones are neither spending nor income."""
    try:
        page = links.page(
            LinkKind(query.kind), LinkStatus(query.status), limit=query.limit, cursor=query.cursor
        )
    except InvalidInput as error:  # the cursor is from no earlier page
        raise NotFound(str(error)) from None
    return {"items": [transfer_body(linked) for linked in page.items], "next_cursor": page.next_cursor}


@api.operation(
    "POST",
    "/transfers",
    summary="Pair two transactions as one own transfer",
    body=PairRequest,
    returns={201: PairedBody},
    errors=(409, 503),
)
def pair_transfer(body: PairRequest, *, linking: Linking) -> ResponseValue:
    """`out` is an expense and `in` income of another account with the same amount, or in another currency,
    at most five days apart. 409 if one of them is linked already."""
    link, act = linking.pair(body.out, body.into, at=datetime.now(UTC))
    return {"id": link.id, "status": link.status.value, "out": link.out, "in": link.into, "act": act}


@api.operation(
    "DELETE",
    "/transfers/{id}",
    summary="Take a pair apart, or dismiss a suggestion",
    returns={200: LinkActBody},
    errors=(404, 409, 503),
)
def dismiss_transfer(id: str, *, linking: Linking) -> ResponseValue:
    """The two transactions are never paired or suggested again, unless the act is undone. 409 if both are
    deleted: undo one of the deletions first."""
    return {"act": linking.dismiss(id, at=datetime.now(UTC))}


@api.operation(
    "POST",
    "/transactions/{id}/refund",
    summary="Link a refund to its purchase",
    body=RefundRequest,
    returns={200: RefundBody},
    errors=(404, 409, 503),
)
def link_refund(
    id: str, body: RefundRequest, *, linking: Linking, transactions: Transactions
) -> ResponseValue:
    """From then on the transaction lowers the spending of its purchase's category, or of a part of a split
    purchase, in its own month."""
    link, act = linking.link_refund(id, body.of, part=body.part, at=datetime.now(UTC))
    return refund_body(transactions.get(link.into), transactions.get(link.out), act)


@api.operation(
    "DELETE",
    "/transactions/{id}/refund",
    summary="Unlink a refund, or dismiss the suggestion of one",
    returns={200: LinkActBody},
    errors=(404, 503),
)
def unlink_refund(id: str, *, linking: Linking) -> ResponseValue:
    """It is not suggested again, unless the act is undone."""
    return {"act": linking.unlink_refund(id, at=datetime.now(UTC))}
