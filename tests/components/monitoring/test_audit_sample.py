from datetime import date, timedelta

from src.components.dataset.holdout import is_audited

DAY = date(2026, 3, 4)


def drawn(share, count=20_000):
    return {number for number in range(count) if is_audited(f"print-{number}", DAY, share)}


def test_about_the_share_that_was_asked_for_is_drawn():
    assert 0.016 < len(drawn(0.02)) / 20_000 < 0.024
    assert drawn(0) == set()


def test_a_row_is_drawn_or_not_for_good_and_a_larger_share_keeps_it():
    assert drawn(0.02) == drawn(0.02)
    assert drawn(0.02) < drawn(0.1)


def test_a_monthly_bill_with_the_same_text_is_drawn_by_its_day():
    days = [is_audited("music box", DAY + timedelta(days=number), 0.2) for number in range(500)]
    assert 60 < sum(days) < 140
