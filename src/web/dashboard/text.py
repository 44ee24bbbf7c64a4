"""The words of the analytics page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from src.domain.periods import Period, PeriodKind
from src.web.shared import format
from src.web.shared.labels import UNCATEGORIZED
from src.web.shared.periods import period as days_in_words

if TYPE_CHECKING:
    from src.domain.sums import MovedToSavings
    from src.pipeline.dashboard.selection import SelectedSums

Money = Callable[[Decimal], str]
Named = Sequence[tuple[str, Decimal]]
"""Names and amounts, in the order of the chart."""

ANALYTICS = "Analytics"
NO_MODE = "No payment method"
NO_ACCOUNT = "No account"
NO_MERCHANT = "No merchant"
INCOME = "Income"
SPENDING = "Spending"
SAVED = "Saved"
"""Income less spending, on all pages."""
TRANSFERS = "Transfers"
USUAL = "Usual"
CHANGE = "Change"
OTHERS = "Others"
OTHER_INCOME = "Other income"
ALL_MONEY = "Income and other money"
TO_SAVINGS = "Moved to savings"
"""Put into savings categories, and by own transfers into savings and investment accounts, on all pages."""
FROM_SAVINGS = "Taken from savings"
SAVINGS_CATEGORIES = "Savings categories"
"""Of one account, it is not known which of its transfers went to savings."""
TO_BALANCE = "To the balance"
FROM_BALANCE = "From the balance"
INTO, OUT_OF = "in", "out"
COUNTED_AS = {"saved": TO_SAVINGS, "transferred": "Transfer"}
DAY_OF_MONTH = "Day of the month"
NO_EXPENSES = "No spending in this period."
TOO_FEW_MONTHS = "Too few complete months to tell what is usual."
CURRENCIES = "Sums of different currencies are never added. Choose one to see its charts."

CHARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "compared": ("Spending compared", ("Compared with", "Spending then", CHANGE, "In percent")),
    "by-category": ("Spending by category", ("Category", SPENDING, "Share", "Transactions")),
    "by-month": ("Income and spending by month", ("Month", INCOME, SPENDING, SAVED, "Transactions")),
    "by-layer": ("Layers of spending by month", ("Month", SPENDING)),
    "heat-map": ("Spending by category and month", ("Category",)),
    "cash-flow": ("Cash flow", ("From or to", "Way", "Amount")),
    "day-by-day": ("Spending day by day", ("Day", "On this day")),
    "by-mode": ("Spending by payment method", ("Payment method", SPENDING, "Share", "Transactions")),
    "by-account": ("By account", ("Account", SPENDING, INCOME, SAVED, "Transactions")),
    "by-weekday": (
        "Spending by weekday, mean of a day",
        ("Weekday", "Mean of a day", SPENDING, "Days", "Transactions"),
    ),
    "by-merchant": ("Largest merchants", ("Merchant", SPENDING, "Transactions")),
    "changed-merchants": ("Merchants that rose and fell", ("Merchant", CHANGE)),
    "savings-and-transfers": (
        "Savings and transfers",
        ("Category", "Counted as", "Amount", "Out", "In", "Transactions"),
    ),
    "currencies": (
        "All currencies",
        ("Currency", INCOME, SPENDING, SAVED, TO_SAVINGS, TRANSFERS, "Transactions"),
    ),
}
"""Title, and heads of the table."""


def period_name(period: Period) -> str:
    """`March 2026`, `2026`, `Twelve months until March 2026`, `3 Mar 2026 – 9 Apr 2026`."""
    match period.kind:
        case PeriodKind.MONTH:
            return format.month_name(period.last_month)
        case PeriodKind.YEAR:
            return period.last_month[:4]
        case PeriodKind.TWELVE_MONTHS:
            return f"Twelve months until {format.month_name(period.last_month)}"
        case PeriodKind.EVERYTHING:
            return "Everything"
    return days(period)


def month_name(month: str) -> str:
    return format.month_name(month)


def days(period: Period) -> str:
    if period.since == period.until:
        return format.day(period.since)
    return f"{format.day(period.since)} – {format.day(period.until)}"


def intro(sums: SelectedSums, category: str | None) -> str:
    """category: its name."""
    selection, period = sums.selection, sums.period
    parts = [f"Amounts in {selection.currency}"]
    if selection.account:
        parts.append(f"account {selection.account}")
    if category:
        parts.append(f"only {category}")
    if period.month_starts > 1 or period.kind is PeriodKind.EVERYTHING:
        parts.append(days_in_words(period.since, period.until))
    if sums.as_of:
        parts.append(f"not over: known until {format.day(sums.as_of)}")
    return f"{', '.join(parts)}."


def this(sums: SelectedSums) -> str:
    return format.month(sums.period.last_month) if sums.period.kind is PeriodKind.MONTH else "This period"


def previous(sums: SelectedSums) -> str:
    """What `sums.previous_period` is called in tables."""
    before = sums.previous_period
    if before is None:
        return ""
    if sums.as_of:
        return f"Until {format.day(before.until)}"
    if sums.period.kind is PeriodKind.MONTH:
        return format.month(before.last_month)
    return "The year before" if len(sums.period.months) == 12 else "The days before"


def compared_with(name: str, kind: PeriodKind, periods: Sequence[Period]) -> str:
    """The name of a row: `The month before: 1 Oct 2026 – 14 Oct 2026`."""
    if name == "usual":
        return f"Usual: median of the {len(periods)} complete months before"
    [period] = periods
    if name == "year_ago":
        return f"The same month a year before: {_shown(period)}"
    unit = {PeriodKind.MONTH: "month", PeriodKind.DAYS: "days"}.get(kind, "year")
    return f"The {unit} before: {_shown(period)}"


def _shown(period: Period) -> str:
    return days(period) if period.kind is PeriodKind.DAYS else period_name(period)


def comparison(sums: SelectedSums, money: Money, now: Decimal) -> str:
    too_few = TOO_FEW_MONTHS if sums.period.kind is PeriodKind.MONTH and not sums.usual else ""
    if not sums.previous and not sums.usual:
        return f"There is nothing before this period to compare it with. {too_few}".strip()
    spent = (
        f"Compared day for day: {money(now)} until {format.day(sums.as_of)}, against the same days before."
        if sums.as_of
        else f"You spent {money(now)}."
    )
    return f"{spent} {too_few}".strip()


def percent(share: float, *, signed: bool = False) -> str:
    sign = "-\N{WORD JOINER}" if share < 0 else "+" if signed and share > 0 else ""
    is_small = 0 < abs(share) < 0.01
    return f"{sign}{format.percent(abs(share), places=1 if is_small else 0)}"


def paid_back(category: str) -> str:
    return f"Paid back: {category}"


def uncategorized(part: Mapping[str, Any], money: Money) -> str:
    """How much of the totals is counted by the type of transactions alone."""
    if not part["count"]:
        return ""
    amounts = [
        f"{money(part[name])} as {words}"
        for name, words in (("expense", "spending"), ("income", "income"), ("transfer", "transfers"))
        if part[name]
    ]
    they, their = ("counts", "its") if part["count"] == 1 else ("count", "their")
    transactions = format.counted(part["count"], "transaction")
    return (
        f"{transactions} {they} by type, without a category or with a suggested one that contradicts {their} "
        f"type: {', '.join(amounts)}."
    )


def directly_in(category: str) -> str:
    """A row of what counts in a category itself, not in its children."""
    return f"{category} (no subcategory)"


def refunds_in(category: str) -> str:
    return f"Refunds: {category}"


def partial_month(name: str) -> str:
    return f"{name} (partial)"


def until_then(name: str) -> str:
    return f"{name}, added up"


def day_number(number: int) -> str:
    return f"Day {number}"


def largest(rows: Named, whole: Decimal, money: Money) -> str:
    """What is uncategorized is named only if everything is. whole: of the amounts above zero."""
    if not whole:
        return NO_EXPENSES
    named = [(amount, name) for name, amount in rows if name != UNCATEGORIZED and amount > 0]
    if not named:
        return f"All {money(whole)} are uncategorized."
    amount, name = max(named, key=lambda row: row[0])
    share = f"{format.percent(float(amount / whole))} of {money(whole)}"
    total = sum((amount for _, amount in rows), Decimal(0))
    above = (
        f" Shares are of the amounts above zero; with refunds, it is {money(total)}."
        if total != whole
        else ""
    )
    return f"{name[:1].upper()}{name[1:]} is the largest with {money(amount)}, {share}.{above}"


def usual(sums: SelectedSums) -> str:
    """What the column of that name has."""
    if not sums.usual:
        return ""
    months = format.counted(len(sums.usual.periods), "complete month")
    return f" Usual is the median of the {months} before{', until the same day' if sums.as_of else ''}."


def listed_as_unusual(count: int) -> str:
    """If nothing changed clearly."""
    listed = "1 payment or month is" if count == 1 else f"{format.number(count)} payments or months are"
    return f"{listed} listed under Unusual spending."


def merchants(rows: Named, several: int, listed: int, money: Money) -> str:
    if not rows:
        return "No merchants in this period."
    shown = f" The {listed} largest of {format.number(several)} are listed." if listed < several else ""
    return f"You spent the most at {rows[0][0]}: {money(rows[0][1])}.{shown}"


def changed(rows: Named, sums: SelectedSums, money: Money) -> str:
    if not rows:
        return "No merchant changed."
    words = []
    if rows[0][1] > 0:
        words.append(f"{rows[0][0]} rose most, by {money(rows[0][1])}")
    if rows[-1][1] < 0:
        words.append(f"{rows[-1][0]} fell most, by {money(-rows[-1][1])}")
    return f"Against {before(sums)}: {'; '.join(words)}."


def before(sums: SelectedSums) -> str:
    """As `previous`, within a sentence."""
    if sums.as_of:
        return "the same days before"
    name = previous(sums)
    return f"{name[:1].lower()}{name[1:]}" if name.startswith("The ") else name


def weekdays(rows: Named, money: Money) -> str:
    if not any(amount for _, amount in rows):
        return NO_EXPENSES
    name, amount = max(rows, key=lambda row: row[1])
    return f"{name} is the most expensive day: {money(amount)} on average, days without spending included."


def months(rows: Sequence[tuple[str, Mapping[str, Any], bool]], money: Money) -> str:
    """rows: month, its totals, whether it is partial. Partial and empty months are not in the mean."""
    spent = [(month, totals["expense"]) for month, totals, _ in rows if totals["expense"] > 0]
    if not spent:
        return NO_EXPENSES
    month, most = max(spent, key=lambda row: row[1])
    if len(rows) == 1:
        return f"You spent {money(most)} in {format.month(month)}."
    peak = f"the most in {format.month(month)}, {money(most)}"
    complete = [totals["expense"] for _, totals, partial in rows if totals["count"] and not partial]
    if not complete:
        total = sum((totals["expense"] for _, totals, _ in rows), Decimal(0))
        return f"You spent {money(total)}; {peak}. No month is complete, so there is no average."
    mean = money(sum(complete, Decimal(0)) / len(complete))
    over = f" (over {format.counted(len(complete), 'month')}; partial and empty ones do not count)"
    return f"You spend {mean} a month on average{over if len(complete) < len(rows) else ''}; {peak}."


def layers(rows: Named, money: Money) -> str:
    if not rows:
        return NO_EXPENSES
    name, amount = max(rows, key=lambda row: row[1])
    return f"{name} is the largest layer: {money(amount)} in all. Layers keep their order in every month."


def peak(category: str, month: str, amount: Decimal, money: Money) -> str:
    most = f"The most is {money(amount)} for {category} in {format.month(month)}."
    return f"{most} The darker a cell, the more was spent; every number leads to its transactions."


def cash_flow(uses: Named, totals: Mapping[str, Any], money: Money) -> str:
    if not uses:
        return "Nothing came in or went out in this period."
    name, amount = max(uses, key=lambda use: use[1])
    income, spending = money(totals["income"]), money(totals["expense"])
    return f"Of {income} income, {spending} was spent. The largest part: {name}, {money(amount)}."


def day_by_day(sums: SelectedSums, now: Sequence[Decimal], before: Sequence[Decimal], money: Money) -> str:
    if not now:
        return NO_EXPENSES
    until: date = sums.known_until
    spent = f"You spent {money(now[-1])} until {format.day(until)}"
    if not before:
        return f"{spent}."
    then = before[min(len(now), len(before)) - 1]
    if now[-1] == then:
        return f"{spent}, as much as in the month before until then."
    more = "more" if now[-1] > then else "less"
    return f"{spent}, {money(abs(now[-1] - then))} {more} than in the month before until then."


def saved(totals: Mapping[str, Any]) -> str:
    """The saving rate."""
    income = totals["income"]
    return f"{percent(float(totals['net'] / income))} of income" if income > 0 else "no income"


def transfers(moved: MovedToSavings) -> str:
    return "own transfers to savings included" if any(moved.accounts.values()) else ""


def own_transfers(account: str) -> str:
    return f"Own transfers, {account}"


def savings_and_transfers(
    totals: Mapping[str, Any], to_savings: str, moved: MovedToSavings, money: Money
) -> str:
    """to_savings: what is moved."""
    own = sum(moved.accounts.values(), Decimal(0))
    of_it = f", of it {money(own)} by own transfers" if moved.accounts else ""
    included = ", own transfers to and from savings included" if moved.accounts else ""
    return (
        f"{to_savings}: {money(moved.amount)}{of_it}. Transfers and card payments: "
        f"{money(totals['transfer'])}{included}. They count neither as spending nor as income."
    )
