"""Properties computed at their first use, once per object, however many threads ask.

`functools.cached_property` has taken no lock since Python 3.12, so two threads could each compute a value.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any, TypeVar, overload

T = TypeVar("T")


class once(cached_property[T]):  # noqa: N801 - used as a decorator
    """A property whose value is kept.

    Each object has one reentrant lock: computing a property may use others of the same object.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> T | once[T]:
        if instance is None:
            return self
        with _lock_of(instance):
            return super().__get__(instance, owner)


def forget(instance: object, name: str) -> Any:
    """Drop the kept value of a property, so that it is computed again. Returns it; None if there was none."""
    with _lock_of(instance):
        return instance.__dict__.pop(name, None)


def _lock_of(instance: object) -> Any:
    return instance.__dict__.setdefault("_once_lock", threading.RLock())  # atomic
