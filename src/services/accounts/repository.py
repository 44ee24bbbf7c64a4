"""The `accounts` collection. A transaction names its account; an unknown name makes an account by itself.

A merged or deleted account keeps its document: `was` is the account, `merged` the act and the account that
its names and numbers lead to. Such a document has no `name_key`, so the name can be used again. The opening
balance of an account is stored without those of accounts merged into it: they are added when it is read, so
that merges can be undone in any order.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bson import Int64, ObjectId
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.accounts import Account, AccountKind, kind_of
from src.domain.categories import name_key
from src.domain.money import decimal_places
from src.domain.preferences import Preferences
from src.errors import Conflict, NotFound
from src.services.accounts.merges import added_openings, into_of, is_in_a_circle, opening_of, unmerged, way
from src.services.mongo.client import Database, Document, guarded

_NAME_TAKEN = "An account with this name already exists."
_CHANGED = "Somebody else has just changed this account; try again."
_TAKEN_BY_NOW = "Its name or its number belongs to another account by now. Change that account first."


class Accounts:
    def __init__(
        self,
        database: Database,
        preferences: Callable[[], Preferences],
        keyed_hash: Callable[[str], str],
        *,
        now: Callable[[], datetime],
    ) -> None:
        """preferences: the currency of an account made without one. keyed_hash: of an account number."""
        self._database = database
        self._preferences = preferences
        self._keyed_hash = keyed_hash
        self._now = now

    @guarded
    def all(self) -> list[Account]:
        """By name; without merged and deleted ones."""
        accounts = self._database.accounts.find({"owner": LOCAL_OWNER, "name_key": {"$exists": True}})
        openings = self._merged_openings()
        return [_account(document, openings) for document in accounts.sort("name_key")]

    @guarded
    def with_all_former_keys(self) -> list[Account]:
        """As `all`; the former keys include those of the accounts that are merged into one."""
        keys: dict[str, list[str]] = defaultdict(list)
        for document in self._database.accounts.find({"owner": LOCAL_OWNER, "merged.into": {"$ne": None}}):
            if into := unmerged(document, self._find):
                keys[str(into["_id"])] += document.get("former_keys", ())
        return [
            replace(account, former_keys=tuple(dict.fromkeys((*account.former_keys, *keys[account.id]))))
            for account in self.all()
        ]

    @guarded
    def names(self) -> list[str]:
        """In alphabetical order."""
        query = {"owner": LOCAL_OWNER, "name_key": {"$exists": True}}
        documents = self._database.accounts.find(query, {"name": 1}).sort("name_key")
        return [document["name"] for document in documents]

    @guarded
    def get(self, account_id: str) -> Account:
        """Raises NotFound, also for one that was merged or deleted; Unavailable."""
        document = self._find(account_id)
        if document is None or "merged" in document:
            raise NotFound("There is no account with this id.")
        return self._account(document)

    @guarded
    def current(self, account_id: str | None) -> Account | None:
        """The account, or the one that it is merged into by now; None if it is deleted."""
        document = self._find(account_id) if account_id else None
        return self._account(document) if (document := unmerged(document, self._find)) else None

    @guarded
    def names_on_the_way(self, account_id: str | None) -> list[str | None]:
        """Of the account, and of those that it leads to: what moves there may be anywhere between.

        None: no account, where a deleted one leads.
        """
        passed = list(way(self._find(account_id) if account_id else None, self._find))
        ends = [] if passed and "merged" not in passed[-1] else [None]
        return [document.get("was", document)["name"] for document in passed] + ends

    def name_today(self, name: str, account_id: str | None) -> str:
        """Of an account that was called `name`. account_id: kept with the name, because names are reused."""
        return self.names_today({name: account_id})[name]

    @guarded
    def names_today(self, ids: Mapping[str, str | None]) -> dict[str, str]:
        """By the names that accounts had: those of today. ids: by name. Raises Unavailable."""
        valid = {name: ObjectId(id_) for name, id_ in ids.items() if id_ and ObjectId.is_valid(id_)}
        documents: dict[ObjectId, Document] = {}
        unread = set(valid.values())
        while unread:
            query = {"owner": LOCAL_OWNER, "_id": {"$in": list(unread)}}
            read = list(self._database.accounts.find(query, {"name": 1, "merged": 1}))
            documents |= {document["_id"]: document for document in read}
            unread = {into for document in read if (into := into_of(document))} - documents.keys()
        first = {name: documents.get(account_id) for name, account_id in valid.items()}
        last = {name: unmerged(first.get(name), documents.get) or self._named(name) for name in ids}
        return {name: document["name"] if document else name for name, document in last.items()}

    @guarded
    def by_name(self, name: str) -> Account | None:
        """The account of this name in any case. Names from before a change or a merge lead to it too."""
        document = self._named(name)
        return self._account(document) if document else None

    @guarded
    def by_number(self, number: str) -> Account | None:
        """number: the keyed hash."""
        document = self._numbered(number)
        return self._account(document) if document else None

    def of_number(self, number: str) -> Account | None:
        """number: normalized. Raises Unavailable."""
        return self.by_number(self._keyed_hash(number))

    def canonical(self, name: str, *, currency: str | None = None) -> str:
        """The name of the account that `name` leads to; an unknown name makes one. Raises Unavailable.

        name: masked, not blank. currency: of a new account.
        """
        name = " ".join(name.split())
        if document := self._named(name):
            return str(document["name"])
        try:
            return self._add_automatic(name, currency).name
        except Conflict:  # another process made it at the same moment
            document = self._named(name)
            return str(document["name"]) if document else name

    def canonical_of_number(self, number: str, *, currency: str | None = None) -> str:
        """The name of the account with this number; an unknown number makes `Account 1`, 2 and so on.

        number: normalized; only its keyed hash is stored. Raises Unavailable.
        """
        numbers = (self._keyed_hash(number),)
        for position in itertools.count(1):
            if document := self._numbered(*numbers):
                return str(document["name"])
            if self._named(f"Account {position}") is None:
                with suppress(Conflict):  # another process made it at the same moment
                    return self._add_automatic(f"Account {position}", currency, numbers).name
        raise AssertionError("unreachable")

    def _add_automatic(self, name: str, currency: str | None, numbers: tuple[str, ...] = ()) -> Account:
        currency, kind = currency or self._preferences().currency, kind_of(name)
        return self.add(
            Account("", name, currency, kind, Decimal(0), self._now(), numbers=numbers, automatic=True)
        )

    @guarded
    def add(self, account: Account) -> Account:
        """Returns it with its id, a new one if it has none. Raises Conflict if its name or id is taken,
        Unavailable.
        """
        document = {"_id": ObjectId(account.id or None), **_fields(account)}
        try:
            self._database.accounts.insert_one(document)
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None
        return replace(account, id=str(document["_id"]))

    @guarded
    def add_number(self, name: str, number: str) -> None:
        """Recognize the account `name` by this number from now on, and no other account.

        number: the keyed hash.
        """
        own = {"owner": LOCAL_OWNER, "name_key": name_key(name)}
        others = {"owner": LOCAL_OWNER, "numbers": {"$eq": number}, "name_key": {"$ne": own["name_key"]}}
        self._database.accounts.update_many(others, _without_number(number))
        added = {"$addToSet": {"numbers": number}, "$inc": {"revision": 1}}
        with suppress(DuplicateKeyError):  # somebody else gave it to another account at the same moment
            self._database.accounts.update_one({**own, "numbers": {"$ne": number}}, added)

    @guarded
    def change(self, before: Account, after: Account) -> None:
        """Raises Conflict if the name is taken, or if the account is no longer as `before`; Unavailable."""
        try:
            self._replace(before, _fields(after))
        except DuplicateKeyError:
            raise Conflict(_NAME_TAKEN) from None

    @guarded
    def remove(self, account: Account) -> None:
        """Delete it for good, with its names. Raises Conflict if it has changed, Unavailable."""
        if not self._database.accounts.delete_one(_unchanged(account)).deleted_count:
            raise Conflict(_CHANGED)

    @guarded
    def retire(self, account: Account, into: Account | None, *, act: str) -> None:
        """Merge it into another, which gets its names, numbers and opening balance, or delete it.

        The opening balance is added if the currency is the same. Raises Conflict if one of the two has
        changed since it was read, Unavailable.
        """
        fields = _fields(account)
        merged: Document = {"act": act, "into": ObjectId(into.id) if into else None}
        retired = {"owner": LOCAL_OWNER, "merged": merged, "was": fields}
        if into:
            merged["adds_opening"] = into.currency == account.currency
            retired["former_keys"] = [*account.former_keys, fields["name_key"]]
            retired |= {"numbers": fields["numbers"]} if account.numbers else {}
            # A merge of `into` that has read it before now fails. So of several merges at once that would
            # close a circle, the one that counts the revision of its `into` last fails.
            self._replace(into, _fields(into))
        self._replace(account, retired)

    @guarded
    def merge_of(self, name: str) -> str | None:
        """The act that merged an account of exactly this name into another; None if there is none."""
        query = {"owner": LOCAL_OWNER, "was.name": {"$eq": name}, "merged.into": {"$ne": None}}
        document = self._database.accounts.find_one(query, sort=[("_id", DESCENDING)])
        return str(document["merged"]["act"]) if document else None

    @guarded
    def restore(self, account_id: str, *, act: str) -> None:
        """Undo `retire`; nothing if it is undone already.

        Raises Conflict if its name or number belongs to another account by now, Unavailable.
        """
        query = {**_by_id(account_id), "merged.act": {"$eq": act}}
        if document := self._database.accounts.find_one(query):
            try:
                self._database.accounts.replace_one(query, {**document["was"], "revision": _next(document)})
            except DuplicateKeyError:
                raise Conflict(_TAKEN_BY_NOW) from None

    @guarded
    def break_circles(self) -> None:
        """Restore one account of each circle: in earlier versions, two merges at once could close one."""
        query = {"owner": LOCAL_OWNER, "merged.into": {"$ne": None}}
        merges = {document["_id"]: document["merged"] for document in self._database.accounts.find(query)}
        for account_id in list(merges):
            if is_in_a_circle(account_id, merges):
                with suppress(Conflict):  # its name is taken; another account of the circle may be restored
                    self.restore(str(account_id), act=merges[account_id]["act"])
                    del merges[account_id]

    def _replace(self, before: Account, fields: Document) -> None:
        fields = {**fields, "revision": before.revision + 1}
        if not self._database.accounts.replace_one(_unchanged(before), fields).matched_count:
            raise Conflict(_CHANGED)

    def _find(self, account_id: str | ObjectId) -> Document | None:
        if not ObjectId.is_valid(account_id):
            return None
        document: Document | None = self._database.accounts.find_one(_by_id(account_id))
        return document

    @guarded
    def _named(self, name: str) -> Document | None:
        key = {"$eq": name_key(name)}
        document: Document | None = self._database.accounts.find_one({"owner": LOCAL_OWNER, "name_key": key})
        if document is None:
            former = {"owner": LOCAL_OWNER, "former_keys": key}
            newest = self._database.accounts.find_one(former, sort=[("_id", DESCENDING)])
            document = unmerged(newest, self._find)
        return document

    @guarded
    def _numbered(self, number: str) -> Document | None:
        query = {"owner": LOCAL_OWNER, "numbers": {"$eq": number}}
        return unmerged(self._database.accounts.find_one(query), self._find)

    def _account(self, document: Document) -> Account:
        return _account(document, self._merged_openings())

    def _merged_openings(self) -> Mapping[ObjectId, Decimal]:
        adding = {"owner": LOCAL_OWNER, "merged.adds_opening": True}
        return added_openings(list(self._database.accounts.find(adding)))


def _without_number(number: str) -> list[Document]:
    others = {"$filter": {"input": "$numbers", "cond": {"$ne": ["$$this", {"$literal": number}]}}}
    emptied = {"$cond": [{"$eq": ["$numbers", []]}, "$$REMOVE", "$numbers"]}
    counted = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
    return [{"$set": {"numbers": others, "revision": counted}}, {"$set": {"numbers": emptied}}]


def _by_id(account_id: str | ObjectId) -> Document:
    return {"_id": ObjectId(account_id), "owner": LOCAL_OWNER}


def _unchanged(account: Account) -> Document:
    """Matches the document of `account` as it was read; null matches a missing field."""
    return {**_by_id(account.id), "revision": account.revision or None, "merged": None}


def _next(document: Document) -> int:
    """The revision after the document's."""
    return int(document.get("revision", 0)) + 1


def _fields(account: Account) -> Document:
    """The document, without id and revision. The last three fields are stored only if they are set."""
    places = decimal_places(account.currency)
    return {
        "owner": LOCAL_OWNER,
        "name": account.name,
        "name_key": name_key(account.name),
        "currency": account.currency,
        "kind": account.kind.value,
        "opening_balance": Int64(int(account.own_opening.scaleb(places))),
        "created_at": account.created_at,
        **({"former_keys": list(account.former_keys)} if account.former_keys else {}),
        **({"numbers": list(account.numbers)} if account.numbers else {}),
        **({"automatic": True} if account.automatic else {}),
    }


def _account(document: Document, merged_openings: Mapping[ObjectId, Decimal]) -> Account:
    merged_opening = merged_openings.get(document["_id"], Decimal(0))
    return Account(
        id=str(document["_id"]),
        name=document["name"],
        currency=document["currency"],
        kind=AccountKind(document["kind"]),
        opening_balance=opening_of(document) + merged_opening,
        created_at=document["created_at"],
        former_keys=tuple(document.get("former_keys", ())),
        numbers=tuple(document.get("numbers", ())),
        automatic=document.get("automatic", False),
        merged_opening=merged_opening,
        revision=document.get("revision", 0),
    )
