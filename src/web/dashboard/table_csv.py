"""The table of a chart as a CSV file."""

from __future__ import annotations

from src.domain.spreadsheet_cells import escape_formula
from src.web.analytics.chart_parts import Chart, TableCell
from src.web.exports.spreadsheet import BYTE_ORDER_MARK, Dialect, csv_lines


def csv_text(chart: Chart) -> str:
    """As spreadsheets of the visitor's locale read it; no text is taken for a formula."""
    dialect = Dialect.of_visitor()

    def value(cell: str | TableCell) -> str:
        if isinstance(cell, TableCell) and cell.amount is not None:
            return cell.amount.replace(".", dialect.decimal_mark)
        return escape_formula(cell.text if isinstance(cell, TableCell) else cell)

    rows = [tuple(map(value, row)) for row in chart.rows]
    return BYTE_ORDER_MARK + csv_lines([tuple(map(escape_formula, chart.heads)), *rows], dialect)
