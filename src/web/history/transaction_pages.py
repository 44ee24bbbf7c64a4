"""The page of one transaction: its history, an answer, edits, and its deletion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from src.domain.feedback import LabelSource, Moment, active_answers, moment_of
from src.domain.predictions import Prediction
from src.domain.transactions import StoredTransaction, active_edits
from src.domain.transfers import Link, LinkStatus
from src.errors import Conflict, InvalidInput, Unavailable
from src.web.history import text
from src.web.history.edit_conflicts import Refusal, save, shown_at, version_of
from src.web.history.splits import SplitLine, split_changes, split_lines, typed_lines, with_spare_lines
from src.web.prediction.forms import CURRENCIES, TransactionForm
from src.web.shared import locales, time_zone
from src.web.shared.blueprint import bp, page
from src.web.shared.fields import last_date
from src.web.shared.forms import Errors, count_in, errors_of, local_address, with_query
from src.web.shared.learned import learned_from
from src.web.shared.services import with_services

if TYPE_CHECKING:
    from src.pipeline.feedback.edit import TransactionEditor
    from src.pipeline.prediction.predict import Predictor
    from src.services.accounts.repository import Accounts
    from src.services.categories.repository import Categories
    from src.services.rules.repository import Rules
    from src.services.transactions.feedback import FeedbackEvents
    from src.services.transactions.repository import Transactions
    from src.services.transfers.links import Links


@bp.get("/transactions/<transaction_id>")
def transaction(transaction_id: str, *, transactions: Transactions) -> ResponseReturnValue:
    row = transactions.get(transaction_id)
    return _page(row, TransactionForm.of(row.transaction))


@bp.post("/transactions/<transaction_id>")
def edit_transaction(
    transaction_id: str, *, transactions: Transactions, transaction_editor: TransactionEditor
) -> ResponseReturnValue:
    """Edit the transaction; the page then offers to undo it."""
    row = transactions.get(transaction_id)
    saved = save(row, request.form, transactions=transactions, transaction_editor=transaction_editor)
    if isinstance(saved, Refusal):
        return _page(saved.row, saved.form, saved)
    return redirect(with_query(_address(row), {"edited": saved}), 303)


@bp.post("/transactions/<transaction_id>/splits")
def split_transaction(
    transaction_id: str,
    *,
    transactions: Transactions,
    transaction_editor: TransactionEditor,
    categories: Categories,
) -> ResponseReturnValue:
    """Save the parts, or show the form with more lines."""
    row, at = transactions.get(transaction_id), datetime.now(UTC)
    lines = [] if "remove" in request.form else typed_lines(request.form)
    status, errors = 200, Errors()
    if "more" not in request.form:
        shown = shown_at(row, request.form.get("version"))
        try:
            changed = partial(split_changes, lines, shown, categories.slugs())
            _, act = transaction_editor.edit(transaction_id, changed, at=at)
            return redirect(with_query(_address(row), {"edited": act}), 303)
        except (ValidationError, InvalidInput) as error:
            status, errors = 422, errors_of(error)
        except (Conflict, Unavailable) as error:
            status, errors = 409 if isinstance(error, Conflict) else 503, {"": str(error)}
        row = transactions.get(transaction_id)
    form = TransactionForm.of(row.transaction)
    return _page(row, form, status=status, lines=lines, split_errors=errors)


@bp.post("/transactions/<transaction_id>/delete")
def delete_transaction(transaction_id: str, *, transaction_editor: TransactionEditor) -> ResponseReturnValue:
    """The history then offers to undo it."""
    act = transaction_editor.delete(transaction_id, at=datetime.now(UTC))
    return redirect(url_for("pages.history", deleted=act), 303)


def _address(row: StoredTransaction) -> str:
    return url_for("pages.transaction", transaction_id=row.id)


def _list_address(row: StoredTransaction) -> str:
    """The list that led here, at this row; else the whole list."""
    came_from, whole = urlsplit(request.referrer or ""), url_for("pages.history")
    if came_from.netloc != request.host or came_from.path != whole:
        return whole
    return local_address(f"{whole}?{came_from.query}#row-{row.id}", whole)


@with_services
def _page(
    row: StoredTransaction,
    form: TransactionForm,
    refusal: Refusal | None = None,
    status: int = 200,
    lines: list[SplitLine] | None = None,
    split_errors: Errors | None = None,
    *,
    transactions: Transactions,
    feedback_events: FeedbackEvents,
    predictor: Predictor,
    accounts: Accounts,
    links: Links,
    rules: Rules,
) -> ResponseReturnValue:
    """lines: of the split, as typed."""
    own_links = links.of(row.id)
    version, edited, today = version_of(row), request.args.get("edited"), time_zone.today()
    return page(
        "transactions/show.html",
        refusal.status if refusal else status,
        row=row,
        events=events_of(row),
        rules=rules.all(),
        links=linked_to(row, own_links, transactions),
        in_effect=any(link.shown and link.status is LinkStatus.PAIRED for link in own_links),
        edited=edited if version and version == edited else None,
        learned=learned_from(row, request.args, _address(row), predictor),
        undone=count_in(request.args, "undone"),
        similar=feedback_events.count_similar(row.transaction.merchant, but=row.id),
        modes=transactions.modes(),
        account_names=accounts.names(),
        here=_address(row),
        back=_list_address(row),
        form=form,
        refusal=refusal,
        errors=refusal.errors if refusal else None,
        amounts=refusal.amounts if refusal else (),
        currencies=CURRENCIES,
        currency=form.currency.upper() or row.transaction.currency,
        last_date=last_date(today),
        today=today,
        version=version,
        lines=with_spare_lines(split_lines(row.transaction) if lines is None else lines),
        split_errors=split_errors,
        asked_for_lines=lines is not None,
        decimal_mark=locales.marks()[0],
    )


def linked_to(
    row: StoredTransaction, links: Sequence[Link], transactions: Transactions
) -> list[tuple[str, StoredTransaction]]:
    """The transactions linked to it, each after the words that say how. links: all of the transaction."""
    words = {}
    for link in links:
        other, role = (link.into, "out") if link.out == row.id else (link.out, "into")
        if link.status is LinkStatus.PAIRED:
            words[other] = text.LINKED[link.kind, role] if link.shown else text.LINK_DOES_NOT_COUNT
    return [(words[other.id], other) for other in transactions.get_many(words)]


@dataclass(frozen=True)
class Event:
    at: datetime
    title: str
    category: str | None = None
    prediction: Prediction | None = None
    changes: tuple[text.Change, ...] = ()
    act: str | None = None
    """Undoes it; None if it cannot be undone now."""
    undone: bool = False
    of_an_import: bool = False
    """Whether its act is that of all transactions of an import."""


def events_of(row: StoredTransaction) -> list[Event]:
    """Its predictions, answers and edits, also undone ones; the newest first."""
    predictions = (
        Event(
            prediction.at, text.PREDICTED_AGAIN if number else text.PREDICTED, prediction.category, prediction
        )
        for number, prediction in enumerate(row.predictions)
    )
    events = [*predictions, *_answers(row), *_edits(row)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _answers(row: StoredTransaction) -> Iterator[Event]:
    active, moments = active_answers(row.feedback), dict[Moment, str]()
    for answer in row.feedback:
        if answer.category is None:
            yield Event(answer.at, text.ANSWER_UNDONE)
            continue
        title, is_active = text.ANSWERED[answer.source], answer in active
        act, of_an_import = answer.act if is_active else None, answer.source is LabelSource.IMPORT
        if moments.setdefault(moment_of(answer), answer.act) != answer.act:
            title, act = text.MERGED, None  # undone with the answer that it repeats
        yield Event(
            answer.at, title, answer.category, act=act, undone=not is_active, of_an_import=of_an_import
        )


def _edits(row: StoredTransaction) -> Iterator[Event]:
    newest = next(reversed(active_edits(row.edits)), None)
    for edit in row.edits:
        act = edit.act if edit is newest else None
        undone = bool(edit.undone_at)
        yield Event(edit.at, text.EDITED, changes=text.changes_in(edit), act=act, undone=undone)
