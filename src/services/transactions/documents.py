"""How a transaction's life is written in MongoDB: the one place that knows the form of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from decimal import Decimal
from typing import Any

from bson import Int64, ObjectId

from src.domain import LOCAL_OWNER
from src.domain.feedback import Feedback, LabelSource, active_answers
from src.domain.labels import LabelledTransaction
from src.domain.money import decimal_places
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason, ShadowPrediction
from src.domain.transactions import (
    Direction,
    DoubtMark,
    Edit,
    NewTransaction,
    Origin,
    Status,
    StoredTransaction,
    Transaction,
    current_state,
)

Document = dict[str, Any]


def midnight(day: Date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def new_document(new: NewTransaction, *, source: str, at: datetime) -> Document:
    """The document of a transaction that was just predicted."""
    return {
        "owner": LOCAL_OWNER,
        "created_at": at,
        "source": source,
        "fingerprint": new.fingerprint,
        "holdout": new.holdout,
        **({"audit": True} if new.audit else {}),
        "revision": 1,
        **given(new.transaction),
        **predicted((new.prediction,)),
        **_origin(new.origin),
        **said((new.prediction,), (new.origin.label,) if new.origin and new.origin.label else ()),
    }


def restored_document(row: StoredTransaction, *, import_id: str) -> Document:
    """The document of a transaction whose life an export tells. told: how many answers it told."""
    return {
        "_id": ObjectId(row.id),
        "owner": LOCAL_OWNER,
        "created_at": row.created_at,
        "source": row.source,
        "fingerprint": row.fingerprint,
        "holdout": row.holdout,
        **({"audit": True} if row.audit else {}),
        "revision": 1,
        **given(row.transaction),
        **predicted(row.predictions),
        "import": import_id,
        **({"key": row.key} if row.key else {}),
        "told": len(row.feedback),
        **({"doubt": asdict(row.doubt)} if row.doubt else {}),
        **said(row.predictions, row.feedback),
    }


def _origin(origin: Origin | None) -> Document:
    if origin is None:
        return {}
    return {"key": origin.key, **({"import": origin.import_id} if origin.import_id else {})}


def given(transaction: Transaction) -> Document:
    """The fields a person or a bank gave. `value` orders and filters; `amount` is the exact truth."""
    places = decimal_places(transaction.currency)
    return {
        "description": transaction.description,
        "merchant": transaction.merchant,
        "subcategory": transaction.subcategory,
        "amount": Int64(int(transaction.amount.scaleb(places))),
        "value": float(transaction.amount),
        "currency": transaction.currency,
        "date": midnight(transaction.date),
        "mode": transaction.mode,
        "direction": transaction.direction.value,
    }


def current_fields(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> Document:
    """The current state, stored with the predictions and answers so that it can be indexed."""
    state = current_state(predictions, feedback)
    return {
        "category": state.category,
        "status": state.status.value,
        "confidence": predictions[-1].confidence,
        "needs_review": state.needs_review,
        "label": _label(state.answer) if state.answer else None,
    }


def _label(answer: Feedback) -> Document:
    return {"category": answer.category, "at": answer.at, "source": answer.source.value}


def said(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> Document:
    """What an answer changes."""
    return {
        "feedback": [feedback_document(each) for each in feedback],
        **current_fields(predictions, feedback),
    }


def predicted(predictions: Sequence[Prediction]) -> Document:
    return {"predictions": [prediction_document(each) for each in predictions]}


def feedback_document(event: Feedback) -> Document:
    return {"category": event.category, "at": event.at, "act": event.act, "source": event.source.value}


def edited(edits: Sequence[Edit]) -> Document:
    return {"edits": [_edit_document(each) for each in edits]} if edits else {}


def _edit_document(edit: Edit) -> Document:
    undone = {"undone_at": edit.undone_at} if edit.undone_at else {}
    kept = {"before": given(edit.before), "after": given(edit.after)}
    return {"act": edit.act, "at": edit.at, **kept, **undone}


def _edit(document: Document) -> Edit:
    before, after = transaction_of(document["before"]), transaction_of(document["after"])
    return Edit(document["act"], document["at"], before, after, document.get("undone_at"))


def prediction_document(prediction: Prediction) -> Document:
    shadow = {"shadow": asdict(prediction.shadow)} if prediction.shadow else {}
    return {
        "category": prediction.category,
        "confidence": prediction.confidence,
        "band": prediction.band.value,
        "decided_by": prediction.decided_by.value,
        "model_version": prediction.model_version,
        "at": prediction.at,
        "alternatives": [[each.category, each.probability] for each in prediction.alternatives],
        "explanation": [[each.feature, each.weight] for each in prediction.explanation],
        **({"act": prediction.act} if prediction.act else {}),
        **shadow,
    }


def prediction_of(document: Document) -> Prediction:
    return Prediction(
        category=document["category"],
        confidence=document["confidence"],
        band=Band(document["band"]),
        decided_by=DecidedBy(document["decided_by"]),
        alternatives=tuple(Alternative(*pair) for pair in document["alternatives"]),
        explanation=tuple(Reason(*pair) for pair in document["explanation"]),
        model_version=document["model_version"],
        at=document["at"],
        act=document.get("act"),
        shadow=ShadowPrediction(**document["shadow"]) if "shadow" in document else None,
    )


def _feedback(document: Document) -> Feedback:
    return Feedback(document["category"], document["at"], document["act"], LabelSource(document["source"]))


def transaction_of(document: Document) -> Transaction:
    places = decimal_places(document["currency"])
    return Transaction(
        description=document["description"],
        amount=Decimal(int(document["amount"])).scaleb(-places),
        currency=document["currency"],
        date=document["date"].date(),
        direction=Direction(document["direction"]),
        mode=document["mode"],
        subcategory=document["subcategory"],
        merchant=document["merchant"],
    )


def stored(document: Document) -> StoredTransaction:
    return StoredTransaction(
        id=str(document["_id"]),
        transaction=transaction_of(document),
        category=document["category"],
        status=Status(document["status"]),
        predictions=tuple(prediction_of(each) for each in document["predictions"]),
        feedback=tuple(_feedback(each) for each in document["feedback"]),
        created_at=document["created_at"],
        audit=document.get("audit", False),
        source=document["source"],
        fingerprint=document["fingerprint"],
        holdout=document["holdout"],
        key=document.get("key"),
        doubt=DoubtMark(**document["doubt"]) if "doubt" in document else None,
        edits=tuple(_edit(each) for each in document.get("edits", ())),
    )


def labelled(document: Document) -> LabelledTransaction:
    """`feedback` may be left out of the document where nobody asks what an answer replaced."""
    label = document["label"]
    return LabelledTransaction(
        id=str(document["_id"]),
        transaction=transaction_of(document),
        category=label["category"],
        source=LabelSource(label["source"]),
        labelled_at=label["at"],
        holdout=document["holdout"],
        replaced=_replaced([_feedback(each) for each in document.get("feedback", ())]),
    )


def _replaced(feedback: Sequence[Feedback]) -> Feedback | None:
    """The standing answer before the newest one, if it said otherwise."""
    answers = active_answers(feedback)
    before, newest = answers[-2:] if len(answers) > 1 else (None, None)
    return before if before and newest and before.category != newest.category else None
