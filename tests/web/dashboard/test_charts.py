"""What all figures have in common: no text is markup."""

import json
import re
from datetime import date

from flask import render_template

from src.web.analytics.chart_parts import Chart
from tests.services.rows import keep, new


def test_text_in_a_figure_cannot_end_its_script_element(app):
    figure = {"data": [{"y": ["</script><script>alert(1)</script>", "<!--", "\u2028"]}]}
    with app.test_request_context():
        page = render_template("chart.html", chart=Chart("one", "A chart", (), "A sentence.", figure=figure))
    [content] = re.findall(r'<script type="application/json"[^>]*>(.*)</script>', page)
    assert "<" not in content
    assert "\u2028" not in content
    assert json.loads(content) == figure


def test_tags_in_a_name_are_not_taken_for_markup(app, client):
    services = app.extensions["ledgerloop"]
    keep(services.transactions, new("shop", "5", mode="<b>A&B</b>", day=date(2025, 4, 2)))
    page = client.get("/analytics?period=2025-04").text
    [figure] = re.findall(r'id="by-mode-figure">(.*)</script>', page)
    assert json.loads(figure)["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;A&amp;B&lt;/b&gt;"]
    assert "<b>A&B" not in page
