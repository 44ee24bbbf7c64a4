"""Short ways to read a text in a test."""

from src.components.bank_files.entry import Entry, Rejected
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import lines_and_entries, preview


def entries(content, plan, **options):
    return (result for _, result in lines_and_entries(content, plan, **options))


def seen(text, plan=None, *, encoding="utf-8", **answers):
    """The preview of a file, after the given answers."""
    content = text if isinstance(text, bytes) else text.encode(encoding)
    shown = preview(content, plan)
    for key, value in answers.items():
        assert key in shown.plan.open, f"{key} was not asked: {shown.plan.open}"
        shown = preview(content, shown.plan.answered(key, value))
    return shown


def read(text, plan=None, *, encoding="utf-8", **answers):
    """All that comes of a file; what the preview showed must be its start."""
    content = text if isinstance(text, bytes) else text.encode(encoding)
    shown = seen(content, plan, **answers)
    everything = list(entries(content, shown.plan))
    taken = [result for result in everything if isinstance(result, Entry)]
    assert tuple(taken[:20]) == shown.entries
    assert tuple(result for result in everything if isinstance(result, Rejected))[:20] == shown.rejects
    assert shown.entry_count == len(taken)
    return everything


def brief(results):
    """(row, text, signed amount, currency, day) of the entries."""
    signs = {"expense": -1, "income": 1, "transfer": 0}
    return [
        (
            result.row,
            result.description,
            str(result.amount * signs[result.direction]),
            result.currency,
            result.date.isoformat(),
        )
        for result in results
        if isinstance(result, Entry)
    ]


def left_out(results):
    return [
        (result.row, result.reason) for result in results if isinstance(result, Rejected) and result.left_out
    ]


def refused(results):
    return [
        (result.row, result.reason)
        for result in results
        if isinstance(result, Rejected) and not result.left_out
    ]


DOLLARS = Plan(default_currency="USD")
