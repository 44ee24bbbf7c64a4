"""Rules of an export that a person has edited."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from src.components.bank_files.own_export.rule_record import ExportedRule

RULE = {
    "id": "one",
    "name": "Large",
    "enabled": True,
    "match": "all",
    "category": "dining",
    "tags": [],
    "stop": True,
}


def read(**condition):
    return TypeAdapter(ExportedRule).validate_python({**RULE, "conditions": [condition]}).to_domain()


def test_json_text_is_read_as_the_rule_itself():
    plain = {**RULE, "conditions": [{"field": "amount", "op": "equals", "value": "5.10"}]}
    adapter = TypeAdapter(ExportedRule)
    assert adapter.validate_python(json.dumps(plain)) == adapter.validate_python(plain)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("amount", "equals", "many"),
        ("amount", "between", ["1"]),
        ("amount", "equals", "NaN"),
        ("amount", "in", ["1", "sNaN"]),
        ("amount", "between", ["1", "Infinity"]),
        ("amount", "between", ["-1", None]),
        ("amount", "between", ["5", "1"]),
        ("amount", "between", [None, None]),
        ("amount", "equals", "1000000000001"),
        ("amount", "equals", "1E-999999999"),
        ("date", "between", ["2026-02-01", "2026-01-31"]),
        ("date", "equals", "2026-13-01"),
        ("amount", "contains", "5"),
        ("description", "in", ["a", None]),
        ("description", "in", []),
        ("description", "contains", True),
        ("mode", "is_empty", "yes"),
        ("$where", "equals", "1"),
        ("description", "contains", {"$gt": ""}),
    ],
)
def test_a_condition_whose_value_does_not_fit_is_refused(field, op, value):
    with pytest.raises(ValidationError):
        read(field=field, op=op, value=value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", ["0", "0.50"]),
        ("amount", ["5", "5"]),
        ("amount", [None, "1"]),
        ("date", ["2026-01-31", None]),
    ],
)
def test_a_range_is_read(field, value):
    assert read(field=field, op="between", value=value)


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "1", "null"])
def test_a_damaged_text_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(ExportedRule).validate_python(text)
