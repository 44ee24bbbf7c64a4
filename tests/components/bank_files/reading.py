"""Short ways to read a text in a test."""

from src.components.bank_files.entry import Entry, Rejected
from src.components.bank_files.plan import Plan
from src.components.bank_files.read import lines_and_entries, preview


def entries(content, plan, **options):
    return (result for _, result in lines_and_entries(content, plan, **options))


def seen(text, plan=None, *, encoding="utf-8", **answers):
    """The preview of a file, after the given answers."""
    content = text if isinstance(text, bytes) else text.encode(encoding)
    found = preview(content, plan)
    for key, value in answers.items():
        assert key in found.plan.open, f"{key} was not asked: {found.plan.open}"
        found = preview(content, found.plan.answered(key, value))
    return found


def read(text, plan=None, *, encoding="utf-8", **answers):
    """All that comes of a file; what the preview showed must be its start."""
    content = text if isinstance(text, bytes) else text.encode(encoding)
    found = seen(content, plan, **answers)
    everything = list(entries(content, found.plan))
    taken = [each for each in everything if isinstance(each, Entry)]
    assert tuple(taken[:20]) == found.entries
    assert tuple(each for each in everything if isinstance(each, Rejected))[:20] == found.rejects
    assert found.entry_count == len(taken)
    return everything


def brief(results):
    """(row, text, signed amount, currency, day) of the entries."""
    signs = {"expense": -1, "income": 1, "transfer": 0}
    return [
        (
            each.row,
            each.description,
            str(each.amount * signs[each.direction]),
            each.currency,
            each.date.isoformat(),
        )
        for each in results
        if isinstance(each, Entry)
    ]


def left_out(results):
    return [(each.row, each.reason) for each in results if isinstance(each, Rejected) and each.left_out]


def refused(results):
    return [(each.row, each.reason) for each in results if isinstance(each, Rejected) and not each.left_out]


DOLLARS = Plan(default_currency="USD")
