"""The past year and the forecast months of one series."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from src.domain.categories import Flow
from src.domain.forecasts import Forecast, Kind, SeriesForecast
from src.web.analytics.chart_parts import ACCENT, LEGEND, Chart, Row, TableCell, drawn, money_axis, month_axis
from src.web.forecast import text
from src.web.history.links import history_link
from src.web.shared import format

_PAST = 12
_COLORS = {Kind.TOTAL: "#d9904a", Kind.INCOME: "#4aa3a3"}
_BAND = "rgba(29, 138, 125, .2)"


def chart_of(series: SeriesForecast, forecast: Forecast) -> Chart:
    flow = Flow.EARNED if series.subject.kind is Kind.INCOME else Flow.SPENT
    currency, name = forecast.currency, text.name_of(series)
    past = list(zip(forecast.past_months, series.past, strict=True))[-_PAST:]
    rows: list[Row] = [
        (
            format.month(month),
            TableCell(format.money(amount, currency), history_link(currency, flow, month=month)),
            "–",
            "–",
        )
        for month, amount in past
    ]
    rows += [
        (
            format.month(month.month),
            TableCell(format.money(month.spent, currency), history_link(currency, flow, month=month.month))
            if month.month == forecast.running_month
            else "–",
            text.expected(month, currency),
            text.between(month, currency),
        )
        for month in series.months
    ]
    return Chart(
        id=f"forecast-{series.subject.kind}",
        title=f"{name} by month ({currency})",
        heads=("Month", "Known", "Expected", "Between"),
        sentence=text.sentence(series, forecast),
        rows=rows,
        figure=_figure(series, forecast, past, _COLORS[series.subject.kind]),
    )


def _figure(
    series: SeriesForecast, forecast: Forecast, past: Sequence[tuple[str, Decimal]], color: str
) -> dict[str, object]:
    ahead = [format.month(month.month) for month in series.months]
    known = [(format.month(month), float(amount)) for month, amount in past]
    if forecast.running_month:
        known.append((ahead[0], float(series.months[0].spent)))
    names = list(dict.fromkeys([*(name for name, _ in known), *ahead]))
    edge = {"type": "scatter", "x": ahead, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    expected = {
        "type": "scatter",
        "name": "Expected",
        "x": ahead,
        "y": [float(month.expected) for month in series.months],
        "mode": "lines+markers",
        "line": {"width": 2, "dash": "dot", "color": ACCENT},
        "marker": {"size": 8, "color": ACCENT},
        "meta": "accent",
        "text": [text.between(month, forecast.currency) for month in series.months],
        "hovertemplate": "%{x}: %{y:,.0f}, %{text}<extra></extra>",
    }
    return drawn(
        [
            {
                "type": "bar",
                "name": "Known",
                "x": [name for name, _ in known],
                "y": [amount for _, amount in known],
                "marker": {"color": color, "line": {"width": 0}},
                "hovertemplate": "%{x}: %{y:,.0f}<extra></extra>",
            },
            {**edge, "y": [float(month.low) for month in series.months], "showlegend": False},
            {
                **edge,
                "name": "80 % interval",
                "y": [float(month.high) for month in series.months],
                "fill": "tonexty",
                "fillcolor": _BAND,
            },
            expected,
        ],
        xaxis=month_axis(names),
        yaxis={**money_axis(forecast.currency), "rangemode": "tozero"},
        showlegend=True,
        legend=LEGEND,
    )
