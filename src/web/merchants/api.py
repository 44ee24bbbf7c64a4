"""Merchants: list, rename, merge and forget them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.web.merchants.schemas import (
    ApartBody,
    ApartRequest,
    ChangedMerchantBody,
    ForgottenBody,
    MerchantLifeBody,
    MerchantRequest,
    MerchantsBody,
    MerchantsQuery,
    MergedMerchantBody,
    MergeRequest,
    VariantBody,
    VariantsQuery,
    merchant_body,
    merged_body,
    past_answers,
    variant_body,
)
from src.web.openapi.operations import Operations, ResponseValue

if TYPE_CHECKING:
    from src.pipeline.merchants.editor import MerchantEditor
    from src.pipeline.merchants.listing import MerchantListing

api = Operations("merchants", __name__, url_prefix="/api/v1")
VARIANTS_OF_ONE = 10


@api.operation(
    "GET", "/merchants", summary="List the merchants", query=MerchantsQuery, returns={200: MerchantsBody}
)
def list_merchants(query: MerchantsQuery, *, merchant_listing: MerchantListing) -> ResponseValue:
    """With sums of their transactions, and what is remembered of your answers."""
    states, next_cursor = merchant_listing.page(
        query.q or "", sort=query.sort, limit=query.limit, cursor=query.cursor
    )
    return {"items": [merchant_body(state) for state in states], "next_cursor": next_cursor}


@api.operation(
    "GET",
    "/merchant-variants",
    summary="List pairs of merchants that may be one",
    query=VariantsQuery,
    returns={200: list[VariantBody]},
)
def list_merchant_variants(query: VariantsQuery, *, merchant_listing: MerchantListing) -> ResponseValue:
    """Those with the most transactions first. None is merged by itself."""
    return [variant_body(pair) for pair in merchant_listing.variants(query.limit)]


@api.operation(
    "POST",
    "/merchant-variants/dismiss",
    summary="Say that two merchants are not one",
    body=ApartRequest,
    returns={200: ApartBody},
    errors=(404, 503),
)
def dismiss_merchant_variants(body: ApartRequest, *, merchant_editor: MerchantEditor) -> ResponseValue:
    """They are not listed as possible variants any more."""
    key, other = body.keys
    return {"act": merchant_editor.keep_apart(key, other, at=datetime.now(UTC))}


@api.operation(
    "GET",
    "/merchants/{key}",
    summary="Get a merchant with its answers and possible variants",
    returns={200: MerchantLifeBody},
    errors=(404, 503),
    slashes=True,
)
def get_merchant(key: str, *, merchant_listing: MerchantListing) -> ResponseValue:
    """The key of a merged merchant leads to the one it is part of."""
    state = merchant_listing.one(key)
    merchant = state.merchant
    pairs = merchant_listing.variants(VARIANTS_OF_ONE, merchant.key)
    return {
        **merchant_body(state),
        "answers": past_answers(merchant_listing.answers(merchant.key), merchant),
        "variants": [variant_body(pair) for pair in pairs],
    }


@api.operation(
    "PATCH",
    "/merchants/{key}",
    summary="Rename a merchant, or switch learning on or off for it",
    body=MerchantRequest,
    returns={200: ChangedMerchantBody},
    errors=(404, 409, 503),
    slashes=True,
)
def change_merchant(
    key: str, body: MerchantRequest, *, merchant_editor: MerchantEditor, merchant_listing: MerchantListing
) -> ResponseValue:
    """While learning is off, its answers decide nothing and train no model. The key stays."""
    change = merchant_editor.change(key, body.fields(), at=datetime.now(UTC))
    state = merchant_listing.one(change.key)
    return {**merchant_body(state), "act": change.act, "also_updated": change.also_updated}


@api.operation(
    "POST",
    "/merchants/merge",
    summary="Merge merchants into another",
    body=MergeRequest,
    returns={200: MergedMerchantBody},
    errors=(404, 409, 503),
)
def merge_merchants(body: MergeRequest, *, merchant_editor: MerchantEditor) -> ResponseValue:
    """Their transactions and answers, also future ones, are those of `into`, with its name and settings."""
    return merged_body(merchant_editor.merge(body.sources, body.into, at=datetime.now(UTC)))


@api.operation(
    "DELETE",
    "/merchants/{key}/memory",
    summary="Forget what was learned of a merchant",
    returns={200: ForgottenBody},
    errors=(404, 503),
    slashes=True,
)
def forget_merchant(key: str, *, merchant_editor: MerchantEditor) -> ResponseValue:
    """Earlier answers stay those of their transactions, but decide nothing; later ones do again."""
    change = merchant_editor.forget(key, at=datetime.now(UTC))
    return {
        "key": change.key,
        "forgotten": change.rows,
        "also_updated": change.also_updated,
        "act": change.act,
    }
