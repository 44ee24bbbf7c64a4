"""Chains of merged accounts: where they lead, the opening balances that they add, and circles, which lead
to no account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from bson import ObjectId

from src.domain.money import decimal_places
from src.services.mongo.client import Document

Find = Callable[[ObjectId], Document | None]
"""Returns the document of an account."""


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


def unmerged(document: Document | None, find: Find) -> Document | None:
    """The document of the account that this one was merged into, at last; None in a circle."""
    last = list(way(document, find))[-1:]
    return last[0] if last and "merged" not in last[0] else None


def way(document: Document | None, find: Find) -> Iterator[Document]:
    """The document, and those of the accounts that it leads to, one after the other."""
    passed = set()
    while document and document["_id"] not in passed:
        passed.add(document["_id"])
        yield document
        into = into_of(document)
        document = find(into) if into else None


def into_of(document: Document) -> ObjectId | None:
    """None for an account that is not merged, or deleted."""
    into: ObjectId | None = document.get("merged", {}).get("into")
    return into


def opening_of(document: Document) -> Decimal:
    return Decimal(int(document["opening_balance"])).scaleb(-decimal_places(document["currency"]))
