"""The sentences of recent changes."""

from __future__ import annotations

from collections.abc import Mapping

from src.domain.acts import Act
from src.web.budgets.text import what_changed as budgets_changed
from src.web.settings.text import changes as settings_changes
from src.web.settings.text import restored as settings_restored
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name, merchant_name, payment_name

_PLAIN = {
    "deleted": "You deleted a transaction",
    "bulk-deleted": "You deleted many transactions at once",
    "transfer-paired": "You paired a transfer between your accounts",
    "transfer-dismissed": "You marked two transactions as no transfer",
    "refund-linked": "You linked a refund to its purchase",
    "refund-dismissed": "You marked a transaction as no refund",
}
"""The acts whose sentence has no values."""


def what_was_done(act: Act) -> str:
    values = act.what.values
    match act.what.code:
        case "answered-many":
            return f"{format.counted(int(values['answers'] or 0), 'answer')} at once"
        case "answered-group" if key := values.get("merchant"):
            merchant = merchant_name(str(key))
            return f"You answered {category_name(str(values['category']))} for {merchant}"
        case "answered" | "answered-group":
            return f"You answered {category_name(str(values['category']))}"
        case "edited" if values["fields"] == "splits":
            return "You split a transaction, or changed its parts"
        case "edited" | "bulk-changed":
            return f"You edited {_fields(act)}"
        case "settings-changed":
            return f"You changed the settings. {settings_changes(act)}"
        case "budgets-changed" | "limits-changed":
            return budgets_changed(act)
    if act.what.code == "anomaly-dismissed":
        merchant = payment_name(None, str(values["merchant"]))
        about = merchant or category_name(values["category"])  # type: ignore[arg-type]
        return f"You marked unusual spending as fine: {about}"
    of_areas = (_of_a_category, _of_an_account, _of_a_merchant, _of_rules, _of_a_recurring_payment)
    others = (of(act.what.code, values) for of in of_areas)
    return next(filter(None, others), None) or _PLAIN.get(act.what.code, "A change")


@bp.app_template_filter()
def undone_sentence(rows: int, unchanged: int | None = None, act: Act | None = None) -> str:
    """rows: that an undo restored; unchanged: of the same act, those that it left as they are.

    act: an undone one that is about no transaction.
    """
    if act and not rows and not unchanged:
        restored = settings_restored(act) if act.what.code == "settings-changed" else ""
        return f"Undone. {restored}".strip()
    restored = f"Undone. {format.counted(rows, 'transaction')} restored."
    if not unchanged:
        return restored
    was = "it was" if unchanged == 1 else "they were"
    left = format.counted(unchanged, "transaction")
    return f"{restored} {left} not changed, because {was} answered, edited or deleted since."


def _fields(act: Act) -> str:
    values = act.what.values
    names = [*(["category"] if values.get("category") else []), *str(values["fields"]).split(",")]
    return ", ".join(labels.FIELDS.get(name, name).lower() for name in names if name)


def _of_a_category(code: str, values: Mapping[str, str | int | None]) -> str | None:
    match code:
        case "category-added":
            return f"You added the category {values['name']}"
        case "category-changed" if values.get("new_name", values["name"]) != values["name"]:
            return f"You renamed the category {values['name']} to {values['new_name']}"
        case "category-changed":
            return f"You changed the category {values['name']}"
        case "category-merged" if values.get("into"):
            return f"You merged {values['name']} into {category_name(str(values['into']))}"
        case "category-merged":
            return f"You deleted the category {values['name']}"
    return None


def _of_an_account(code: str, values: Mapping[str, str | int | None]) -> str | None:
    match code:
        case "account-added":
            return f"You added the account {values['name']}"
        case "account-changed" if values["name"] != values["new_name"]:
            return f"You renamed the account {values['name']} to {values['new_name']}"
        case "account-changed":
            return f"You changed the account {values['name']}"
        case "account-merged" if values.get("into"):
            return f"You merged the account {values['name']} into {values['into']}"
        case "account-merged":
            return f"You deleted the account {values['name']}"
    return None


def _of_a_merchant(code: str, values: Mapping[str, str | int | None]) -> str | None:
    key = str(values.get("key"))
    name = str(values.get("name") or key.upper())
    match code:
        case "merchant-merged":
            parts = ", ".join(map(merchant_name, str(values["from"]).splitlines()))
            return f"You merged the merchant {parts} into {merchant_name(str(values['into']))}"
        case "merchants-apart":
            other = merchant_name(str(values["other"]))
            return f"You said that {merchant_name(key)} and {other} are two merchants"
        case "merchant-forgotten":
            return f"You made Ledgerloop forget your answers for {name}"
        case "merchant-changed" if values["name"] != values["new_name"]:
            return f"You renamed the merchant {name} to {values['new_name'] or key.upper()}"
        case "merchant-changed":
            return f"You switched learning {'on' if values['new_learn'] else 'off'} for {name}"
    return None


def _of_rules(code: str, values: Mapping[str, str | int | None]) -> str | None:
    name = f"“{values.get('name')}”"
    match code:
        case "rule-added":
            return f"You added the rule {name}"
        case "rule-changed":
            return f"You changed the rule {name}"
        case "rule-deleted":
            return f"You deleted the rule {name}"
        case "rule-applied":
            return f"You applied the rule {name} to stored transactions"
        case "rules-imported":
            return "You imported rules"
        case "rules-ordered":
            return "You changed the order of the rules"
    return None


def _of_a_recurring_payment(code: str, values: Mapping[str, str | int | None]) -> str | None:
    if code != "recurring-changed":
        return None
    name = f"the recurring payment {values['shown']}"
    if values["name"] != values["new_name"]:
        return f"You renamed {name}" + (f" to {values['new_name']}" if values["new_name"] else "")
    if values["ended_on"] != values["new_ended_on"]:
        return f"You marked {name} as {'ended' if values['new_ended_on'] else 'not ended'}"
    return f"You marked {name} as {'confirmed' if values['new_confirmed'] else 'not confirmed'}"
