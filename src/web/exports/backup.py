"""The rows of a backup: a transaction with all that is known of it, and the setup of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from typing_extensions import TypedDict

from src.domain import budgets, limits, rules
from src.domain.backups import Setup
from src.domain.categories import Category
from src.domain.exports import PlainTransaction
from src.domain.recurring import StoredDecision
from src.domain.transfers import Link
from src.web.categories.schemas import CategoryBody, category_body
from src.web.shared.fields import money, utc_text

# `in` is a Python keyword, so this is a call.
LinkBody = TypedDict(
    "LinkBody",
    {
        "kind": str,
        "out": str,
        "in": str,
        "status": str,
        "by": str,
        "score": float,
        "created_at": str,
        "date": str,
        "part": int | None,
        "order": int,
    },
)


class SetupBody(TypedDict):
    accounts: list[dict[str, Any]]
    saved_filters: list[dict[str, str]]
    settings: dict[str, Any]
    merchants: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    recurring: list[dict[str, Any]]
    skipped_groups: list[dict[str, Any]]
    profiles: list[dict[str, Any]]
    budgets: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    dismissals: list[dict[str, Any]]


class BackupRow(NamedTuple):
    row: PlainTransaction
    links: list[LinkBody]
    own_categories: list[CategoryBody]
    setup: SetupBody | None


@dataclass(frozen=True)
class Backup:
    own_categories: Sequence[Category]
    setup: Setup
    links: Callable[[Collection[str]], Sequence[Link]]
    """Those of the transactions with these ids, also dismissed ones."""

    def rows(self, batches: Iterable[Sequence[PlainTransaction]]) -> Iterator[list[BackupRow]]:
        """The first one has the setup and all own categories, so that none is lost, and each other one the
        categories it names, so that it can be imported alone."""
        own = {category.slug: category_body(category) for category in self.own_categories}
        is_first = True
        for batch in batches:
            links: dict[str, list[Link]] = defaultdict(list)
            for link in self.links([row["id"] for row in batch]):
                links[link.out].append(link)
                links[link.into].append(link)
            rows = [
                BackupRow(
                    row,
                    [_link(link) for link in sorted(links.get(row["id"], ()), key=attrgetter("id"))],
                    list(_only(own, _named(row))) if own else [],
                    None,
                )
                for row in batch
            ]
            if is_first and rows:
                rows[0] = rows[0]._replace(own_categories=list(own.values()), setup=_setup(self.setup))
                is_first = False
            yield rows


def _only(own: Mapping[str, CategoryBody], slugs: Collection[str | None]) -> Iterator[CategoryBody]:
    return (category for slug, category in own.items() if slug in slugs)


def _named(row: PlainTransaction) -> set[str | None]:
    """The categories that it names."""
    return {
        *(event["category"] for event in row["feedback"]),
        *(split["category"] for split in row.get("splits", ())),
        *(
            split["category"]
            for edit in row.get("edits", ())
            for side in (edit["before"], edit["after"])
            for split in side.get("splits", ())
        ),
        *(prediction["category"] for prediction in row["predictions"]),
        *(slug for prediction in row["predictions"] for slug, _ in prediction["alternatives"]),
    }


def _link(link: Link) -> LinkBody:
    return {
        "kind": link.kind.value,
        "out": link.out,
        "in": link.into,
        "status": link.status.value,
        "by": link.by.value,
        "score": link.score,
        "created_at": utc_text(link.created_at),
        "date": link.date.isoformat(),
        "part": link.part,
        "order": link.order,
    }


def _setup(setup: Setup) -> SetupBody:
    accounts = [
        {
            "id": account.id,
            "name": account.name,
            "currency": account.currency,
            "kind": account.kind.value,
            "opening_balance": money(account.opening_balance, account.currency),
            "created_at": utc_text(account.created_at),
            "former_keys": list(account.former_keys),
            "automatic": account.automatic,
        }
        for account in setup.accounts
    ]
    filters = [{"name": saved.name, "query": saved.query} for saved in setup.saved_filters]
    merchants = [
        {**asdict(merchant), "forgotten_at": at and utc_text(at)}
        for merchant in setup.merchants
        for at in (merchant.forgotten_at,)
    ]
    return {
        "accounts": accounts,
        "saved_filters": filters,
        "settings": dict(setup.settings),
        "merchants": merchants,
        "rules": [rules.as_plain(rule) for rule in setup.rules],
        "recurring": [_decision(stored) for stored in setup.recurring],
        "skipped_groups": [
            {"key": skipped.key, "until": skipped.until.isoformat()} for skipped in setup.skipped_groups
        ],
        "profiles": [{**asdict(profile), "used_at": utc_text(profile.used_at)} for profile in setup.profiles],
        "budgets": [budgets.as_plain(budget) for budget in setup.budgets],
        "limits": [limits.as_plain(limit) for limit in setup.limits],
        "dismissals": [{**asdict(one), "at": utc_text(one.at)} for one in setup.dismissals],
    }


def _decision(stored: StoredDecision) -> dict[str, Any]:
    ended_on = stored.decision.ended_on
    return {
        "key": stored.key,
        "transactions": sorted(stored.transactions),
        "name": stored.decision.name,
        "confirmed": stored.decision.confirmed,
        "ended_on": ended_on.isoformat() if ended_on else None,
    }
