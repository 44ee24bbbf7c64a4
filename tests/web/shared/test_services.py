"""Services reach the views as arguments."""

import inspect

import pytest

from src.container import Container
from src.web.app import create_app
from src.web.shared.services import service_names


def views(settings):
    app = create_app(settings)
    return {inspect.unwrap(view) for view in app.view_functions.values()}


def provided(name):
    """The annotated type of a property of the container."""
    member = inspect.getattr_static(Container, name)
    function = getattr(member, "func", None) or getattr(member, "fget", None) or member
    return inspect.signature(function).return_annotation


@pytest.fixture(scope="module")
def parameters():
    from src.config import load_settings

    return [
        (view, inspect.signature(view).parameters[name])
        for view in views(load_settings(_env_file=None, mongo_uri="mongodb://127.0.0.1:1"))
        for name in service_names(view)
    ]


def test_the_container_has_what_each_view_asks_for(parameters):
    assert parameters
    for view, parameter in parameters:
        assert hasattr(Container, parameter.name), f"{view.__module__}.{view.__name__}: {parameter.name}"


def test_its_type_is_the_one_the_view_declares(parameters):
    for view, parameter in parameters:
        where = f"{view.__module__}.{view.__name__}: {parameter.name}"
        assert parameter.annotation == provided(parameter.name), where
