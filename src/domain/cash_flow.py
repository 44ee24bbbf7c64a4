"""Whether an amount is spending, income, saving or a transfer: the only rule for every sum."""

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
    Flow.EARNED: Direction.EXPENSE,  # a salary paid back
    Flow.SAVED: Direction.INCOME,  # a withdrawal from savings
}


def flow_of(group: Group | None, direction: Direction) -> tuple[Flow, int]:
    """The flow of a transaction, and the sign (+1 or -1) of its amount in it.

    group: of its category; without a category (None) the direction decides. A transfer by direction is a
    transfer, except in a savings category.
    """
    flow = _FLOW_OF_DIRECTION[direction] if group is None else _FLOW_OF_GROUP[group]
    if direction is Direction.TRANSFER and flow is not Flow.SAVED:
        flow = Flow.TRANSFERRED
    return flow, -1 if _REVERSED_BY.get(flow) is direction else 1
