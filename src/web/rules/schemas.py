"""Rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    Strict,
)
from typing_extensions import TypedDict

from src.domain.rules import (
    MOST_CONDITIONS,
    MOST_RULES,
    Match,
    Rule,
    RuleConflict,
    RulePreview,
    RuleReport,
    RuleSuggestion,
    as_plain,
)
from src.web.bulk.schemas import CurrencyTotalBody, TransactionId
from src.web.history.schemas import HistoryItemBody, history_item
from src.web.rules.conditions import ConditionFields, value_schema
from src.web.shared.fields import (
    Label,
    RequestModel,
    Slug,
    Tags,
    money,
    utc_text,
)

Conditions = Annotated[list[ConditionFields], Field(min_length=1, max_length=MOST_CONDITIONS)]
Flag = Annotated[bool, Strict()]
_EXAMPLES: Any = {
    "examples": [
        {
            "name": "Meals ordered for the evening",
            "match": "all",
            "conditions": [
                {"field": "merchant", "op": "in", "value": ["swiggy", "zomato"]},
                {"field": "amount", "op": "between", "value": ["200.00", None]},
            ],
            "category": "dining",
            "tags": ["delivery"],
            "stop": True,
        }
    ]
}


class RuleRequest(RequestModel):
    """A rule. It needs a category, tags, or both."""

    model_config = ConfigDict(json_schema_extra=_EXAMPLES)

    name: Annotated[Label, Field(description="Default: the value of the first condition.")] = ""
    enabled: Flag = True
    match: Match = Match.ALL
    conditions: Conditions
    category: Slug | None = None
    tags: Annotated[Tags, Field(description="Added to each new transaction that the rule matches.")] = ()
    stop: Annotated[
        Flag, Field(description="Do not compare later rules. If false, they can add tags, and a category.")
    ] = True

    def to_domain(self, rule_id: str = "") -> Rule:
        return Rule(
            id=rule_id,
            name=self.name,
            match=self.match,
            conditions=tuple(condition.to_domain() for condition in self.conditions),
            category=self.category,
            tags=self.tags,
            stop=self.stop,
            enabled=self.enabled,
        )


class PreviewRequest(RuleRequest):
    id: Annotated[
        str | None,
        Field(max_length=64, description="Of the rule that it replaces. Without one, it is the last."),
    ] = None


class RuleChange(RequestModel):
    """The fields to change; missing ones stay. Only `category` may be null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: Label | None = None
    enabled: Flag | None = None
    match: Match | None = None
    conditions: Conditions | None = None
    category: Slug | None = None
    tags: Tags | None = None
    stop: Flag | None = None

    def fields(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.model_fields_set}
        changed = {name: value for name, value in values.items() if value is not None or name == "category"}
        if self.conditions is not None:
            changed["conditions"] = tuple(condition.to_domain() for condition in self.conditions)
        return changed


class OrderRequest(RequestModel):
    ids: Annotated[list[str], Field(max_length=MOST_RULES, description="Of all rules, in their new order.")]


class AddTransactionRequest(RequestModel):
    transaction_id: TransactionId


class ImportedRule(RuleRequest):
    """As exported. `id` and `stats` are ignored."""

    id: str | None = None
    stats: Any = None


class RulesImport(RequestModel):
    rules: Annotated[list[ImportedRule], Field(min_length=1, max_length=MOST_RULES)]


class DismissRequest(RequestModel):
    merchant: Annotated[str, Strict(), Field(min_length=1, max_length=1000)]
    category: Slug


class ConditionBody(TypedDict):
    field: str
    op: str
    value: Annotated[Any, value_schema()]


class RuleFieldsBody(TypedDict):
    name: str
    enabled: bool
    match: str
    conditions: list[ConditionBody]
    category: str | None
    tags: list[str]
    stop: bool


class StoredRuleBody(RuleFieldsBody):
    id: str


class ConflictBody(TypedDict):
    rule: Annotated[str, Field(description="The id of the other rule.")]
    name: str
    category: str | None
    rows: Annotated[int, Field(description="Transactions to which it gives its own category.")]
    precedes: Annotated[bool, Field(description="Whether it comes first, so that it decides.")]


class StatsBody(TypedDict):
    matched: Annotated[int, Field(description="Transactions that the rule decides now.")]
    overruled: Annotated[int, Field(description="Transactions that it decided and you answered otherwise.")]
    last_matched_at: str | None
    dead: Annotated[
        bool, Field(description="It has decided nothing, and matches none of the newest 5,000 transactions.")
    ]
    conflicts: Annotated[list[ConflictBody], Field(description="Among the newest 5,000 transactions.")]


class RuleBody(StoredRuleBody):
    stats: StatsBody


class ChangedRuleBody(StoredRuleBody):
    act: Annotated[str | None, Field(description="Undoes the change; null if nothing changed.")]


class DeletedRuleBody(TypedDict):
    id: str
    act: str


class RulesBody(TypedDict):
    rules: list[StoredRuleBody]


class OrderedRulesBody(RulesBody):
    act: Annotated[str | None, Field(description="Undoes the change; null if nothing changed.")]


class ImportedRulesBody(OrderedRulesBody):
    """The added rules."""

    skipped: Annotated[int, Field(description="Rules that exist already, whatever their name.")]


class PreviewBody(TypedDict):
    matched: Annotated[int, Field(description="Transactions that it matches, answered or not.")]
    would_change: Annotated[
        int, Field(description="Of those that nobody has answered: how many it would decide or tag.")
    ]
    other_category: Annotated[int, Field(description="Of these, how many would get another category.")]
    amounts: Annotated[
        list[CurrencyTotalBody],
        Field(description="Sums of the matched amounts, whatever their type, by currency."),
    ]
    examples: Annotated[list[HistoryItemBody], Field(description="The newest ten.")]
    conflicts: list[ConflictBody]
    complete: Annotated[
        bool, Field(description="False: there are so many that only the newest were compared.")
    ]


class AppliedBody(TypedDict):
    id: str
    changed: int
    act: Annotated[str | None, Field(description="Undoes it; null if nothing changed.")]


class SuggestionBody(TypedDict):
    merchant: str
    category: str
    answers: Annotated[int, Field(description="Transactions of the merchant with this answer; none differs.")]
    last_answered_at: str
    waiting: Annotated[int, Field(description="Its transactions that need review.")]
    rule: Annotated[RuleFieldsBody, Field(description="For `POST /rules`.")]


def rule_body(rule: Rule) -> StoredRuleBody:
    body: StoredRuleBody = as_plain(rule)  # type: ignore[assignment]  # the same fields
    return body


def reported_body(rule: Rule, report: RuleReport) -> RuleBody:
    last = report.use.last_matched_at
    return {
        **rule_body(rule),
        "stats": {
            "matched": report.use.matched,
            "overruled": report.use.overruled,
            "last_matched_at": utc_text(last) if last else None,
            "dead": report.dead,
            "conflicts": _conflicts(report.conflicts),
        },
    }


def _conflicts(conflicts: Sequence[RuleConflict]) -> list[ConflictBody]:
    return [
        {
            "rule": conflict.rule.id,
            "name": conflict.rule.name,
            "category": conflict.rule.category,
            "rows": conflict.rows,
            "precedes": conflict.precedes,
        }
        for conflict in conflicts
    ]


def preview_body(preview: RulePreview) -> PreviewBody:
    return {
        "matched": preview.matched,
        "would_change": preview.would_change,
        "other_category": preview.other_category,
        "amounts": [
            {"currency": currency, "total": money(total, currency)} for currency, total in preview.amounts
        ],
        "examples": [history_item(row) for row in preview.examples],
        "conflicts": _conflicts(preview.conflicts),
        "complete": preview.complete,
    }


def suggestion_body(suggestion: RuleSuggestion, rule: Rule) -> SuggestionBody:
    fields = as_plain(rule)
    del fields["id"]
    return {
        "merchant": suggestion.merchant,
        "category": suggestion.category,
        "answers": suggestion.answers,
        "last_answered_at": utc_text(suggestion.last_answered_at),
        "waiting": suggestion.waiting,
        "rule": fields,  # type: ignore[typeddict-item]  # the same fields
    }
