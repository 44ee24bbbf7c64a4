"""The sentences of recent changes."""

from __future__ import annotations

from src.domain.acts import Act
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name

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
        case "answered":
            return f"You answered {category_name(str(values['category']))}"
        case "answered-many":
            return f"{format.counted(int(values['answers'] or 0), 'answer')} at once"
        case "edited" if values["fields"] == "splits":
            return "You split a transaction, or changed its parts"
        case "edited" | "bulk-changed":
            return f"You edited {_fields(act)}"
        case "category-changed":
            return f"You changed the category {values['name']}"
        case "category-merged" if values.get("into"):
            return f"You merged {values['name']} into {category_name(str(values['into']))}"
        case "category-merged":
            return f"You deleted the category {values['name']}"
    return _PLAIN.get(act.what.code, "A change")


def _fields(act: Act) -> str:
    values = act.what.values
    names = [*(["category"] if values.get("category") else []), *str(values["fields"]).split(",")]
    return ", ".join(labels.FIELDS.get(name, name).lower() for name in names if name)
