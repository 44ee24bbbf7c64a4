"""A rule in an exported record."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from src.components.bank_files.entry import MAX_AMOUNT
from src.domain.rules import (
    MOST_CONDITIONS,
    MOST_VALUES,
    OPERATORS,
    Condition,
    Match,
    Operator,
    Rule,
    rule_of,
)
from src.domain.rules import Field as RuleField

_LONGEST = 1_000
_Text = Annotated[str, Field(max_length=_LONGEST)]
_KINDS = {Operator.BETWEEN: list, Operator.IN: list, Operator.IS_EMPTY: bool}


class _Condition(BaseModel):
    field: RuleField
    op: Operator
    value: _Text | bool | Annotated[list[_Text | None], Field(min_length=1, max_length=MOST_VALUES)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.op not in OPERATORS[self.field] or type(self.value) is not _KINDS.get(self.op, str):
            raise ValueError("does not fit the field")
        if isinstance(self.value, list):
            is_range = self.op is Operator.BETWEEN
            if (len(self.value) != 2) if is_range else (None in self.value):
                raise ValueError("has a wrong number of values")
        return self


class RuleRecord(BaseModel):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Field(max_length=100)]
    enabled: bool
    match: Match
    conditions: Annotated[list[_Condition], Field(min_length=1, max_length=MOST_CONDITIONS)]
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")] | None
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=20)]
    stop: bool

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        try:
            conditions = self.to_domain().conditions
        except ArithmeticError:
            raise ValueError("has a wrong amount") from None
        if not all(map(_can_be_compared, conditions)):
            raise ValueError("has a wrong amount or range")
        return self

    def to_domain(self) -> Rule:
        return rule_of(self.model_dump(mode="json"))


def _can_be_compared(condition: Condition) -> bool:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if not all(_is_amount(value) for value in values if isinstance(value, Decimal)):
        return False
    limits = [value for value in values if value is not None]
    return condition.op is not Operator.BETWEEN or (bool(limits) and limits[0] <= limits[-1])


def _is_amount(value: Decimal) -> bool:
    # An amount is stored as digits, so a tiny exponent would make a long text.
    return value.is_finite() and 0 <= value <= MAX_AMOUNT and value.adjusted() > -_LONGEST


def from_text(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except RecursionError:
        raise ValueError("is nested too deeply") from None


ExportedRule = Annotated[RuleRecord, BeforeValidator(from_text)]
"""Parquet has it as JSON text, because the values of conditions have several types."""
