"""A condition of a rule in a request: its value has the type of its field and operator."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from src.domain.rules import (
    MOST_VALUES,
    OPERATORS,
    Condition,
    Operator,
)
from src.domain.rules import Field as RuleField
from src.domain.transactions import Direction
from src.pipeline.rules.editor import value_problem
from src.web.shared.fields import (
    IsoDate,
    KnownCurrency,
    MerchantCategoryCode,
    Notes,
    RequestModel,
    signed_amount,
)

_TEXT: TypeAdapter[str] = TypeAdapter(Notes)
_TYPES: dict[RuleField, TypeAdapter[Any]] = {
    RuleField.DATE: TypeAdapter(IsoDate),
    RuleField.CURRENCY: TypeAdapter(Annotated[KnownCurrency, BeforeValidator(lambda code: _upper(code))]),
    RuleField.DIRECTION: TypeAdapter(Direction),
    RuleField.MCC: TypeAdapter(MerchantCategoryCode),
}
_CODE_START = re.compile("[0-9]{1,4}")


def _upper(code: Any) -> Any:
    return code.upper() if isinstance(code, str) else code


def _value(field: RuleField, op: Operator, value: Any) -> Any:
    """With the type of the field and the operator. Raises ValueError."""
    if op is Operator.IS_EMPTY:
        if value is None or isinstance(value, bool):
            return value is not False
        raise ValueError("Give true, or false for not empty")
    if op is Operator.BETWEEN:
        return _range(field, value)
    if op is Operator.IN:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
            raise ValueError(f"Give a list of 1 to {MOST_VALUES} values")
        return tuple(_single(field, part) for part in value)
    if op is Operator.STARTS_WITH and field is RuleField.MCC:
        if isinstance(value, str) and _CODE_START.fullmatch(value):
            return value
        raise ValueError("Give up to four digits")
    if op is Operator.MATCHES:
        if isinstance(value, str) and value:
            return value
        raise ValueError("Give a pattern")
    return _single(field, value)


def _range(field: RuleField, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2 or value == [None, None]:
        raise ValueError("Give a list of two values, the first and the last; null for no limit")
    first, last = (None if part is None else _single(field, part) for part in value)
    if first is not None and last is not None and first > last:
        raise ValueError("The first value must not be larger than the last")
    return first, last


def _single(field: RuleField, value: Any) -> Any:
    if field is RuleField.AMOUNT:
        return _amount(value)
    try:
        single = _TYPES.get(field, _TEXT).validate_python(value)
    except ValidationError as error:  # its own text would repeat the value
        message = error.errors(include_input=False, include_url=False, include_context=False)[0]["msg"]
        raise ValueError(message.removeprefix("Value error, ")) from None
    return single.value if isinstance(single, Direction) else single


def _amount(value: Any) -> Decimal:
    try:
        amount = signed_amount(value)
    except ValueError:
        raise ValueError('Give a number or a decimal string such as "350.75"') from None
    if amount < 0:
        raise ValueError("An amount is never below 0: the direction says whether it is spent or received")
    return amount


def value_schema() -> WithJsonSchema:
    scalar = [{"type": kind} for kind in ("string", "number", "null")]
    return WithJsonSchema(
        {
            "description": "Of an amount a number or a decimal string, of a date an ISO date, else a text. "
            "`between`: [first, last], null for no limit. `in`: a list. `is_empty`: true, or false for not "
            "empty. `matches`: a pattern in the syntax of RE2.",
            "anyOf": [*scalar, {"type": "boolean"}, {"type": "array", "items": {"anyOf": scalar}}],
        }
    )


class ConditionFields(RequestModel):
    field: RuleField
    op: Operator
    value: Annotated[Any, Field(validate_default=True), value_schema()] = None

    @field_validator("op")
    @classmethod
    def _fits_the_field(cls, op: Operator, info: ValidationInfo) -> Operator:
        field = info.data.get("field")
        if field and op not in OPERATORS[field]:
            raise ValueError(f"{field} has the operators {', '.join(OPERATORS[field])}")
        return op

    @field_validator("value")
    @classmethod
    def _has_its_type(cls, value: Any, info: ValidationInfo) -> Any:
        field, op = info.data.get("field"), info.data.get("op")
        if field is None or op is None:  # which is an error of its own
            return value
        typed = _value(field, op, value)
        if problem := value_problem(Condition(field, op, typed)):
            is_pattern = op is Operator.MATCHES
            raise ValueError(f"This pattern is not valid: {problem}" if is_pattern else "Must not be blank")
        return typed

    def to_domain(self) -> Condition:
        return Condition(self.field, self.op, self.value)
