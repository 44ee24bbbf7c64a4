"""The rules: list, order and switch them; add, change, preview, apply, delete, export and import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from src.domain.bulk import AT_ONCE
from src.domain.rules import Condition, Field, Match, Operator, Rule, RulePreview
from src.errors import Conflict, InvalidInput
from src.pipeline.rules.suggestions import rule_like
from src.web.rules.forms import RuleForm, errors_in, operators_of_fields
from src.web.rules.schemas import RuleChange, RuleRequest, RulesImport
from src.web.rules.text import FIELDS, MATCHES, OPERATORS, conditions
from src.web.shared.blueprint import bp, category_name, page
from src.web.shared.forms import Errors, count_in, flag, local_address, with_query
from src.web.shared.json_io import parse_json
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.rules.apply import RuleApplication
    from src.pipeline.rules.editor import RuleEditor
    from src.pipeline.rules.preview import RulePreviews
    from src.pipeline.rules.report import RuleReports
    from src.pipeline.rules.suggestions import RuleSuggestions
    from src.services.rules.repository import Rules
    from src.services.transactions.repository import Transactions

bp.add_app_template_filter(conditions, "conditions")


@bp.get("/rules")
def rules() -> ResponseReturnValue:
    return _list_page()


@bp.get("/rules/new")
def new_rule(*, transactions: Transactions) -> ResponseReturnValue:
    """Filled for a transaction, or for a merchant and a category, that the address names."""
    if transaction_id := request.args.get("transaction"):
        row = transactions.get(transaction_id)
        return _edit_page(RuleForm.of(rule_like(row.transaction, row.category)))
    if merchant := request.args.get("merchant", "")[:1000]:
        condition = Condition(Field.MERCHANT, Operator.EQUALS, merchant)
        rule = Rule("", merchant[:100], Match.ALL, (condition,), request.args.get("category"))
        return _edit_page(RuleForm.of(rule))
    return _edit_page(RuleForm())


@bp.post("/rules/new")
def add_rule(*, rule_editor: RuleEditor) -> ResponseReturnValue:
    """Save the rule, or only show its preview or more lines."""
    form = RuleForm.typed(request.form)
    if not _is_saved():
        return _edit_page(form)
    try:
        request_body = RuleRequest.model_validate(form.values())
        rule, act = rule_editor.add(request_body.to_domain(), at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(form, refused=error)
    return _to_rule(rule.id, saved=act)


@bp.get("/rules/<rule_id>")
def rule(rule_id: str, *, rules: Rules) -> ResponseReturnValue:
    stored = rules.get(rule_id)
    return _edit_page(RuleForm.of(stored), stored)


@bp.post("/rules/<rule_id>")
def change_rule(rule_id: str, *, rule_editor: RuleEditor, rules: Rules) -> ResponseReturnValue:
    form, stored = RuleForm.typed(request.form), rules.get(rule_id)
    if not _is_saved():
        return _edit_page(form, stored)
    try:
        request_body = RuleChange.model_validate(form.values())
        _, act = rule_editor.change(rule_id, request_body.fields(), at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict) as error:
        return _edit_page(form, stored, refused=error)
    return _to_rule(rule_id, saved=act or "none")


@bp.post("/rules/<rule_id>/apply")
def apply_rule(rule_id: str, *, rule_application: RuleApplication) -> ResponseReturnValue:
    changed, act = rule_application.apply(rule_id, at=datetime.now(UTC))
    after = with_query(url_for("pages.rule", rule_id=rule_id), {"applied": act or "none", "changed": changed})
    if act and changed > AT_ONCE:
        return redirect(url_for("pages.bulk_progress", act=act, next=after), 303)
    return redirect(after, 303)


@bp.post("/rules/<rule_id>/move")
def move_rule(rule_id: str, *, rule_editor: RuleEditor) -> ResponseReturnValue:
    by = -1 if request.form.get("to") == "up" else 1
    act = rule_editor.move(rule_id, by, at=datetime.now(UTC))
    return redirect(
        with_query(url_for("pages.rules"), {"done": "moved", "act": act}) + f"#rule-{rule_id}", 303
    )


@bp.post("/rules/<rule_id>/switch")
def switch_rule(rule_id: str, *, rule_editor: RuleEditor) -> ResponseReturnValue:
    fields = {"enabled": flag(request.form, "on")}
    _, act = rule_editor.change(rule_id, fields, at=datetime.now(UTC))
    done = "on" if fields["enabled"] else "off"
    return _to_list({"done": done, "act": act}, rule_id)


@bp.post("/rules/<rule_id>/delete")
def delete_rule(rule_id: str, *, rule_editor: RuleEditor) -> ResponseReturnValue:
    act = rule_editor.delete(rule_id, at=datetime.now(UTC))
    return _to_list({"done": "deleted", "act": act})


@bp.post("/rules/import")
def import_rules(*, rule_editor: RuleEditor) -> ResponseReturnValue:
    """An exported file. If one of its rules is invalid, none is added."""
    file = request.files.get("file")
    try:
        imported = RulesImport.model_validate(parse_json(file.read() if file else b""))
        added, act = rule_editor.add_all([body.to_domain() for body in imported.rules], at=datetime.now(UTC))
    except (ValidationError, InvalidInput, Conflict, BadRequest):
        return _list_page(import_failed=True)
    skipped = len(imported.rules) - len(added)
    return _to_list({"done": "imported", "added": len(added), "skipped": skipped, "act": act})


@bp.post("/rules/suggestions/dismiss")
def dismiss_suggestion(*, rule_suggestions: RuleSuggestions) -> ResponseReturnValue:
    rule_suggestions.dismiss(request.form.get("merchant", ""), request.form.get("category", ""))
    return redirect(local_address(request.form.get("next"), url_for("pages.rules")), 303)


@bp.post("/transactions/<transaction_id>/rule")
def add_to_rule(
    transaction_id: str, *, transactions: Transactions, rule_editor: RuleEditor
) -> ResponseReturnValue:
    """Widen an existing rule so that it matches this transaction too."""
    row, rule_id = transactions.get(transaction_id), request.form.get("rule", "")
    _, act = rule_editor.include(rule_id, row.transaction, at=datetime.now(UTC))
    return _to_rule(rule_id, saved=act or "none")


def _is_saved() -> bool:
    return "preview" not in request.form and "more" not in request.form


def _to_list(outcome: Mapping[str, str | int | None], rule_id: str | None = None) -> ResponseReturnValue:
    address = with_query(url_for("pages.rules"), outcome)
    return redirect(f"{address}#rule-{rule_id}" if rule_id else address, 303)


def _to_rule(rule_id: str, **outcome: str | int) -> ResponseReturnValue:
    return redirect(with_query(url_for("pages.rule", rule_id=rule_id), outcome), 303)


@with_services
def _list_page(
    import_failed: bool = False, *, rule_reports: RuleReports, rule_suggestions: RuleSuggestions
) -> ResponseReturnValue:
    reported = rule_reports.all()
    q = request.args.get("q", "").strip()[:100]
    words = q.casefold().split()
    return page(
        "rules/index.html",
        422 if import_failed else 200,
        reported=[line for line in reported if _finds(words, line[0])],
        total=len(reported),
        q=q,
        suggestions=rule_suggestions.all(),
        import_failed=import_failed,
        act=request.args.get("act"),
        done=request.args.get("done"),
        added=count_in(request.args, "added"),
        skipped=count_in(request.args, "skipped"),
        undone=count_in(request.args, "undone"),
    )


def _finds(words: list[str], rule: Rule) -> bool:
    searched = [rule.name, conditions(rule), category_name(rule.category), *rule.tags]
    text = " ".join(searched).casefold()
    return all(word in text for word in words)


@with_services
def _edit_page(
    form: RuleForm,
    stored: Rule | None = None,
    refused: ValidationError | InvalidInput | Conflict | None = None,
    *,
    rule_previews: RulePreviews,
) -> ResponseReturnValue:
    """With a preview of what is typed, if that is a rule."""
    preview, errors = _preview(form, stored, rule_previews)
    status = 200
    if isinstance(refused, Conflict):
        errors, status = {"": str(refused)}, 409
    elif refused is not None:
        errors, status = errors_in(refused), 422
    elif request.method == "GET" or "more" in request.form:
        errors = {}  # nothing is wrong yet
    return page(
        "rules/edit.html",
        status,
        form=form,
        lines=form.shown_lines(more="more" in request.form),
        stored=stored,
        preview=preview,
        is_stored=stored is not None and form == RuleForm.of(stored),
        errors=errors,
        fields=FIELDS,
        operators=OPERATORS,
        operators_of_fields=operators_of_fields(),
        matches=MATCHES,
        changed=count_in(request.args, "changed"),
        undone=count_in(request.args, "undone"),
        stay=count_in(request.args, "stay"),
        **{name: request.args.get(name) for name in ("saved", "applied")},
    )


def _preview(
    form: RuleForm, stored: Rule | None, rule_previews: RulePreviews
) -> tuple[RulePreview | None, Errors]:
    try:
        typed = RuleRequest.model_validate(form.values())
        return rule_previews.preview(typed.to_domain(stored.id if stored else "")), {}
    except (ValidationError, InvalidInput) as error:
        return None, errors_in(error)
