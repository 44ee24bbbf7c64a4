"""Save the form of a transaction, so that nobody overwrites what others changed meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from src.domain.transactions import StoredTransaction, Transaction, active_edits
from src.errors import Conflict, InvalidInput, Unavailable
from src.web.history import text
from src.web.prediction.forms import TransactionForm, changes_of
from src.web.shared.forms import Errors, errors_of

if TYPE_CHECKING:
    from src.pipeline.feedback.edit import TransactionEditor
    from src.services.transactions.repository import Transactions


@dataclass(frozen=True)
class Refusal:
    """Why nothing was saved, and the form to show again."""

    row: StoredTransaction
    form: TransactionForm
    status: int
    errors: Errors
    amounts: tuple[str, ...] = ()
    """To choose from, if the typed amount can be read in two ways."""
    conflicts: tuple[text.FieldConflict, ...] = ()
    """What was changed both here and elsewhere since the form was shown. Saved again, the form prevails."""


def save(
    row: StoredTransaction,
    values: Mapping[str, str],
    *,
    transactions: Transactions,
    transaction_editor: TransactionEditor,
) -> str | Refusal | None:
    """Change the fields that differ from how the form showed them; fields that it lacks stay.

    Returns the id of the act, or None if nothing changes.
    """
    now, shown = datetime.now(UTC), shown_at(row, values.get("version"))
    form = TransactionForm.read(values, **asdict(TransactionForm.of(shown)))
    try:
        changes = changes_of(shown, form)
        if changes is None:
            return None
        names = changes.model_fields_set
        amounts = form.amounts(changes.currency or row.transaction.currency) if "amount" in names else ()
        if len(amounts) > 1:
            return Refusal(row, form, 422, {"amount": text.TWO_AMOUNTS}, amounts)

        def changed(current: Transaction) -> dict[str, Any]:
            if conflicts := conflicting(names, shown, current):
                raise EditedElsewhere(conflicts, current)
            return changes.changed(current, today=now.date())

        _, act = transaction_editor.edit(row.id, changed, at=now)
    except (ValidationError, InvalidInput) as error:
        return Refusal(row, form, 422, errors_of(error))
    except EditedElsewhere as error:
        typed = {name: getattr(form, name) for name in names}
        form = replace(TransactionForm.of(error.current), **typed)
        conflicts = text.field_conflicts(error.fields, shown, error.current, form)
        return Refusal(transactions.get(row.id), form, 409, {"": str(error)}, conflicts=conflicts)
    except (Conflict, Unavailable) as error:
        return Refusal(row, form, 409 if isinstance(error, Conflict) else 503, {"": str(error)})
    return act


def version_of(row: StoredTransaction) -> str:
    """Names the input that a form shows: the newest edit, "" if there is none."""
    edits = active_edits(row.edits)
    return edits[-1].act if edits else ""


def shown_at(row: StoredTransaction, version: str | None) -> Transaction:
    """The input that the form of `version` showed. Without a known version, the current one."""
    if version == version_of(row) or not row.edits:
        return row.transaction
    if version == "":
        return row.edits[0].before
    return next((edit.after for edit in row.edits if edit.act == version), row.transaction)


def conflicting(names: Collection[str], shown: Transaction, current: Transaction) -> list[str]:
    """The changed fields that somebody else has changed too. An amount counts with its currency."""
    fields = [*sorted(names), "currency"] if "amount" in names else sorted(names)
    return [name for name in dict.fromkeys(fields) if getattr(shown, name) != getattr(current, name)]


class EditedElsewhere(Conflict):
    """fields: changed both here and elsewhere since the form was shown."""

    def __init__(self, fields: Sequence[str], current: Transaction) -> None:
        super().__init__(text.edited_elsewhere(fields, TransactionForm.of(current)))
        self.fields = fields
        self.current = current
