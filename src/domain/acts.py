"""Undoable acts of a person: an answer and its consequences, an edit, a deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ActKind(StrEnum):
    """Decides how an act is undone."""

    FEEDBACK = "feedback"
    EDIT = "edit"
    DELETE = "delete"
    BULK = "bulk"
    CATEGORY_ADD = "category-add"
    CATEGORY_MERGE = "category-merge"
    CATEGORY_CHANGE = "category-change"
    LINK = "link"
    SETTINGS = "settings"
    ACCOUNT_ADD = "account-add"
    ACCOUNT_CHANGE = "account-change"
    ACCOUNT_MERGE = "account-merge"
    MERCHANT = "merchant"
    RULES = "rules"
    RULE_APPLY = "rule-apply"
    RECURRING = "recurring"
    ANOMALY = "anomaly"
    BUDGETS = "budgets"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class ActSummary:
    """A code and its values; the web layer writes the sentence."""

    code: str
    values: Mapping[str, str | int | None] = field(default_factory=dict)
    """Ids, slugs, keys of merchants and counts; no text of a transaction, which may be deleted later."""


@dataclass(frozen=True, slots=True)
class Act:
    id: str
    owner: str
    kind: ActKind
    what: ActSummary
    at: datetime
    rows: int | None
    """How many transactions it changed; None while it runs, or if it was interrupted."""
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActPage:
    items: tuple[Act, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class UndoResult:
    rows: int
    """Transactions restored to their state before the act."""
    kept: int = 0
    """Transactions of the act left unchanged because they were answered, edited or deleted later."""
