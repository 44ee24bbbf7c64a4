"""The records of a backup: a transaction with all that is known of it, and the setup of the ledger."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from typing_extensions import TypedDict

from src.domain import budgets, limits, rules
from src.domain.backups import Setup
from src.domain.categories import Category
from src.domain.recurring import StoredDecision
from src.domain.transactions import Edit, MistakeMark, StoredTransaction
from src.domain.transfers import Link
from src.web.categories.schemas import CategoryBody, category_body
from src.web.history.schemas import (
    EditSidesBody,
    HistoryItemBody,
    PastPredictionBody,
    edit_sides,
    history_item,
    past_prediction,
)
from src.web.shared.fields import money, utc_text

_BATCH = 200


class DoubtBody(TypedDict):
    category: str
    others: str
    wholesale: bool
    label_at: str
    found_at: str
    vouched_at: str | None


class PastEditBody(EditSidesBody):
    undone_at: str | None


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


class ExportedBody(HistoryItemBody):
    """`components/bank_files/own_export/record.py` reads it."""

    source: str
    audit: bool
    fingerprint: str
    key: str | None
    doubt: DoubtBody | None
    predictions: list[PastPredictionBody]
    own_categories: list[CategoryBody]
    edits: list[PastEditBody]
    links: list[LinkBody]
    setup: SetupBody | None


@dataclass(frozen=True)
class Backup:
    own_categories: Sequence[Category]
    setup: Setup
    links: Callable[[Collection[str]], Sequence[Link]]
    """Those of the transactions with these ids, also dismissed ones."""

    def records(self, rows: Iterator[StoredTransaction]) -> Iterator[ExportedBody]:
        """The first one has the setup and all own categories, so that none is lost, and each other one the
        categories it names, so that it can be imported alone."""
        is_first = True
        while batch := list(itertools.islice(rows, _BATCH)):
            links: dict[str, list[Link]] = defaultdict(list)
            for link in self.links([row.id for row in batch]):
                links[link.out].append(link)
                links[link.into].append(link)
            for row in batch:
                yield self._record(row, links[row.id], is_first=is_first)
                is_first = False

    def _record(self, row: StoredTransaction, links: Sequence[Link], *, is_first: bool) -> ExportedBody:
        own = self.own_categories if is_first else _named(row, self.own_categories)
        return {
            **history_item(row),
            "source": row.source,
            "audit": row.audit,
            "fingerprint": row.fingerprint,
            "key": row.key,
            "doubt": _mark(row.mistake) if row.mistake else None,
            "predictions": [past_prediction(prediction) for prediction in row.predictions],
            "own_categories": [category_body(category) for category in own],
            "edits": [_edit(edit) for edit in row.edits],
            "links": [_link(link) for link in sorted(links, key=lambda link: link.id)],
            "setup": _setup(self.setup) if is_first else None,
        }


def _named(row: StoredTransaction, own: Sequence[Category]) -> list[Category]:
    if not own:
        return []
    slugs = {
        *(event.category for event in row.feedback),
        *(split.category for split in row.splits),
        *(split.category for edit in row.edits for split in (*edit.before.splits, *edit.after.splits)),
        *(prediction.category for prediction in row.predictions),
        *(other.category for prediction in row.predictions for other in prediction.alternatives),
    }
    return [category for category in own if category.slug in slugs]


def _mark(mark: MistakeMark) -> DoubtBody:
    return {
        "category": mark.category,
        "others": mark.others,
        "wholesale": mark.wholesale,
        "label_at": utc_text(mark.label_at),
        "found_at": utc_text(mark.found_at),
        "vouched_at": utc_text(mark.vouched_at) if mark.vouched_at else None,
    }


def _edit(edit: Edit) -> PastEditBody:
    return {**edit_sides(edit), "undone_at": utc_text(edit.undone_at) if edit.undone_at else None}


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
