"""Properties computed at their first use, once per object, however many threads ask.

`functools.cached_property` has taken no lock since Python 3.12, so two threads could each compute a value.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")

_LOCK = "_once_lock"


class once(Generic[T]):  # noqa: N801 - used as a decorator
    """A property whose value is kept.

    Each object has one reentrant lock: computing a property may use others of the same object.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | once[T]:
        if instance is None:
            return self
        values = instance.__dict__  # where Python looks first the next time
        with _lock_of(instance):
            if self._name not in values:
                values[self._name] = self.compute(instance)
            value: T = values[self._name]
            return value


def forget(instance: object, name: str) -> Any:
    """Drop the kept value of a property, so that it is computed again. Returns it; None if there was none."""
    with _lock_of(instance):
        return instance.__dict__.pop(name, None)


def _lock_of(instance: object) -> Any:
    return instance.__dict__.setdefault(_LOCK, threading.RLock())  # atomic
