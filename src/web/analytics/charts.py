"""The charts of the analytics page: each a figure, one sentence, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from src.domain.cash_flow import Flow
from src.domain.categories import Category, Group
from src.domain.quality import TOO_FEW_ANSWERS
from src.web.analytics import figures
from src.web.analytics.figures import NEUTRAL, Figure
from src.web.shared import format
from src.web.shared.labels import GROUPS

Rows = Sequence[Mapping[str, Any]]

UNSORTED = "Uncategorized"
NO_MODE = "Not said"
_GROUP_COLORS = {
    Group.ESSENTIAL: "#3f7fae",
    Group.DISCRETIONARY: "#d9904a",
    Group.SAVING: "#58a06c",
    Group.TRANSFER: "#8f86b8",
    Group.INCOME: "#4aa3a3",
}


_MOST_CATEGORIES = 100_000


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    sentence: str
    heads: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)
    figure: Figure | None = None
    """None where there is nothing to draw."""
    height: str = ""
    """A class of the style sheet, so that the page keeps the room before the chart is drawn."""
    shape: str = ""
    """Another class: `wide` spans the page, `long` stands beside two others."""


class Charts:
    """All charts of one overview, in its currency."""

    def __init__(self, overview: Mapping[str, Any], categories: Sequence[Category]) -> None:
        self._overview = overview
        self._currency: str = overview["currency"]
        self._categories = {each.slug: each for each in categories}

    def all(self, *, stack: str = "group") -> list[Chart]:
        return [
            self.by_month(stack),
            self.by_category(),
            self.by_mode(),
            self.top_merchants(),
            *self.savings_and_transfers(),
            self.accuracy(),
        ]

    def _money(self, amount: Decimal) -> str:
        return format.money(amount, self._currency)

    def _name(self, slug: str | None) -> str:
        if slug is None:
            return UNSORTED
        return self._categories[slug].name if slug in self._categories else slug

    def _color(self, slug: str | None) -> str:
        return self._categories[slug].color if slug in self._categories else NEUTRAL

    def by_category(self) -> Chart:
        rows: Rows = self._overview["by_category"]
        names = [self._name(each["category"]) for each in rows]
        sentence = _largest(names, rows, self._money, "No expenses in this period.")
        return Chart(
            "by-category",
            "Spending by category",
            sentence,
            ("Category", "Spent", "Share", "Transactions"),
            self._cells(names, rows),
            self._bars_of(names, rows, [self._color(each["category"]) for each in rows]) if rows else None,
            height(len(rows)),
            shape="long",
        )

    def by_mode(self) -> Chart:
        rows: Rows = self._overview["by_mode"]
        names = [each["mode"] or NO_MODE for each in rows]
        return Chart(
            "by-mode",
            "Spending by way of paying",
            _largest(names, rows, self._money, "No expenses in this period."),
            ("Payment method", "Spent", "Share", "Transactions"),
            self._cells(names, rows),
            self._bars_of(names[:12], rows[:12]) if rows else None,
            height(min(len(rows), 12)),
        )

    def top_merchants(self) -> Chart:
        rows: Rows = self._overview["top_merchants"][:10]
        names = [_short(each["merchant"].upper()) for each in rows]
        sentence = (
            f"The most money went to {names[0]}: {self._money(rows[0]['amount'])}."
            if rows
            else "No merchants in this period."
        )
        return Chart(
            "by-merchant",
            "Where the most went",
            sentence,
            ("Merchant", "Spent", "Transactions"),
            [
                (name, self._money(each["amount"]), format.number(each["count"]))
                for name, each in zip(names, rows, strict=True)
            ],
            self._bars_of(names, rows) if rows else None,
            height(len(rows)),
        )

    def _cells(self, names: Sequence[str], rows: Rows) -> list[tuple[str, ...]]:
        return [
            (name, self._money(each["amount"]), format.percent(each["share"]), format.number(each["count"]))
            for name, each in zip(names, rows, strict=True)
        ]

    def _bars_of(self, names: Sequence[str], rows: Rows, colors: Sequence[str] | None = None) -> Figure:
        amounts = [each["amount"] for each in rows]
        return figures.bars(
            names, amounts, [self._money(each) for each in amounts], colors, title=self._currency
        )

    def savings_and_transfers(self) -> list[Chart]:
        """A table of what counts neither as spent nor as earned; nothing where there is none of it."""
        rows: Rows = self._overview["savings_and_transfers"]
        if not rows:
            return []
        totals = self._overview["totals"]
        return [
            Chart(
                "savings-and-transfers",
                "Savings and transfers",
                f"Saved: {self._money(totals['saved'])}. Transfers and card payments, both ends: "
                f"{self._money(totals['transfer'])}. They count neither as spent nor as earned.",
                ("Category", "Counted as", "Out", "In", "Transactions"),
                [
                    (
                        self._name(row["category"]),
                        "Saved" if row["kind"] == Flow.SAVED else "Transfer",
                        self._money(row["out"]),
                        self._money(row["in"]),
                        format.number(row["count"]),
                    )
                    for row in rows
                ],
                shape="wide",
            )
        ]

    def by_month(self, stack: str) -> Chart:
        months: Rows = self._overview["by_month"]
        layers = self._layers(stack)
        earned = any(month["income"] for month in months)
        return Chart(
            "by-month",
            "Month by month",
            self._month_sentence(months),
            (
                "Month",
                "Spent",
                *(layer.name for layer in layers),
                "Earned",
                "Left over",
                "Transactions",
            ),
            [
                (
                    format.month(month["month"]),
                    self._money(month["expense"]),
                    *(self._money(layer.amounts[position]) for layer in layers),
                    self._money(month["income"]),
                    self._money(month["net"]),
                    format.number(month["count"]),
                )
                for position, month in enumerate(months)
            ],
            figures.stacked(
                [format.month(month["month"]) for month in months],
                layers,
                [month["income"] for month in months] if earned else [],
                self._money,
                self._currency,
            )
            if months
            else None,
            shape="wide",
        )

    def _month_sentence(self, months: Rows) -> str:
        spent = [month for month in months if month["expense"] > 0]
        if not spent:
            return "No expenses in this period."
        most = max(spent, key=lambda month: month["expense"])
        if len(months) == 1:
            return f"{self._money(most['expense'])} were spent in {format.month(most['month'])}."
        peak = f"the most in {format.month(most['month'])}, {self._money(most['expense'])}"
        whole = [month for month in months if month["count"] and not month["partial"]]
        if not whole:
            total = sum((month["expense"] for month in months), Decimal(0))
            return (
                f"{self._money(total)} were spent; {peak}. No month is covered whole, so there is no average."
            )
        mean = sum((month["expense"] for month in whole), Decimal(0)) / len(whole)
        left_out = len(months) - len(whole)
        over = f" (over {format.counted(len(whole), 'month')}; partial and empty ones do not count)"
        return f"On average {self._money(mean)} were spent a month{over if left_out else ''}; {peak}."

    def _layers(self, stack: str) -> list[figures.Layer]:
        """The layers of the months, always in the order of the groups and of the list of categories."""
        months = [month["month"] for month in self._overview["by_month"]]
        amounts: dict[tuple[int, str, str], dict[str, Decimal]] = {}
        for row in self._overview["by_month_category"]:
            of_month = amounts.setdefault(self._layer_of(row["category"], stack), {})
            of_month[row["month"]] = of_month.get(row["month"], Decimal(0)) + row["amount"]
        return [
            figures.Layer(name, color, [of_month.get(month, Decimal(0)) for month in months])
            for (_, name, color), of_month in sorted(amounts.items())
        ]

    def _layer_of(self, slug: str | None, stack: str) -> tuple[int, str, str]:
        """Position, name and colour; what has no category is on top."""
        if slug is None or slug not in self._categories:
            return len(Group) * _MOST_CATEGORIES, self._name(slug), self._color(slug)
        group = self._categories[slug].group
        position = list(Group).index(group) * _MOST_CATEGORIES
        if stack == "category":
            position += list(self._categories).index(slug)
            return position, self._name(slug), self._color(slug)
        return position, GROUPS[group], _GROUP_COLORS[group]

    def accuracy(self) -> Chart:
        live = self._overview["accuracy"]
        return by_week(live["by_week"], _accuracy_sentence(live["overall"]))


def by_week(found: Rows, sentence: str) -> Chart:
    """How often the predictions were right, by the week of the answer."""
    weeks = [each for each in found if each["answers"]]
    return Chart(
        "accuracy",
        "How often the predictions were right",
        sentence,
        ("Week of", "Right", "Answers", "Accuracy", "95 % interval"),
        [
            (
                format.day(date.fromisoformat(each["week"])),
                format.number(each["correct"]),
                format.number(each["answers"]),
                format.percent(each["accuracy"])
                + ("" if each["answers"] >= TOO_FEW_ANSWERS else ", too few to tell"),
                interval(each["ci95"]),
            )
            for each in weeks
        ],
        figures.weeks(weeks) if weeks else None,
        shape="wide",
    )


def _accuracy_sentence(overall: Mapping[str, Any]) -> str:
    answers, correct = overall["answers"], overall["correct"]
    if not answers:
        return (
            "No answers yet. Confirm or correct some predictions, and this shows how often they were right."
        )
    agreed = f"{format.number(correct)} agreed with the prediction ({format.percent(overall['accuracy'])})"
    counted = f"Of {format.counted(answers, 'answer')}, {agreed}."
    if answers < TOO_FEW_ANSWERS:
        anywhere = interval(overall["ci95"], " to ")
        return f"{counted} Too few answers to tell: the true share may lie anywhere from {anywhere}."
    return (
        f"{counted} The true share lies between {interval(overall['ci95'], ' and ')}, with 95 % certainty. "
        "It is measured on what you answered, which is often the doubtful part."
    )


def interval(ends: Sequence[float], between: str = " – ") -> str:
    return f"{format.percent(ends[0])}{between}{format.percent(ends[1])}"


def _largest(names: Sequence[str], rows: Rows, money: Callable[[Decimal], str], otherwise: str) -> str:
    if not rows:
        return otherwise
    total = sum((each["amount"] for each in rows if each["amount"] > 0), Decimal(0))
    named = next((i for i, name in enumerate(names) if name not in (UNSORTED, NO_MODE)), None)
    if named is None:
        return f"All {money(total)} are {names[0].lower()}."
    largest = rows[named]
    name = names[named][:1].upper() + names[named][1:]
    share = f"{format.percent(largest['share'])} of {money(total)}"
    return f"{name} is the largest with {money(largest['amount'])}, {share}."


def _short(name: str, longest: int = 26) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip()}…"


def height(bars: int) -> str:
    if bars <= 7:
        return "short"
    return "" if bars <= 13 else "tall"
