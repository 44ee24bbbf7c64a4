"""Merchants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, StrictBool
from typing_extensions import TypedDict

from src.domain.merchants import Merchant, MerchantSort, MerchantSummary, Remembered, Variants
from src.domain.transactions import LabelledTransaction
from src.pipeline.merchants.editor import MerchantChange
from src.pipeline.merchants.listing import MerchantState
from src.web.shared.fields import Description, Label, Name, QueryModel, RequestModel, money, utc_text


class MerchantsQuery(QueryModel):
    q: Annotated[Label | None, Field(description="Words; each is in the key or the name.")] = None
    sort: Annotated[
        MerchantSort, Field(description="`-amount`: of the amounts in the currency of the settings.")
    ] = "-count"
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=2000, description="`next_cursor` of the last page.")] = (
        None
    )


class VariantsQuery(QueryModel):
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class MerchantRequest(RequestModel):
    """The fields to change; missing ones stay."""

    name: Annotated[Name | None, Field(description="Shown instead of the key; null: the key again.")] = None
    learn: Annotated[
        StrictBool, Field(description="False: its answers decide nothing and train no model.")
    ] = True

    def fields(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class MergeRequest(RequestModel):
    sources: Annotated[list[Description], Field(alias="from", min_length=1, max_length=100)]
    into: Description


class ApartRequest(RequestModel):
    keys: Annotated[list[Description], Field(min_length=2, max_length=2)]


class ApartBody(TypedDict):
    act: Annotated[str, Field(description="Undoes it.")]


class MerchantAmountsBody(TypedDict):
    currency: str
    total: Annotated[str, Field(description="The sum of all amounts, whatever their type.")]
    spent: str
    received: str


class CategoryCountBody(TypedDict):
    category: str | None
    count: int


class ShareBody(TypedDict):
    category: str
    share: float


class RememberedBody(TypedDict):
    decides: Annotated[bool, Field(description="False: the answers differ, so they only weigh in.")]
    category: Annotated[str | None, Field(description="Of the next transaction, if they decide.")]
    confidence: float | None
    answers: Annotated[int | None, Field(description="The newest ones, that were considered.")]
    agreeing: int | None
    shares: Annotated[list[ShareBody], Field(description="If they differ.")]


class MerchantBody(TypedDict):
    key: str
    name: Annotated[str, Field(description="The key, unless it was renamed.")]
    count: Annotated[int, Field(description="Of its transactions.")]
    amounts: Annotated[list[MerchantAmountsBody], Field(description="By currency, the most frequent first.")]
    categories: Annotated[list[CategoryCountBody], Field(description="The most frequent first.")]
    last_seen: Annotated[str | None, Field(description="The date of its newest transaction.")]
    learn: bool
    forgotten_at: Annotated[str | None, Field(description="Answers until then are not remembered.")]
    remembered: RememberedBody | None
    merged: Annotated[list[str], Field(description="The keys of the merchants that were merged into it.")]


class MerchantsBody(TypedDict):
    items: list[MerchantBody]
    next_cursor: str | None


class ChangedMerchantBody(MerchantBody):
    act: Annotated[str | None, Field(description="Undoes the change; null if nothing changed.")]
    also_updated: Annotated[int, Field(description="Unanswered transactions that are predicted otherwise.")]


class PastAnswerBody(TypedDict):
    transaction_id: str
    category: str
    at: str
    source: str
    ignored: Annotated[bool, Field(description="It was forgotten, or learning is off.")]


class VariantBody(TypedDict):
    key: str
    into: Annotated[str, Field(description="The one with more transactions.")]
    evidence: Annotated[
        list[str], Field(description="`same-letters`, `spelling`, `first-words`, `counterparty`.")
    ]


class MerchantLifeBody(MerchantBody):
    answers: Annotated[list[PastAnswerBody], Field(description="The newest, which are remembered.")]
    variants: Annotated[list[VariantBody], Field(description="Merchants that may be the same one.")]


class MergedMerchantBody(TypedDict):
    into: str
    moved: Annotated[int, Field(description="Transactions of the merged merchants.")]
    also_updated: Annotated[int, Field(description="Unanswered transactions that are predicted otherwise.")]
    act: Annotated[str | None, Field(description="Undoes the merge.")]


class ForgottenBody(TypedDict):
    key: str
    forgotten: Annotated[int, Field(description="Answers that are not remembered any more.")]
    also_updated: Annotated[int, Field(description="Unanswered transactions that are predicted otherwise.")]
    act: Annotated[str | None, Field(description="Undoes it; null if there was nothing to forget.")]


def merchant_body(state: MerchantState) -> MerchantBody:
    merchant, summary = state.merchant, state.summary
    categories = summary.categories if summary else ()
    return {
        "key": merchant.key,
        "name": merchant.shown,
        "count": summary.rows if summary else 0,
        "amounts": _amounts(summary) if summary else [],
        "categories": [{"category": category, "count": rows} for category, rows in categories],
        "last_seen": summary.last_seen.isoformat() if summary else None,
        "learn": merchant.learn,
        "forgotten_at": utc_text(merchant.forgotten_at) if merchant.forgotten_at else None,
        "remembered": _remembered(state.memory) if state.memory else None,
        "merged": list(state.parts),
    }


def _amounts(summary: MerchantSummary) -> list[MerchantAmountsBody]:
    return [
        {
            "currency": sums.currency,
            "total": money(sums.total, sums.currency),
            "spent": money(sums.spent, sums.currency),
            "received": money(sums.received, sums.currency),
        }
        for sums in summary.amounts
    ]


def _remembered(memory: Remembered) -> RememberedBody:
    shares = sorted(memory.shares.items(), key=lambda item: -item[1])
    return {
        "decides": memory.category is not None,
        "category": memory.category,
        "confidence": memory.confidence,
        "answers": memory.answers,
        "agreeing": memory.agreeing,
        "shares": [{"category": category, "share": share} for category, share in shares],
    }


def past_answers(rows: Iterable[LabelledTransaction], merchant: Merchant) -> list[PastAnswerBody]:
    return [
        {
            "transaction_id": row.id,
            "category": row.category,
            "at": utc_text(row.labelled_at),
            "source": row.source.value,
            "ignored": is_ignored(row, merchant),
        }
        for row in rows
    ]


def is_ignored(row: LabelledTransaction, merchant: Merchant) -> bool:
    return merchant.ignored_until is not None and row.labelled_at <= merchant.ignored_until


def variant_body(pair: Variants) -> VariantBody:
    return {"key": pair.key, "into": pair.into, "evidence": list(pair.evidence)}


def merged_body(change: MerchantChange) -> MergedMerchantBody:
    return {
        "into": change.key,
        "moved": change.rows,
        "also_updated": change.also_updated,
        "act": change.act,
    }
