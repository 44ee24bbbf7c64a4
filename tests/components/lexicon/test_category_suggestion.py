"""A category from a file gets group and colour from the known one it is most like."""

import colorsys

import pytest

from src.components.lexicon.category_suggestion import suggested
from src.domain.categories import Category, Group

KNOWN = (
    Category("dining", "Dining out", Group.DISCRETIONARY, "#e0672b"),
    Category("housing", "Rent and mortgage", Group.ESSENTIAL, "#6a5acd"),
    Category("debt", "Loans and card payments", Group.TRANSFER, "#5d6d3b"),
    Category("salary", "Salary", Group.INCOME, "#2aa84a"),
)


def hue(color):
    return colorsys.rgb_to_hls(*(int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)))[0]


@pytest.mark.parametrize(
    ("name", "name_shares", "rows", "group"),
    [
        ("Paycheck", {"salary": 0.6}, [{"salary": 0.9}], Group.INCOME),
        ("Mortgage", {"housing": 0.8}, [], Group.ESSENTIAL),
        ("Card payment", {}, [{"debt": 0.9}] * 4, Group.TRANSFER),
        ("Odds and ends", {"dining": 0.1}, [{"housing": 0.1}], Group.DISCRETIONARY),
    ],
)
def test_the_group_is_that_of_the_name_and_the_rows(name, name_shares, rows, group):
    assert suggested("new", name, name_shares, rows, KNOWN).group is group


def test_many_rows_outweigh_the_name_and_one_row_does_not():
    name, row = {"salary": 0.8}, {"housing": 0.8}
    assert suggested("new", "Pay", name, [row], KNOWN).group is Group.INCOME
    assert suggested("new", "Pay", name, [row] * 20, KNOWN).group is Group.ESSENTIAL


def test_the_colour_is_near_that_of_the_category_it_is_like_and_differs_by_name():
    colors = {suggested("new", name, {"dining": 0.9}, [], KNOWN).color for name in ("Cafés", "Bars", "Pubs")}
    assert len(colors) == 3
    for color in colors:
        assert min(abs(hue(color) - hue("#e0672b")), 1 - abs(hue(color) - hue("#e0672b"))) <= 21 / 360


def test_what_is_like_nothing_is_discretionary_and_grey():
    new = suggested("new", "Xyz", {}, [], KNOWN)
    assert (new.group, new.color) == (Group.DISCRETIONARY, "#7a8b99")
