"""Times and "today" by the visitor's clock."""

from datetime import UTC, datetime

import pytest

from src.web.shared import format, time_zone

AT = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cookie", "shown"),
    [
        ("", "Nov 29, 2026, 11:30:00 PM UTC"),
        ("Pacific/Auckland", "Nov 30, 2026, 12:30:00 PM NZDT"),
        ("Nowhere/Land", "Nov 29, 2026, 11:30:00 PM UTC"),
        ("../../etc/passwd", "Nov 29, 2026, 11:30:00 PM UTC"),
        ("Europe", "Nov 29, 2026, 11:30:00 PM UTC"),
        ("A" * 5000, "Nov 29, 2026, 11:30:00 PM UTC"),
    ],
)
def test_a_time_is_shown_in_the_zone_of_the_cookie(app, cookie, shown):
    with app.test_request_context(headers={"Cookie": f"time_zone={cookie}"}):
        assert format.moment(AT).replace("\u202f", " ") == shown


def test_today_is_the_visitors_day(app):
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart
        with app.test_request_context(headers={"Cookie": f"time_zone={zone}"}):
            days.add(time_zone.today())
    assert len(days) == 2
