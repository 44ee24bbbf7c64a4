"""A view gets the services it uses as arguments.

Its keyword-only parameters name properties of the container:

    @bp.get("/history")
    def history(*, transactions: Transactions) -> ResponseReturnValue: ...

`Pages` and `Operations` wrap their views so, and `@with_services` a page that several views answer with.
Other functions that a view calls get services as plain arguments.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Blueprint, current_app

if TYPE_CHECKING:
    from src.container import Container

R = TypeVar("R")


def container() -> Container:
    """The container of this process. For what belongs to no view: the pages' frame, metrics, error pages."""
    return cast("Container", current_app.extensions["ledgerloop"])


def service_names(view: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(view).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]


def with_services(view: Callable[..., R]) -> Callable[..., R]:
    """`view` with its keyword-only parameters bound, at each call, to the container's services."""
    names = service_names(view)
    if not names:
        return view

    @functools.wraps(view)
    def bound(*arguments: Any, **named: Any) -> R:
        services = container()
        return view(*arguments, **named, **{name: getattr(services, name) for name in names})

    return bound


class Pages(Blueprint):
    """A blueprint whose views get their services as arguments."""

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        bound = with_services(view_func) if view_func else None
        super().add_url_rule(rule, endpoint, bound, provide_automatic_options, **options)
