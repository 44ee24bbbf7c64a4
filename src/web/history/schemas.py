"""The history's filters, a transaction in the history, and one with its predictions and edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Annotated, Any, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from src.domain.categories import NO_CATEGORY, Flow
from src.domain.feedback import AnswerState
from src.domain.models import MODEL_NAME
from src.domain.predictions import Band, DecidedBy, Prediction
from src.domain.transactions import Direction, Edit, HistoryFilter, HistoryPage, StoredTransaction
from src.domain.transfers import Link, LinkKind
from src.web.analytics.schemas import TotalsBody, with_texts
from src.web.history.splits import SplitBody, split_bodies
from src.web.prediction.schemas import (
    AlternativeBody,
    ModelBody,
    ReasonBody,
    TransactionBody,
    TransactionChanges,
    transaction_body,
)
from src.web.shared.fields import (
    AmountBound,
    Counterparty,
    Currency,
    Description,
    Identifier,
    IsoDate,
    Label,
    MerchantCategoryCode,
    QueryModel,
    Slug,
    Tag,
    utc_text,
)
from src.web.shared.labels import reason_text
from src.web.shared.services import container

Sort = Literal["-date", "date", "-amount", "amount", "confidence"]
StatusFilter = Literal["predicted", "confirmed", "corrected", "needs_review"]


_SEARCHED = (
    "Words, in any order: each is in the description, merchant, subcategory, counterparty, notes or a tag, "
    "also as a part of a word. Case and accents do not matter."
)


_COUNTS = (
    "What counts so in Analytics: split transactions by their parts, linked refunds by their purchases. "
    "Totals are of what counts alone, and `merchant` is then the one that it counts for."
)
_WITHOUT = "(account|mode|merchant)"


class HistoryFilterQuery(QueryModel):
    """A filter of transactions, and their order."""

    since: Annotated[IsoDate | None, Field(alias="from", description="First day, inclusive.")] = None
    until: Annotated[IsoDate | None, Field(alias="to", description="Last day, inclusive.")] = None
    category: Annotated[Slug | None, Field(description="The current category.")] = None
    mode: Label | None = None
    direction: Direction | None = None
    q: Annotated[Label | None, Field(description=_SEARCHED)] = None
    min_amount: AmountBound | None = None
    max_amount: AmountBound | None = None
    status: StatusFilter | None = None
    predicted: Annotated[Slug | None, Field(description="The category that was predicted.")] = None
    band: Band | None = None
    version: Annotated[Label | None, Field(description="Of the model that predicted.")] = None
    decided_by: DecidedBy | None = None
    answer: Annotated[
        AnswerState | None, Field(description="`directly`, `similar` (answered with similar ones) or `no`.")
    ] = None
    account: Label | None = None
    counterparty: Counterparty | None = None
    tag: Tag | None = None
    mcc: MerchantCategoryCode | None = None
    merchant: Annotated[Description | None, Field(description="As in a transaction's `merchant`.")] = None
    currency: Currency | None = None
    import_id: Annotated[
        Identifier | None, Field(alias="import", description="The id of the import that added it.")
    ] = None
    rule: Annotated[
        Identifier | None, Field(description="The id of the rule that decided the newest prediction.")
    ] = None
    counts: Annotated[Flow | None, Field(description=_COUNTS)] = None
    counted_in: Annotated[
        Slug | None, Field(description="What counts in this category or its children; `none`: uncategorized.")
    ] = None
    weekday: Annotated[
        str | None, Field(pattern="^[0-6](,[0-6])*$", description="0 is Monday; several with commas.")
    ] = None
    without: Annotated[
        str | None,
        Field(
            pattern=f"^{_WITHOUT}(,{_WITHOUT})*$",
            description="Fields that are empty: `account`, `mode` or `merchant`, separated by commas.",
        ),
    ] = None
    sort: Sort = "-date"

    def to_domain(self) -> HistoryFilter:
        dumped = self.model_dump(include={field.name for field in fields(HistoryFilter)})
        values: dict[str, Any] = {name: None if value == "" else value for name, value in dumped.items()}
        values["weekdays"] = tuple(map(int, self.weekday.split(","))) if self.weekday else ()
        values["without"] = tuple(self.without.split(",")) if self.without else ()
        where = HistoryFilter(**values)
        merchants = container().merchants
        if where.merchant:  # the address may be from before a merge
            current = merchants.canonical([where.merchant])
            where = replace(where, merchant=current.get(where.merchant, where.merchant))
        where = with_search(where)
        if not self.counts and not self.counted_in:
            return where
        slug = None if self.counted_in == NO_CATEGORY else self.counted_in
        return container().counting_filter.of(where, self.counts, (slug,) if self.counted_in else None)


def with_search(where: HistoryFilter) -> HistoryFilter:
    """Its text is looked up in the index, and searched in the names that a person gave merchants too."""
    if not where.q:
        return where
    named = container().merchants.named_with(where.q)
    where = replace(where, merchants_named=tuple((word, tuple(keys)) for word, keys in named.items()))
    return container().search_index.narrowed(where)


class HistoryQuery(HistoryFilterQuery):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the last page.")] = None


class CurrencyTotalsBody(TotalsBody):
    currency: str


class HistoryTotalsBody(TypedDict):
    totals: Annotated[list[CurrencyTotalsBody], Field(description="By currency, the most frequent first.")]


def history_totals(totals: Iterable[Mapping[str, Any]]) -> HistoryTotalsBody:
    """totals: of the analytics service, with Decimal amounts."""
    return {"totals": [cast(CurrencyTotalsBody, with_texts(row, row["currency"])) for row in totals]}


class FeedbackEventBody(TypedDict):
    category: Annotated[str | None, Field(description="Null for the undo of an earlier answer.")]
    at: str
    act: Annotated[str, Field(description="Shared by all answers of one click.")]
    source: str


class HistoryItemBody(TypedDict):
    """A stored transaction: its current category and its newest prediction."""

    id: str
    category: str | None
    status: str
    needs_review: bool
    predicted: Annotated[str | None, Field(description="The category of the newest prediction.")]
    confidence: float
    band: str
    decided_by: str
    model: ModelBody
    feedback: list[FeedbackEventBody]
    created_at: str
    transfer: Annotated[str | None, Field(description="Id of the own transfer of which it is one end.")]
    refund_of: Annotated[str | None, Field(description="Id of the purchase that it refunds.")]
    transaction: TransactionBody
    splits: Annotated[list[SplitBody], Field(description="Its parts, which add up to its amount.")]


class HistoryBody(TypedDict):
    items: list[HistoryItemBody]
    next_cursor: str | None
    total: int
    total_is_exact: Annotated[
        bool, Field(description="False: a search in texts (`q`) finds this many, and maybe more.")
    ]


def history_body(page: HistoryPage) -> HistoryBody:
    return {
        "items": [history_item(row) for row in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
        "total_is_exact": page.total_is_exact,
    }


def history_item(stored: StoredTransaction) -> HistoryItemBody:
    newest = stored.prediction
    return {
        "id": stored.id,
        "category": stored.category,
        "status": stored.status.value,
        "needs_review": stored.needs_review,
        "predicted": newest.category,
        "confidence": round(newest.confidence, 6),
        "band": newest.band.value,
        "decided_by": newest.decided_by.value,
        "model": {"name": MODEL_NAME, "version": newest.model_version},
        "feedback": [
            {
                "category": event.category,
                "at": utc_text(event.at),
                "act": event.act,
                "source": event.source.value,
            }
            for event in stored.feedback
        ],
        "created_at": utc_text(stored.created_at),
        "transfer": stored.transfer,
        "refund_of": stored.refund_of,
        "transaction": transaction_body(stored.transaction),
        "splits": split_bodies(stored.transaction),
    }


class PastPredictionBody(TypedDict):
    category: str | None
    confidence: float
    band: str
    decided_by: str
    model_version: str | None
    at: str
    act: str | None
    alternatives: list[AlternativeBody]
    explanation: list[ReasonBody]
    shadow: dict[str, Any] | None
    rule: Annotated[str | None, Field(description="The id of the rule that decided.")]


def past_prediction(prediction: Prediction) -> PastPredictionBody:
    return {
        "category": prediction.category,
        "confidence": prediction.confidence,
        "band": prediction.band.value,
        "decided_by": prediction.decided_by.value,
        "model_version": prediction.model_version,
        "at": utc_text(prediction.at),
        "act": prediction.act,
        "alternatives": [
            {"category": alternative.category, "probability": alternative.probability}
            for alternative in prediction.alternatives
        ],
        "explanation": [
            {"feature": reason_text(reason.feature), "weight": reason.weight}
            for reason in prediction.explanation
        ],
        "shadow": asdict(prediction.shadow) if prediction.shadow else None,
        "rule": prediction.rule,
    }


class EditSidesBody(TypedDict):
    act: str
    at: str
    before: Annotated[TransactionBody, Field(description="The fields until then.")]
    after: TransactionBody
    splits_before: list[SplitBody]
    splits_after: list[SplitBody]


class EditBody(EditSidesBody):
    undone: bool


def edit_sides(edit: Edit) -> EditSidesBody:
    return {
        "act": edit.act,
        "at": utc_text(edit.at),
        "before": transaction_body(edit.before),
        "after": transaction_body(edit.after),
        "splits_before": split_bodies(edit.before),
        "splits_after": split_bodies(edit.after),
    }


class EditRequest(TransactionChanges):
    revision: Annotated[
        int | None,
        Field(
            ge=1, description="Of the transaction as you read it: 409 if its fields were changed since then."
        ),
    ] = None


class LifeBody(HistoryItemBody):
    """A transaction with all predictions, answers (`feedback`) and edits."""

    revision: Annotated[int, Field(description="Of its fields: 1 more for each edit and undo of one.")]
    source: Annotated[str, Field(description="`page`, `api`, `import`, or the name of another program.")]
    import_id: Annotated[str | None, Field(description="The import that added it.")]
    predictions: Annotated[list[PastPredictionBody], Field(description="Oldest first.")]
    edits: Annotated[list[EditBody], Field(description="Oldest first.")]
    transfer_partner: Annotated[str | None, Field(description="Id of the other end of its own transfer.")]
    refunded_by: Annotated[list[str], Field(description="Ids of the refunds that are linked to it.")]


class EditedBody(HistoryItemBody):
    revision: int
    act: Annotated[str | None, Field(description="Undoes the edit; null if nothing changed.")]


def life_body(row: StoredTransaction, links: Sequence[Link]) -> LifeBody:
    """links: those of the transaction that are in effect."""
    others = {kind: [link for link in links if link.kind is kind] for kind in LinkKind}
    partners = {end for link in others[LinkKind.TRANSFER] for end in (link.out, link.into)} - {row.id}
    return {
        **history_item(row),
        "revision": row.revision,
        "source": row.source,
        "import_id": row.import_id,
        "predictions": [past_prediction(prediction) for prediction in row.predictions],
        "edits": [{**edit_sides(edit), "undone": edit.undone_at is not None} for edit in row.edits],
        "transfer_partner": next(iter(partners), None),
        "refunded_by": [link.into for link in others[LinkKind.REFUND] if link.out == row.id],
    }


def edited_body(row: StoredTransaction, act: str | None) -> EditedBody:
    return {**history_item(row), "revision": row.revision, "act": act}
