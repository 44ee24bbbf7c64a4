"""The page of unusual spending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from src.domain.acts import ActKind
from src.domain.anomalies import LEAST_IN_ALL, LEAST_IN_CATEGORY, LEAST_PAYMENTS, Anomaly
from src.pipeline.anomalies.unusual import AnomalyStatus
from src.web.anomalies import text
from src.web.anomalies.links import anomaly_address
from src.web.shared import format
from src.web.shared.blueprint import bp, page
from src.web.shared.forms import act_to_undo, count_in, with_query

if TYPE_CHECKING:
    from src.pipeline.anomalies.unusual import UnusualSpendingList
    from src.services.transactions.acts import ActLog

_MONTHS = 12
"""With unusual spending, that are shown at first."""


@bp.get("/insight/unusual")
def unusual(*, unusual_spending: UnusualSpendingList, act_log: ActLog) -> ResponseReturnValue:
    is_dismissed = request.args.get("status") == AnomalyStatus.DISMISSED
    status = AnomalyStatus.DISMISSED if is_dismissed else AnomalyStatus.OPEN
    spending = unusual_spending.read()
    months = _by_month(spending.anomalies(status))
    shown = len(months) if "all" in request.args else _MONTHS
    return page(
        "anomalies/index.html",
        unusual=spending,
        status=status,
        other_count=len(spending.anomalies(AnomalyStatus.OPEN if is_dismissed else AnomalyStatus.DISMISSED)),
        months=months[:shown],
        older=sum(len(members) for _, members in months[shown:]),
        why=text.not_analysed(spending),
        method=text.METHODS[spending.report.method],
        kinds=text.KINDS,
        sentence=text.sentence,
        title_of=text.title,
        exact=text.exact,
        least_payments=LEAST_PAYMENTS,
        least_in_category=LEAST_IN_CATEGORY,
        least_in_all=LEAST_IN_ALL,
        address=anomaly_address,
        act=act_to_undo(act_log, ActKind.ANOMALY),
        undone=count_in(request.args, "undone"),
    )


@bp.post("/insight/unusual/<anomaly_id>/dismiss")
def dismiss_unusual(anomaly_id: str, *, unusual_spending: UnusualSpendingList) -> ResponseReturnValue:
    _, act = unusual_spending.dismiss(anomaly_id, at=datetime.now(UTC))
    return redirect(with_query(url_for("pages.unusual"), {"act": act}), 303)


def _by_month(anomalies: Sequence[Anomaly]) -> list[tuple[str, list[Anomaly]]]:
    """anomalies: newest first."""
    months = groupby(anomalies, key=lambda anomaly: f"{anomaly.date:%Y-%m}")
    return [(format.month_name(month), list(members)) for month, members in months]
