"""The filter of the history's page: which are set, in words, and the addresses that change one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import AfterValidator, Field, ValidationError
from typing_extensions import TypedDict

from src.domain.categories import NO_CATEGORY
from src.domain.months import first_day, last_day, month_of
from src.domain.transactions import SavedFilter
from src.web.history import text
from src.web.history.schemas import HistoryFilterQuery
from src.web.shared import format
from src.web.shared.blueprint import category_name, merchant_name, rule_name
from src.web.shared.fields import Name, RequestModel
from src.web.shared.forms import checked, with_query
from src.web.shared.periods import period

NAMES = tuple(
    field.alias or name for name, field in HistoryFilterQuery.model_fields.items() if name != "sort"
)
"""The filters, as they are named in the address."""
DEFAULT_SORT = "-date"

_NEXT_SORTS = {"date": ("-date", "date"), "amount": ("-amount", "amount"), "confidence": ("confidence",)}
"""Column -> its orders, in which a click on the heading goes through them."""


def tidy(values: Mapping[str, str]) -> dict[str, str]:
    """Without blank values and the default order, which forms send too."""
    return {
        name: value for name, value in values.items() if value and (name, value) != ("sort", DEFAULT_SORT)
    }


def query_text(values: Mapping[str, str]) -> str:
    """The filters and the order as the query of an address, without page and act."""
    kept = {name: values.get(name, "") for name in (*NAMES, "sort")}
    return with_query("", tidy(kept)).removeprefix("?")


def saved_query(query: str) -> str:
    """`query` as it is stored: amounts as decimal strings in any locale. Raises ValueError."""
    values = dict(parse_qsl(query.removeprefix("?")))
    if not set(values) <= {*NAMES, "sort"}:
        raise ValueError("Only filters and the order can be saved")
    try:
        valid = checked(HistoryFilterQuery, values)
    except ValidationError:
        raise ValueError("These are no valid filters") from None
    amounts = {name: str(amount) for name in ("min_amount", "max_amount") if (amount := getattr(valid, name))}
    if not (stored := query_text({**values, **amounts})):
        raise ValueError("Give at least one filter")
    return stored


@dataclass(frozen=True)
class ActiveFilter:
    label: str
    value: str
    without: str
    """The address of the list without it."""


def counted_in_words(values: Mapping[str, str], month_starts: int) -> str | None:
    """`Spending in Groceries, November 2026, EUR`; None if the filter is not of what counts."""
    if not (values.get("counts") or values.get("counted_in")):
        return None
    words = {name: _in_words(name, value) for name in NAMES if (value := values.get(name))}
    what = words.get("counts", text.COUNTED) + (
        f" in {category}" if (category := words.get("counted_in")) else ""
    )
    what += f" at {words['merchant']}" if "merchant" in words else ""
    weekday = words["weekday"].replace("day", "days") if "weekday" in words else None
    without = f"without {words['without'].lower()}" if "without" in words else None
    days = _period(values, month_starts)
    parts = (what, days, words.get("account"), words.get("mode"), without, weekday, words.get("currency"))
    return ", ".join(filter(None, parts))


def _period(values: Mapping[str, str], month_starts: int) -> str:
    try:
        since, until = (
            date.fromisoformat(day) if (day := values.get(name)) else None for name in ("from", "to")
        )
    except ValueError:
        return ""
    month = month_of(since, month_starts) if since else None
    if month and (since, until) == (first_day(month, month_starts), last_day(month, month_starts)):
        return format.month_name(month)
    return period(since, until)


def active_filters(path: str, values: Mapping[str, str]) -> Iterator[ActiveFilter]:
    for name in NAMES:
        if value := values.get(name):
            others = {other: kept for other, kept in values.items() if other not in (name, "cursor")}
            yield ActiveFilter(text.FILTERS.get(name, name), _in_words(name, value), with_query(path, others))


def _in_words(name: str, value: str) -> str:
    if name in ("category", "predicted", "counted_in"):
        return category_name(None if value == NO_CATEGORY else value)
    if name == "rule":
        return rule_name(value)
    if name == "merchant":
        return merchant_name(value)
    if name in ("from", "to"):
        try:
            return format.day(date.fromisoformat(value))
        except ValueError:
            return value
    choices = text.FILTER_VALUES.get(name, {})
    return ", ".join(choices.get(part, part) for part in value.split(",")) if choices else value


@dataclass(frozen=True)
class SortLink:
    address: str
    order: str | None
    """`ascending` or `descending`; None if the list has another order."""


def sort_links(path: str, values: Mapping[str, str]) -> dict[str, SortLink]:
    """By column, for its heading."""
    now = values.get("sort") or DEFAULT_SORT
    links = {}
    for column, sorts in _NEXT_SORTS.items():
        position = sorts.index(now) + 1 if now in sorts else 0
        following = sorts[position % len(sorts)] if len(sorts) > 1 or not position else DEFAULT_SORT
        order = ("descending" if now.startswith("-") else "ascending") if now in sorts else None
        kept = {name: value for name, value in values.items() if name != "cursor"}
        links[column] = SortLink(with_query(path, tidy({**kept, "sort": following})), order)
    return links


class SavedFilterRequest(RequestModel):
    name: Name
    query: Annotated[
        str,
        Field(
            max_length=2000,
            description="Filters and order, as in the address of `/history`.",
            examples=["category=groceries&from=2026-01-01"],
        ),
        AfterValidator(saved_query),
    ]


class SavedFilterRename(RequestModel):
    name: Name


class SavedFilterBody(TypedDict):
    id: str
    name: str
    query: str


def saved_filter(saved: SavedFilter) -> SavedFilterBody:
    return {"id": saved.id, "name": saved.name, "query": saved.query}
