"""The document of a transaction in MongoDB: the only module that knows its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from bson import Int64, ObjectId

from src.domain import LOCAL_OWNER
from src.domain.exports import PlainTransaction
from src.domain.feedback import Feedback, LabelSource, active_answers
from src.domain.money import decimal_places
from src.domain.predictions import Alternative, Band, DecidedBy, Prediction, Reason, ShadowPrediction
from src.domain.transactions import (
    Direction,
    Edit,
    LabelledTransaction,
    MistakeMark,
    NewTransaction,
    RefundPart,
    Split,
    Status,
    StoredTransaction,
    Transaction,
    current_state,
)
from src.services.mongo.client import midnight

Document = dict[str, Any]
_IMPORT_KEY = re.compile(r"[0-9a-f]{64}:")
_CONTENT_DIGITS = 24
# A range rather than $exists, so that the index alone answers.
FOR_OTHERS = {"label.source": {"$ne": LabelSource.ONCE.value}}
"""With `HAS_LABEL`: the answers that count for a merchant's other transactions."""
HAS_LABEL = {"label.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}
IS_UNCERTAIN: Document = {
    "$and": [
        {"$eq": ["$status", Status.PREDICTED.value]},
        {"$ne": [{"$last": "$predictions.band"}, Band.AUTO.value]},
    ]
}
"""`is_uncertain` of `StoredTransaction` as an expression."""
IS_SPLIT = {"splits": {"$exists": True}}


def not_ignored(ignored: Mapping[str, datetime]) -> Document:
    """The answers that teach something. ignored: until when those for a merchant teach nothing."""
    unlearned = [{"merchant": merchant, "label.at": {"$lte": until}} for merchant, until in ignored.items()]
    return {"$nor": unlearned} if unlearned else {}


def new_document(new: NewTransaction, *, source: str, at: datetime) -> Document:
    """The document of a transaction that was just predicted."""
    origin = new.origin
    label = (origin.label,) if origin and origin.label else ()
    document = _first_document(new, (new.prediction,), label, source, at)
    if origin:
        document |= key_fields(origin.key)
        if origin.import_id:
            document["import"] = origin.import_id
        if origin.account_number:
            document["account_number"] = origin.account_number
    return document


def restored_document(row: StoredTransaction, *, import_id: str) -> Document:
    """The document of a transaction from an export. `told` counts the answers that the export contained."""
    return {
        "_id": ObjectId(row.id),
        **_first_document(row, row.predictions, row.feedback, row.source, row.created_at),
        "import": import_id,
        **(key_fields(row.key) if row.key else {}),
        "told": len(row.feedback),
        **({"doubt": asdict(row.mistake)} if row.mistake else {}),
        **({"edits": [edit_document(edit) for edit in row.edits]} if row.edits else {}),
    }


def key_fields(key: str) -> Document:
    """The key of an imported transaction, and its first part, which rows of the same content share."""
    return {"key": key, **({"content": content_of(key)} if _IMPORT_KEY.match(key) else {})}


def content_of(key: str) -> str:
    """A short form of the first part of the key of an import."""
    return key[:_CONTENT_DIGITS]


def _first_document(
    row: NewTransaction | StoredTransaction,
    predictions: Sequence[Prediction],
    feedback: Sequence[Feedback],
    source: str,
    at: datetime,
) -> Document:
    return {
        "owner": LOCAL_OWNER,
        "created_at": at,
        "source": source,
        "fingerprint": row.fingerprint,
        "holdout": row.holdout,
        **({"audit": True} if row.audit else {}),
        "revision": 1,
        **transaction_fields(row.transaction),
        **prediction_fields(predictions, feedback),
        **feedback_fields(predictions, feedback),
    }


OPTIONAL_FIELDS = ("account", "counterparty", "notes", "mcc", "tags", "splits")
"""Input fields that a document has only if they are set."""
INPUT_FIELDS = dict.fromkeys(
    ("description", "merchant", "subcategory", "amount", "currency", "date", "mode", "direction"), 1
) | dict.fromkeys(OPTIONAL_FIELDS, 1)
"""The projection that `transaction_of` needs."""


def transaction_fields(transaction: Transaction) -> Document:
    """The fields a person or a bank gave. `value` is for sorting and filtering; `amount` is exact."""
    places = decimal_places(transaction.currency)
    return {
        "description": transaction.description,
        "merchant": transaction.merchant,
        "subcategory": transaction.subcategory,
        "amount": minor_units(transaction.amount, transaction.currency),
        "value": float(transaction.amount),
        "currency": transaction.currency,
        "date": midnight(transaction.date),
        "mode": transaction.mode,
        "direction": transaction.direction.value,
        **{name: value for name in OPTIONAL_FIELDS if (value := getattr(transaction, name))},
        **({"splits": _split_documents(transaction.splits, places)} if transaction.splits else {}),
    }


def minor_units(amount: Decimal, currency: str) -> Int64:
    return Int64(int(amount.scaleb(decimal_places(currency))))


def _split_documents(splits: Sequence[Split], places: int) -> list[Document]:
    return [{**asdict(split), "amount": Int64(int(split.amount.scaleb(places)))} for split in splits]


def refund_part_documents(parts: Sequence[RefundPart], currency: str) -> list[Document]:
    places = decimal_places(currency)
    return [{"part": lowered.part, "amount": Int64(int(lowered.amount.scaleb(places)))} for lowered in parts]


def _decimal(amount: int, currency: str) -> Decimal:
    return Decimal(int(amount)).scaleb(-decimal_places(currency))


def replaced_fields(transaction: Transaction) -> Document:
    """`transaction_fields` for an update: None for optional fields to remove."""
    return {**dict.fromkeys(OPTIONAL_FIELDS), **transaction_fields(transaction)}


def current_fields(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> Document:
    """The current state, stored with the predictions and answers so that it can be indexed."""
    state, newest = current_state(predictions, feedback), predictions[-1]
    return {
        "category": state.category,
        "status": state.status.value,
        "confidence": newest.confidence,
        "needs_review": state.needs_review,
        "label": _label(state.answer) if state.answer else None,
        "rule": {"id": newest.rule, "at": newest.at} if newest.rule else None,
    }


def first_answer(answer: Feedback) -> list[Document]:
    """An update that adds `answer`, which decides then, with the same fields as `current_fields`."""
    confirmed = {"$eq": [{"$last": "$predictions.category"}, {"$literal": answer.category}]}
    return [
        {
            "$set": {
                "feedback": {"$concatArrays": ["$feedback", [{"$literal": feedback_document(answer)}]]},
                "status": {"$cond": [confirmed, Status.CONFIRMED.value, Status.CORRECTED.value]},
                "category": {"$literal": answer.category},
                "needs_review": False,
                "label": {"$literal": _label(answer)},
                "revision": {"$add": ["$revision", 1]},
            }
        }
    ]


def _label(answer: Feedback) -> Document:
    return {"category": answer.category, "at": answer.at, "source": answer.source.value}


def feedback_fields(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> Document:
    return {
        "feedback": [feedback_document(event) for event in feedback],
        **current_fields(predictions, feedback),
    }


def prediction_fields(predictions: Sequence[Prediction], feedback: Sequence[Feedback]) -> Document:
    return {
        "predictions": [prediction_document(prediction) for prediction in predictions],
        **current_fields(predictions, feedback),
    }


def feedback_document(event: Feedback) -> Document:
    return {"category": event.category, "at": event.at, "act": event.act, "source": event.source.value}


def edit_document(edit: Edit) -> Document:
    return {
        "act": edit.act,
        "at": edit.at,
        "before": transaction_fields(edit.before),
        "after": transaction_fields(edit.after),
        **({"undone_at": edit.undone_at} if edit.undone_at else {}),
    }


def prediction_document(prediction: Prediction) -> Document:
    return {
        "category": prediction.category,
        "confidence": prediction.confidence,
        "band": prediction.band.value,
        "decided_by": prediction.decided_by.value,
        "model_version": prediction.model_version,
        "at": prediction.at,
        "alternatives": [
            [alternative.category, alternative.probability] for alternative in prediction.alternatives
        ],
        "explanation": [[reason.feature, reason.weight] for reason in prediction.explanation],
        **({"act": prediction.act} if prediction.act else {}),
        **({"shadow": asdict(prediction.shadow)} if prediction.shadow else {}),
        **({"rule": prediction.rule} if prediction.rule else {}),
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
        rule=document.get("rule"),
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
        account=document.get("account"),
        counterparty=document.get("counterparty"),
        notes=document.get("notes"),
        mcc=document.get("mcc"),
        tags=tuple(document.get("tags", ())),
        splits=tuple(
            Split(**{**split, "amount": Decimal(int(split["amount"])).scaleb(-places)})
            for split in document.get("splits", ())
        ),
    )


def plain_of(document: Document) -> PlainTransaction:
    """document: with times as they are stored, without a time zone. It is changed."""
    document["id"] = str(document.pop("_id"))
    if "refund_of" in document:
        document["refund_of"] = str(document["refund_of"])
    return cast(PlainTransaction, document)


def stored_of(document: Document) -> StoredTransaction:
    return StoredTransaction(
        id=str(document["_id"]),
        transaction=transaction_of(document),
        category=document["category"],
        status=Status(document["status"]),
        predictions=tuple(prediction_of(prediction) for prediction in document["predictions"]),
        feedback=tuple(_feedback(event) for event in document["feedback"]),
        created_at=document["created_at"],
        audit=document.get("audit", False),
        source=document["source"],
        fingerprint=document["fingerprint"],
        holdout=document["holdout"],
        key=document.get("key"),
        mistake=MistakeMark(**document["doubt"]) if "doubt" in document else None,
        edits=tuple(
            Edit(**{**edit, "before": transaction_of(edit["before"]), "after": transaction_of(edit["after"])})
            for edit in document.get("edits", ())
        ),
        transfer=document.get("transfer"),
        refund_of=str(document["refund_of"]) if "refund_of" in document else None,
        refund_parts=tuple(
            RefundPart(lowered["part"], _decimal(lowered["amount"], document["currency"]))
            for lowered in document.get("refund_parts", ())
        ),
        import_id=document.get("import"),
    )


def labelled_of(document: Document) -> LabelledTransaction:
    """`feedback` may be missing from the document if the replaced answer is not needed."""
    label = document["label"]
    answers = active_answers([_feedback(event) for event in document.get("feedback", ())])
    *_, before, newest = [None, None, *answers]
    is_replaced = before and newest and before.category != newest.category
    return LabelledTransaction(
        id=str(document["_id"]),
        transaction=transaction_of(document),
        category=label["category"],
        source=LabelSource(label["source"]),
        labelled_at=label["at"],
        holdout=document["holdout"],
        replaced=before if is_replaced else None,
    )
