"""The sentences of the review."""

from __future__ import annotations

from src.domain.bulk import AT_ONCE
from src.domain.predictions import DecidedBy
from src.domain.review import MOST_OTHERS, GroupOutcome, ReviewGroup, ReviewOrder, Scope
from src.web.shared import format, labels
from src.web.shared.blueprint import bp, category_name

ORDERS = {
    ReviewOrder.EFFECT: "Most effect first",
    ReviewOrder.AMOUNT: "Largest amount first",
    ReviewOrder.NEWEST: "Newest first",
    ReviewOrder.OLDEST: "Oldest first",
}
UNDONE = "Undone. The group needs review again."
SKIPPED = "Put off for a week."
SHOWN_AGAIN = "The group is listed again."
_REASONS = 3


@bp.app_template_filter()
def guess(group: ReviewGroup) -> str:
    """What is predicted for the group, and why."""
    first, *others = group.categories
    if others:
        return "Mixed: " + ", ".join(
            f"{row.count:,} {category_name(row.category)}" for row in group.categories
        )
    newest = group.examples[0].prediction if group.examples else None
    reasons = labels.reasons(newest)[0][:_REASONS] if newest else []
    if first.category is None:
        because = f"; best guess because of {', '.join(reasons)}" if reasons else ""
        return f"Uncategorized{because}"
    says = "Your answers differ" if newest and newest.decided_by is DecidedBy.MEMORY else "Likely"
    because = f": {', '.join(reasons)}" if reasons else ""
    return f"{says} {category_name(first.category)}, {format.percent(first.confidence)}{because}"


@bp.app_template_filter()
def scopes(group: ReviewGroup) -> list[tuple[str, str]]:
    """The scopes to choose from, each with its words."""
    if not group.key.merchant:
        return []
    these = "this one" if group.sums.count == 1 else f"these {group.sums.count:,}"
    words = [(Scope.FUTURE, f"{these} and future ones"), (Scope.THESE, f"{these} only")]
    if group.others:
        others = f"{group.others:,}{' or more' if group.others == MOST_OTHERS else ''}"
        words.append((Scope.PAST_AND_FUTURE, f"{these}, {others} automatic and future ones"))
    return [(scope.value, text) for scope, text in words]


def saved(outcome: GroupOutcome, category: str, left: int) -> str:
    """left: how many of the group still wait."""
    if outcome.updated > AT_ONCE:
        return f"{outcome.updated:,} are being saved as {category_name(category)}, in the background."
    sentences = [f"{outcome.updated:,} saved as {category_name(category)}."]
    if outcome.also_updated:
        sentences.append(f"{outcome.also_updated:,} more updated.")
    if outcome.more_follow:
        sentences.append("The rest is updated in the background.")
    if left:
        sentences.append(f"{left:,} still {'waits' if left == 1 else 'wait'}.")
    return " ".join(sentences)


def earned(answers: int, rows: int) -> str:
    """What the answers of the last 30 days did; empty if there were none."""
    if not answers:
        return ""
    done = f"{format.counted(answers, 'answer')} categorized {format.counted(rows, 'transaction')}"
    return f"{done} in the last 30 days."
