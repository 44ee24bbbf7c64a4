"""Rules: list, add, change, order, delete, preview, apply, suggest, export and import them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from src.pipeline.rules.suggestions import suggested_rule
from src.web.openapi.operations import Operations, ResponseValue
from src.web.rules.schemas import (
    AddTransactionRequest,
    AppliedBody,
    ChangedRuleBody,
    DeletedRuleBody,
    DismissRequest,
    ImportedRulesBody,
    OrderedRulesBody,
    OrderRequest,
    PreviewBody,
    PreviewRequest,
    RuleBody,
    RuleChange,
    RuleRequest,
    RulesBody,
    RulesImport,
    SuggestionBody,
    preview_body,
    reported_body,
    rule_body,
    suggestion_body,
)

if TYPE_CHECKING:
    from src.pipeline.rules.apply import RuleApplication
    from src.pipeline.rules.editor import RuleEditor
    from src.pipeline.rules.preview import RulePreviews
    from src.pipeline.rules.report import RuleReports
    from src.pipeline.rules.suggestions import RuleSuggestions
    from src.services.rules.repository import Rules
    from src.services.transactions.repository import Transactions

api = Operations("rules", __name__, url_prefix="/api/v1")


@api.operation("GET", "/rules", summary="List all rules with how they do", returns={200: list[RuleBody]})
def list_rules(*, rule_reports: RuleReports) -> ResponseValue:
    """In their order: the first matching rule that has a category decides."""
    return [reported_body(rule, report) for rule, report in rule_reports.all()]


@api.operation(
    "POST",
    "/rules",
    summary="Add a rule",
    body=RuleRequest,
    returns={201: ChangedRuleBody},
    errors=(409, 503),
)
def add_rule(body: RuleRequest, *, rule_editor: RuleEditor) -> ResponseValue:
    """As the last one. It decides from the next prediction on, before memory and model. Stored transactions
    stay as they are until it is applied."""
    rule, act = rule_editor.add(body.to_domain(), at=datetime.now(UTC))
    return {**rule_body(rule), "act": act}


@api.operation(
    "PATCH",
    "/rules/{id}",
    summary="Change a rule",
    body=RuleChange,
    returns={200: ChangedRuleBody},
    errors=(404, 409, 503),
)
def change_rule(id: str, body: RuleChange, *, rule_editor: RuleEditor) -> ResponseValue:
    rule, act = rule_editor.change(id, body.fields(), at=datetime.now(UTC))
    return {**rule_body(rule), "act": act}


@api.operation(
    "DELETE", "/rules/{id}", summary="Delete a rule", returns={200: DeletedRuleBody}, errors=(404, 409, 503)
)
def delete_rule(id: str, *, rule_editor: RuleEditor) -> ResponseValue:
    """What it decided stays."""
    return {"id": id, "act": rule_editor.delete(id, at=datetime.now(UTC))}


@api.operation(
    "POST",
    "/rules/order",
    summary="Put the rules into another order",
    body=OrderRequest,
    returns={200: OrderedRulesBody},
    errors=(409, 503),
)
def order_rules(body: OrderRequest, *, rule_editor: RuleEditor) -> ResponseValue:
    rules, act = rule_editor.order(body.ids, at=datetime.now(UTC))
    return {"rules": [rule_body(rule) for rule in rules], "act": act}


@api.operation(
    "POST",
    "/rules/preview",
    summary="See what a rule would do to the stored transactions",
    body=PreviewRequest,
    returns={200: PreviewBody},
)
def preview_rule(body: PreviewRequest, *, rule_previews: RulePreviews) -> ResponseValue:
    """Changes nothing. Compares at most the newest 100,000 transactions."""
    return preview_body(rule_previews.preview(body.to_domain(body.id or "")))


@api.operation(
    "POST",
    "/rules/{id}/apply",
    summary="Apply a rule to stored transactions",
    returns={200: AppliedBody},
    errors=(404, 409, 503),
)
def apply_rule(id: str, *, rule_application: RuleApplication) -> ResponseValue:
    """Only to those that nobody has answered, as one act. More than 1,000 are changed after the response, in
    which `changed` is their number; `GET /acts` has the progress. If the request is interrupted, the act is
    listed without a number of rows: undo it, or send the request again for the rest."""
    changed, act = rule_application.apply(id, at=datetime.now(UTC))
    return {"id": id, "changed": changed, "act": act}


@api.operation(
    "POST",
    "/rules/{id}/transactions",
    summary="Widen a rule to match a transaction",
    body=AddTransactionRequest,
    returns={200: ChangedRuleBody},
    errors=(404, 409, 503),
)
def add_transaction_to_rule(
    id: str, body: AddTransactionRequest, *, rule_editor: RuleEditor, transactions: Transactions
) -> ResponseValue:
    """Its merchant is added to the rule. 409 if the rule has other conditions that the transaction does not
    meet."""
    row = transactions.get(body.transaction_id)
    rule, act = rule_editor.include(id, row.transaction, at=datetime.now(UTC))
    return {**rule_body(rule), "act": act}


@api.operation(
    "GET",
    "/rules/suggestions",
    summary="List the rules that your answers suggest",
    returns={200: list[SuggestionBody]},
)
def suggest_rules(*, rule_suggestions: RuleSuggestions) -> ResponseValue:
    """For merchants with at least three answers, all of one category. None is saved by itself."""
    return [suggestion_body(offer, suggested_rule(offer)) for offer in rule_suggestions.all()]


@api.operation(
    "POST",
    "/rules/suggestions/dismiss",
    summary="Dismiss a suggested rule",
    body=DismissRequest,
    returns={200: DismissRequest},
)
def dismiss_suggestion(body: DismissRequest, *, rule_suggestions: RuleSuggestions) -> ResponseValue:
    """It is not offered again."""
    rule_suggestions.dismiss(body.merchant, body.category)
    return body.model_dump()


@api.operation("GET", "/rules/export", summary="Export the rules as JSON", returns={200: RulesBody})
def export_rules(*, rules: Rules) -> ResponseValue:
    return {"rules": [rule_body(rule) for rule in rules.all()]}


@api.operation(
    "POST",
    "/rules/import",
    summary="Import exported rules",
    body=RulesImport,
    returns={200: ImportedRulesBody},
    errors=(409, 503),
)
def import_rules(body: RulesImport, *, rule_editor: RuleEditor) -> ResponseValue:
    """Adds those that do not exist yet, after the others. If one is invalid, none is added."""
    added, act = rule_editor.add_all([rule.to_domain() for rule in body.rules], at=datetime.now(UTC))
    skipped = len(body.rules) - len(added)
    return {"rules": [rule_body(rule) for rule in added], "act": act, "skipped": skipped}
