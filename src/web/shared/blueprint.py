"""The blueprint of all pages, its template filters, and the frame around every page."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from src.domain.categories import Category, Group
from src.domain.feed import is_on
from src.web.shared import format, labels, time_zone
from src.web.shared.services import Pages, container

bp = Pages("pages", __name__)


def categories() -> list[Category]:
    """Read once per request."""
    if "categories" not in g:
        g.categories = container().categories.all()
    kept: list[Category] = g.categories
    return kept


@bp.app_template_global()
def category_groups() -> list[tuple[str, list[Category]]]:
    """Categories by group, for the pickers."""
    if "category_groups" not in g:
        g.category_groups = [
            (labels.GROUPS[group], members)
            for group in Group
            if (members := [category for category in categories() if category.group is group])
        ]
    kept: list[tuple[str, list[Category]]] = g.category_groups
    return kept


@bp.app_template_global()
def category_choices() -> list[dict[str, str]]:
    """The options of the category picker, with the synonyms that find them."""
    words_of = container().knowledge.search_words
    return [
        {
            "slug": category.slug,
            "name": category.name,
            "words": f"{words_of.get(category.slug, '')} {category.description}".strip(),
        }
        for category in categories()
    ]


@bp.app_template_filter()
def category_name(slug: str | None) -> str:
    """The name of a category; its slug if it was deleted."""
    if slug is None:
        return "Uncategorized"
    return next((category.name for category in categories() if category.slug == slug), slug)


@bp.app_template_filter()
def rule_name(rule_id: str) -> str:
    """The name of a rule; its id if it was deleted. Read once per request."""
    if "rule_names" not in g:
        g.rule_names = {rule.id: rule.name for rule in container().rules.all()}
    return str(g.rule_names.get(rule_id, rule_id))


@bp.app_template_filter()
def merchant_name(key: str) -> str:
    """As all pages write a merchant: the name that a person gave it, else its key in capitals."""
    return merchant_names().get(key, key.upper())


@bp.app_template_filter()
def payment_name(name: str | None, merchant: str | None) -> str:
    """The name of a recurring payment, else that of its merchant."""
    key = merchant or ""
    return name if name and name != key else merchant_name(key)


def merchant_names() -> dict[str, str]:
    """By key; read once per request."""
    if "merchant_names" not in g:
        g.merchant_names = container().merchants.names()
    kept: dict[str, str] = g.merchant_names
    return kept


for function in (
    *(format.money, format.number, format.percent, format.day, format.moment),
    *(format.accuracy, format.interval),
    *(format.ago, format.size, format.counted),
    *(labels.sure, labels.stage, labels.state, labels.decided),
):
    bp.add_app_template_filter(function)
bp.add_app_template_filter(labels.BANDS.__getitem__, "band")
bp.add_app_template_filter(labels.RUN_STATUSES.__getitem__, "run_status")
bp.add_app_template_filter(labels.TRIGGERS.__getitem__, "trigger")
bp.add_app_template_filter(lambda source: labels.SOURCES.get(source, "Added by another program"), "source")
bp.add_app_template_global(labels.STAGES.copy, "stages")  # for the script that shows a run's progress


def page(template: str, status: int = 200, /, **values: Any) -> tuple[str, int]:
    """Render a page with its values and those of the frame."""
    waiting = container().group_review.count(100, today=time_zone.today())  # the frame shows 99+ for more
    frame = {
        "groups_waiting": waiting,
        "serving": container().champion.version,
        "stays_here": not _is_connected(),
    }
    return fragment(template, **{**frame, **values}), status


def _is_connected() -> bool:
    """Whether something is sent to another program or server."""
    settings, preferences = container().settings, container().preferences.current()
    channels = (is_on(preferences, channel) for channel in settings.channels)
    return settings.firefly_url is not None or preferences.feed_atom or any(channels)


def fragment(template: str, /, **values: Any) -> str:
    """Render a part of a page. Templates show categories and read nothing: they are read here."""
    return render_template(template, **{"categories": categories(), **values})
