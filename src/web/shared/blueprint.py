"""The blueprint of all pages, its template filters, and the frame around every page."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from src.domain.categories import Category, Group
from src.domain.predictions import Band
from src.domain.training_runs import RunStatus, Trigger
from src.web.shared import format, labels
from src.web.shared.services import Pages, container

bp = Pages("pages", __name__)
format.register(bp)


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
def source(value: str) -> str:
    return labels.SOURCES.get(value, "Added by another program")


bp.add_app_template_filter(labels.sure, "sure")
bp.add_app_template_filter(labels.stage, "stage")
bp.add_app_template_filter(labels.state, "state")
bp.add_app_template_filter(labels.decided, "decided")


@bp.app_template_filter()
def band(value: Band) -> str:
    return labels.BANDS[value]


@bp.app_template_filter()
def run_status(value: RunStatus) -> str:
    return labels.RUN_STATUSES[value]


@bp.app_template_global()
def stages() -> dict[str, str]:
    """For the script that shows a run's progress."""
    return labels.STAGES


@bp.app_template_filter()
def trigger(value: Trigger) -> str:
    return labels.TRIGGERS[value]


def page(template: str, status: int = 200, /, **values: Any) -> tuple[str, int]:
    """Render a page with its values and those of the frame."""
    waiting = container().transactions.count_waiting(most=100)  # the frame shows 99+ for more
    frame = {"count_waiting": waiting, "serving": container().champion.version}
    return fragment(template, **{**frame, **values}), status


def fragment(template: str, /, **values: Any) -> str:
    """Render a part of a page. Templates show categories and read nothing: they are read here."""
    return render_template(template, **{"categories": categories(), **values})
