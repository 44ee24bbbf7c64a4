from datetime import date
from decimal import Decimal

import pytest

from src.components.rules.matching import RuleMatcher, matches, problem_of
from src.components.rules.patterns import InvalidPattern, searcher
from src.domain.rules import Condition, Field, Match, Operator, Rule, as_plain, rule_of, with_names
from src.domain.transactions import NO_AMOUNT, Direction, Transaction
from src.pipeline.prediction.predict import prepare


def transaction(description="SWIGGY order 8841 BANGALORE", amount="350.75", **fields):
    values = {"currency": "INR", "date": date(2026, 3, 4), **fields}
    return prepare(Transaction(description, Decimal(amount), **values))


def rule(*conditions, match=Match.ALL, category="dining", name="A rule", **fields):
    made = tuple(Condition(Field(field), Operator(op), value) for field, op, value in conditions)
    return Rule(fields.pop("id", name), name, match, made, category, **fields)


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("description", "contains", "swiggy ORDER"),
        ("description", "starts_with", "Swiggy"),
        ("description", "equals", "  swiggy  order 8841 bangalore"),
        ("description", "matches", r"^swiggy\b.*\d{4}"),
        ("merchant", "equals", "Swiggy"),
        ("merchant", "equals", "SWIGGY *Order 12"),
        ("merchant", "in", ("zomato", "swiggy")),
        ("amount", "between", (Decimal("350.75"), Decimal("350.75"))),
        ("amount", "between", (Decimal("350.74"), None)),
        ("amount", "equals", Decimal("350.750")),
        ("amount", "in", (Decimal(1), Decimal("350.75"))),
        ("date", "between", (None, date(2026, 3, 4))),
        ("date", "equals", date(2026, 3, 4)),
        ("currency", "equals", "inr"),
        ("direction", "in", ("expense", "income")),
        ("notes", "is_empty", True),
        ("merchant", "is_empty", False),
    ],
)
def test_a_condition_holds(field, op, value):
    assert matches(rule((field, op, value)), transaction())


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("description", "contains", "swiggyorder"),
        ("description", "starts_with", "order"),
        ("description", "matches", "^order"),
        ("merchant", "equals", "swig"),
        ("amount", "between", (Decimal("350.76"), None)),
        ("amount", "between", (None, Decimal("350.7499"))),
        ("date", "between", (date(2026, 3, 5), None)),
        ("account", "contains", "a"),
        ("notes", "is_empty", False),
    ],
)
def test_a_condition_does_not_hold(field, op, value):
    assert not matches(rule((field, op, value)), transaction())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("CAFÉ STRASSE 5", "cafe straße"),
        ("CAFE\u0301 Nord", "café nord"),
        ("ΤΑΒΈΡΝΑ", "ταβερνα"),
        ("Ｓｗｉｇｇｙ", "swiggy"),
        ("ЙОГУРТ", "йогурт"),
    ],
)
def test_case_accents_and_unicode_forms_do_not_matter(text, value):
    assert matches(rule(("description", "contains", value)), transaction(text))


def test_a_mark_that_is_part_of_a_letter_matters():
    assert not matches(rule(("description", "contains", "иогурт")), transaction("ЙОГУРТ"))


def test_texts_are_compared_as_they_are_stored():
    paid = transaction("Card 4111 1111 1111 1111 paid")
    assert not matches(rule(("description", "contains", "4111 1111 1111 1111")), paid)
    assert matches(rule(("description", "contains", "[card] PAID")), paid)


def test_no_condition_on_amounts_holds_without_an_amount():
    without = transaction(amount=NO_AMOUNT)
    assert not matches(rule(("amount", "between", (None, Decimal(10**6)))), without)
    assert not matches(rule(("amount", "in", (Decimal(1),))), without)


def test_all_or_any_of_the_conditions_must_hold():
    conditions = ("merchant", "equals", "swiggy"), ("amount", "between", (Decimal(1000), None))
    assert not matches(rule(*conditions), transaction())
    assert matches(rule(*conditions, match=Match.ANY), transaction())
    assert matches(rule(*conditions, match=Match.ANY), transaction("other", "2000"))


def outcome(rules, of=None):
    result = RuleMatcher(rules).outcome(of or transaction())
    return result.decider and result.decider.name, result.tags


ON_SWIGGY = ("merchant", "equals", "swiggy")
ON_ORDER = ("description", "contains", "order")


def test_the_first_matching_rule_decides_and_the_others_are_not_compared():
    rules = [
        rule(("merchant", "equals", "zomato"), name="other"),
        rule(ON_ORDER, name="first", tags=("one",)),
        rule(ON_SWIGGY, name="second", category="groceries", tags=("two",)),
    ]
    assert outcome(rules) == ("first", ("one",))
    assert outcome(reversed(rules)) == ("second", ("two",))


def test_a_rule_that_does_not_stop_lets_later_ones_add_tags_and_set_what_is_unset():
    tags_only = rule(ON_ORDER, name="tags", category=None, tags=("food",), stop=False)
    first = rule(ON_SWIGGY, name="first", tags=("food", "app"), stop=False)
    last = rule(ON_ORDER, name="last", category="groceries", tags=("late",))
    never = rule(ON_ORDER, name="never", tags=("never",))
    assert outcome([tags_only, first, last, never]) == ("first", ("food", "app", "late"))


def test_a_rule_of_tags_only_that_stops_leaves_the_category_to_memory_and_model():
    tags_only = rule(ON_ORDER, name="tags", category=None, tags=("food",))
    assert outcome([tags_only, rule(ON_SWIGGY)]) == (None, ("food",))


def test_a_rule_that_is_switched_off_is_skipped():
    assert outcome([rule(ON_ORDER, name="off", enabled=False), rule(ON_SWIGGY, name="on")])[0] == "on"


def test_rules_for_single_merchants_keep_their_order_among_the_others():
    any_of = rule(
        ("merchant", "in", ("swiggy", "zomato")), ON_SWIGGY, match=Match.ANY, name="any", stop=False
    )
    rules = [
        any_of,
        rule(ON_ORDER, name="text", stop=False),
        rule(ON_SWIGGY, ON_ORDER, name="both", stop=False),
    ]
    names = [applied.name for applied in RuleMatcher(rules).matching(transaction())]
    assert names == ["any", "text", "both"]
    assert outcome(rules, transaction("an order"))[0] == "text"


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(.*a){12}$", "^([a-zA-Z]+)*$"],
)
def test_a_hostile_pattern_is_searched_in_linear_time(pattern):
    """With Python's engine each of them would take centuries for this text."""
    assert not searcher(pattern)(b"a" * 20_000 + b"!")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(swiggy", "missing )"),
        ("[", "missing ]"),
        ("(?=a)", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("a{100000}", "invalid repetition size"),
        ("(a{1000}){1000}", "invalid repetition size"),
        (r"(\pL{30}){30}", "pattern too large - compile failed"),
        ("a" * 501, "longer than 500 characters"),
        ("(.*){1,1000}x", "its repetitions take too long"),
        ("[[:alpha:]]{0,1000}$", "its repetitions take too long"),
    ],
)
def test_an_invalid_or_huge_pattern_is_refused_without_repeating_it(pattern, reason):
    with pytest.raises(InvalidPattern) as error:
        searcher(pattern)
    assert str(error.value) == reason
    assert problem_of(Condition(Field.NOTES, Operator.MATCHES, pattern)) == reason


def test_a_stored_pattern_that_is_not_valid_any_more_matches_nothing():
    assert outcome([rule(("description", "matches", "(")), rule(ON_SWIGGY, name="valid")])[0] == "valid"


def test_a_text_that_is_blank_when_folded_is_a_problem():
    assert problem_of(Condition(Field.NOTES, Operator.CONTAINS, "\u3000")) == "blank"
    assert problem_of(Condition(Field.NOTES, Operator.IN, ("a", " "))) == "blank"
    assert problem_of(Condition(Field.NOTES, Operator.IN, ("a", "b"))) is None


def test_a_rule_is_the_same_after_it_was_stored():
    whole = rule(
        ("amount", "between", (Decimal("0.10"), None)),
        ("date", "between", (date(2026, 1, 1), date(2026, 1, 31))),
        ("merchant", "in", ("swiggy", "zomato")),
        ("direction", "equals", Direction.INCOME.value),
        ("notes", "is_empty", False),
        tags=("food",),
        stop=False,
        enabled=False,
    )
    assert rule_of(as_plain(whole)) == whole


def test_a_rule_follows_the_name_of_an_account():
    before = rule(("account", "in", ("Everyday", "Cash")), ("account", "contains", "Everyday"))
    swapped = with_names(before, Field.ACCOUNT, {"Everyday": "Cash", "Cash": "Everyday"})
    assert [condition.value for condition in swapped.conditions] == [("Cash", "Everyday"), "Everyday"]
