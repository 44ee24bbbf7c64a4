"""Own transfers and refunds: the requests and responses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.refunds import counted_in
from src.domain.transactions import StoredTransaction
from src.domain.transfers import LinkedRows
from src.web.history.schemas import HistoryItemBody, history_item
from src.web.history.splits import MOST_PARTS
from src.web.shared.fields import QueryModel, RequestModel, money, utc_text

TransactionId = Annotated[str, Field(min_length=1, max_length=100, description="Of a transaction.")]


class TransfersQuery(QueryModel):
    status: Literal["paired", "suggested"] = "paired"
    kind: Annotated[
        Literal["transfer", "refund"], Field(description="`refund`: purchases with their refunds.")
    ] = "transfer"
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class PairRequest(RequestModel):
    out: Annotated[TransactionId, Field(description="The transaction whose money left an account.")]
    into: Annotated[
        TransactionId, Field(alias="in", description="The one whose money arrived in another account.")
    ]


class RefundRequest(RequestModel):
    of: Annotated[TransactionId, Field(description="The purchase.")]
    part: Annotated[
        int | None,
        Field(
            ge=0,
            lt=MOST_PARTS,
            description="Of a split purchase: the part that it lowers, by its position in `splits`, from 0. "
            "Default: the part of the same amount, else the largest one that is at least as large, "
            "else several, the largest first.",
        ),
    ] = None


TransferBody = TypedDict(
    "TransferBody",
    {
        "id": str,
        "kind": str,
        "status": str,
        "by": Annotated[str, Field(description="`import`, `job` or `person`.")],
        "score": Annotated[float, Field(description="How much evidence there is, 0 to 1.")],
        "created_at": str,
        "out": HistoryItemBody,
        "in": HistoryItemBody,
    },
)


class TransfersBody(TypedDict):
    items: list[TransferBody]
    next_cursor: str | None


PairedBody = TypedDict("PairedBody", {"id": str, "status": str, "out": str, "in": str, "act": str})


class CountedInBody(TypedDict):
    category: str
    amount: str


class RefundBody(TypedDict):
    transaction_id: str
    refund_of: str
    counts_in: Annotated[list[CountedInBody], Field(description="The categories whose spending it lowers.")]
    act: str


class LinkActBody(TypedDict):
    act: Annotated[str, Field(description="Undoes it: `POST /acts/{act}/undo`.")]


def refund_body(refund: StoredTransaction, purchase: StoredTransaction, act: str) -> RefundBody:
    currency = refund.transaction.currency
    counts_in: list[CountedInBody] = [
        {"category": part.category, "amount": money(part.amount, currency)}
        for part in counted_in(refund, purchase)
    ]
    return {"transaction_id": refund.id, "refund_of": purchase.id, "counts_in": counts_in, "act": act}


def transfer_body(linked: LinkedRows) -> TransferBody:
    link = linked.link
    return {
        "id": link.id,
        "kind": link.kind.value,
        "status": link.status.value,
        "by": link.by.value,
        "score": link.score,
        "created_at": utc_text(link.created_at),
        "out": history_item(linked.out),
        "in": history_item(linked.into),
    }
