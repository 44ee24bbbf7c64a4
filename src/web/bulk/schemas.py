"""The bulk change of transactions: which ones, and what to set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 - `date` is a field's name here
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, field_validator
from typing_extensions import TypedDict

from src.domain.bulk import MOST_ROWS, BulkChange, BulkSummary, Selection
from src.domain.transactions import Direction
from src.errors import InvalidInput
from src.web.history.schemas import HistoryFilterQuery
from src.web.shared.fields import IsoDate, Label, Notes, RequestModel, Slug, Tags, money, plausible_date

TransactionId = Annotated[str, Strict(), Field(pattern="^[0-9a-f]{24}$")]
_EMPTY: Mapping[str, Any] = {"tags": ()}
_NOT_EMPTY = ("category", "direction", "date")


class BulkSet(RequestModel):
    """The new values. Null empties `account`, `mode`, `tags` or `notes`; tags replace the earlier ones."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "examples": [{"category": "dining"}]})

    category: Annotated[Slug | None, Field(description="Stored as an answer.")] = None
    account: Label | None = None
    mode: Label | None = None
    direction: Direction | None = None
    date: IsoDate | None = None
    tags: Tags | None = None
    notes: Notes | None = None

    def to_domain(self, *, today: Date) -> BulkChange:
        """Raises InvalidInput if there is nothing to set, or a value is missing that cannot be empty."""
        values = self.model_dump(exclude_unset=True)
        if not values:
            raise InvalidInput("Give at least one value to set.", field="set")
        for name in _NOT_EMPTY:
            if name in values and values[name] is None:
                raise InvalidInput(f"The {name} cannot be empty.", field=name)
        if self.date:
            plausible_date(self.date, today)
        category = values.pop("category", None)
        fields = {name: value or _EMPTY.get(name) for name, value in values.items()}
        return BulkChange(fields, category)


class BulkFilter(HistoryFilterQuery):
    """The filters of `GET /history`. Without any, all transactions match; `sort` has no effect."""

    @field_validator("min_amount", "max_amount", mode="before")
    @classmethod
    def _as_text(cls, amount: Any) -> Any:
        is_number = isinstance(amount, (int, Decimal)) and not isinstance(amount, bool)
        return f"{amount:f}" if is_number else amount


class BulkRequest(RequestModel):
    """Either `ids` or `filter`, and either `set` or `delete`."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {"oneOf": [{"required": ["ids"]}, {"required": ["filter"]}]},
                {"oneOf": [{"required": ["set"]}, {"required": ["delete"]}]},
            ],
            "examples": [{"filter": {"q": "swiggy"}, "set": {"category": "dining"}, "dry_run": True}],
        }
    )

    ids: Annotated[
        tuple[TransactionId, ...] | None,
        Field(min_length=1, max_length=MOST_ROWS, description="Those that do not exist are not counted."),
    ] = None
    filter: BulkFilter | None = None
    set: BulkSet | None = None
    delete: Annotated[bool | None, Strict()] = None
    dry_run: Annotated[bool, Strict(), Field(description="Only count; change nothing.")] = False

    def selection(self) -> Selection:
        """Raises InvalidInput unless there is exactly one of `ids` and `filter`."""
        if self.ids is not None and self.filter is None:
            return self.ids
        if self.filter is not None and self.ids is None:
            return self.filter.to_domain()
        raise InvalidInput("Give either ids or a filter.", field="ids")

    def change(self, *, today: Date) -> BulkChange:
        """Raises InvalidInput unless there is exactly one of `set` and `delete`."""
        if self.set is not None and not self.delete:
            return self.set.to_domain(today=today)
        if self.delete and self.set is None:
            return BulkChange(delete=True)
        raise InvalidInput("Give either values to set, or delete: true.", field="set")


class CurrencyTotalBody(TypedDict):
    currency: str
    total: str


class BulkBody(TypedDict):
    matched: int
    changed: Annotated[
        int, Field(description="Those that are not already so. With `dry_run`, would be changed.")
    ]
    amounts: Annotated[
        list[CurrencyTotalBody],
        Field(
            description="Sums of the matched amounts whatever their type, the most frequent currency first."
        ),
    ]
    act: Annotated[
        str | None, Field(description="Undoes it: `POST /acts/{act}/undo`. Null if nothing changed.")
    ]


def bulk_body(summary: BulkSummary, act: str | None) -> BulkBody:
    return {
        "matched": summary.matched,
        "changed": summary.changed,
        "amounts": [
            {"currency": currency, "total": money(total, currency)} for currency, total in summary.amounts
        ],
        "act": act,
    }
