"""Chains of merged accounts: the opening balances that they add, and circles, which lead to no account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bson import ObjectId

from src.domain.money import decimal_places
from src.services.mongo.client import Document


def added_openings(merged: Sequence[Document]) -> Mapping[ObjectId, Decimal]:
    """By account, what the accounts merged into it, directly or by way of others, add to its balance.

    merged: the documents of the merged accounts that add their opening balance.
    """
    merges = {document["_id"]: document["merged"] for document in merged}
    openings: dict[ObjectId, Decimal] = defaultdict(Decimal)
    for document in merged:
        for into in _chain(document["_id"], merges):
            openings[into] += opening_of(document["was"])
    return openings


def is_in_a_circle(account_id: ObjectId, merges: Mapping[ObjectId, Document]) -> bool:
    """merges: `merged` of each merged account."""
    return account_id in _chain(account_id, merges)


def _chain(account_id: ObjectId, merges: Mapping[ObjectId, Document]) -> list[ObjectId]:
    """The accounts that this one leads to; in a circle, up to itself."""
    chain: list[ObjectId] = []
    while account_id in merges and (account_id := merges[account_id]["into"]) not in chain:
        chain.append(account_id)
    return chain


def opening_of(document: Document) -> Decimal:
    return Decimal(int(document["opening_balance"])).scaleb(-decimal_places(document["currency"]))
