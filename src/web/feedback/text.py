"""The sentences of the review and of recent changes."""

from __future__ import annotations

from src.domain.acts import Act
from src.web.shared import format, labels
from src.web.shared.blueprint import category_name

_CATEGORY_ACTS = {
    "category-changed": "You changed the category {name}",
    "category-merged": "You deleted the category {name}",
}


def what_was_done(act: Act) -> str:
    values = act.what.values
    match act.what.code:
        case "answered":
            return f"You answered {category_name(str(values['category']))}"
        case "answered-many":
            return f"{format.counted(int(values['answers'] or 0), 'answer')} at once"
        case "edited":
            names = [labels.FIELDS.get(name, name).lower() for name in str(values["fields"]).split(",")]
            return f"You edited {', '.join(names)}"
        case "deleted":
            return "You deleted a transaction"
        case "category-merged" if values.get("into"):
            return f"You merged {values['name']} into {category_name(str(values['into']))}"
        case code:
            return _CATEGORY_ACTS.get(code, "A change").format(name=values.get("name", ""))
