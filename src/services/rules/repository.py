"""The `rules` collection: one document has all rules, in their order.

So a change of several rules is one atomic write, and one small read shows whether any rule has changed. The
document keeps the ids of the accounts that rules name, so that these follow when an account is renamed or
merged. A merchant that was merged is replaced, when rules are read, by the one that it is part of.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pymongo.errors import DuplicateKeyError

from src.domain import LOCAL_OWNER
from src.domain.rules import Field, Rule, as_plain, names_in, rule_of, with_names
from src.errors import Conflict, NotFound
from src.services.mongo.client import Database, Document, guarded

if TYPE_CHECKING:
    from src.services.accounts.repository import Accounts
    from src.services.merchants.repository import Merchants

NO_VERSION = ""
WITHOUT_RULES = {"rules": 0}
_TRIES = 20
_ID = {"_id": LOCAL_OWNER}


class Rules:
    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        merchants: Merchants,
        named_merchants: Callable[[str], Sequence[str]],
    ) -> None:
        """named_merchants: the keys of the merchants that a rule names with a text."""
        self._database = database
        self._accounts = accounts
        self._merchants = merchants
        self._named_merchants = named_merchants

    @guarded
    def state(self) -> str:
        """Another one after each change of a rule, or of what it names. Raises Unavailable."""
        return self.state_of(self._database.rules.find_one(_ID, WITHOUT_RULES))

    def state_of(self, document: Document | None) -> str:
        """document: without the rules."""
        if document is None:
            return NO_VERSION
        return json.dumps(
            (document["version"], self._accounts_of(document), self._merged(document["merchants"]))
        )

    @guarded
    def read(self) -> tuple[str, tuple[Rule, ...]]:
        """The version and the rules, in their order. Raises Unavailable."""
        document = self._database.rules.find_one(_ID)
        if document is None:
            return NO_VERSION, ()
        merged = self._merged(document["merchants"])
        names = {Field.ACCOUNT: self._accounts_of(document), Field.MERCHANT: merged}
        rules = [rule_of(rule) for rule in document["rules"]]
        for field, of_field in names.items():
            rules = [with_names(rule, field, of_field) for rule in rules]
        return document["version"], tuple(rules)

    def all(self) -> tuple[Rule, ...]:
        return self.read()[1]

    def get(self, rule_id: str) -> Rule:
        """Raises NotFound, Unavailable."""
        return find_rule(rule_id, self.all())

    @guarded
    def replace(self, version: str, rules: Sequence[Rule]) -> bool:
        """Store these rules if those of `version` are still the current ones. Raises Unavailable."""
        named, merchants = (_names(rules, field) for field in (Field.ACCOUNT, Field.MERCHANT))
        accounts = [(name, account.id) for name in named if (account := self._accounts.by_name(name))]
        fields: Document = {
            "version": secrets.token_hex(8),
            "rules": [as_plain(rule) for rule in rules],
            "accounts": accounts,
            "merchants": merchants,
        }
        if version == NO_VERSION:
            try:
                self._database.rules.insert_one({**_ID, "owner": LOCAL_OWNER, **fields})
            except DuplicateKeyError:
                return False
            return True
        query: Document = {**_ID, "version": version}
        return bool(self._database.rules.update_one(query, {"$set": fields}).matched_count)

    def _accounts_of(self, document: Document) -> dict[str, str]:
        """The stored name of each account that a rule names -> its name of today."""
        return self._accounts.names_today(dict(document["accounts"]))

    @guarded
    def with_merged_merchants(self, rule: Rule) -> Rule:
        """Naming the merchants of today, as `read` does. Raises Unavailable."""
        return with_names(rule, Field.MERCHANT, self._merged(names_in(rule, Field.MERCHANT)))

    def _merged(self, names: Sequence[str]) -> dict[str, str]:
        """Each merged merchant, as a rule names it -> the one that it is part of now."""
        if not names or not (into := self._merchants.all_canonical()):
            return {}
        keys = {name: next(filter(into.__contains__, self._named_merchants(name)), None) for name in names}
        return {name: into[key] for name, key in keys.items() if key}

    def of_merchant(self, key: str) -> list[Rule]:
        """Those switched on that name it. Raises Unavailable."""
        return [rule for rule in self.all() if rule.enabled and self._names_merchant(rule, key)]

    def _names_merchant(self, rule: Rule, key: str) -> bool:
        return any(key in self._named_merchants(name) for name in names_in(rule, Field.MERCHANT))

    def of_category(self, slug: str) -> list[str]:
        """The ids of the rules that give this category. Raises Unavailable."""
        return [rule.id for rule in self.all() if rule.category == slug]

    def move_category(self, slug: str, into: str, *, only: Collection[str] | None = None) -> None:
        """Give `into` instead of `slug`. Raises Conflict, Unavailable; safe to repeat."""

        def moved(rule: Rule) -> Rule:
            return replace(rule, category=into) if rule.category == slug else rule

        self._change(moved, only)

    def _change(self, derive: Callable[[Rule], Rule], only: Collection[str] | None) -> None:
        for _ in range(_TRIES):
            version, before = self.read()
            after = [derive(rule) if only is None or rule.id in only else rule for rule in before]
            if tuple(after) == before or self.replace(version, after):
                return
        raise Conflict("Others are changing the rules at the same time; try again.")

    @guarded
    def dismissed(self) -> set[tuple[str, str]]:
        """The (merchant, category) of suggestions that the person does not want. Raises Unavailable."""
        documents = self._database.dismissed_rules.find({"owner": LOCAL_OWNER})
        return {(document["merchant"], document["category"]) for document in documents}

    @guarded
    def dismiss(self, merchant: str, category: str) -> None:
        fields = {"owner": LOCAL_OWNER, "merchant": merchant, "category": category}
        self._database.dismissed_rules.update_one(
            {name: {"$eq": value} for name, value in fields.items()}, {"$setOnInsert": fields}, upsert=True
        )


def _names(rules: Sequence[Rule], field: Field) -> list[str]:
    return sorted({name for rule in rules for name in names_in(rule, field)})


def find_rule(rule_id: str, rules: Sequence[Rule]) -> Rule:
    """Raises NotFound."""
    rule = next((rule for rule in rules if rule.id == rule_id), None)
    if rule is None:
        raise NotFound("There is no rule with this id.")
    return rule
