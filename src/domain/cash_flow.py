"""What counts as spent, earned, saved or moved: the one rule behind every figure of money."""

from __future__ import annotations

from enum import StrEnum

from src.domain.categories import Group
from src.domain.transactions import Direction


class Flow(StrEnum):
    SPENT = "spent"
    EARNED = "earned"
    SAVED = "saved"
    TRANSFERRED = "transferred"


_FLOW_OF_GROUP = {
    Group.ESSENTIAL: Flow.SPENT,
    Group.DISCRETIONARY: Flow.SPENT,
    Group.INCOME: Flow.EARNED,
    Group.SAVING: Flow.SAVED,
    Group.TRANSFER: Flow.TRANSFERRED,
}
_FLOW_OF_DIRECTION = {
    Direction.EXPENSE: Flow.SPENT,
    Direction.INCOME: Flow.EARNED,
    Direction.TRANSFER: Flow.TRANSFERRED,
}
_REVERSED_BY = {
    Flow.SPENT: Direction.INCOME,  # a refund
    Flow.EARNED: Direction.EXPENSE,  # a salary that was paid back
    Flow.SAVED: Direction.INCOME,  # money taken out of savings
}


def flow_of(group: Group | None, direction: Direction) -> tuple[Flow, int]:
    """Where the amount of a row counts, and as +1 or -1.

    group: of the row's category; None where it has none, which leaves only the direction to go by. A row
    that a person or a file calls a transfer is one, unless it is filed under savings.
    """
    flow = _FLOW_OF_DIRECTION[direction] if group is None else _FLOW_OF_GROUP[group]
    if direction is Direction.TRANSFER and flow is not Flow.SAVED:
        flow = Flow.TRANSFERRED
    return flow, -1 if _REVERSED_BY.get(flow) is direction else 1
